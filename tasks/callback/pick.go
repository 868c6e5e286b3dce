package callback

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// The refusals of picking.
var (
	errMayNotPick = fault.New(fault.Forbidden, "pick_not_yours",
		"a caller may choose only callbacks that are kept for them or that they had before; a supervisor may choose any")
	errDeskTaken  = fault.New(fault.Conflict, "desk_taken", "you have a callback on your desk; finish it or give it back first")
	errInHand     = fault.New(fault.Conflict, "callback_in_hand", "a colleague is at work on this callback")
	errKept       = fault.New(fault.Conflict, "callback_kept", "this callback is kept for a colleague")
	errPersonHeld = fault.New(fault.Conflict, "customer_in_call", "a colleague is calling this customer about something else")
)

// Pick claims the callback the viewer chose, whatever is more urgent, with the same checks as Claim and with the person's other
// callbacks; it may be one that waits. Supervisors choose any they see, callers what is kept for them or what they had before. A viewer
// who has it already gets it again.
//
// It returns fault.NotFound for a callback the viewer does not see, fault.Forbidden for one that is not theirs to choose, and
// fault.Conflict while another one is on their desk, and for one that is closed, kept for or in the hands of a colleague, or that may
// not be made now (dial_refused, with the reason).
func (s *Service) Pick(ctx context.Context, viewer account.Viewer, callbackID int64) (Desk, error) {
	now := s.now()
	var c Callback
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		var had bool
		if c, had, err = lockFor(tx, viewer, callbackID); err != nil {
			return err
		}
		if c.inHand(now) && c.CallerID == viewer.UserID && c.Slot == SlotCurrent {
			return nil
		}
		return s.pick(tx, viewer, &c, had, now)
	})
	if err != nil {
		return Desk{}, fmt.Errorf("pick callback %d: %w", callbackID, err)
	}
	return s.show(ctx, viewer, c, now)
}

func (s *Service) pick(tx database.Tx, viewer account.Viewer, c *Callback, had bool, now clock.Instant) error {
	if !had && c.ReservedFor != viewer.UserID && viewer.Role == account.Caller {
		return errMayNotPick
	}
	held, err := s.Held(tx, viewer, now)
	if err != nil {
		return err
	}
	if held != nil {
		return errDeskTaken
	}
	if c.nextOf(viewer.UserID, c.Fence, now) {
		if err := (store{tx}).lapse(c, now); err != nil {
			return err
		}
	}
	if err := c.pickable(viewer.UserID, now); err != nil {
		return err
	}
	undone, err := s.overtaken(tx, *c)
	if err != nil {
		return err
	}
	if reason := undone[c.ID]; reason != "" {
		return errDialRefused.With("reason", string(reason))
	}
	v, err := s.reserveAndJudge(tx, c, now)
	if err != nil {
		return err
	}
	if !v.Allowed {
		return errDialRefused.With("reason", string(v.First))
	}
	if err := s.holdConversation(tx, viewer, chosen, c, now); errors.Is(err, errHeld) {
		return errPersonHeld
	} else if err != nil {
		return err
	}
	return nil
}

// pickable says in words what keeps a caller from a callback, as far as the callback itself knows. One that waits may be chosen.
func (c *Callback) pickable(callerID int64, now clock.Instant) error {
	ready := *c
	ready.State = Ready
	switch {
	case c.closed() || c.usedUp():
		return errGone
	case c.inHand(now):
		return errInHand
	case c.NotFor == callerID:
		return errNotFor
	case c.ReservedFor != 0 && c.ReservedFor != callerID && now.Before(c.reservedUntil()):
		return errKept
	case !ready.claimable(callerID, now):
		return errGone
	}
	return nil
}

// HeldBy reports whether a viewer is at work on the callback now: only then its number is shown whole.
func (c *Callback) HeldBy(viewer account.Viewer, now clock.Instant) bool {
	held := c.State == Claimed && c.Slot == SlotCurrent || c.State == Cancelled
	return viewer.UserID != 0 && c.CallerID == viewer.UserID && c.LeaseUntil.After(now) && held
}

// Standing is what a callback is to somebody who looks its customer up. It is translated under "callback_standing.<code>".
type Standing string

// How callbacks stand to a viewer.
const (
	StandsHeld     Standing = "held"     // in the viewer's hands
	StandsTaken    Standing = "taken"    // in a colleague's hands
	StandsMine     Standing = "mine"     // kept for the viewer, or theirs to go on with
	StandsKept     Standing = "kept"     // kept for a colleague
	StandsNotYours Standing = "not_mine" // the viewer must not make it: the score to mend was given after their call
	StandsOpen     Standing = "open"     // whoever comes first
	StandsWaiting  Standing = "waiting"  // not to be called yet
)

// Standings returns every standing.
func Standings() []Standing {
	return []Standing{StandsHeld, StandsTaken, StandsMine, StandsKept, StandsNotYours, StandsOpen, StandsWaiting}
}

// Standing returns what the callback is to a viewer.
func (c *Callback) Standing(viewer account.Viewer, now clock.Instant) Standing {
	kept := c.ReservedFor != 0 && now.Before(c.reservedUntil())
	switch {
	case c.HeldBy(viewer, now):
		return StandsHeld
	case c.State == Claimed && c.LeaseUntil.After(now):
		return StandsTaken
	case viewer.UserID != 0 && c.ReservedFor == viewer.UserID:
		return StandsMine
	case kept:
		return StandsKept
	case viewer.UserID != 0 && c.NotFor == viewer.UserID:
		return StandsNotYours
	case viewer.UserID != 0 && c.owner() == viewer.UserID:
		return StandsMine
	case c.State == Waiting:
		return StandsWaiting
	}
	return StandsOpen
}

// PickableBy reports whether a viewer may choose the callback now, as far as the callback itself tells: supervisors what nobody has,
// callers what is theirs.
func (c *Callback) PickableBy(viewer account.Viewer, now clock.Instant) bool {
	switch {
	case c.closed() || c.usedUp() || c.NotFor != 0 && c.NotFor == viewer.UserID:
		return false
	case viewer.Role == account.Caller:
		return c.Standing(viewer, now) == StandsMine
	}
	return viewer.Is(account.Supervisor) && slices.Contains([]Standing{StandsMine, StandsOpen, StandsWaiting}, c.Standing(viewer, now))
}
