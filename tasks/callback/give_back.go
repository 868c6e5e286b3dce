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
	"aftercall/internal/tie"
)

// SkipReason says why a caller passes a callback on. It is translated under "skip_reason.<code>".
type SkipReason string

// The reasons for passing a callback on.
const (
	SkipLanguage  SkipReason = "language"  // somebody who speaks the customer's language should call
	SkipExpertise SkipReason = "expertise" // somebody who knows the product should call
	SkipKnown     SkipReason = "known"     // the caller knows the customer
	SkipLater     SkipReason = "later"     // something has to happen first
	SkipOther     SkipReason = "other"
)

// SkipReasons returns every reason for passing a callback on.
func SkipReasons() []SkipReason {
	return []SkipReason{SkipLanguage, SkipExpertise, SkipKnown, SkipLater, SkipOther}
}

// SaveDraft stores what the caller has typed so far, renews the lease and returns its new end. The desk calls it while somebody types. It
// returns ErrStale when the claim is not the last one any more; the draft is stored all the same, unless the viewer has claimed the
// callback again and typed since. It returns fault.Conflict, and stores nothing, for a callback the viewer never claimed.
func (s *Service) SaveDraft(
	ctx context.Context,
	viewer account.Viewer,
	callbackID, fence int64,
	typed Outcome,
) (leaseUntil clock.Instant, err error) {
	now := s.now()
	stale := false
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, had, err := lockFor(tx, viewer, callbackID)
		if err == nil && !had {
			err = errNotClaimed
		}
		if err != nil {
			return err
		}
		err = ErrStale
		if c.heldBy(viewer.UserID, fence) {
			err = holdOn(tx, &c, c.renew(now), now)
		}
		if stale = errors.Is(err, ErrStale); err != nil && !stale {
			return err
		}
		leaseUntil = c.LeaseUntil
		return keepTyped(tx, viewer, c, fence, typed, now)
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("save the draft of callback %d: %w", callbackID, err)
	case stale:
		return 0, ErrStale
	}
	return leaseUntil, nil
}

// keepTyped keeps what was typed under a claim as the viewer's draft. What comes late, from a page of an earlier claim, does not take the
// place of what they typed since they claimed the callback again.
func keepTyped(tx database.Tx, viewer account.Viewer, c Callback, fence int64, typed Outcome, now clock.Instant) error {
	if c.State == Claimed && c.CallerID == viewer.UserID && c.Fence != fence {
		_, savedAt, err := store{tx}.draft(c.ID, viewer.UserID)
		if err != nil || !savedAt.IsZero() && !savedAt.Before(c.ClaimedAt) {
			return err
		}
	}
	return store{tx}.saveDraft(c.ID, viewer.UserID, typed, now)
}

// Skip passes a claimed callback on, with a reason, and returns it as it is now: waiting for a pause that grows with every skip, then
// ready for anybody, behind what was not skipped. What is held with it is skipped alike. It is closed as unreachable if its attempts are
// used up, and stays cancelled if it was cancelled meanwhile. It returns fault.Invalid for an unknown reason, and ErrStale when the claim
// is not the last one any more.
func (s *Service) Skip(ctx context.Context, viewer account.Viewer, callbackID, fence int64, reason SkipReason) (Callback, error) {
	if !slices.Contains(SkipReasons(), reason) {
		return Callback{}, fault.InvalidFields(fault.Field{
			Name: "skip_reason", Code: "choose", Problem: "choose why you pass it on", Value: string(reason),
		})
	}
	return s.endClaim(ctx, viewer, callbackID, fence, "skip", func(_ database.Tx, c *Callback, now clock.Instant) error {
		return c.skip(viewer.UserID, fence, reason, now)
	})
}

// Release gives a claimed callback back and returns it as it is now: ready for anybody at once. What is held with it is given back
// alike. One whose dial was refused because the customer has reported something newer waits for that, which is no skip. It is closed as
// unreachable if its attempts are used up, and stays cancelled if it was cancelled meanwhile. It returns ErrStale when the claim is not the
// last one any more.
func (s *Service) Release(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (Callback, error) {
	return s.endClaim(ctx, viewer, callbackID, fence, "release", func(tx database.Tx, c *Callback, now clock.Instant) error {
		return s.giveBack(tx, c, viewer.UserID, fence, Change{Kind: ChangeReleased}, now)
	})
}

// giveBack puts a callback back into its pool, by its caller or by somebody else, as the change says. One whose customer has reported
// something newer waits for that.
func (s *Service) giveBack(tx database.Tx, c *Callback, callerID, fence int64, change Change, now clock.Instant) error {
	if err := c.release(callerID, fence, change, now); err != nil || c.State != Ready {
		return err
	}
	undone, err := s.overtaken(tx, *c)
	again, waits := looksAgain(undone[c.ID])
	if err != nil || !waits {
		return err
	}
	return c.wait(undone[c.ID], now.Add(again), now)
}

// endClaim ends a claim without an outcome, by the same transition for everything that is held together: it is one conversation.
func (s *Service) endClaim(
	ctx context.Context, viewer account.Viewer, callbackID, fence int64, doing string,
	transition func(database.Tx, *Callback, clock.Instant) error,
) (c Callback, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if c, _, err = lockFor(tx, viewer, callbackID); err != nil {
			return err
		}
		if !c.heldBy(viewer.UserID, fence) {
			return ErrStale
		}
		others, err := store{tx}.lockTogether(c)
		if err != nil {
			return err
		}
		for i := range others {
			if err := s.passOn(tx, &others[i], now, transition); err != nil {
				return err
			}
		}
		return s.passOn(tx, &c, now, transition)
	})
	if err != nil {
		return Callback{}, fmt.Errorf("%s callback %d: %w", doing, callbackID, err)
	}
	return c, nil
}

func (s *Service) passOn(
	tx database.Tx, c *Callback, now clock.Instant, transition func(database.Tx, *Callback, clock.Instant) error,
) error {
	if err := transition(tx, c, now); err != nil {
		return err
	}
	ties, err := tie.Of(tx, []int64{c.ContactID})
	if err != nil {
		return err
	}
	if ties[c.ContactID].Held && !c.closed() {
		return s.suspend(tx, c, now)
	}
	return s.keep(tx, c, now)
}

// Reassign is Do for keeping a callback for one caller, for half an hour from when it is ready; a callerID of 0 frees it for anybody.
func (s *Service) Reassign(ctx context.Context, viewer account.Viewer, callbackID, callerID int64, why string) error {
	return s.Do(ctx, viewer, callbackID, Act{Kind: ActReassign, CallerID: callerID, Why: why})
}

// CancelByHand is Do for cancelling a callback. A caller who is at work on it may still record the outcome.
func (s *Service) CancelByHand(ctx context.Context, viewer account.Viewer, callbackID int64, why string) error {
	return s.Do(ctx, viewer, callbackID, Act{Kind: ActCancel, Why: why})
}

// changeIn locks one callback, applies a transition, and stores the callback with what follows (keep).
func (s *Service) changeIn(
	ctx context.Context, viewer account.Viewer, callbackID int64, doing string,
	transition func(database.Tx, *Callback, clock.Instant) error,
) (c Callback, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if c, _, err = lockFor(tx, viewer, callbackID); err != nil {
			return err
		}
		return s.passOn(tx, &c, now, transition)
	})
	if err != nil {
		return Callback{}, fmt.Errorf("%s callback %d: %w", doing, callbackID, err)
	}
	return c, nil
}

// DiscardDraft forgets what the viewer typed about a callback.
func (s *Service) DiscardDraft(ctx context.Context, viewer account.Viewer, callbackID int64) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.deleteDraft(callbackID, viewer.UserID)
	})
	if err != nil {
		return fmt.Errorf("discard draft: %w", err)
	}
	return nil
}
