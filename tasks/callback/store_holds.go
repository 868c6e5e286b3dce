package callback

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// errHeld means that the person is held by somebody else, or the caller holds somebody else in that slot.
var errHeld = errors.New("the person is held")

// Slot is one of the hands of whoever calls: in each they hold one person. A batch makes slots of its own.
type Slot string

// The slots of a caller at the desk.
const (
	SlotCurrent Slot = "current" // whom they call
	SlotNext    Slot = "next"    // whom they call next; not shown to anybody else meanwhile
	SlotUndo    Slot = "undo"    // whose outcome they may still take back
)

// hold is the guard row of a conversation: a caller has a person, and with them the callbacks of the person that were claimed with the
// same fence. A callback that is finished leaves the hold; the hold goes with the last.
type hold struct {
	PersonID   int64 `gorm:"primaryKey;autoIncrement:false"`
	CallerID   int64
	Slot       Slot
	CallbackID int64 // which it was taken for; the desk shows it first
	Fence      int64
	UntilAt    clock.Instant
}

// TableName names the table.
func (hold) TableName() string { return "holds" }

// heldPersons selects the persons somebody is calling; its one argument is the current instant.
const heldPersons = "(SELECT person_id FROM holds WHERE until_at > ?)"

// holdOf is the hold under which a claimed callback is, or is to be.
func holdOf(c Callback) hold {
	return hold{
		PersonID: c.PersonID, CallerID: c.CallerID, Slot: c.Slot, CallbackID: c.ID, Fence: c.Fence, UntilAt: c.LeaseUntil,
	}
}

// hold takes the guard row of a person, or extends it for who has it. It returns errHeld when somebody else has it, or when the caller
// already holds another person in that slot: the same click twice. Mostly there is no hold of the person and none in the slot.
func (s store) hold(h hold, now clock.Instant) error {
	err := s.Gorm().Create(&h).Error
	if database.IsTaken(err) {
		return s.takeOver(h, now)
	}
	if err != nil {
		return fmt.Errorf("hold person: %w", err)
	}
	return nil
}

// takeOver is hold where there are holds already, which may be over.
func (s store) takeOver(h hold, now clock.Instant) error {
	if err := s.emptySlot(h, now); err != nil {
		return err
	}
	r := s.Gorm().Model(&hold{}).
		Where("person_id = ? AND (until_at <= ? OR (caller_id = ? AND fence = ?))", h.PersonID, now, h.CallerID, h.Fence).
		Updates(map[string]any{
			"callback_id": h.CallbackID, "caller_id": h.CallerID, "slot": h.Slot, "fence": h.Fence, "until_at": h.UntilAt,
		})
	err := r.Error
	if err == nil && r.RowsAffected == 0 {
		err = s.Gorm().Create(&h).Error
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errHeld
	}
	if err != nil {
		return fmt.Errorf("hold person: %w", err)
	}
	return nil
}

// emptySlot forgets whom the caller held in the slot before, if that is over.
func (s store) emptySlot(h hold, now clock.Instant) error {
	err := s.Gorm().Where("caller_id = ? AND slot = ? AND until_at <= ? AND person_id <> ?", h.CallerID, h.Slot, now, h.PersonID).
		Delete(&hold{}).Error
	if err != nil {
		return fmt.Errorf("end lapsed holds: %w", err)
	}
	return nil
}

// extendHold moves the end of a callback's hold, and of the leases of what is held with it. It returns errHeld when there is none any
// more: by another process's clock it was over, and somebody took the person.
func (s store) extendHold(c Callback) error {
	r := s.Gorm().Model(&hold{}).Where("person_id = ? AND caller_id = ? AND fence = ?", c.PersonID, c.CallerID, c.Fence).
		Update("until_at", c.LeaseUntil)
	if r.Error != nil {
		return fmt.Errorf("extend hold: %w", r.Error)
	}
	if r.RowsAffected == 0 {
		return errHeld
	}
	return s.extendTogether(c)
}

// forgetDials makes the next call to a person another one, also for what the last one was finished for: the lease was over.
func (s store) forgetDials(c Callback) error {
	if err := s.claimedTogether(c).Model(&Callback{}).Update("dialled_at", 0).Error; err != nil {
		return fmt.Errorf("forget the dials of callback %d: %w", c.ID, err)
	}
	return s.extendTogether(c)
}

// extendTogether gives what is held together with a callback its lease.
func (s store) extendTogether(c Callback) error {
	err := s.claimedTogether(c).Model(&Callback{}).Where("state = ? AND id <> ?", Claimed, c.ID).Update("lease_until", c.LeaseUntil).Error
	if err != nil {
		return fmt.Errorf("extend what is held with callback %d: %w", c.ID, err)
	}
	return nil
}

// bringAlong puts what is still held together with a callback into its slot, for as long as it.
func (s store) bringAlong(c Callback) error {
	err := s.claimedTogether(c).Model(&Callback{}).Where("state = ? AND id <> ?", Claimed, c.ID).
		Updates(map[string]any{"slot": c.Slot, "lease_until": c.LeaseUntil}).Error
	if err != nil {
		return fmt.Errorf("bring along what is held with callback %d: %w", c.ID, err)
	}
	return nil
}

// claimedTogether selects the callbacks that were claimed together with one, itself among them, whatever became of them since.
func (s store) claimedTogether(c Callback) *gorm.DB {
	return s.under(holdOf(c)).Where("claimed_at = ?", c.ClaimedAt)
}

// under selects the callbacks that were claimed under a hold, whatever became of them since. The sum keeps databases from walking all that
// the caller ever had instead of the person's few.
func (s store) under(h hold) *gorm.DB {
	return s.Gorm().Where("person_id = ? AND caller_id + 0 = ? AND fence = ?", h.PersonID, h.CallerID, h.Fence)
}

// leaveHold takes a callback out of its hold, which ends when it was the last in it, unless its outcome may be undone.
func (s store) leaveHold(c Callback) error {
	h, last, err := s.lastInHold(c)
	if err != nil || !last || h.Slot == SlotUndo {
		return err
	}
	if err := s.Gorm().Where("person_id = ?", h.PersonID).Delete(&hold{}).Error; err != nil {
		return fmt.Errorf("end hold: %w", err)
	}
	return nil
}

// lastInHold locks the hold under which a callback is, and reports whether there is one and nothing else in it. It looks for what else is
// without a lock, and not as part of the next statement, where databases lock what they look at.
func (s store) lastInHold(c Callback) (h hold, last bool, err error) {
	var holds []hold
	err = s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("person_id = ? AND fence = ?", c.PersonID, c.Fence).Limit(1).Find(&holds).Error
	if err != nil {
		return hold{}, false, fmt.Errorf("lock hold: %w", err)
	}
	if len(holds) == 0 {
		return hold{}, false, nil
	}
	var others []int64
	err = s.under(holds[0]).Model(&Callback{}).
		Where("state IN ? AND lease_until > 0 AND id <> ?", []State{Claimed, Cancelled}, c.ID).Limit(1).Pluck("id", &others).Error
	if err != nil {
		return hold{}, false, fmt.Errorf("read what is held: %w", err)
	}
	return holds[0], len(others) == 0, nil
}

// keepForUndo keeps the person of a callback that is being finished, and that is the last in its hold, for who may still undo its
// outcome. Whom the caller could undo before is let go.
func (s store) keepForUndo(c Callback, until clock.Instant) error {
	err := s.Gorm().Where("caller_id = ? AND slot = ? AND person_id <> ?", c.CallerID, SlotUndo, c.PersonID).Delete(&hold{}).Error
	if err != nil {
		return fmt.Errorf("let the person before go: %w", err)
	}
	h, last, err := s.lastInHold(c)
	if err != nil || !last {
		return err
	}
	err = s.Gorm().Model(&hold{}).Where("person_id = ?", h.PersonID).Updates(map[string]any{"slot": SlotUndo, "until_at": until}).Error
	if err != nil {
		return fmt.Errorf("hold a person for undo: %w", err)
	}
	return nil
}

// lapse ends a hold and the leases of what is held under it, as time would: who has it may claim it in another slot.
func (s store) lapse(c *Callback, now clock.Instant) error {
	c.LeaseUntil = now
	err := s.Gorm().Model(&hold{}).Where("person_id = ? AND caller_id = ? AND fence = ?", c.PersonID, c.CallerID, c.Fence).
		Update("until_at", now).Error
	if err != nil {
		return fmt.Errorf("end hold: %w", err)
	}
	return s.extendTogether(*c)
}

// inHands returns the callbacks a caller holds in the slots, at most 50: by slot, in each the one it was taken for first, then by urgency.
// One that was cancelled under their hands is among them until its lease ends.
func (s store) inHands(callerID int64, now clock.Instant, slots ...Slot) ([]Callback, error) {
	var holds []hold
	err := s.Gorm().Where("caller_id = ? AND slot IN ? AND until_at > ?", callerID, slots, now).
		Order("slot").Limit(len(slots)).Find(&holds).Error
	if err != nil {
		return nil, fmt.Errorf("read holds: %w", err)
	}
	var all []Callback
	for _, h := range holds {
		var found []Callback
		err := s.under(h).
			Where("state IN ? AND lease_until > 0", []State{Claimed, Cancelled}).
			Order(fmt.Sprintf("CASE WHEN id = %d THEN 0 ELSE 1 END, priority, skips, due_at, id", h.CallbackID)).
			Limit(mostTogether).Find(&found).Error
		if err != nil {
			return nil, fmt.Errorf("read held callbacks: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// together returns what is held together with a callback, without it, by urgency.
func (s store) together(c Callback, now clock.Instant) ([]Callback, error) {
	if !c.LeaseUntil.After(now) {
		return nil, nil
	}
	return listCallbacks(s.claimedTogether(c).
		Where("state IN ? AND lease_until > 0 AND id <> ?", []State{Claimed, Cancelled}, c.ID).
		Order("priority, skips, due_at, id").Limit(mostTogether))
}

// lockTogether locks what is held together with a callback, without it.
func (s store) lockTogether(c Callback) ([]Callback, error) {
	locked, err := s.lockClaimedWith(c)
	return slices.DeleteFunc(locked, func(o Callback) bool { return !o.heldBy(c.CallerID, c.Fence) }), err
}

// lockClaimedWith locks what was claimed together with a callback, without it, whatever became of it since. It is looked for without a
// lock: a database locks all it walks over, also what somebody else has who waits for us.
func (s store) lockClaimedWith(c Callback) ([]Callback, error) {
	seen, err := listCallbacks(s.claimedTogether(c).Select("id").Where("id <> ?", c.ID).Limit(mostTogether))
	if err != nil {
		return nil, err
	}
	return s.lockCallbacks(idsOf(seen))
}

// mostTogether bounds how many callbacks of one person are claimed together.
const mostTogether = 50

// promoteHold makes the next person of a caller the one they call. It returns errHeld when they call another one.
func (s store) promoteHold(c Callback, now clock.Instant) error {
	h := holdOf(c)
	if err := s.emptySlot(h, now); err != nil {
		return err
	}
	r := s.Gorm().Model(&hold{}).
		Where("person_id = ? AND caller_id = ? AND fence = ? AND slot = ?", h.PersonID, h.CallerID, h.Fence, SlotNext).
		Updates(map[string]any{"slot": h.Slot, "callback_id": h.CallbackID, "until_at": h.UntilAt})
	if errors.Is(r.Error, gorm.ErrDuplicatedKey) || (r.Error == nil && r.RowsAffected == 0) {
		return errHeld
	}
	if r.Error != nil {
		return fmt.Errorf("hold the next person: %w", r.Error)
	}
	return nil
}
