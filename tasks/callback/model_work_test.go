package callback_test

import (
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	newer "aftercall/internal/contact/history"
	"aftercall/tasks/callback"
)

// renew gives a claim a new lease: for what is typed, and before a call.
func (d *naive) renew(c *callback.Callback) error {
	over := c.LeaseUntil <= d.now
	if !over {
		if !d.extend(c, d.now.Add(callback.Lease)) {
			return stale
		}
		return nil
	}
	c.DialledAt, c.LeaseUntil = 0, d.now.Add(callback.Lease)
	c.PersonID = d.persons[c.CustomerID]
	if !d.take(holdFor(c)) {
		return stale
	}
	for _, o := range d.claimedWith(c) { // the next dial is another call
		o.DialledAt = 0
	}
	d.together(c)
	return nil
}

// saveDraft keeps what was typed, also under a claim that is lost. A stale claim changes nothing else.
func (d *naive) saveDraft(v account.Viewer, id, fence int64, note string) error {
	c, had, err := d.known(v, id)
	if err == nil && !had {
		err = refusal("callback_not_claimed")
	}
	if err != nil {
		return err
	}
	d.keepTyped(v, c, fence, note)
	if !heldBy(c, v.UserID, fence) {
		return stale
	}
	tried := d.copied()
	if err := tried.renew(tried.row(id)); err != nil {
		if c.LeaseUntil <= d.now {
			d.emptyHand(holdFor(c))
		}
		return err
	}
	*d = tried
	return nil
}

// keepTyped keeps what was typed, unless it comes from an earlier claim and the viewer has typed since.
func (d *naive) keepTyped(v account.Viewer, c *callback.Callback, fence int64, note string) {
	on := [2]int64{c.ID, v.UserID}
	again := c.State == callback.Claimed && c.CallerID == v.UserID && c.Fence != fence
	if _, typed := d.drafts[on]; typed && again && d.typedAt[on] >= c.ClaimedAt {
		return
	}
	d.drafts[on], d.typedAt[on] = note, d.now
}

func (d *naive) dial(v account.Viewer, id, fence int64) error {
	c, had, err := d.known(v, id)
	switch why := d.overtaken(c); {
	case err != nil:
		return err
	case !had:
		return refusal("callback_not_claimed")
	case !heldBy(c, v.UserID, fence):
		return stale
	case c.State == callback.Cancelled:
		return refusal("dial_refused " + c.CloseReason)
	case why == callback.ReasonReopened, why != "" && c.DialledAt.IsZero():
		return refusal("dial_refused " + why)
	}
	if err := d.renew(c); err != nil {
		return err
	}
	call := d.callOn(c)
	var redial int64
	if call != nil {
		redial = call.ID
	}
	verdict := d.may(*c, d.now, redial)
	switch another := c.DialledAt.IsZero(); {
	case another && usedUp(c):
		return refusal("dial_refused unreachable")
	case !verdict.Allowed:
		return refusal("dial_refused " + string(verdict.First))
	case another:
		d.beginAttempt(c, d.now)
	}
	return nil
}

// callOn returns the attempt under which the customer was dialled in the call that is on.
func (d *naive) callOn(c *callback.Callback) *paperAttempt {
	for _, a := range d.attempts {
		of := d.row(a.CallbackID)
		same := of.ID == c.ID || slices.Contains(d.claimedWith(c), of)
		if same && of.CustomerID == c.CustomerID && a.Fence == c.Fence && of.DialledAt > 0 && a.StartedAt == of.DialledAt {
			return a
		}
	}
	return nil
}

func (d *naive) beginAttempt(c *callback.Callback, at clock.Instant) *paperAttempt {
	c.Attempts++
	c.DialledAt = at
	a := &paperAttempt{}
	a.CallbackID, a.No, a.CallerID, a.Fence, a.ClaimedAt, a.StartedAt = c.ID, c.Attempts, c.CallerID, c.Fence, c.ClaimedAt, at
	d.attempts = append(d.attempts, a)
	return a
}

// leave ends a claim without an outcome.
func (d *naive) leave(c *callback.Callback, next func()) {
	switch {
	case usedUp(c):
		d.close(c, callback.Finished, callback.ReasonUnreachable)
	case !open(c):
		c.LeaseUntil = 0
	default:
		next()
	}
	d.settle(c)
}

func (d *naive) giveBack(v account.Viewer, c *callback.Callback) {
	d.leave(c, func() {
		d.free(c)
		if c.State == callback.Ready && c.ReservedFor == v.UserID {
			c.ReservedFor = 0
		}
	})
}

func (d *naive) release(v account.Viewer, id, fence int64) error {
	c, err := d.mine(v, id, fence)
	if err != nil {
		return err
	}
	for _, one := range append(d.heldWith(c), c) {
		d.giveBack(v, one)
		if one.State == callback.Ready && d.overtaken(one) == callback.ReasonNewer {
			d.wait(one, callback.ReasonNewer, d.now.Add(newer.LookAgain))
			d.settle(one)
		}
	}
	return nil
}

func (d *naive) skip(v account.Viewer, id, fence int64) error {
	c, err := d.mine(v, id, fence)
	if err != nil {
		return err
	}
	for _, one := range append(d.heldWith(c), c) {
		d.leave(one, func() {
			one.ReservedFor = 0
			d.deeds[one.ID]++
			one.Skips++
			pause := 30 * time.Minute
			for range one.Skips - 1 {
				pause = min(2*pause, 24*time.Hour)
			}
			if early(one, d.now.Add(pause)) {
				d.free(one)
				return
			}
			d.wait(one, callback.ReasonSkipped, d.now.Add(pause))
		})
	}
	return nil
}

func (d *naive) transfer(v account.Viewer, id, fence int64, to callback.Handover) error {
	c, err := d.mine(v, id, fence)
	if err != nil {
		return err
	}
	may := func(c *callback.Callback) bool {
		return to.TeamID != 0 || slices.ContainsFunc(d.staff, func(s account.Viewer) bool {
			return s.UserID == to.CallerID && s.UserID != v.UserID && s.SeesTeam(c.TeamID)
		})
	}
	if !may(c) {
		return refusal("transfer_to transfer_unknown")
	}
	for _, one := range append(d.heldWith(c), c) {
		if !may(one) {
			d.giveBack(v, one)
			continue
		}
		if to.TeamID != 0 {
			d.sort(one, to.TeamID)
		}
		d.leave(one, func() {
			d.free(one)
			one.ReservedFor, one.KeptMinutes, one.Skips, one.NoteForNext = to.CallerID, 30, 0, to.Words
			d.deeds[one.ID]++
		})
	}
	return nil
}

func (d *naive) pause(v account.Viewer, id, fence int64, until clock.Instant) error {
	c, err := d.mine(v, id, fence)
	if err != nil {
		return err
	}
	d.leave(c, func() {
		d.deeds[c.ID]++
		c.ReservedFor, c.KeptMinutes, c.ExpiresAt = v.UserID, 30, max(c.ExpiresAt, until.Add(24*time.Hour))
		d.wait(c, callback.ReasonPaused, until)
	})
	return nil
}

func (d *naive) resume(v account.Viewer, id int64) error {
	c, _, err := d.known(v, id)
	switch {
	case err != nil:
		return err
	case ownerOf(c) != v.UserID && c.ReservedFor != v.UserID && (v.Role == account.Caller || !v.SeesTeam(c.TeamID)):
		return refusal("callback_unknown")
	case c.State != callback.Waiting || c.WaitReason != callback.ReasonPaused:
		return refusal("not_paused")
	}
	c.ReadyAt = d.now
	d.deeds[c.ID]++
	d.offer(c)
	return nil
}

// offer makes a callback ready whose time has come.
func (d *naive) offer(c *callback.Callback) {
	if why := d.overtaken(c); why != "" {
		d.giveUp(c, why)
		return
	}
	d.sort(c, c.TeamID)
	verdict := d.may(*c, d.now, 0)
	if !verdict.Allowed {
		d.moveAway(c, verdict)
		return
	}
	if c.ReservedFor == 0 && c.BusinessResult != "" {
		if owner := d.owner(c); owner != 0 {
			c.ReservedFor, c.KeptMinutes = owner, 30
		}
	}
	c.State, c.WaitReason, c.ReadyAt = callback.Ready, "", d.now
	d.settle(c)
}

// owner is who reached the customer last, if they are at work; 0 for nobody.
func (d *naive) owner(c *callback.Callback) int64 {
	var owner int64
	for _, a := range d.attempts {
		if a.CallbackID == c.ID && a.BusinessResult != "" {
			owner = a.CallerID
		}
	}
	onDuty := slices.ContainsFunc(d.holds, func(h paperHold) bool { return h.caller == owner && h.until > d.now }) ||
		slices.ContainsFunc(d.attempts, func(a *paperAttempt) bool {
			return a.CallerID == owner && a.StartedAt > d.now.Add(-30*time.Minute)
		})
	if !onDuty {
		return 0
	}
	return owner
}
