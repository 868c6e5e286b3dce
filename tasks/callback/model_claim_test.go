package callback_test

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

// hands returns what a caller holds in one hand: what it was taken for first.
func (d *naive) hands(caller int64, slot callback.Slot) []*callback.Callback {
	for _, h := range d.holds {
		if h.caller != caller || h.slot != slot || h.until <= d.now {
			continue
		}
		var found []*callback.Callback
		for _, c := range d.rows {
			if c.PersonID == h.person && c.CallerID == caller && c.Fence == h.fence && stillHeld(c) {
				found = append(found, c)
			}
		}
		slices.SortFunc(found, func(a, b *callback.Callback) int {
			switch h.callback {
			case a.ID:
				return -1
			case b.ID:
				return 1
			}
			return urgency(a, b)
		})
		return found
	}
	return nil
}

func (d *naive) claimable(c *callback.Callback, v account.Viewer) bool {
	return d.inSight(c, v) && (c.State == callback.Ready || !early(c, d.now))
}

// inSight reports whether a claim looks at a callback: also at one that was picked before its time and left.
func (d *naive) inSight(c *callback.Callback, v account.Viewer) bool {
	free := c.State == callback.Ready || c.State == callback.Claimed && c.LeaseUntil <= d.now
	kept := c.ReservedFor != 0 && c.ReservedFor != v.UserID && d.now < c.ReadyAt.Add(time.Duration(c.KeptMinutes)*time.Minute)
	return free && !kept && d.now < c.ExpiresAt
}

// candidates are what a viewer might have, the most urgent first.
func (d *naive) candidates(v account.Viewer) []*callback.Callback {
	var found []*callback.Callback
	for _, c := range d.rows {
		if openHours(d.now) && v.SeesTeam(c.TeamID) && d.inSight(c, v) && !d.keeps(c, v) && d.holdOf(c.PersonID) == nil {
			found = append(found, c)
		}
	}
	own := func(c *callback.Callback) int {
		if c.ReservedFor == v.UserID || c.State == callback.Claimed && ownerOf(c) == v.UserID {
			return 0
		}
		return 1
	}
	slices.SortFunc(found, func(a, b *callback.Callback) int { return cmp.Or(cmp.Compare(own(a), own(b)), urgency(a, b)) })
	return found
}

// claimNew hands the first of the candidates out that may be made, and puts away those before it.
func (d *naive) claimNew(v account.Viewer, slot callback.Slot, lease time.Duration) *callback.Callback {
	for _, c := range d.candidates(v) {
		if early(c, d.now) { // picked before its time and left
			if usedUp(c) {
				d.useUp(c)
			} else {
				d.free(c)
				d.settle(c)
			}
			continue
		}
		if why := d.overtaken(c); why != "" {
			d.giveUp(c, why)
			continue
		}
		if usedUp(c) {
			d.useUp(c)
			continue
		}
		if verdict := d.may(*c, d.now, 0); !verdict.Allowed {
			d.moveAway(c, verdict)
			continue
		}
		if d.holdAll(v, c, slot, lease) {
			return c
		}
	}
	return nil
}

func (d *naive) useUp(c *callback.Callback) {
	d.close(c, callback.Finished, callback.ReasonUnreachable)
	d.settle(c)
}

// holdAll gives a caller a callback and whatever else of the person they may make now, under a fence no callback of the person had.
func (d *naive) holdAll(v account.Viewer, c *callback.Callback, slot callback.Slot, lease time.Duration) bool {
	c.PersonID = d.persons[c.CustomerID]
	fence, taken := c.Fence, []*callback.Callback{c}
	for _, o := range d.rows {
		if o.ID == c.ID || o.PersonID != c.PersonID {
			continue
		}
		fence = max(fence, o.Fence)
		wanted := d.claimable(o, v) && !d.keeps(o, v) && !usedUp(o) && v.SeesTeam(o.TeamID) && d.overtaken(o) == ""
		if wanted && d.may(*o, d.now, 0).Allowed {
			taken = append(taken, o)
		}
	}
	until := d.now.Add(lease)
	if !d.take(paperHold{person: c.PersonID, caller: v.UserID, slot: slot, callback: c.ID, fence: fence + 1, until: until}) {
		return false
	}
	for _, t := range taken {
		if !early(t, d.now) {
			t.WaitReason = ""
		}
		before := ownerOf(t)
		if t.CallerBefore = 0; slot == callback.SlotNext {
			t.CallerBefore = before
		}
		t.State, t.CallerID, t.Slot, t.Fence, t.LeaseUntil = callback.Claimed, v.UserID, slot, fence+1, until
		t.ClaimedAt, t.DialledAt = d.now, 0
		if slot == callback.SlotCurrent {
			d.had[[2]int64{t.ID, v.UserID}] = true
		}
	}
	return true
}

func (d *naive) claim(v account.Viewer) (string, error) {
	for range 3 {
		if held := d.hands(v.UserID, callback.SlotCurrent); len(held) > 0 {
			return d.desk(held[0]), nil
		}
		if c := d.promote(v, d.hands(v.UserID, callback.SlotNext)); c != nil {
			return d.desk(c), nil
		}
		if len(d.candidates(v)) == 0 {
			return "", refusal("nothing_ready")
		}
		if c := d.claimNew(v, callback.SlotCurrent, callback.Lease); c != nil {
			return d.desk(c), nil
		}
	}
	return "", refusal("claim_busy")
}

// promote brings what was prefetched onto the desk, as far as it may still be made.
func (d *naive) promote(v account.Viewer, next []*callback.Callback) *callback.Callback {
	var left []*callback.Callback
	for _, c := range next {
		if !d.inHand(c) || c.Slot != callback.SlotNext {
			continue
		}
		why, verdict := d.overtaken(c), d.may(*c, d.now, 0)
		switch {
		case why != "":
			d.giveUp(c, why)
		case !verdict.Allowed:
			d.moveAway(c, verdict)
		default:
			left = append(left, c)
		}
	}
	if len(left) == 0 {
		return nil
	}
	h := d.holdUnder(left[0])
	d.emptyHand(paperHold{person: h.person, caller: h.caller, slot: callback.SlotCurrent})
	h = d.holdUnder(left[0])
	h.slot, h.callback, h.until = callback.SlotCurrent, left[0].ID, d.now.Add(callback.Lease)
	for _, c := range left {
		c.Slot, c.CallerBefore, c.LeaseUntil, c.ClaimedAt = callback.SlotCurrent, 0, h.until, d.now
		d.had[[2]int64{c.ID, v.UserID}] = true
	}
	return left[0]
}

func (d *naive) prefetch(v account.Viewer) (string, error) {
	for range 3 {
		if held := d.hands(v.UserID, callback.SlotNext); len(held) > 0 && d.inHand(held[0]) && held[0].Slot == callback.SlotNext {
			d.extend(held[0], d.now.Add(callback.PrefetchLease))
			return d.desk(held[0]), nil
		}
		if len(d.candidates(v)) == 0 {
			return "", refusal("nothing_ready")
		}
		if c := d.claimNew(v, callback.SlotNext, callback.PrefetchLease); c != nil {
			return d.desk(c), nil
		}
	}
	return "", refusal("claim_busy")
}

// extend moves the end of a conversation: of its hold, and of everything in it that is not closed. It reports whether it is held.
func (d *naive) extend(c *callback.Callback, until clock.Instant) bool {
	c.LeaseUntil = max(c.LeaseUntil, until)
	h := d.holdUnder(c)
	if h == nil {
		return false
	}
	h.until = c.LeaseUntil
	d.together(c)
	return true
}

func (d *naive) together(c *callback.Callback) {
	for _, o := range d.claimedWith(c) {
		if o.State == callback.Claimed {
			o.LeaseUntil = c.LeaseUntil
		}
	}
}

func (d *naive) pick(v account.Viewer, id int64) (string, error) {
	c, had, err := d.known(v, id)
	if err != nil {
		return "", err
	}
	if d.inHand(c) && c.CallerID == v.UserID && c.Slot == callback.SlotCurrent {
		return d.desk(c), nil
	}
	switch {
	case !had && c.ReservedFor != v.UserID && v.Role == account.Caller:
		return "", refusal("pick_not_yours")
	case len(d.hands(v.UserID, callback.SlotCurrent)) > 0:
		return "", refusal("desk_taken")
	}
	if d.inHand(c) && c.Slot == callback.SlotNext && c.CallerID == v.UserID {
		d.lapse(c)
	}
	ready := *c
	ready.State = callback.Ready
	switch kept := c.ReservedFor != 0 && c.ReservedFor != v.UserID && d.now < c.ReadyAt.Add(30*time.Minute); {
	case !open(c) || usedUp(c):
		return "", refusal("callback_state")
	case d.inHand(c):
		return "", refusal("callback_in_hand")
	case kept:
		return "", refusal("callback_kept")
	case !d.claimable(&ready, v):
		return "", refusal("callback_state")
	}
	if why := d.overtaken(c); why != "" {
		return "", refusal("dial_refused " + why)
	}
	if verdict := d.may(*c, d.now, 0); !verdict.Allowed {
		return "", refusal("dial_refused " + string(verdict.First))
	}
	if !d.holdAll(v, c, callback.SlotCurrent, callback.Lease) {
		return "", refusal("customer_in_call")
	}
	return d.desk(c), nil
}
