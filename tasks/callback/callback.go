package callback

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/outcome"
)

// Kind is what a callback is for. It is translated under "callback_kind.<code>".
type Kind string

// The kinds of callback.
const (
	ConfirmKind   Kind = "confirm"   // is it really solved?
	ComplaintKind Kind = "complaint" // the same, after a complaint
	RecoveryKind  Kind = "recovery"  // after a low score
	SecondKind    Kind = "second"    // after the reply to a handoff: what was done, and is it solved now?
)

// Kinds returns every kind of callback.
func Kinds() []Kind {
	return []Kind{ComplaintKind, RecoveryKind, ConfirmKind, SecondKind}
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

// OpenStates returns the states of a callback that is not closed.
func OpenStates() []State { return []State{Waiting, Ready, Claimed} }

// Limits of a callback's life.
const (
	Lease           = 15 * time.Minute    // of a claim; a draft or a dial extends it
	PrefetchLease   = 90 * time.Second    // of the next one
	MaxAttempts     = 6                   // the most a policy may ask for; then it is closed as unreachable
	recoveryWithin  = 24 * time.Hour      // from the low score to when its recovery is overdue
	callbackLife    = 7 * 24 * time.Hour  // from planning to expiry, if nobody calls and no rule says otherwise
	reservationTime = 30 * time.Minute    // how long what is kept for one caller stays so; of an appointment the set of outcomes says it
	slack           = 30 * time.Minute    // from when a callback may be made to when it is overdue, at least
	LongestPause    = 72 * time.Hour      // of a callback that waits for something inside
	afterPause      = 24 * time.Hour      // from the end of a pause to expiry, at least
	LongestDelay    = 60 * 24 * time.Hour // of an appointment
	LongestSpan     = 12 * time.Hour      // in which a customer wants to be called
)

// Callback is work for a caller: reach one customer about one resolution. The diagram of package tasks draws its states.
type Callback struct {
	ID            int64
	DecisionID    *int64 // nil for a recovery: an answer asked for it, not the policy
	Round         int    // the revision of the decision it was planned by; of a recovery, counted from 1 as they are called off
	ResolutionID  int64
	ContactID     int64
	CustomerID    int64
	PersonID      int64
	Kind          Kind
	Priority      int
	State         State
	PoolID        int64
	TeamID        int64         // of the resolver, for team scope
	NotBefore     clock.Instant // when whoever planned it wants it at the earliest; none: planned before that was kept
	ReadyAt       clock.Instant // waiting: not before; otherwise when it became ready
	OfferedAt     clock.Instant // since when it can be had in its pool; none until it was ready after its last outcome
	OpenAt        clock.Instant // from when who lacks its skill may have it too, see opens; none when it is closed
	DueAt         clock.Instant // overdue after this
	ExpiresAt     clock.Instant // nobody calls after this
	LeaseUntil    clock.Instant // claimed: until when
	CallerID      int64         // who has it, or had it last
	CallerBefore  int64         // while it is, or was, only somebody's next one: who had it last; 0: nobody
	ReservedFor   int64         // an appointment or a reassignment: only this caller may claim it; 0 for anybody
	KeptMinutes   int           `gorm:"default:30"` // how long it stays reserved, from when it is ready
	NotFor        int64         // the caller who must not get it; 0 for nobody
	WaitReason    Reason        // waiting: for what; claimed: for what it waited when it was picked before ReadyAt
	ClaimedAt     clock.Instant
	DialledAt     clock.Instant // none until the caller dialled under this claim
	Fence         int64         // raised by every claim, to the same for all callbacks of one hold
	Slot          Slot          // claimed: in which of the caller's hands
	Skips         int           // how often it was passed on since it was promised or given to somebody
	Attempts      int
	MaxAttempts   int    // then it is closed as unreachable
	Script        string // one of policy.Scripts; empty: that of the kind
	AppointmentAt clock.Instant
	// The end of the span of time that the customer named; none where they named one time.
	AppointmentUntil clock.Instant
	OriginRef        int64 // a recovery's response
	OriginValue      int   // a recovery's score
	OriginScale      string
	CallResult       CallResult     // of the last attempt
	BusinessResult   BusinessResult // of the last attempt that reached somebody
	Note             string
	NoteForNext      string // to whoever calls next
	CreatedAt        clock.Instant
	ChangedAt        clock.Instant
	ClosedAt         clock.Instant
	CloseReason      Reason // a call result, a business result, or a Reason

	changes []Change // noted and not stored yet
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

// Promised reports whether the priority may be that of a time the customer named, also when that is over: they did so in a call.
func (c *Callback) Promised() bool {
	return !c.AppointmentAt.IsZero() || c.Priority == priorityPromise && c.Attempts > 0
}

// nextLook returns when a job has to look at a callback that is open: at ReadyAt to offer it, else at ExpiresAt to give it up. The next
// try may be later than that.
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

// owner returns who has the callback or had it last, 0 for nobody: who only has it next has not had it.
func (c *Callback) owner() int64 {
	if c.Slot == SlotNext {
		return c.CallerBefore
	}
	return c.CallerID
}

// claimable reports whether the caller may claim the callback now, as far as the callback itself knows.
func (c *Callback) claimable(callerID int64, now clock.Instant) bool {
	free := c.State == Ready || (c.State == Claimed && !c.LeaseUntil.After(now) && !c.early(now))
	reserved := c.ReservedFor != 0 && c.ReservedFor != callerID && now.Before(c.reservedUntil())
	return free && !reserved && c.NotFor != callerID && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// keepFor reserves the callback for a caller, for a while from when it is ready.
func (c *Callback) keepFor(callerID int64, d time.Duration) {
	c.ReservedFor, c.KeptMinutes = callerID, int(d/time.Minute)
}

// reservedUntil is when a reservation ends.
func (c *Callback) reservedUntil() clock.Instant {
	return c.ReadyAt.Add(time.Duration(c.KeptMinutes) * time.Minute)
}

// record applies the outcome of an attempt: the callback is closed, or waits for the next attempt, as next says. One that was cancelled
// under the claim stays cancelled.
func (c *Callback) record(callerID, fence int64, o Outcome, next outcome.Next, now clock.Instant) error {
	if !c.heldBy(callerID, fence) {
		return ErrStale
	}
	from := c.State
	c.Slot, c.CallerBefore = SlotCurrent, 0 // it is theirs, also if they dialled it before it was on the desk
	if err := c.follow(callerID, o, next, now); err != nil {
		return err
	}
	c.note(Change{Kind: ChangeOutcome, FromState: from, UserID: callerID, Reason: o.reason()})
	return nil
}

// follow is what an outcome makes of the callback it was recorded about.
func (c *Callback) follow(callerID int64, o Outcome, next outcome.Next, now clock.Instant) error {
	c.CallResult, c.Note, c.NoteForNext, c.ChangedAt = o.CallResult, o.Note, o.NoteForNext, now
	if o.BusinessResult != "" {
		c.BusinessResult = o.BusinessResult
	}
	if c.closed() {
		c.LeaseUntil = 0
		return nil
	}
	c.OfferedAt = 0
	switch {
	case next.Appointed:
		return c.appoint(callerID, o, next.Terms, now)
	case o.BusinessResult != "" && (next.Closed || c.Attempts >= c.MaxAttempts):
		return c.finish(Reason(next.Key), now) // somebody talked to them
	case next.UsedUp, !next.Closed && c.Attempts >= c.MaxAttempts:
		return c.finish(ReasonUnreachable, now)
	case next.Closed:
		return c.finish(Reason(next.Key), now)
	}
	c.ReservedFor, c.AppointmentAt, c.AppointmentUntil = 0, 0, 0 // the promise was kept, or is over
	return c.wait(Reason(next.Key), next.At, now)
}
