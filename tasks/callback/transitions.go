package callback

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Every transition writes down what it was (note); whoever stores the callback stores that too.

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
	c.note(Change{Kind: ChangeOffered, FromState: Waiting, ForUserID: c.ReservedFor})
	return nil
}

// putOff sets a callback aside until the call is allowed, or cancels it if the verdict names no such time. One whose own time comes later
// keeps that, and what it waits for.
func (c *Callback) putOff(v permission.Verdict, now clock.Instant) error {
	if v.AllowedFrom.IsZero() {
		return c.cancel(Reason(v.First), now)
	}
	from := c.State
	if c.early(max(now, v.AllowedFrom)) && !c.closed() {
		c.makeReady(now)
		if from != c.State {
			c.note(Change{Kind: ChangePutOff, FromState: from, Reason: string(v.First)})
		}
		return nil
	}
	if err := c.wait(Reason(v.First), v.AllowedFrom, now); err != nil {
		return err
	}
	c.note(Change{Kind: ChangePutOff, FromState: from, Reason: string(v.First)})
	return nil
}

// wait sets the callback aside until a time.
func (c *Callback) wait(reason Reason, until, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	c.State, c.WaitReason, c.ReadyAt, c.ChangedAt, c.LeaseUntil = Waiting, reason, until, now, 0
	c.giveOwnerBack()
	return nil
}

// claim gives the callback to a caller on the terms of a hold: its slot, fence and end. One that was picked while it waits keeps until
// when and for what.
func (c *Callback) claim(h hold, kind ChangeKind, now clock.Instant) {
	from, before := c.State, c.owner()
	if !c.early(now) {
		c.WaitReason = ""
	}
	if c.CallerBefore = 0; h.Slot == SlotNext {
		c.CallerBefore = before
	}
	c.State, c.CallerID, c.Slot, c.Fence, c.LeaseUntil = Claimed, h.CallerID, h.Slot, h.Fence, h.UntilAt
	c.ClaimedAt, c.DialledAt, c.ChangedAt = now, 0, now
	c.note(Change{Kind: kind, FromState: from, UserID: h.CallerID})
}

// promote begins the work on a callback that was prefetched, under the same fence.
func (c *Callback) promote(now clock.Instant) {
	c.CallerBefore = 0
	c.Slot, c.LeaseUntil, c.ClaimedAt, c.ChangedAt = SlotCurrent, now.Add(Lease), now, now
	c.note(Change{Kind: ChangeClaimed, FromState: c.State, UserID: c.CallerID})
}

// giveOwnerBack makes who had the callback last its caller again, when it leaves somebody who only had it next.
func (c *Callback) giveOwnerBack() {
	if c.Slot == SlotNext {
		c.CallerID, c.CallerBefore, c.Slot = c.CallerBefore, 0, ""
	}
}

// renew gives a claim a new lease from now, and reports whether the old lease was over. If it was, a new hold of the person is
// needed, and the next dial is another attempt.
func (c *Callback) renew(now clock.Instant) (over bool) {
	if over = !c.LeaseUntil.After(now); over {
		c.DialledAt = 0
	}
	c.LeaseUntil, c.ChangedAt = max(c.LeaseUntil, now.Add(Lease)), now
	if over {
		c.note(Change{Kind: ChangeRenewed, FromState: c.State, UserID: c.CallerID})
	}
	return over
}

// usedUp reports whether this claim has made the last attempt. If such a claim ends without an outcome, the callback is closed
// as unreachable instead of handed out again.
func (c *Callback) usedUp() bool { return c.State == Claimed && c.Attempts >= c.MaxAttempts }

// useUp closes a callback whose last attempt was left without an outcome.
func (c *Callback) useUp(callerID int64, now clock.Instant) error {
	from := c.State
	if err := c.finish(ReasonUnreachable, now); err != nil {
		return err
	}
	c.note(Change{Kind: ChangeClosed, FromState: from, UserID: callerID, Reason: string(ReasonUnreachable)})
	return nil
}

// leave ends a claim without an outcome, as the caller said: by next, unless the callback was cancelled meanwhile or has no attempt left.
func (c *Callback) leave(callerID, fence int64, change Change, now clock.Instant, next func() error) error {
	change.FromState, change.UserID = c.State, callerID
	switch {
	case !c.heldBy(callerID, fence):
		return ErrStale
	case c.usedUp():
		return c.useUp(callerID, now)
	case c.closed():
		c.LeaseUntil, c.ChangedAt = 0, now
	default:
		if err := next(); err != nil {
			return err
		}
	}
	c.note(change)
	return nil
}

// release gives a claimed callback back to its pool; what was kept for its caller is not kept any more, unless it waits on.
func (c *Callback) release(callerID, fence int64, change Change, now clock.Instant) error {
	return c.leave(callerID, fence, change, now, func() error {
		c.makeReady(now)
		if c.State == Ready && c.ReservedFor == callerID {
			c.ReservedFor = 0
		}
		return nil
	})
}

// makeReady takes a claimed callback out of its caller's hands. One that was picked before its time waits on.
func (c *Callback) makeReady(now clock.Instant) {
	c.LeaseUntil, c.ChangedAt = 0, now
	c.giveOwnerBack()
	if c.early(now) {
		c.State = Waiting
		return
	}
	c.State, c.WaitReason, c.ReadyAt = Ready, "", now
}

// early reports whether the time the callback waits for, or waited for when it was picked, is still to come.
func (c *Callback) early(now clock.Instant) bool { return c.WaitReason != "" && c.ReadyAt.After(now) }

// skip passes a claimed callback on: it comes back after a pause, also to somebody else, and each time later and further behind.
func (c *Callback) skip(callerID, fence int64, reason SkipReason, now clock.Instant) error {
	return c.leave(callerID, fence, Change{Kind: ChangeSkipped, Reason: string(reason)}, now, func() error {
		c.ReservedFor = 0
		c.Skips++
		until := now.Add(skipPause(c.Skips))
		if c.early(until) {
			c.makeReady(now)
			return nil
		}
		return c.wait(ReasonSkipped, until, now)
	})
}

const longestSkipPause = 24 * time.Hour

// skipPause is how long a callback stays away after its n-th skip: 30 minutes, an hour, two, and so on, at most a day.
func skipPause(n int) time.Duration {
	return min(longestSkipPause, 30*time.Minute<<min(max(n-1, 0), 6))
}

// handOver gives a claimed callback to a colleague, or to anybody of its team, with a note.
func (c *Callback) handOver(callerID, fence, to int64, words string, now clock.Instant) error {
	return c.leave(callerID, fence, Change{Kind: ChangeTransferred, ForUserID: to, Detail: words}, now, func() error {
		c.makeReady(now)
		c.keepFor(to, reservationTime)
		c.NoteForNext, c.Skips = words, 0
		return nil
	})
}

// pause sets a claimed callback aside until something has happened inside. Then it is its caller's for a while.
func (c *Callback) pause(callerID, fence int64, until clock.Instant, words string, now clock.Instant) error {
	return c.leave(callerID, fence, Change{Kind: ChangePaused, ForUserID: callerID, Detail: words}, now, func() error {
		c.keepFor(callerID, reservationTime)
		c.ExpiresAt = max(c.ExpiresAt, until.Add(afterPause))
		if words != "" {
			c.NoteForNext = words
		}
		return c.wait(ReasonPaused, until, now)
	})
}

// reserve keeps the callback for one caller; 0 frees it for anybody.
func (c *Callback) reserve(callerID int64, now clock.Instant) error {
	if c.closed() || c.usedUp() || c.inHand(now) {
		return errGone
	}
	if callerID != 0 && callerID == c.NotFor {
		return errNotFor
	}
	from := c.State
	if c.State == Claimed {
		c.makeReady(now)
	}
	if c.State == Ready {
		c.ReadyAt = now
	}
	c.keepFor(callerID, reservationTime)
	c.Skips, c.ChangedAt = 0, now
	c.note(Change{Kind: ChangeReserved, FromState: from, ForUserID: callerID})
	return nil
}

var errNotFor = fault.New(fault.Conflict, "callback_not_for",
	"this caller made the call the customer was dissatisfied after; choose another one")

// cancel gives the callback up. A caller who is at work on it keeps the claim, to record what happened.
func (c *Callback) cancel(reason Reason, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	if !c.inHand(now) || c.Slot == SlotNext {
		c.LeaseUntil = 0
	}
	c.giveOwnerBack()
	from := c.State
	c.State, c.CloseReason, c.ClosedAt, c.ChangedAt, c.WaitReason = Cancelled, reason, now, now, ""
	c.note(Change{Kind: ChangeCancelled, FromState: from, Reason: string(reason)})
	return nil
}

// finish closes the callback with a result.
func (c *Callback) finish(reason Reason, now clock.Instant) error {
	if c.closed() {
		return errGone
	}
	c.State, c.CloseReason, c.ClosedAt, c.ChangedAt, c.LeaseUntil, c.WaitReason = Finished, reason, now, now, 0, ""
	c.giveOwnerBack()
	return nil
}
