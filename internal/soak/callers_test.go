package soak

import (
	"errors"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// work lets a caller ask for the next callback, and plans what they do with it.
func (c *centre) work(n int) {
	again := func(d time.Duration) { c.after(d, func() { c.work(n) }) }
	if hour := c.hour(); hour < 6 || hour > 22 {
		again(c.between(5*time.Minute, 30*time.Minute))
		return
	}
	caller := c.callers[n]
	desk, err := c.Callbacks.Claim(c.t.Context(), caller)
	switch {
	case errors.Is(err, callback.ErrNothingReady):
		c.did("nothing ready", "for %s", caller.Name)
		if supply, err := c.Callbacks.Supply(c.t.Context(), caller); err != nil || supply.Ready > 0 {
			c.t.Errorf("%s got nothing of the %d callbacks that are ready: %v", caller.Name, supply.Ready, err)
		}
		again(c.between(time.Minute, 6*time.Minute))
		return
	case !c.ok("claim", err, fault.Unavailable):
		again(time.Minute)
		return
	}
	who := c.customerOf(desk.Callback.CustomerID)
	c.did("claimed", "callback %d of %s by %s", desk.Callback.ID, who.input.Reference, caller.Name)
	c.mustBeReachable(who, desk.Callback.ClaimedAt, "a callback was offered")
	id, fence := desk.Callback.ID, desk.Callback.Fence
	switch {
	case c.chance(6):
		c.after(c.between(time.Second, time.Minute), func() {
			_, err := c.Callbacks.Skip(c.t.Context(), caller, id, fence, pick(c, callback.SkipReasons()...))
			c.gaveBack("skip", err, id)
			again(c.between(time.Second, time.Minute))
		})
	case c.chance(6):
		c.after(c.between(time.Second, time.Minute), func() {
			_, err := c.Callbacks.Release(c.t.Context(), caller, id, fence)
			c.gaveBack("release", err, id)
			again(c.between(2*time.Minute, 10*time.Minute))
		})
	case c.chance(8): // goes home
		c.did("walked away", "from callback %d", id)
		again(c.between(20*time.Minute, 2*time.Hour))
	default:
		c.after(c.between(5*time.Second, 2*time.Minute), func() { c.dial(n, desk, again) })
	}
}

func (c *centre) gaveBack(how string, err error, id int64) {
	if c.ok(how, err, fault.Conflict) {
		c.did(how, "callback %d", id)
	}
}

// dial calls the customer, and plans how it ends.
func (c *centre) dial(n int, desk callback.Desk, again func(time.Duration)) {
	caller, id, fence := c.callers[n], desk.Callback.ID, desk.Callback.Fence
	if _, err := c.Callbacks.Dial(c.t.Context(), caller, id, fence); !c.ok("dial", err, fault.Conflict) {
		_, err := c.Callbacks.Release(c.t.Context(), caller, id, fence)
		c.gaveBack("release", err, id)
		again(c.between(time.Second, time.Minute))
		return
	}
	who := c.customerOf(desk.Callback.CustomerID)
	c.did("dialled", "callback %d of %s", id, who.input.Reference)
	c.mustBeReachable(who, c.Now(), "a call was let through")
	switch {
	case c.chance(5): // the line drops
		c.after(c.between(5*time.Second, time.Minute), func() { c.dial(n, desk, again) })
	case c.chance(6): // the caller never comes back to it
		c.did("left", "callback %d after the call", id)
		again(c.between(20*time.Minute, time.Hour))
	case c.chance(5): // a long talk: the draft keeps the claim
		c.after(14*time.Minute, func() { c.draft(caller, desk) })
		c.after(c.between(15*time.Minute, 28*time.Minute), func() { c.finish(n, desk, again) })
	default:
		c.after(c.between(20*time.Second, 7*time.Minute), func() { c.finish(n, desk, again) })
	}
}

func (c *centre) draft(caller account.Viewer, desk callback.Desk) {
	typed := callback.Outcome{Note: "still talking"}
	_, err := c.Callbacks.SaveDraft(c.t.Context(), caller, desk.Callback.ID, desk.Callback.Fence, typed)
	if c.ok("draft", err, fault.Conflict) {
		c.did("draft", "callback %d", desk.Callback.ID)
	}
}

func (c *centre) finish(n int, desk callback.Desk, again func(time.Duration)) {
	again(c.between(5*time.Second, 2*time.Minute))
	outcome := c.outcome(desk)
	finish := func() error {
		_, err := c.Callbacks.Finish(c.t.Context(), c.callers[n], desk.Callback.ID, desk.Callback.Fence, outcome)
		return err
	}
	err := finish()
	if outcome.BusinessResult == callback.Appointment && fault.Is(err, fault.Invalid) { // other hours were published during the call
		c.did("appointment refused", "%v", err)
		outcome = callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
		err = finish()
	}
	if !c.ok("finish", err, fault.Conflict) {
		return
	}
	if outcome.BusinessResult == callback.NeverContact {
		c.noContact[desk.Callback.CustomerID], c.noSurveys[desk.Callback.CustomerID] = c.Now(), c.Now()
	}
	c.did("finished", "callback %d: %s %s", desk.Callback.ID, outcome.CallResult, outcome.BusinessResult)
}

// outcome draws how a call ends.
func (c *centre) outcome(desk callback.Desk) callback.Outcome {
	if c.chance(35) {
		return callback.Outcome{CallResult: pick(c, callback.NoAnswer, callback.Busy, callback.Off, callback.OutOfService,
			callback.WrongNumber, callback.Rejected, callback.NotThePerson)}
	}
	o := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
	switch {
	case c.chance(15) && len(desk.Times) > 0:
		o.BusinessResult, o.AppointmentAt = callback.Appointment, pick(c, desk.Times...)
		o.AppointmentFor = pick(c, callback.ForMe, callback.ForAnybody)
	case c.chance(3):
		o.BusinessResult = callback.NeverContact
	case c.chance(30):
		o.BusinessResult, o.Note = pick(c, callback.NotSolved, callback.Complaint, callback.Declined), "is not happy"
	}
	if c.chance(50) {
		o.Answers = callback.Answers{Rating: new(1 + c.random.IntN(5)), Solved: new(c.chance(70))}
	}
	return o
}

// supervise lets the supervisor look after a callback or a case.
func (c *centre) supervise() {
	ctx := c.t.Context()
	var err error
	var what string
	switch c.random.IntN(3) {
	case 0:
		what = "planned by hand"
		err = c.Decisions.PlanByHand(ctx, c.supervisor, 1+c.random.Int64N(int64(max(c.cases, 1))), handPlan(c))
	default:
		var open []worklist.Row
		if open, err = c.Worklist.List(ctx, c.supervisor, worklist.Filter{State: pick(c, callback.Waiting, callback.Ready)}); err != nil {
			break
		}
		if len(open) == 0 {
			return
		}
		id := pick(c, open...).Callback.ID
		if what = "cancelled by hand"; c.chance(60) {
			what = "reassigned"
			err = c.Callbacks.Reassign(ctx, c.supervisor, id, pick(c, c.callers...).UserID, "knows them")
			break
		}
		err = c.Callbacks.CancelByHand(ctx, c.supervisor, id, "not worth it")
	}
	if c.ok(what, err, fault.Conflict, fault.NotFound, fault.Unavailable) {
		c.did(what, "")
	}
}
