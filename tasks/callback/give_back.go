package callback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
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

// SaveDraft keeps what the caller has typed so far and extends their lease, which it returns. It returns ErrStale when the callback
// is not theirs any more; the draft is kept even then. It returns fault.Conflict when it never was, and keeps nothing.
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
		return store{tx}.saveDraft(callbackID, viewer.UserID, typed, now)
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("save the draft of callback %d: %w", callbackID, err)
	case stale:
		return 0, ErrStale
	}
	return leaseUntil, nil
}

// Skip passes a claimed callback on, with a reason, and returns what became of it: it comes back after a pause, to anybody, unless
// its attempts are used up.
func (s *Service) Skip(ctx context.Context, viewer account.Viewer, callbackID, fence int64, reason SkipReason) (Callback, error) {
	if !slices.Contains(SkipReasons(), reason) {
		return Callback{}, fault.InvalidFields(
			fault.Field{Name: "skip_reason", Code: "choose", Problem: "choose why you pass it on", Value: string(reason)},
		)
	}
	return s.change(ctx, viewer, callbackID, "callback.skip", string(reason), func(c *Callback, now clock.Instant) error {
		return c.skip(viewer.UserID, fence, now)
	})
}

// Release gives a claimed callback back and returns what became of it: anybody may have it at once, unless its attempts are used up.
func (s *Service) Release(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (Callback, error) {
	return s.change(ctx, viewer, callbackID, "callback.release", "", func(c *Callback, now clock.Instant) error {
		return c.release(viewer.UserID, fence, now)
	})
}

// Reassign keeps a callback for one caller for half an hour from when it is ready; 0 frees it for anybody. Why is kept in the audit.
func (s *Service) Reassign(ctx context.Context, viewer account.Viewer, callbackID, callerID int64, why string) error {
	if strings.TrimSpace(why) == "" {
		return sayWhy("reassign_why")
	}
	_, err := s.change(ctx, viewer, callbackID, "callback.reassign", why, func(c *Callback, now clock.Instant) error {
		if !viewer.SeesTeam(c.TeamID) { // also who once had it
			return errNoCallback
		}
		return c.reserve(callerID, now)
	})
	return err
}

// CancelByHand gives a callback up. Why is kept in the audit.
func (s *Service) CancelByHand(ctx context.Context, viewer account.Viewer, callbackID int64, why string) error {
	if strings.TrimSpace(why) == "" {
		return sayWhy("why")
	}
	_, err := s.change(ctx, viewer, callbackID, "callback.cancel", why, func(c *Callback, now clock.Instant) error {
		if !viewer.SeesTeam(c.TeamID) {
			return errNoCallback
		}
		return c.cancel(ReasonByHand, now)
	})
	return err
}

func sayWhy(field string) error {
	return fault.InvalidFields(fault.Field{Name: field, Code: "required", Problem: "say why"})
}

// change applies one transition to one callback, writes the audit and returns what the callback has become.
func (s *Service) change(
	ctx context.Context, viewer account.Viewer, callbackID int64, action, detail string, transition func(*Callback, clock.Instant) error,
) (c Callback, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if c, _, err = lockFor(tx, viewer, callbackID); err != nil {
			return err
		}
		if err := transition(&c, now); err != nil {
			return err
		}
		if err := s.keep(tx, &c, now); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, action, "callback", callbackID, detail)
	})
	if err != nil {
		return Callback{}, fmt.Errorf("%s %d: %w", action, callbackID, err)
	}
	return c, nil
}
