package callback

import (
	"strconv"

	"aftercall/internal/clock"
	"aftercall/tasks/callback/outcome"
)

// freesHand reports whether the act takes a callback out of a caller's hands.
func (a Act) freesHand(c *Callback, now clock.Instant) bool {
	return a.Free && c.inHand(now) && a.Kind != ActPriority && a.Kind != ActCancel
}

// free takes a callback out of its caller's hands, with what they hold together with it: it is one conversation. Their claim is over, and
// what they typed is their draft, also what arrives late. One whose last attempt was made is closed as unreachable.
func (d doing) free(c *Callback) error {
	holder, fence := c.CallerID, c.Fence
	for _, other := range d.locked {
		if other.ID == c.ID || other.PersonID != c.PersonID || !other.heldBy(holder, fence) {
			continue
		}
		if err := d.freeOne(other, holder, fence); err != nil {
			return err
		}
	}
	return d.freeOne(c, holder, fence)
}

func (d doing) freeOne(c *Callback, holder, fence int64) error {
	if err := d.giveBack(d.tx, c, holder, fence, Change{Kind: ChangeFreed, ForUserID: holder}, d.now); err != nil {
		return err
	}
	c.noteWho(d.viewer, d.act.Why)
	d.freed[c.ID] = true
	return d.keep(d.tx, c, d.now)
}

// prioritise puts the callback into another group of urgency. Who has it in hand keeps it.
func (c *Callback) prioritise(priority int, now clock.Instant) {
	c.Priority, c.Skips, c.ChangedAt = priority, 0, now
	c.note(Change{Kind: ChangePrioritised, FromState: c.State, Reason: strconv.Itoa(priority)})
}

// moveTo gives the callback another time. That of an appointment moves with it, and whose it is stays.
func (c *Callback) moveTo(at clock.Instant, terms outcome.Appointments, now clock.Instant) error {
	from, reason, ready := c.State, ReasonPlanned, at
	c.DueAt = at.Add(slack)
	if !c.AppointmentAt.IsZero() {
		c.AppointmentAt, c.AppointmentUntil = at, 0
		reason, ready, c.DueAt = ReasonAppointment, max(now, terms.ReadyAt(at)), terms.DueAt(at, 0)
	}
	c.NotBefore, c.ExpiresAt = at, max(c.ExpiresAt, at.Add(afterPause))
	if err := c.wait(reason, ready, now); err != nil {
		return err
	}
	c.note(Change{Kind: ChangeMoved, FromState: from, Reason: strconv.FormatInt(int64(at), 10)})
	return nil
}

// setAside lets the callback wait until something has happened inside. Whose it is stays.
func (c *Callback) setAside(until, now clock.Instant) error {
	from := c.State
	c.ExpiresAt = max(c.ExpiresAt, until.Add(afterPause))
	if err := c.wait(ReasonPaused, until, now); err != nil {
		return err
	}
	c.note(Change{Kind: ChangePaused, FromState: from, ForUserID: c.ReservedFor})
	return nil
}
