package callback_test

import (
	"slices"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
)

// lookAt is the job of a callback whose time has come.
func (d *naive) lookAt(c *callback.Callback) {
	delete(d.look, c.ID)
	switch {
	case !open(c):
	case d.inHand(c):
		d.look[c.ID] = c.LeaseUntil
	case usedUp(c):
		d.useUp(c)
	case c.ExpiresAt <= d.now:
		d.close(c, callback.Cancelled, callback.ReasonExpired)
		d.settle(c)
	case c.State == callback.Waiting && c.ReadyAt <= d.now:
		d.offer(c)
	default:
		d.settle(c)
	}
}

func (d *naive) reassign(c *callback.Callback, to int64) error {
	switch {
	case !open(c):
		return refusal("callback_state")
	case d.inHand(c):
		return refusal("callback_in_hand")
	case usedUp(c):
		return refusal("callback_used_up")
	case to != 0 && !slices.ContainsFunc(d.staff, func(v account.Viewer) bool { return v.UserID == to && v.SeesTeam(c.TeamID) }):
		return refusal("caller_other_team")
	}
	d.reserve(c, to)
	return nil
}

// free takes a callback away from whoever has it, or for whom it is kept.
func (d *naive) freeFrom(c *callback.Callback) error {
	switch {
	case !open(c):
		return refusal("callback_state")
	case d.inHand(c):
		if err := d.release(account.Viewer{UserID: c.CallerID}, c.ID, c.Fence); err != nil {
			return err
		}
		if !open(c) {
			return nil
		}
	case c.ReservedFor == 0:
		return refusal("callback_not_held")
	}
	if c.ReservedFor != 0 {
		d.reserve(c, 0)
	}
	return nil
}

func (d *naive) reserve(c *callback.Callback, to int64) {
	if c.State == callback.Claimed {
		d.free(c)
	}
	if c.State == callback.Ready {
		c.ReadyAt = d.now
	}
	c.ReservedFor, c.KeptMinutes, c.Skips = to, 30, 0
	d.deeds[c.ID]++
	d.settle(c)
}

func (d *naive) cancelByHand(c *callback.Callback) error {
	if !open(c) {
		return refusal("callback_state")
	}
	d.close(c, callback.Cancelled, callback.ReasonByHand)
	d.settle(c)
	return nil
}

// dropRefused takes the callbacks of a customer who has said no away.
func (d *naive) dropRefused(customer int64) {
	for _, c := range d.rows {
		if c.CustomerID != customer || !open(c) {
			continue
		}
		switch verdict := d.may(*c, d.now, 0); {
		case verdict.Refused() == "":
		case verdict.AllowedFrom.IsZero():
			d.close(c, callback.Cancelled, callback.Reason(verdict.First))
			d.settle(c)
		case d.inHand(c):
		case usedUp(c):
			d.useUp(c)
		default:
			d.moveAway(c, verdict)
		}
	}
}

// regroup makes customers records of another person, unless somebody is calling one of the two.
func (d *naive) regroup(customers []int64, from, to int64) error {
	if d.holdOf(from) != nil || d.holdOf(to) != nil {
		return refusal("person_held")
	}
	for _, c := range d.rows {
		if !slices.Contains(customers, c.CustomerID) || !open(c) && !stillHeld(c) {
			continue
		}
		c.PersonID = to
		// Who let their lease lapse may still go on, unless somebody else had the person then.
		if h := d.holdOn(from); h != nil && h.caller == c.CallerID && h.fence == c.Fence && d.holdOn(to) == nil {
			h.person = to
		}
	}
	for _, id := range customers {
		d.persons[id] = to
	}
	return nil
}
