package decision

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

// store is a transaction on the tables of decisions.
type store struct{ database.Tx }

// errDecided means that another planner decided about one of the resolutions since we looked.
var errDecided = fault.New(fault.Conflict, "already_decided", "the follow-up was decided by somebody else meanwhile")

// key names a decision by what it is about.
type key struct {
	ResolutionID int64
	Kind         policy.Kind
}

// maxEvents bounds how much of a contact's timeline is read.
const maxEvents = 200

// maxChanges bounds how much of what decisions were before is read with a page of them.
const maxChanges = 2000

func (s store) decision(id int64) (Decision, error) {
	return database.One[Decision](s.Gorm().Where("id = ?", id), "decision",
		fault.New(fault.NotFound, "decision_unknown", "there is no such decision"))
}

// cancelDecisions marks planned decisions as given up; those given up already keep their first reason.
func (s store) cancelDecisions(now clock.Instant, reason policy.Reason, ids ...int64) error {
	err := s.Gorm().Model(&Decision{}).Where("id IN ? AND state = ? AND cancelled_at = 0", ids, Planned).
		Updates(map[string]any{"cancelled_at": now, "cancel_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("cancel decisions: %w", err)
	}
	return nil
}

// uncancelSurveys unmarks planned surveys that were marked as cancelled.
func (s store) uncancelSurveys(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.Gorm().
		Model(&Decision{}).
		Where("id IN ? AND kind = ? AND state = ? AND cancelled_at > 0", ids, policy.FollowUpSurvey, Planned).
		Updates(map[string]any{"cancelled_at": 0, "cancel_reason": ""}).
		Error
	if err != nil {
		return fmt.Errorf("let planned surveys stand: %w", err)
	}
	return nil
}

// putOffDecision gives a planned decision a later due time, and why; one that was given up meanwhile stays as it is.
func (s store) putOffDecision(id int64, until clock.Instant, reason policy.Reason) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND state = ? AND cancelled_at = 0", id, Planned).
		Updates(map[string]any{"due_at": until, "allowed_from": until, "wait_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("put off decision %d: %w", id, err)
	}
	return nil
}

// cancelRevision is cancelDecisions for what a decision planned, unless it has been decided again since.
func (s store) cancelRevision(now clock.Instant, reason policy.Reason, id int64, revision int) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND revision = ? AND state = ? AND cancelled_at = 0", id, revision, Planned).
		Updates(map[string]any{"cancelled_at": now, "cancel_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("cancel decision %d: %w", id, err)
	}
	return nil
}

// restoreRevision takes back a cancellation for a reason, unless it has been decided again since.
func (s store) restoreRevision(reason policy.Reason, id int64, revision int) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND revision = ? AND state = ? AND cancel_reason = ?", id, revision, Planned, reason).
		Updates(map[string]any{"cancelled_at": 0, "cancel_reason": ""}).Error
	if err != nil {
		return fmt.Errorf("take the cancellation of decision %d back: %w", id, err)
	}
	return nil
}

// decidedResolutions returns the ids of the contact's resolutions that have decisions. A contact is resolved a few times at most.
func (s store) decidedResolutions(contactID int64) ([]int64, error) {
	var ids []int64
	err := s.Gorm().
		Model(&Decision{}).
		Distinct("resolution_id").
		Where("contact_id = ?", contactID).
		Limit(database.MaxIn).
		Pluck("resolution_id", &ids).
		Error
	if err != nil {
		return nil, fmt.Errorf("read the decisions of contact %d: %w", contactID, err)
	}
	return ids, nil
}

func (s store) liveSurveyDecisions(resolutionIDs []int64) ([]Decision, error) {
	var rows []Decision
	err := s.Gorm().
		Where("resolution_id IN ? AND kind = ? AND state = ? AND cancelled_at = 0", resolutionIDs, policy.FollowUpSurvey, Planned).
		Order("id").
		Find(&rows).
		Error
	if err != nil {
		return nil, fmt.Errorf("read planned surveys: %w", err)
	}
	return rows, nil
}

// surveyPlannedSince reports whether a survey is to be sent to one of the customers about another contact that was resolved later.
func (s store) surveyPlannedSince(customerIDs []int64, besides int64, resolvedAt clock.Instant) (bool, error) {
	found, err := database.In[Decision](customerIDs, "surveys about newer contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Select("decisions.id").Joins("JOIN contacts ON contacts.id = decisions.contact_id").
			Where("contacts.customer_id IN ? AND contacts.id <> ? AND decisions.kind = ?", part, besides, policy.FollowUpSurvey).
			Where("decisions.resolved_at > ? AND decisions.state = ? AND decisions.cancelled_at = 0", resolvedAt, Planned).Limit(1)
	})
	return len(found) > 0, err
}

// plannedSurveys selects the surveys of customers that are planned and not given up, also those that were sent.
func (s store) plannedSurveys(customerIDs []int64) *gorm.DB {
	return s.Gorm().Model(&Decision{}).Joins("JOIN contacts ON contacts.id = decisions.contact_id").
		Where("contacts.customer_id IN ? AND decisions.customer_id = contacts.customer_id", customerIDs).
		Where("decisions.kind = ? AND decisions.state = ? AND decisions.cancelled_at = 0", policy.FollowUpSurvey, Planned)
}

// surveyCustomers returns which of the customers have a survey whose job is still to come. The database says who: a customer of years has
// many surveys that were sent, and their decisions are planned for ever.
func (s store) surveyCustomers(customerIDs []int64) ([]int64, error) {
	rows, err := database.In[Decision](customerIDs, "who is to be sent a survey", func(part []int64) *gorm.DB {
		return s.plannedSurveys(part).Distinct("decisions.customer_id").
			Where("EXISTS (?)", outbox.OpenAbout(s.Tx, JobSendSurvey, "decisions.id")).Limit(len(part))
	})
	customers := make([]int64, len(rows))
	for i, d := range rows {
		customers[i] = d.CustomerID
	}
	return customers, err
}

// surveysToSend returns the surveys about contacts whose job is still to come.
func (s store) surveysToSend(contactIDs []int64) ([]Decision, error) {
	return database.In[Decision](contactIDs, "surveys to be sent", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ? AND kind = ? AND state = ? AND cancelled_at = 0", part, policy.FollowUpSurvey, Planned).
			Where("EXISTS (?)", outbox.OpenAbout(s.Tx, JobSendSurvey, "decisions.id")).Order("id")
	})
}

// maxSurveys bounds how many surveys of one customer are looked at: nobody waits for more.
const maxSurveys = 200

func (s store) surveysOf(customerID int64) ([]Decision, error) {
	var rows []Decision
	err := s.plannedSurveys([]int64{customerID}).Select("decisions.*").Order("decisions.id DESC").Limit(maxSurveys).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the surveys of customer %d: %w", customerID, err)
	}
	return rows, nil
}

// decided returns which decisions there are already about the resolutions.
func (s store) decided(resolutionIDs []int64) (map[key]bool, error) {
	rows, err := database.In[Decision](resolutionIDs, "decisions", func(part []int64) *gorm.DB {
		return s.Gorm().Select("resolution_id", "kind").Where("resolution_id IN ?", part)
	})
	known := make(map[key]bool, len(rows))
	for _, d := range rows {
		known[key{d.ResolutionID, d.Kind}] = true
	}
	return known, err
}

// insertDecisions gives the decisions their ids. It returns errDecided when one of them exists.
func (s store) insertDecisions(decisions []Decision) error {
	err := database.InsertWithIDs(s.Tx, "decisions", decisions, func(d *Decision) *int64 { return &d.ID })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errDecided
	}
	return err
}

func (s store) decisionsOfContact(contactID int64) ([]Decision, error) {
	var rows []Decision
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id DESC").Limit(maxEvents).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the decisions of contact %d: %w", contactID, err)
	}
	return rows, nil
}
