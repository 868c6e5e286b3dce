package callback

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

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

// notOver returns the ids of the callbacks of customers that are open, and of those a caller may still record something about.
func (s store) notOver(customerIDs []int64) ([]int64, error) {
	found, err := database.In[Callback](customerIDs, "the callbacks of customers that are not over", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id").
			Where("customer_id IN ? AND (state IN ? OR (state = ? AND lease_until > 0))", part, openStates, Cancelled)
	})
	return idsOf(found), err
}

// movePerson moves the callbacks of customers that are not over.
func (s store) movePerson(customerIDs []int64, from, to int64) error {
	moved, err := s.notOver(customerIDs)
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(database.Distinct(moved), database.MaxIn) {
		if err := s.Gorm().Model(&Callback{}).Where("id IN ?", ids).Update("person_id", to).Error; err != nil {
			return fmt.Errorf("move callbacks to another person: %w", err)
		}
		if err := s.moveHold(ids, from, to); err != nil {
			return err
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
	err := s.Gorm().Model(&hold{}).Where("person_id = ?", from).
		Where(`EXISTS (SELECT 1 FROM callbacks WHERE id IN ? AND callbacks.caller_id = holds.caller_id
			AND callbacks.fence = holds.fence)`, callbackIDs).
		Update("person_id", to).Error
	if err != nil {
		return fmt.Errorf("move a hold to another person: %w", err)
	}
	return nil
}

// calledSince reports whether a person was called, about whatever, since an instant.
func (s store) calledSince(personID int64, since clock.Instant) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Attempt{}).Joins("JOIN callbacks ON callbacks.id = attempts.callback_id").
		Where("callbacks.person_id = ? AND (attempts.started_at > ? OR attempts.ended_at > ?)", personID, since, since), 1)
	if err != nil {
		return false, fmt.Errorf("look for calls of a person since: %w", err)
	}
	return n > 0, nil
}

// highestFence returns the highest fence that the callbacks of a person ever had, also those that are closed: what is recorded of those may
// still be undone or corrected.
func (s store) highestFence(personID int64) (fence int64, err error) {
	err = s.Gorm().Model(&Callback{}).Select("COALESCE(MAX(fence), 0)").Where("person_id = ?", personID).Scan(&fence).Error
	if err != nil {
		return 0, fmt.Errorf("read the fences of person %d: %w", personID, err)
	}
	return fence, nil
}

// mayBeHeld finds what may be held with another callback of its person: what is ready or was claimed, also if it was cancelled under the
// hand. Its arguments are heldStates and Cancelled.
const mayBeHeld = "state IN ? AND (state <> ? OR lease_until > 0)"

var heldStates = []State{Ready, Claimed, Cancelled}

// ofPerson returns the callbacks of a callback's person that can be claimed or are, without it, those with the highest fence first.
func (s store) ofPerson(c Callback) ([]Callback, error) {
	var found []Callback
	err := s.Gorm().
		Where("person_id = ? AND id <> ?", c.PersonID, c.ID).Where(mayBeHeld, heldStates, Cancelled).
		Order("fence DESC").Limit(mostTogether).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read the callbacks of person %d: %w", c.PersonID, err)
	}
	return found, nil
}
