package callback_test

import (
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

func never(o callback.Outcome) bool { return o.BusinessResult == callback.NeverContact }

// finish records an outcome. Permission is asked as it is when the outcome is known.
func (d *naive) finish(v account.Viewer, id, fence int64, o callback.Outcome) error {
	c, had, err := d.known(v, id)
	switch {
	case err != nil:
		return err
	case !had:
		return refusal("callback_not_claimed")
	case !heldBy(c, v.UserID, fence):
		if a := d.attemptOf(id, fence); a == nil || a.CallerID != v.UserID || !a.says(o) {
			d.keepTyped(v, c, fence, o.Note)
		}
		return stale
	case d.cannotPromise(c, o) != nil:
		return d.cannotPromise(c, o)
	}
	with := d.heldWith(c)
	d.record(v, c, o)
	delete(d.drafts, [2]int64{c.ID, v.UserID})
	for _, other := range with {
		switch {
		case never(o):
			if verdict := d.may(*other, d.now, 0); !verdict.Allowed && open(other) {
				other.LeaseUntil = 0
				d.moveAway(other, verdict)
			}
		case o.CallResult != callback.Reached && other.CustomerID == c.CustomerID: // nobody took the call that was made for both
			o.NoteForNext = other.NoteForNext
			d.record(v, other, o)
		}
	}
	return nil
}

// cannotPromise says why an appointment cannot be made: it is at night, or as many were promised for that quarter of an hour as may be.
func (d *naive) cannotPromise(c *callback.Callback, o callback.Outcome) error {
	slot := func(at clock.Instant) int64 { return int64(at) / (15 * 60 * 1_000_000) }
	promised := 0
	for _, other := range d.rows {
		if other.ID != c.ID && open(other) && other.TeamID == c.TeamID && slot(other.AppointmentAt) == slot(o.AppointmentAt) {
			promised++
		}
	}
	switch {
	case o.AppointmentAt == 0:
		return nil
	case !openHours(o.AppointmentAt):
		return refusal("appointment_at outside_hours")
	case o.AppointmentUntil > 0 && !openHours(o.AppointmentUntil-1):
		return refusal("appointment_until outside_hours")
	case promised >= d.set.Appointments.PerSlot:
		return refusal("appointment_at slot_full")
	}
	return nil
}

// attemptUnder is the newest attempt of a claim; nil when nothing was dialled.
func (d *naive) attemptUnder(c *callback.Callback) *paperAttempt { return d.attemptOf(c.ID, c.Fence) }

func (d *naive) attemptOf(callbackID, fence int64) (a *paperAttempt) {
	for _, made := range d.attempts {
		if made.CallbackID == callbackID && made.Fence == fence {
			a = made
		}
	}
	return a
}

func (d *naive) record(v account.Viewer, c *callback.Callback, o callback.Outcome) {
	a := d.attemptUnder(c)
	noDial := a == nil
	if noDial {
		a = d.beginAttempt(c, c.ClaimedAt)
	}
	a.noDial, a.deeds = noDial, d.deeds[c.ID]
	a.before, a.EndedAt, a.CallResult, a.BusinessResult, a.Note = *c, d.now, o.CallResult, o.BusinessResult, o.Note
	a.handOn, a.leaveAt = true, d.now.Add(callback.UndoTime)
	c.Slot, c.CallerBefore = callback.SlotCurrent, 0
	d.follow(c, v.UserID, o, d.now)
	d.nextAllowed(c)
	if !never(o) && c.State != callback.Cancelled {
		d.drop(func(h paperHold) bool {
			return h.caller == v.UserID && h.slot == callback.SlotUndo && h.person != c.PersonID
		})
		if h := d.holdUnder(c); h != nil && d.lastIn(c) {
			h.slot, h.until = callback.SlotUndo, d.now.Add(callback.UndoTime)
		}
	}
	d.settle(c)
}

// follow is what an outcome makes of a callback.
func (d *naive) follow(c *callback.Callback, caller int64, o callback.Outcome, at clock.Instant) {
	c.CallResult, c.Note, c.NoteForNext = o.CallResult, o.Note, o.NoteForNext
	if o.BusinessResult != "" {
		c.BusinessResult = o.BusinessResult
	}
	if open(c) {
		c.OfferedAt = 0
	}
	code := d.set.Deciding(string(o.CallResult), string(o.BusinessResult))
	end := func(why callback.Reason) {
		c.State, c.CloseReason, c.ClosedAt, c.LeaseUntil, c.WaitReason = callback.Finished, why, at, 0, ""
	}
	switch {
	case c.State == callback.Cancelled:
		c.LeaseUntil = 0
	case code.Is(outcome.Appointment):
		c.AppointmentAt, c.AppointmentUntil, c.Priority, c.ReservedFor, c.Skips = o.AppointmentAt, o.AppointmentUntil, 1, 0, 0
		if o.AppointmentFor == callback.ForMe {
			c.ReservedFor, c.KeptMinutes = caller, 40
		}
		c.DueAt, c.MaxAttempts = o.AppointmentAt.Add(20*time.Minute), max(c.MaxAttempts, c.Attempts+1)
		if o.AppointmentUntil > 0 {
			c.DueAt = o.AppointmentUntil
		}
		c.ExpiresAt = max(c.ExpiresAt, o.AppointmentAt.Add(7*24*time.Hour))
		d.wait(c, callback.ReasonAppointment, max(at, o.AppointmentAt.Add(-5*time.Minute)))
	case code.Retry == nil:
		end(callback.Reason(code.Key))
	case c.Attempts >= c.MaxAttempts:
		end(callback.ReasonUnreachable)
	default:
		c.ReservedFor, c.AppointmentAt, c.AppointmentUntil = 0, 0, 0
		d.wait(c, callback.Reason(code.Key), at.Add(time.Duration(code.Retry.After)*time.Minute))
	}
}

// nextAllowed moves a callback that waits to when it may be made.
func (d *naive) nextAllowed(c *callback.Callback) {
	if c.State != callback.Waiting {
		return
	}
	verdict := d.may(*c, c.ReadyAt, 0)
	switch {
	case verdict.Allowed:
	case verdict.AllowedFrom.IsZero():
		d.close(c, callback.Cancelled, callback.Reason(verdict.First))
	default:
		c.ReadyAt = verdict.AllowedFrom
		c.DueAt = max(c.DueAt, c.ReadyAt.Add(30*time.Minute))
	}
}

// takeBack makes a callback what it was before the outcome of an attempt, in its caller's hands. How often it was tried stays.
func (d *naive) takeBack(c *callback.Callback, a *paperAttempt) {
	now := *c
	*c = a.before
	c.PersonID, c.TeamID, c.CallerID, c.Fence, c.Attempts, c.ClaimedAt, c.DialledAt =
		now.PersonID, now.TeamID, a.CallerID, now.Fence, now.Attempts, now.ClaimedAt, now.DialledAt
	c.State, c.Slot, c.CloseReason, c.ClosedAt = callback.Claimed, callback.SlotCurrent, "", 0
	c.LeaseUntil, c.CallerBefore = d.now.Add(callback.Lease), 0
}

func (d *naive) undo(v account.Viewer, id int64) (string, error) {
	c, had, err := d.known(v, id)
	a := d.attemptUnder(c)
	switch {
	case err != nil:
		return "", err
	case !had:
		return "", refusal("callback_not_claimed")
	case a == nil || a.EndedAt.IsZero() || c.CallerID != v.UserID:
		return "", refusal("outcome_at_work")
	case !d.now.Before(a.EndedAt.Add(callback.UndoTime)):
		return "", refusal("outcome_at_work")
	case a.BusinessResult == callback.NeverContact:
		return "", refusal("outcome_suppresses")
	}
	if err := d.makeRoom(v, c); err != nil {
		return "", err
	}
	c.PersonID = d.persons[c.CustomerID]
	var undone []*callback.Callback
	if a.BusinessResult == "" {
		for _, o := range d.claimedWith(c) {
			if slices.ContainsFunc(d.attempts, func(other *paperAttempt) bool {
				return other.CallbackID == o.ID && other.Fence == c.Fence && other.EndedAt == a.EndedAt && other.CallerID == v.UserID
			}) && o.State != callback.Cancelled { // under the hand: it stays so
				undone = append(undone, o)
			}
		}
	}
	typed := a.Note
	for _, one := range append(undone, c) {
		made := d.attemptUnder(one)
		if !made.handOn || one.State != callback.Waiting && one.State != callback.Finished {
			return "", refusal("outcome_at_work")
		}
		d.takeBack(one, made)
		made.EndedAt, made.CallResult, made.BusinessResult, made.Note, made.handOn = 0, "", "", "", false
		if made.noDial {
			one.Attempts, one.DialledAt = one.Attempts-1, 0
			d.attempts = slices.DeleteFunc(d.attempts, func(other *paperAttempt) bool { return other == made })
		}
		d.settle(one)
	}
	d.drafts[[2]int64{c.ID, v.UserID}], d.typedAt[[2]int64{c.ID, v.UserID}] = typed, d.now
	if !d.take(holdFor(c)) {
		return "", refusal("outcome_at_work")
	}
	d.together(c)
	for _, o := range d.claimedWith(c) {
		if o.State == callback.Claimed {
			o.Slot = c.Slot
		}
	}
	return d.desk(c), nil
}

// makeRoom gives back what a caller has taken up since, unless they have dialled it. What is kept for them stays so.
func (d *naive) makeRoom(v account.Viewer, c *callback.Callback) error {
	held := d.hands(v.UserID, callback.SlotCurrent)
	if len(held) > 0 && held[0].Fence == c.Fence && held[0].PersonID == c.PersonID {
		return nil
	}
	for _, one := range held {
		if !one.DialledAt.IsZero() {
			return refusal("undo_dialled")
		}
		d.leave(one, func() { d.free(one) })
	}
	return nil
}

// correct replaces an outcome by another one, as if that had been recorded when the call ended.
func (d *naive) correct(v account.Viewer, a *paperAttempt, o callback.Outcome) error {
	c := d.row(a.CallbackID)
	last := a.No == c.Attempts
	switch {
	case a.CallerID != v.UserID && v.Role == account.Caller:
		return refusal("attempt_unknown")
	case a.EndedAt.IsZero():
		return refusal("correct_nothing")
	case d.cannotPromise(c, o) != nil:
		return d.cannotPromise(c, o)
	case last && d.inHand(c) && c.Slot == callback.SlotCurrent:
		return refusal("correct_in_hand")
	}
	a.CallResult, a.BusinessResult, a.Note, a.handOn, a.leaveAt = o.CallResult, o.BusinessResult, o.Note, true, d.now
	if last {
		d.followAnew(c, a, o)
	}
	return nil
}

// followAnew lets a callback follow from a corrected outcome, unless people did something with it since that stands.
func (d *naive) followAnew(c *callback.Callback, a *paperAttempt, o callback.Outcome) {
	if c.State == callback.Claimed { // left, or only next
		if d.inHand(c) {
			d.lapse(c)
		}
		d.free(c)
		d.settle(c)
	}
	since := *c
	if c.State != callback.Cancelled {
		d.takeBack(c, a)
		d.follow(c, a.CallerID, o, a.EndedAt)
	}
	if c.State == callback.Cancelled || d.deeds[c.ID] > a.deeds && open(c) {
		*c = since
		c.CallResult, c.BusinessResult, c.Note = o.CallResult, o.BusinessResult, o.Note
		return
	}
	if c.State == callback.Waiting {
		c.ReadyAt = max(c.ReadyAt, d.now)
		d.nextAllowed(c)
	}
	d.settle(c)
}

// says reports whether an outcome is what was recorded about an attempt.
func (a *paperAttempt) says(o callback.Outcome) bool {
	return a.CallResult == o.CallResult && a.BusinessResult == o.BusinessResult && a.Note == o.Note
}
