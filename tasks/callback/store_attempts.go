package callback

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// draft is what a caller has typed about a callback and not finished.
type draft struct {
	CallbackID int64  `gorm:"primaryKey;autoIncrement:false"`
	CallerID   int64  `gorm:"primaryKey;autoIncrement:false"`
	Body       string // JSON of an Outcome
	SavedAt    clock.Instant
}

// TableName names the table.
func (draft) TableName() string { return "drafts" }

func (s store) saveDraft(callbackID, callerID int64, typed Outcome, now clock.Instant) error {
	body, err := json.Marshal(typed)
	if err != nil {
		return fmt.Errorf("write draft: %w", err)
	}
	d := draft{CallbackID: callbackID, CallerID: callerID, Body: string(body), SavedAt: now}
	err = s.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "callback_id"}, {Name: "caller_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"body", "saved_at"}),
	}).Create(&d).Error
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// draft returns what the caller typed, or the zero Outcome and no instant.
func (s store) draft(callbackID, callerID int64) (Outcome, clock.Instant, error) {
	var found []draft
	if err := s.Gorm().Where("callback_id = ? AND caller_id = ?", callbackID, callerID).Limit(1).Find(&found).Error; err != nil {
		return Outcome{}, 0, fmt.Errorf("read draft: %w", err)
	}
	if len(found) == 0 {
		return Outcome{}, 0, nil
	}
	typed, err := found[0].outcome()
	return typed, found[0].SavedAt, err
}

func (d draft) outcome() (Outcome, error) {
	var typed Outcome
	if err := json.Unmarshal([]byte(d.Body), &typed); err != nil {
		return Outcome{}, fmt.Errorf("read draft: %w", err)
	}
	return typed, nil
}

func (s store) deleteDraft(callbackID, callerID int64) error {
	if err := s.Gorm().Where("callback_id = ? AND caller_id = ?", callbackID, callerID).Delete(&draft{}).Error; err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}

func (s store) insertAttempt(a *Attempt) error {
	if err := s.Gorm().Create(a).Error; err != nil {
		return fmt.Errorf("insert attempt: %w", err)
	}
	return nil
}

func (s store) updateAttempt(a Attempt) error {
	err := s.Gorm().Model(&Attempt{}).Where("id = ?", a.ID).Updates(map[string]any{
		"ended_at": a.EndedAt, "call_result": a.CallResult, "business_result": a.BusinessResult, "note": a.Note,
		"note_for_supervisor": a.NoteForSupervisor, "answers": a.Answers, "callback_before": a.CallbackBefore,
		"outcome_version": a.OutcomeVersion, "mark": a.Mark, "mark_seen_at": a.MarkSeenAt,
		"mark_seen_by": a.MarkSeenBy, "wrong_phone": a.WrongPhone, "help_tried": a.HelpTried,
	}).Error
	if err != nil {
		return fmt.Errorf("update attempt: %w", err)
	}
	return nil
}

func (s store) deleteAttempt(id int64) error {
	if err := s.Gorm().Where("id = ?", id).Delete(&Attempt{}).Error; err != nil {
		return fmt.Errorf("delete attempt: %w", err)
	}
	return nil
}

// dialAgain keeps the line that is dialled again in the attempt of a callback that began with its dial.
func (s store) dialAgain(c Callback, phone string) error {
	return s.updateDialled(c, "dialled_phone", phone)
}

// rung counts the calls that were asked for in the attempt of a callback that began with its dial.
func (s store) rung(c Callback, rings int) error { return s.updateDialled(c, "rings", rings) }

func (s store) updateDialled(c Callback, column string, value any) error {
	err := s.Gorm().Model(&Attempt{}).Where("callback_id = ? AND fence = ? AND started_at = ?", c.ID, c.Fence, c.DialledAt).
		Updates(map[string]any{column: value}).Error
	if err != nil {
		return fmt.Errorf("write the dial of callback %d: %w", c.ID, err)
	}
	return nil
}

var errNoAttempt = fault.New(fault.NotFound, "attempt_unknown", "there is no such attempt")

func (s store) attempt(id int64) (Attempt, error) {
	return database.One[Attempt](s.Gorm().Where("id = ?", id), "attempt", errNoAttempt)
}

func (s store) attemptsByID(ids []int64) ([]Attempt, error) {
	return database.In[Attempt](ids, "attempts", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// attemptOf returns an attempt with its callback, or the given error where one of them is not there.
func (s store) attemptOf(callbackID, attemptID int64, missing error) (c Callback, a Attempt, err error) {
	if c, err = database.One[Callback](s.Gorm().Where("id = ?", callbackID), "callback", missing); err != nil {
		return c, a, err
	}
	a, err = database.One[Attempt](s.Gorm().Where("id = ? AND callback_id = ?", attemptID, callbackID), "attempt", missing)
	return c, a, err
}

// AttemptByID returns an attempt with its callback. It returns fault.NotFound for an unknown one.
func AttemptByID(tx database.Tx, attemptID int64) (c Callback, a Attempt, err error) {
	if a, err = (store{tx}).attempt(attemptID); err != nil {
		return c, a, err
	}
	c, err = store{tx}.callback(a.CallbackID)
	return c, a, err
}

// AttemptUnder returns the attempt begun under a claim, if it was; the newest, if the lease was over in between.
func AttemptUnder(tx database.Tx, callbackID, fence int64) (a Attempt, found bool, err error) {
	return store{tx}.attemptUnder(callbackID, fence)
}

// attemptUnder returns the attempt begun under a claim, if it was; the newest, if the lease was over in between.
func (s store) attemptUnder(callbackID, fence int64) (a Attempt, found bool, err error) {
	var rows []Attempt
	if err := s.Gorm().Where("callback_id = ? AND fence = ?", callbackID, fence).Order("no DESC").Limit(1).Find(&rows).Error; err != nil {
		return Attempt{}, false, fmt.Errorf("read attempt: %w", err)
	}
	if len(rows) == 0 {
		return Attempt{}, false, nil
	}
	return rows[0], true, nil
}

// attemptsTogether returns the attempts of the call that is on: of the callbacks claimed together with this one, since the lease was
// last over, the first one first.
func (s store) attemptsTogether(c Callback) ([]Attempt, error) {
	var rows []Attempt
	err := s.Gorm().Joins("JOIN callbacks ON callbacks.id = attempts.callback_id").
		Where("callbacks.person_id = ? AND callbacks.caller_id + 0 = ? AND callbacks.claimed_at = ?", c.PersonID, c.CallerID, c.ClaimedAt).
		Where("callbacks.fence = ? AND attempts.fence = callbacks.fence", c.Fence).
		Where("callbacks.dialled_at > 0 AND attempts.started_at = callbacks.dialled_at").
		Order("attempts.id").Limit(mostTogether).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the attempts of a call: %w", err)
	}
	return rows, nil
}

// lockEndedWith locks the callbacks that ended with one because nobody took the call of an attempt; those that were claimed together and
// got an outcome of their own are not among them.
func (s store) lockEndedWith(c Callback, a Attempt) ([]Callback, error) {
	if a.BusinessResult != "" { // somebody took it
		return nil, nil
	}
	locked, err := s.lockClaimedWith(c)
	if err != nil || len(locked) == 0 {
		return nil, err
	}
	var ended []int64
	err = s.Gorm().Model(&Attempt{}).Where("callback_id IN ?", idsOf(locked)).
		Where("fence = ? AND ended_at = ? AND caller_id = ?", c.Fence, a.EndedAt, c.CallerID).
		Limit(mostTogether).Pluck("callback_id", &ended).Error
	if err != nil {
		return nil, fmt.Errorf("read what ended with callback %d: %w", c.ID, err)
	}
	return slices.DeleteFunc(locked, func(o Callback) bool { return !slices.Contains(ended, o.ID) }), nil
}

// attemptsOf returns the attempts of a callback, the newest first.
func (s store) attemptsOf(callbackID int64) ([]Attempt, error) {
	var rows []Attempt
	if err := s.Gorm().Where("callback_id = ?", callbackID).Order("no DESC").Limit(50).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return rows, nil
}

// reachedBy returns the caller who last reached the customer of a callback, or 0.
func (s store) reachedBy(callbackID int64) (int64, error) {
	var ids []int64
	err := s.Gorm().Model(&Attempt{}).Where("callback_id = ? AND business_result <> ''", callbackID).
		Order("no DESC").Limit(1).Pluck("caller_id", &ids).Error
	if err != nil {
		return 0, fmt.Errorf("read who reached the customer: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// onDuty reports whether a caller is at work: they have somebody in hand, or called somebody within half an hour.
func (s store) onDuty(callerID int64, now clock.Instant) (bool, error) {
	return s.calledWithin(callerID, now, dutyTime)
}

// calledWithin reports whether a caller holds somebody, or has called within the time before now.
func (s store) calledWithin(callerID int64, now clock.Instant, lately time.Duration) (bool, error) {
	var held, called int64
	err := s.Gorm().Model(&hold{}).Where("caller_id = ? AND until_at > ?", callerID, now).Count(&held).Error
	if err == nil && held == 0 {
		err = s.Gorm().Model(&Attempt{}).Where("caller_id = ? AND started_at > ?", callerID, now.Add(-lately)).Count(&called).Error
	}
	if err != nil {
		return false, fmt.Errorf("read whether a caller is at work: %w", err)
	}
	return held+called > 0, nil
}

const dutyTime = 30 * time.Minute // a caller who called nobody for so long is away

// answered selects the attempts about a resolution in which survey questions were answered.
func (s store) answered(resolutionID int64) *gorm.DB {
	return s.Gorm().Model(&Attempt{}).
		Joins("JOIN callbacks ON callbacks.id = attempts.callback_id").
		Where("callbacks.resolution_id = ? AND attempts.answers <> ''", resolutionID)
}

// askedInCall reports whether the customer answered the survey about a resolution in a call.
func (s store) askedInCall(resolutionID int64) (bool, error) {
	var n int64
	if err := s.answered(resolutionID).Count(&n).Error; err != nil {
		return false, fmt.Errorf("count answers in calls: %w", err)
	}
	return n > 0, nil
}

// asker returns the caller who asked the survey about a resolution, or 0.
func (s store) asker(resolutionID int64) (int64, error) {
	var ids []int64
	if err := s.answered(resolutionID).Order("attempts.id DESC").Limit(1).Pluck("attempts.caller_id", &ids).Error; err != nil {
		return 0, fmt.Errorf("read who asked: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// wrongPhoneUnder returns the line that another outcome of the same call found not to be the customer's; empty for none.
func (s store) wrongPhoneUnder(a Attempt) (string, error) {
	var phones []string
	err := s.Gorm().Model(&Attempt{}).Where("customer_id = ? AND wrong_phone > '' AND fence = ?", a.CustomerID, a.Fence).
		Where("caller_id = ? AND claimed_at = ? AND id <> ?", a.CallerID, a.ClaimedAt, a.ID).Limit(1).Pluck("wrong_phone", &phones).Error
	if err != nil {
		return "", fmt.Errorf("read the wrong phone of a call: %w", err)
	}
	if len(phones) == 0 {
		return "", nil
	}
	return phones[0], nil
}

// wrongPhones returns the lines that were found not to be a customer's, by customer.
func (s store) wrongPhones(customerIDs []int64) (map[int64][]string, error) {
	rows, err := database.In[Attempt](database.DistinctNonzero(customerIDs), "wrong phones", func(part []int64) *gorm.DB {
		return s.Gorm().Select("customer_id", "wrong_phone").Where("customer_id IN ? AND wrong_phone > ''", part)
	})
	wrong := make(map[int64][]string, len(rows))
	for _, a := range rows {
		wrong[a.CustomerID] = append(wrong[a.CustomerID], a.WrongPhone)
	}
	return wrong, err
}

func (s store) seeMarks(callbackID, userID int64, now clock.Instant) error {
	err := s.Gorm().Model(&Attempt{}).Where("callback_id = ? AND mark <> '' AND mark_seen_at = 0", callbackID).
		Updates(map[string]any{"mark_seen_at": now, "mark_seen_by": userID}).Error
	if err != nil {
		return fmt.Errorf("see marks: %w", err)
	}
	return nil
}
