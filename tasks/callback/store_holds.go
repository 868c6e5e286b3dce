package callback

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// errHeld means that the person is held by somebody else, or the caller holds somebody else.
var errHeld = errors.New("the person is held")

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

// heldPersons selects the persons somebody is calling; its one argument is the current instant.
const heldPersons = "(SELECT person_id FROM holds WHERE until_at > ?)"

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

func (s store) heldUntil(personIDs []int64, now clock.Instant) (clock.Instant, error) {
	var until clock.Instant
	for part := range slices.Chunk(personIDs, database.MaxIn) {
		var last clock.Instant
		err := s.Gorm().
			Model(&hold{}).
			Select("COALESCE(MAX(until_at), 0)").
			Where("person_id IN ? AND until_at > ?", part, now).
			Scan(&last).
			Error
		if err != nil {
			return 0, fmt.Errorf("read who is held: %w", err)
		}
		until = max(until, last)
	}
	return until, nil
}

// movePerson moves the open callbacks of customers, and those a caller may still record something about.
func (s store) movePerson(customerIDs []int64, from, to int64) error {
	for part := range slices.Chunk(customerIDs, database.MaxIn) {
		var open []int64
		err := s.Gorm().Model(&Callback{}).
			Where("customer_id IN ? AND (state IN ? OR (state = ? AND lease_until > 0))", part, openStates, Cancelled).
			Pluck("id", &open).Error
		if err != nil {
			return fmt.Errorf("read the open callbacks of customers: %w", err)
		}
		for ids := range slices.Chunk(open, database.MaxIn) {
			if err := s.Gorm().Model(&Callback{}).Where("id IN ?", ids).Update("person_id", to).Error; err != nil {
				return fmt.Errorf("move callbacks to another person: %w", err)
			}
			if err := s.moveHold(ids, from, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveHold moves the hold of a caller whose lease is over and who may still record what happened, unless there is such a hold of
// the other person too: the guard row is one, and a hold that is over keeps nobody away.
func (s store) moveHold(callbackIDs []int64, from, to int64) error {
	var lapsed int64
	if err := s.Gorm().Model(&hold{}).Where("person_id = ?", to).Count(&lapsed).Error; err != nil {
		return fmt.Errorf("read the hold of a person: %w", err)
	}
	if lapsed > 0 {
		return nil
	}
	err := s.Gorm().Model(&hold{}).Where("person_id = ? AND callback_id IN ?", from, callbackIDs).Update("person_id", to).Error
	if err != nil {
		return fmt.Errorf("move a hold to another person: %w", err)
	}
	return nil
}
