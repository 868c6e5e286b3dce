package tasks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// errHeld means that the person is held by somebody else, or the caller holds somebody else.
var errHeld = errors.New("the person is held")

var errNoCallback = fault.New(fault.NotFound, "callback_unknown", "there is no such callback")

// hold is the guard row of a claim.
type hold struct {
	PersonID   int64 `gorm:"primaryKey;autoIncrement:false"`
	CallbackID int64
	CallerID   int64
	Fence      int64
	UntilAt    clock.Instant
}

// TableName names the table.
func (hold) TableName() string { return "holds" }

func (s store) callback(id int64) (Callback, error) {
	return s.oneCallback(s.Gorm(), id)
}

// lockCallback returns a callback that nobody else changes until the transaction ends.
func (s store) lockCallback(id int64) (Callback, error) {
	g := s.Gorm()
	if s.Dialect() == database.MySQL { // SQLite's one writer excludes everybody else already
		g = g.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	return s.oneCallback(g, id)
}

func (s store) oneCallback(g *gorm.DB, id int64) (Callback, error) {
	var c Callback
	err := g.Where("id = ?", id).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Callback{}, errNoCallback
	}
	if err != nil {
		return Callback{}, fmt.Errorf("read callback: %w", err)
	}
	return c, nil
}

// lockFree locks a callback as it was seen, without waiting. It returns errGone when somebody else has or changed it.
func (s store) lockFree(seen Callback) (*Callback, error) {
	var c Callback
	err := s.Gorm().Clauses(s.SkipLocked()...).Where("id = ? AND state = ? AND fence = ?", seen.ID, seen.State, seen.Fence).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, errGone
	}
	if err != nil {
		return nil, fmt.Errorf("lock callback: %w", err)
	}
	return &c, nil
}

// updateCallback writes everything about a callback that a transition may change.
func (s store) updateCallback(c Callback) error {
	err := s.Gorm().Model(&Callback{}).Where("id = ?", c.ID).Updates(map[string]any{
		"person_id": c.PersonID, "pool_id": c.PoolID, "state": c.State, "priority": c.Priority, "ready_at": c.ReadyAt, "due_at": c.DueAt, "expires_at": c.ExpiresAt,
		"lease_until": c.LeaseUntil, "caller_id": c.CallerID, "reserved_for": c.ReservedFor, "wait_reason": c.WaitReason,
		"claimed_at": c.ClaimedAt, "dialled_at": c.DialledAt, "fence": c.Fence, "attempts": c.Attempts, "max_attempts": c.MaxAttempts,
		"appointment_at": c.AppointmentAt, "call_result": c.CallResult, "business_result": c.BusinessResult,
		"note": c.Note, "note_for_next": c.NoteForNext, "changed_at": c.ChangedAt, "closed_at": c.ClosedAt, "close_reason": c.CloseReason,
	}).Error
	if err != nil {
		return fmt.Errorf("update callback %d: %w", c.ID, err)
	}
	return nil
}

// heldBy returns the callback a caller is at work on, or nil. One that was cancelled under their hands counts until its lease ends.
func (s store) heldBy(callerID int64, now clock.Instant) (*Callback, error) {
	var found []Callback
	err := s.Gorm().
		Where("caller_id = ? AND state IN ? AND lease_until > ?", callerID, []CallbackState{Claimed, Cancelled}, now).
		Order("claimed_at DESC").Limit(1).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read held callback: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // holding nothing is usual
	}
	return &found[0], nil
}

// claimable reads the first few ready callbacks of each pool, those reserved for the caller, and those whose lease is over.
func (s store) claimable(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	found := make(map[int64]Callback)
	for chunk := range slices.Chunk(pools, 100) {
		ready, err := s.firstOfPools(callerID, chunk, now)
		if err != nil {
			return nil, err
		}
		for _, c := range ready {
			found[c.ID] = c
		}
	}
	var reserved []Callback
	// Not ordered by due_at: SQLite would then walk all ready callbacks by that index.
	err := s.Gorm().Where("reserved_for = ? AND state = ?", callerID, Ready).Order("ready_at").Limit(perPool).Find(&reserved).Error
	if err != nil {
		return nil, fmt.Errorf("read reserved callbacks: %w", err)
	}
	var lapsed []Callback
	err = s.Gorm().Where("state = ? AND lease_until <= ?", Claimed, now).Order("due_at, id").Limit(4 * perPool).Find(&lapsed).Error
	if err != nil {
		return nil, fmt.Errorf("read lapsed callbacks: %w", err)
	}
	for _, c := range append(reserved, lapsed...) {
		if slices.Contains(pools, c.PoolID) && c.claimable(callerID, now) {
			found[c.ID] = c
		}
	}
	list := make([]Callback, 0, len(found))
	for _, c := range found {
		list = append(list, c)
	}
	return list, nil
}

// heldPersons selects the persons somebody is calling; its one argument is the current instant.
const heldPersons = "(SELECT person_id FROM holds WHERE until_at > ?)"

// firstOfPools reads the head of each pool by its index, all pools in one statement. Callbacks of persons who are being called are
// passed over: a few of them at the head would otherwise hide all others.
func (s store) firstOfPools(callerID int64, pools []int64, now clock.Instant) ([]Callback, error) {
	const head = `SELECT * FROM (SELECT * FROM callbacks WHERE pool_id = ? AND state = 'ready'
		AND (reserved_for IN (0, ?) OR ready_at <= ?) AND not_for <> ? AND expires_at > ? AND person_id NOT IN ` + heldPersons + `
		ORDER BY priority, due_at, id LIMIT ?) AS head`
	parts := make([]string, len(pools))
	args := make([]any, 0, 7*len(pools))
	for i, id := range pools {
		parts[i] = head
		args = append(args, id, callerID, now.Add(-reservationTime), callerID, now, now, perPool)
	}
	var found []Callback
	if err := s.Gorm().Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read ready callbacks: %w", err)
	}
	return found, nil
}

// hold takes the guard row of the callback's person for its caller. It returns errHeld when somebody else has it, or when the
// caller already holds another person: the same click twice.
func (s store) hold(c Callback, now clock.Instant) error {
	g := s.Gorm()
	if err := g.Where("caller_id = ? AND until_at <= ? AND person_id <> ?", c.CallerID, now, c.PersonID).Delete(&hold{}).Error; err != nil {
		return fmt.Errorf("end lapsed holds: %w", err)
	}
	h := hold{PersonID: c.PersonID, CallbackID: c.ID, CallerID: c.CallerID, Fence: c.Fence, UntilAt: c.LeaseUntil}
	r := g.Model(&hold{}).Where("person_id = ? AND until_at <= ?", c.PersonID, now).Updates(map[string]any{
		"callback_id": h.CallbackID, "caller_id": h.CallerID, "fence": h.Fence, "until_at": h.UntilAt,
	})
	err := r.Error
	if err == nil && r.RowsAffected == 0 {
		err = g.Create(&h).Error
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errHeld
	}
	if err != nil {
		return fmt.Errorf("hold person: %w", err)
	}
	return nil
}

// extendHold moves the end of a callback's hold. It returns errHeld when there is none any more: by another process's clock it was
// over, and somebody took the person.
func (s store) extendHold(c Callback) error {
	r := s.Gorm().Model(&hold{}).Where("person_id = ? AND callback_id = ? AND fence = ?", c.PersonID, c.ID, c.Fence).
		Update("until_at", c.LeaseUntil)
	if r.Error != nil {
		return fmt.Errorf("extend hold: %w", r.Error)
	}
	if r.RowsAffected == 0 {
		return errHeld
	}
	return nil
}

func (s store) endHold(personID, callbackID int64) error {
	err := s.Gorm().Where("person_id = ? AND callback_id = ?", personID, callbackID).Delete(&hold{}).Error
	if err != nil {
		return fmt.Errorf("end hold: %w", err)
	}
	return nil
}
