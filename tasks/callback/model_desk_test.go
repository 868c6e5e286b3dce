package callback_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// naive is a desk on paper: callbacks, who holds whom, and what was called, in lists and maps, looked through from the first line to the
// last. It knows no SQL, no locks and no indexes. Whether a customer may be called it asks, as everybody does.
type naive struct {
	now      clock.Instant
	rows     []*callback.Callback // by id
	holds    []paperHold          // one of a person
	attempts []*paperAttempt      // in the order in which they were begun
	look     map[int64]clock.Instant
	persons  map[int64]int64   // of customers
	reopened map[int64]bool    // contacts; true while the job that cancels their callbacks is still to come
	had      map[[2]int64]bool // callback and caller: it was on their desk
	drafts   map[[2]int64]string
	typedAt  map[[2]int64]clock.Instant
	deeds    map[int64]int // callbacks: how often somebody did something with them beside calling
	skills   paperSkills
	staff    []account.Viewer
	set      outcome.Set

	may func(c callback.Callback, at clock.Instant, redial int64) permission.Verdict
}

type paperHold struct {
	person, caller, callback, fence int64
	slot                            callback.Slot
	until                           clock.Instant
}

type paperAttempt struct {
	callback.Attempt
	before  callback.Callback // the callback as it was before the outcome
	noDial  bool              // the outcome began the attempt
	handOn  bool              // what leaves the callback has not left it yet
	leaveAt clock.Instant     // when it does
	deeds   int               // done with the callback before
}

// refusal is a reply that changes nothing.
type refusal string

func (r refusal) Error() string { return string(r) }

const stale = refusal("callback_stale")

func (d *naive) row(id int64) *callback.Callback {
	for _, c := range d.rows {
		if c.ID == id {
			return c
		}
	}
	return &callback.Callback{}
}

// copied is a sheet that can be thrown away: a refusal leaves the old one.
func (d *naive) copied() naive {
	c := *d
	c.rows, c.attempts = nil, nil
	for _, r := range d.rows {
		row := *r
		c.rows = append(c.rows, &row)
	}
	for _, a := range d.attempts {
		attempt := *a
		c.attempts = append(c.attempts, &attempt)
	}
	c.holds = slices.Clone(d.holds)
	c.look, c.persons, c.reopened, c.had = cloned(d.look), cloned(d.persons), cloned(d.reopened), cloned(d.had)
	c.drafts, c.typedAt, c.deeds = cloned(d.drafts), cloned(d.typedAt), cloned(d.deeds)
	c.skills = paperSkills{rules: cloned(d.skills.rules), needed: cloned(d.skills.needed), has: cloned(d.skills.has), fall: d.skills.fall}
	return c
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

func open(c *callback.Callback) bool {
	return c.State == callback.Waiting || c.State == callback.Ready || c.State == callback.Claimed
}

// stillHeld reports whether a callback is in somebody's hands, or was cancelled under them and they have not been told.
func stillHeld(c *callback.Callback) bool {
	return c.State == callback.Claimed || c.State == callback.Cancelled && c.LeaseUntil > 0
}

func (d *naive) inHand(c *callback.Callback) bool {
	return c.State == callback.Claimed && c.LeaseUntil > d.now
}

func heldBy(c *callback.Callback, caller, fence int64) bool {
	return stillHeld(c) && c.CallerID == caller && c.Fence == fence
}

func usedUp(c *callback.Callback) bool {
	return c.State == callback.Claimed && c.Attempts >= c.MaxAttempts
}

// openHours is nine to eight in Shanghai, where all customers are.
func openHours(at clock.Instant) bool {
	hour := at.In(time.FixedZone("Shanghai", 8*3600)).Hour()
	return hour >= 9 && hour < 20
}

// known returns a callback that a viewer had or sees.
func (d *naive) known(v account.Viewer, id int64) (c *callback.Callback, had bool, err error) {
	c = d.row(id)
	had = ownerOf(c) == v.UserID || d.had[[2]int64{id, v.UserID}]
	if !had && !v.SeesTeam(c.TeamID) {
		return c, false, refusal("callback_unknown")
	}
	return c, had, nil
}

func (d *naive) mine(v account.Viewer, id, fence int64) (*callback.Callback, error) {
	c, _, err := d.known(v, id)
	if err == nil && !heldBy(c, v.UserID, fence) {
		err = stale
	}
	return c, err
}

// overtaken says why a callback is not to be made, whatever permission says.
func (d *naive) overtaken(c *callback.Callback) callback.Reason {
	if _, again := d.reopened[c.ContactID]; again {
		return callback.ReasonReopened
	}
	if c.Kind == callback.ConfirmKind && c.AppointmentAt.IsZero() {
		for _, other := range d.rows { // every contact has a callback
			_, again := d.reopened[other.ContactID]
			if again && other.ContactID != c.ContactID && d.persons[other.CustomerID] == c.PersonID {
				return callback.ReasonNewer
			}
		}
	}
	return ""
}

// settle is what follows from every change: who looks at it next, and that its hold ends with the last callback in it.
func (d *naive) settle(c *callback.Callback) {
	d.opens(c)
	if !stillHeld(c) && d.lastIn(c) {
		d.drop(func(h paperHold) bool {
			return h.person == c.PersonID && h.fence == c.Fence && h.slot != callback.SlotUndo
		})
	}
	switch c.State {
	case callback.Waiting:
		d.look[c.ID] = min(c.ReadyAt, c.ExpiresAt)
	case callback.Ready, callback.Claimed:
		d.look[c.ID] = c.ExpiresAt
	default:
		delete(d.look, c.ID)
	}
}

func (d *naive) wait(c *callback.Callback, why callback.Reason, until clock.Instant) {
	c.State, c.WaitReason, c.ReadyAt, c.LeaseUntil = callback.Waiting, why, until, 0
	notNext(c)
}

// ownerOf is who has a callback or had it last, but for who only has it next.
func ownerOf(c *callback.Callback) int64 {
	if c.Slot == callback.SlotNext {
		return c.CallerBefore
	}
	return c.CallerID
}

// notNext makes a callback that leaves somebody who only had it next that of who had it last.
func notNext(c *callback.Callback) {
	if c.Slot == callback.SlotNext {
		c.CallerID, c.CallerBefore, c.Slot = c.CallerBefore, 0, ""
	}
}

func (d *naive) close(c *callback.Callback, state callback.State, why callback.Reason) {
	if state == callback.Finished || !d.inHand(c) || c.Slot == callback.SlotNext {
		c.LeaseUntil = 0
	}
	notNext(c)
	c.State, c.CloseReason, c.ClosedAt, c.WaitReason = state, why, d.now, ""
}

// early reports whether what a callback waits for, or waited for when it was picked, is still to come.
func early(c *callback.Callback, at clock.Instant) bool { return c.WaitReason != "" && c.ReadyAt > at }

// free takes a callback out of its caller's hands. One that was picked before its time waits on.
func (d *naive) free(c *callback.Callback) {
	c.LeaseUntil = 0
	notNext(c)
	if early(c, d.now) {
		c.State = callback.Waiting
		return
	}
	c.State, c.WaitReason, c.ReadyAt = callback.Ready, "", d.now
}

// moveAway is what becomes of a callback that may not be made now.
func (d *naive) moveAway(c *callback.Callback, v permission.Verdict) {
	switch {
	case v.AllowedFrom.IsZero():
		d.close(c, callback.Cancelled, callback.Reason(v.First))
	case early(c, max(d.now, v.AllowedFrom)): // its own time comes later
		d.free(c)
	default:
		d.wait(c, callback.Reason(v.First), v.AllowedFrom)
	}
	d.settle(c)
}

// giveUp is what becomes of one that was overtaken.
func (d *naive) giveUp(c *callback.Callback, why callback.Reason) {
	switch {
	case why != callback.ReasonNewer:
		d.close(c, callback.Cancelled, why)
	case usedUp(c):
		d.close(c, callback.Finished, callback.ReasonUnreachable)
	default:
		d.wait(c, why, d.now.Add(15*time.Minute))
	}
	d.settle(c)
}

// urgency orders callbacks as a list is read: priority, then what was never skipped, then what is due.
func urgency(a, b *callback.Callback) int {
	return cmp.Or(
		cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Skips, b.Skips), cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID),
	)
}

// desk is the reply to whoever has a callback now: it, and what they have with it.
func (d *naive) desk(c *callback.Callback) string {
	var others []int64
	if c.LeaseUntil > d.now {
		with := d.heldWith(c)
		slices.SortFunc(with, urgency)
		for _, o := range with {
			others = append(others, o.ID)
		}
	}
	return deskReply(c.ID, c.Fence, others)
}

func deskReply(id, fence int64, others []int64) string {
	return strings.TrimSpace(fmt.Sprintf("%d under %d with %v", id, fence, others))
}
