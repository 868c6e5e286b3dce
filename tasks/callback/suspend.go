package callback

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/tie"
)

// suspendedLook is how often a callback that an incident holds is looked at. Freeing it does not wait for that.
const suspendedLook = 24 * time.Hour

// suspension is what a callback was before an incident held it: when that is over, it has as much time left as then.
type suspension struct {
	CallbackID int64 `gorm:"primaryKey;autoIncrement:false"`
	Since      clock.Instant
	ReadyAt    clock.Instant
	DueAt      clock.Instant
	ExpiresAt  clock.Instant
	WaitReason Reason // empty: it did not wait
}

// TableName names the table.
func (suspension) TableName() string { return "suspended_callbacks" }

// suspension returns what the callback is before it is suspended.
func (c *Callback) suspension(now clock.Instant) suspension {
	return suspension{
		CallbackID: c.ID, Since: now, ReadyAt: c.ReadyAt, DueAt: c.DueAt, ExpiresAt: c.ExpiresAt, WaitReason: c.WaitReason,
	}
}

// suspend sets a callback aside that an incident holds. While it is, it is neither overdue nor does it expire.
func (c *Callback) suspend(now clock.Instant) error {
	from, known := c.State, c.suspended()
	if err := c.wait(ReasonIncident, now.Add(suspendedLook), now); err != nil {
		return err
	}
	c.holdTimes()
	if !known {
		c.note(Change{Kind: ChangePutOff, FromState: from, Reason: string(ReasonIncident)})
	}
	return nil
}

func (c *Callback) holdTimes() {
	c.DueAt = max(c.DueAt, c.ReadyAt.Add(slack))
	c.ExpiresAt = max(c.ExpiresAt, c.ReadyAt.Add(afterPause))
}

func (c *Callback) suspended() bool { return c.State == Waiting && c.WaitReason == ReasonIncident }

// resume lets a suspended callback go on as it was before, with as much time left.
func (c *Callback) resume(before suspension, now clock.Instant) error {
	held := now.Sub(before.Since)
	if err := c.wait(cmp.Or(before.WaitReason, ReasonPlanned), max(before.ReadyAt, now), now); err != nil {
		return err
	}
	c.DueAt, c.ExpiresAt = before.DueAt.Add(held), before.ExpiresAt.Add(held)
	c.note(Change{Kind: ChangeResumed, FromState: Waiting, Reason: string(ReasonIncident)})
	return nil
}

// suspend sets a locked callback aside while an incident holds its contact, and remembers what it was.
func (s *Service) suspend(tx database.Tx, c *Callback, now clock.Instant) error {
	if c.usedUp() {
		return s.useUp(tx, c, now)
	}
	before := c.suspension(now)
	if !c.suspended() {
		if err := (store{tx}).keepSuspended(before); err != nil {
			return err
		}
	}
	if err := c.suspend(now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// suspendNew makes callbacks wait that are about to be stored and that an incident holds, and returns what they were, by their place.
func suspendNew(tx database.Tx, callbacks []Callback, now clock.Instant) (map[int]suspension, error) {
	ties, err := tie.Of(tx, contactsOf(callbacks))
	held := make(map[int]suspension)
	for i := range callbacks {
		c := &callbacks[i]
		if ties[c.ContactID].Held {
			held[i] = c.suspension(now)
			c.State, c.WaitReason, c.ReadyAt = Waiting, ReasonIncident, now.Add(suspendedLook)
			c.holdTimes()
		}
	}
	return held, err
}

// Suspend sets the open callbacks of contacts aside that an incident has just begun to hold, and returns how many there are. One in a
// caller's hands is left: they are told at the next beat, it cannot be dialled, and it is set aside when it is given back.
func (s *Service) Suspend(tx database.Tx, contactIDs []int64, now clock.Instant) (int, error) {
	locked, err := lockOpenOf(tx, contactIDs)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range locked {
		c := &locked[i]
		if c.closed() {
			continue
		}
		n++
		if c.inHand(now) || c.suspended() {
			continue
		}
		if err := s.suspend(tx, c, now); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// Unsuspend lets the callbacks of contacts go on that no incident holds any more; each group is the contacts of one person. With one, a
// person is called once: of their callbacks the most urgent goes on, and the others are superseded, but for a second call, in which a reply
// was promised. What a caller has in hand, or has begun to wait for something else, counts as theirs. It returns how many go on and how
// many do not.
func (s *Service) Unsuspend(tx database.Tx, groups [][]int64, one bool, now clock.Instant) (kept, superseded int, err error) {
	locked, err := lockOpenOf(tx, slices.Concat(groups...))
	if err != nil {
		return 0, 0, err
	}
	before, err := store{tx}.suspensions(idsOf(locked))
	if err != nil {
		return 0, 0, err
	}
	if err := (store{tx}).forgetSuspended(idsOf(locked)); err != nil { // another incident may hold some of them all the same
		return 0, 0, err
	}
	for _, group := range groups {
		var open []*Callback
		for i := range locked {
			if c := &locked[i]; !c.closed() && slices.Contains(group, c.ContactID) {
				open = append(open, c)
			}
		}
		slices.SortFunc(open, func(a, b *Callback) int { return compareRelease(a, b, now) })
		for n, c := range open {
			if one && n > 0 && !c.inHand(now) && c.Kind != SecondKind {
				superseded++
				err = s.giveUp(tx, c, ReasonSuperseded, now)
			} else {
				kept++
				err = s.goOn(tx, c, before, now)
			}
			if err != nil {
				return 0, 0, err
			}
		}
	}
	return kept, superseded, nil
}

// goOn lets one callback go on, if it is suspended.
func (s *Service) goOn(tx database.Tx, c *Callback, before map[int64]suspension, now clock.Instant) error {
	if !c.suspended() {
		return nil
	}
	was, known := before[c.ID]
	if !known {
		was = c.suspension(now)
		was.WaitReason, was.ReadyAt = ReasonPlanned, now
	}
	if err := c.resume(was, now); err != nil {
		return err
	}
	if c.ReadyAt.After(now) {
		return s.keep(tx, c, now)
	}
	return s.offer(tx, c, now)
}

// compareRelease orders callbacks of a person by which of them is made: what a caller has in hand, a second call, a time the customer
// named, the most urgent kind and priority, and then the newest.
func compareRelease(a, b *Callback, now clock.Instant) int {
	rank := func(c *Callback) int {
		switch {
		case c.inHand(now):
			return 0
		case c.Kind == SecondKind:
			return 1
		case !c.AppointmentAt.IsZero():
			return 2
		}
		return 3 + slices.Index(Kinds(), c.Kind)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.ID, a.ID))
}

func lockOpenOf(tx database.Tx, contactIDs []int64) ([]Callback, error) {
	open, err := store{tx}.openOfContacts(contactIDs)
	if err != nil {
		return nil, err
	}
	return store{tx}.lockCallbacks(idsOf(open))
}

// CountOpen counts the open callbacks of contacts and those of them that are suspended.
func CountOpen(tx database.Tx, contactIDs []int64) (open, suspended int, err error) {
	callbacks, err := store{tx}.openOfContacts(contactIDs)
	for _, c := range callbacks {
		if open++; c.suspended() {
			suspended++
		}
	}
	return open, suspended, err
}
