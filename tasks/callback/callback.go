package callback

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Kind is what a callback is for. It is translated under "callback_kind.<code>".
type Kind string

// The kinds of callback.
const (
	ConfirmKind   Kind = "confirm"   // is it really solved?
	ComplaintKind Kind = "complaint" // the same, after a complaint
	RecoveryKind  Kind = "recovery"  // after a low score
)

// Kinds returns every kind of callback.
func Kinds() []Kind {
	return []Kind{ComplaintKind, RecoveryKind, ConfirmKind}
}

// State is where a callback is in its life; see the diagram of package tasks.
type State string

// The states of a callback.
const (
	Waiting   State = "waiting"   // not before ReadyAt
	Ready     State = "ready"     // to be claimed
	Claimed   State = "claimed"   // a caller has it until LeaseUntil
	Finished  State = "done"      // closed by a result
	Cancelled State = "cancelled" // given up without one
)

// States returns every state in the order of a callback's life.
func States() []State {
	return []State{Waiting, Ready, Claimed, Finished, Cancelled}
}

// Limits of a callback's life.
const (
	Lease           = 15 * time.Minute    // of a claim; a draft or a dial extends it
	MaxAttempts     = 6                   // the most a policy may ask for; then it is closed as unreachable
	recoveryWithin  = 24 * time.Hour      // from the low score to when its recovery is overdue
	callbackLife    = 7 * 24 * time.Hour  // from planning to expiry, if nobody calls and no rule says otherwise
	reservationTime = 30 * time.Minute    // after its time an appointment is anybody's
	skipPause       = 30 * time.Minute    // a skipped callback does not come straight back
	LongestDelay    = 60 * 24 * time.Hour // of an appointment
)

// Callback is work for a caller: reach one customer about one resolution. The diagram of package tasks draws its states.
type Callback struct {
	ID             int64
	DecisionID     *int64 // nil for a recovery: an answer asked for it, not the policy
	Round          int    // the revision of the decision it was planned by; 1 for a recovery
	ResolutionID   int64
	ContactID      int64
	CustomerID     int64
	PersonID       int64
	Kind           Kind
	Priority       int
	State          State
	PoolID         int64
	TeamID         int64         // of the resolver, for team scope
	ReadyAt        clock.Instant // waiting: not before; otherwise when it became ready
	DueAt          clock.Instant // overdue after this
	ExpiresAt      clock.Instant // nobody calls after this
	LeaseUntil     clock.Instant // claimed: until when
	CallerID       int64         // who has it, or had it last
	ReservedFor    int64         // an appointment or a reassignment: only this caller may claim it; 0 for anybody
	NotFor         int64         // the caller who must not get it; 0 for nobody
	WaitReason     Reason        // waiting: for what
	ClaimedAt      clock.Instant
	DialledAt      clock.Instant // none until the caller dialled under this claim
	Fence          int64         // raised by every claim
	Attempts       int
	MaxAttempts    int    // then it is closed as unreachable
	Script         string // one of policy.Scripts; empty: that of the kind
	AppointmentAt  clock.Instant
	OriginRef      int64 // a recovery's response
	OriginValue    int   // a recovery's score
	OriginScale    string
	CallResult     CallResult     // of the last attempt
	BusinessResult BusinessResult // of the last attempt that reached somebody
	Note           string
	NoteForNext    string // to whoever calls next
	CreatedAt      clock.Instant
	ChangedAt      clock.Instant
	ClosedAt       clock.Instant
	CloseReason    Reason // a call result, a business result, or a Reason
}

// The refusals of callbacks.
var (
	errGone = fault.New(fault.Conflict, "callback_state", "the callback is not in a state for that any more")
	// What nobody claimed they have nothing to record about.
	errNotClaimed = fault.New(fault.Conflict, "callback_not_claimed", "you have not claimed this callback; claim one first")
	ErrStale      = fault.New(fault.Conflict, "callback_stale", "the callback is not yours any more; what you typed is kept as a draft")
)

func (c *Callback) closed() bool { return c.State == Finished || c.State == Cancelled }

// Overdue reports whether the callback should have been made by now.
func (c *Callback) Overdue(now clock.Instant) bool { return !c.closed() && c.DueAt.Before(now) }

// nextLook returns when a job has to look at a callback that no caller has: at ReadyAt to offer it, else at ExpiresAt to give
// it up. The next try may be later than that.
func (c *Callback) nextLook() clock.Instant {
	if c.State == Waiting {
		return min(c.ReadyAt, c.ExpiresAt)
	}
	return c.ExpiresAt
}

// heldBy reports whether the caller's claim with this fence is still the last one. A lease that is over still counts until
// somebody else claims the callback. So does a callback that was cancelled under the claim: the call was made.
func (c *Callback) heldBy(callerID, fence int64) bool {
	held := c.State == Claimed || c.cancelledUnderClaim()
	return held && c.CallerID == callerID && c.Fence == fence
}

// cancelledUnderClaim reports whether a caller was at work on the callback when it was cancelled, and has not been told yet.
func (c *Callback) cancelledUnderClaim() bool { return c.State == Cancelled && !c.LeaseUntil.IsZero() }

// claimable reports whether the caller may claim the callback now, as far as the callback itself knows.
func (c *Callback) claimable(callerID int64, now clock.Instant) bool {
	free := c.State == Ready || (c.State == Claimed && !c.LeaseUntil.After(now))
	reserved := c.ReservedFor != 0 && c.ReservedFor != callerID && now.Before(c.reservedUntil())
	return free && !reserved && c.NotFor != callerID && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// reservedUntil is when a reservation ends.
func (c *Callback) reservedUntil() clock.Instant { return c.ReadyAt.Add(reservationTime) }

// offer makes a waiting callback ready, if the verdict allows a call now; otherwise it waits on, or is cancelled when only the
// customer can change the reason.
func (c *Callback) offer(v permission.Verdict, now clock.Instant) error {
	if c.State != Waiting {
		return errGone
	}
	if !v.Allowed {
		return c.putOff(v, now)
	}
	c.State, c.WaitReason, c.ReadyAt, c.ChangedAt = Ready, "", now, now
	return nil
}

// putOff sets a callback aside until the call is allowed, or cancels it if the verdict names no such time.
func (c *Callback) putOff(v permission.Verdict, now clock.Instant) error {
	if v.AllowedFrom.IsZero() {
		return c.cancel(Reason(v.First), now)
	}
	return c.wait(Reason(v.First), v.AllowedFrom, now)
}

// wait sets the callback aside until a time.
func (c *Callback) wait(reason Reason, until, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	c.State, c.WaitReason, c.ReadyAt, c.ChangedAt, c.LeaseUntil = Waiting, reason, until, now, 0
	return nil
}

// claim gives the callback to the caller for a lease and raises the fence.
func (c *Callback) claim(callerID int64, now clock.Instant) error {
	if !c.claimable(callerID, now) {
		return errGone
	}
	c.State, c.CallerID, c.Fence, c.LeaseUntil = Claimed, callerID, c.Fence+1, now.Add(Lease)
	c.ClaimedAt, c.DialledAt, c.ChangedAt = now, 0, now
	return nil
}

// renew gives a claim a new lease from now, and reports whether the old lease was over. If it was, a new hold of the person is
// needed, and the next dial is another attempt.
func (c *Callback) renew(now clock.Instant) (over bool) {
	if over = !c.LeaseUntil.After(now); over {
		c.DialledAt = 0
	}
	c.LeaseUntil, c.ChangedAt = max(c.LeaseUntil, now.Add(Lease)), now
	return over
}

// usedUp reports whether this claim has made the last attempt. If such a claim ends without an outcome, the callback is closed
// as unreachable instead of handed out again.
func (c *Callback) usedUp() bool { return c.State == Claimed && c.Attempts >= c.MaxAttempts }

// release gives a claimed callback back to its pool.
func (c *Callback) release(callerID, fence int64, now clock.Instant) error {
	switch {
	case !c.heldBy(callerID, fence):
		return ErrStale
	case c.usedUp():
		return c.finish(ReasonUnreachable, now)
	}
	c.LeaseUntil, c.ChangedAt = 0, now
	if !c.closed() {
		c.State, c.ReadyAt = Ready, now
	}
	return nil
}

// skip passes a claimed callback on: it comes back after a pause, also to somebody else.
func (c *Callback) skip(callerID, fence int64, now clock.Instant) error {
	if !c.heldBy(callerID, fence) {
		return ErrStale
	}
	c.ReservedFor = 0
	switch {
	case c.closed():
		c.LeaseUntil, c.ChangedAt = 0, now
		return nil
	case c.usedUp():
		return c.finish(ReasonUnreachable, now)
	}
	return c.wait(ReasonSkipped, now.Add(skipPause), now)
}

// reserve keeps the callback for one caller; 0 frees it for anybody.
func (c *Callback) reserve(callerID int64, now clock.Instant) error {
	if c.closed() || c.usedUp() || (c.State == Claimed && c.LeaseUntil.After(now)) {
		return errGone
	}
	if callerID != 0 && callerID == c.NotFor {
		return fault.New(fault.Conflict, "callback_not_for",
			"this caller made the call the customer was dissatisfied after; choose another one")
	}
	if c.State == Claimed {
		c.State, c.LeaseUntil = Ready, 0
	}
	if c.State == Ready {
		c.ReadyAt = now
	}
	c.ReservedFor, c.ChangedAt = callerID, now
	return nil
}

// cancel gives the callback up. A caller who is at work on it keeps the claim, to record what happened.
func (c *Callback) cancel(reason Reason, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	if c.State != Claimed || !c.LeaseUntil.After(now) {
		c.LeaseUntil = 0
	}
	c.State, c.CloseReason, c.ClosedAt, c.ChangedAt, c.WaitReason = Cancelled, reason, now, now, ""
	return nil
}

// finish closes the callback with a result.
func (c *Callback) finish(reason Reason, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	c.State, c.CloseReason, c.ClosedAt, c.ChangedAt, c.LeaseUntil, c.WaitReason = Finished, reason, now, now, 0, ""
	return nil
}

// record applies the outcome of an attempt: the callback is closed, or waits for the next attempt. One that was cancelled under
// the claim stays cancelled.
func (c *Callback) record(callerID, fence int64, o Outcome, now clock.Instant) error {
	if !c.heldBy(callerID, fence) {
		return ErrStale
	}
	return c.follow(callerID, o, now)
}

// follow is what an outcome makes of the callback it was recorded about.
func (c *Callback) follow(callerID int64, o Outcome, now clock.Instant) error {
	c.CallResult, c.Note, c.NoteForNext, c.ChangedAt = o.CallResult, o.Note, o.NoteForNext, now
	if o.BusinessResult != "" {
		c.BusinessResult = o.BusinessResult
	}
	if c.closed() {
		c.LeaseUntil = 0
		return nil
	}
	call, _ := callCode(o.CallResult)
	business, _ := businessCode(o.BusinessResult)
	switch {
	case business.NeedsTime:
		return c.appoint(callerID, o, now)
	case call.Reached:
		return c.finish(Reason(o.BusinessResult), now)
	case call.Ends:
		return c.finish(Reason(o.CallResult), now)
	case c.Attempts >= c.MaxAttempts:
		return c.finish(ReasonUnreachable, now)
	}
	c.ReservedFor = 0
	return c.wait(Reason(o.CallResult), now.Add(call.RetryAfter), now)
}
