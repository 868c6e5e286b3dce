package callback_test

import (
	"slices"

	"aftercall/tasks/callback"
)

// holdOn is what there is written of a person, also when it is over: nobody has taken them since. It is nil when nobody has had them.
func (d *naive) holdOn(person int64) *paperHold {
	for i := range d.holds {
		if d.holds[i].person == person {
			return &d.holds[i]
		}
	}
	return nil
}

// holdOf a person that lasts; nil when nobody has them.
func (d *naive) holdOf(person int64) *paperHold {
	if h := d.holdOn(person); h != nil && h.until > d.now {
		return h
	}
	return nil
}

// holdUnder is the hold a callback is in, over or not.
func (d *naive) holdUnder(c *callback.Callback) *paperHold {
	if h := d.holdOn(c.PersonID); h != nil && h.caller == c.CallerID && h.fence == c.Fence {
		return h
	}
	return nil
}

// take takes a person for a caller, unless somebody else has them or the caller has somebody else in that hand.
func (d *naive) take(h paperHold) bool {
	d.emptyHand(h)
	if held := d.holdOf(h.person); held != nil && (held.caller != h.caller || held.fence != h.fence) {
		return false
	}
	for _, other := range d.holds {
		if other.person != h.person && other.caller == h.caller && other.slot == h.slot {
			return false
		}
	}
	d.drop(func(held paperHold) bool { return held.person == h.person })
	d.holds = append(d.holds, h)
	return true
}

// emptyHand forgets whom a caller had in the same hand before, when that is over.
func (d *naive) emptyHand(h paperHold) {
	d.drop(func(other paperHold) bool {
		return other.person != h.person && other.caller == h.caller && other.slot == h.slot && other.until <= d.now
	})
}

func (d *naive) drop(which func(paperHold) bool) { d.holds = slices.DeleteFunc(d.holds, which) }

func holdFor(c *callback.Callback) paperHold {
	return paperHold{person: c.PersonID, caller: c.CallerID, slot: c.Slot, callback: c.ID, fence: c.Fence, until: c.LeaseUntil}
}

// lastIn reports whether no other callback is held with one.
func (d *naive) lastIn(c *callback.Callback) bool {
	return !slices.ContainsFunc(d.rows, func(o *callback.Callback) bool {
		return o.ID != c.ID && o.PersonID == c.PersonID && o.Fence == c.Fence && stillHeld(o)
	})
}

// claimedWith returns what was claimed together with a callback, whatever became of it, without it.
func (d *naive) claimedWith(c *callback.Callback) []*callback.Callback {
	var all []*callback.Callback
	for _, o := range d.rows {
		same := o.PersonID == c.PersonID && o.CallerID == c.CallerID && o.Fence == c.Fence && o.ClaimedAt == c.ClaimedAt
		if o.ID != c.ID && same {
			all = append(all, o)
		}
	}
	return all
}

func (d *naive) heldWith(c *callback.Callback) []*callback.Callback {
	return slices.DeleteFunc(d.claimedWith(c), func(o *callback.Callback) bool { return !stillHeld(o) })
}

// lapse ends the lease of a callback and of what is held with it, as time would.
func (d *naive) lapse(c *callback.Callback) {
	c.LeaseUntil = d.now
	if h := d.holdUnder(c); h != nil {
		h.until = d.now
	}
	d.together(c)
}
