package callback

import (
	"context"
	"errors"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// Upcoming is the conversation a caller has next, with everything the desk shows about it.
type Upcoming struct {
	Desk
	Until clock.Instant // it is kept for them until then, and longer if they ask again
}

// Prefetch claims the next conversation for a viewer who is at work on another one, for 90 seconds, and returns it. Asked again it keeps
// the same one for another 90 seconds. Claim then hands it out; if nobody does, it is anybody's again, and that it was prefetched counts
// as no skip and no attempt. It returns ErrNothingReady when there is none, and ErrClaimBusy when colleagues were faster each time.
func (s *Service) Prefetch(ctx context.Context, viewer account.Viewer) (Upcoming, error) {
	now := s.now()
	for try := range claimTries {
		c, err := s.prefetchRound(ctx, viewer, try/triesARound, now)
		if errors.Is(err, ErrNothingReady) {
			return Upcoming{}, err
		}
		if err != nil {
			return Upcoming{}, fmt.Errorf("prefetch callback: %w", err)
		}
		if c != nil {
			desk, err := s.show(ctx, viewer, *c, now)
			return Upcoming{Desk: desk, Until: c.LeaseUntil}, err
		}
	}
	return Upcoming{}, ErrClaimBusy
}

// prefetchRound returns what the viewer has next, or nil when colleagues were faster.
func (s *Service) prefetchRound(ctx context.Context, viewer account.Viewer, round int, now clock.Instant) (*Callback, error) {
	held, err := store{s.db.View(ctx)}.inHands(viewer.UserID, now, SlotNext)
	if err != nil {
		return nil, err
	}
	if len(held) > 0 {
		c, err := s.keepNext(ctx, viewer, held[0], now)
		if c != nil || err != nil {
			return c, err
		}
	}
	return s.claimNew(ctx, viewer, nextCall, round, now)
}

// keepNext extends what was prefetched, or returns nil when it is not the viewer's next one any more.
func (s *Service) keepNext(ctx context.Context, viewer account.Viewer, seen Callback, now clock.Instant) (kept *Callback, err error) {
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		kept = nil
		c, err := store{tx}.lockConversation(seen.ID)
		if err != nil || !c.nextOf(viewer.UserID, seen.Fence, now) {
			return err
		}
		c.LeaseUntil, c.ChangedAt = max(c.LeaseUntil, now.Add(PrefetchLease)), now
		if err := (store{tx}).extendHold(c); err != nil {
			if errors.Is(err, errHeld) {
				return nil
			}
			return err
		}
		kept = &c
		return store{tx}.write(&c)
	})
	return kept, err
}

// nextOf reports whether the callback was prefetched by the caller under the fence and still is.
func (c *Callback) nextOf(callerID, fence int64, now clock.Instant) bool {
	return c.inHand(now) && c.Slot == SlotNext && c.CallerID == callerID && c.Fence == fence
}

// promote makes what was prefetched the viewer's current conversation, under the same fence, as far as it may still be made: the rest is
// put off or cancelled. It returns nil when nothing of it may be made or somebody was faster.
func (s *Service) promote(ctx context.Context, viewer account.Viewer, next []Callback, now clock.Instant) (*Callback, error) {
	var promoted *Callback
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		promoted = nil
		locked, err := s.lockNext(tx, viewer, next, now)
		if err != nil || len(locked) == 0 {
			return err
		}
		if _, err := contact.ReservePersons(tx, locked[0].CustomerID); err != nil {
			return err
		}
		left, err := s.dropForbidden(tx, locked, now)
		if err != nil || len(left) == 0 {
			return err
		}
		for i := range left {
			left[i].promote(now)
		}
		if err := (store{tx}).promoteHold(left[0], now); err != nil {
			return err
		}
		for i := range left {
			if err := (store{tx}).write(&left[i]); err != nil {
				return err
			}
		}
		promoted = &left[0]
		return nil
	})
	if errors.Is(err, errHeld) { // the same click in another tab
		return nil, nil //nolint:nilnil // the next look finds what that tab has
	}
	return promoted, err
}

// lockNext locks what was prefetched, as far as it still is, in the order in which it was seen.
func (s *Service) lockNext(tx database.Tx, viewer account.Viewer, next []Callback, now clock.Instant) ([]Callback, error) {
	found, err := store{tx}.lockCallbacks(idsOf(next))
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Callback, len(next))
	for _, c := range found {
		if c.nextOf(viewer.UserID, next[0].Fence, now) {
			byID[c.ID] = c
		}
	}
	var locked []Callback
	for _, seen := range next {
		if c, still := byID[seen.ID]; still {
			locked = append(locked, c)
		}
	}
	return locked, nil
}

// dropForbidden asks permission again, puts off or cancels what may not be made, and returns the rest.
func (s *Service) dropForbidden(tx database.Tx, locked []Callback, now clock.Instant) ([]Callback, error) {
	undone, err := s.overtaken(tx, locked...)
	if err != nil {
		return nil, err
	}
	verdicts, err := s.judgeAll(tx, locked, now)
	if err != nil {
		return nil, err
	}
	var left []Callback
	for i := range locked {
		c := locked[i]
		if reason, v := undone[c.ID], verdicts[c.ID]; reason == "" && v.Allowed {
			left = append(left, c)
		} else if err := s.drop(tx, &c, reason, v, now); err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (s *Service) drop(tx database.Tx, c *Callback, undone Reason, v permission.Verdict, now clock.Instant) error {
	if undone != "" {
		return s.giveUpOvertaken(tx, c, undone, now)
	}
	return s.moveAway(tx, c, v, now)
}
