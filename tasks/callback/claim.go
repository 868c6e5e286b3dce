package callback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Why there is no callback to hand out.
var (
	ErrNothingReady = fault.New(fault.NotFound, "nothing_ready", "no callback is ready for you now")
	ErrClaimBusy    = fault.New(fault.Unavailable, "claim_busy", "colleagues took the callbacks that were ready; try again")
)

// How often a claim looks, when colleagues are faster, and how far: at the first few of every open pool, more where many ask at once, and
// four times as deep from the fourth time on, and again.
const (
	claimTries  = 12
	triesARound = 4
	perPool     = 8
	mostAside   = 50 // that may not be made any more and are set aside on the way
)

// want is what a caller takes a callback for.
type want struct {
	slot  Slot
	kind  ChangeKind
	lease time.Duration
}

var (
	toCall   = want{SlotCurrent, ChangeClaimed, Lease}
	nextCall = want{SlotNext, ChangePrefetched, PrefetchLease}
	chosen   = want{SlotCurrent, ChangePicked, Lease}
)

// Claim gives the viewer the most urgent callback they may make now, for a lease of 15 minutes, and holds its person: with it they have
// all other callbacks of that person that they may make now, under the same fence. What was prefetched for them comes first, if it still
// may be made. A viewer who has one already gets that one again, with its old fence. Callbacks that may not be made now are put off or
// cancelled on the way.
//
// It returns ErrNothingReady when there is none (Supply says why), and ErrClaimBusy when colleagues were faster each time.
func (s *Service) Claim(ctx context.Context, viewer account.Viewer) (Desk, error) {
	now := s.now()
	c, err := s.take(ctx, viewer, now)
	if err != nil {
		return Desk{}, err
	}
	return s.show(ctx, viewer, c, now)
}

// Take is Claim for who reads nothing of the desk, or reads it later: as Current.
func (s *Service) Take(ctx context.Context, viewer account.Viewer) (Callback, error) {
	return s.take(ctx, viewer, s.now())
}

func (s *Service) take(ctx context.Context, viewer account.Viewer, now clock.Instant) (Callback, error) {
	for try := range claimTries {
		c, err := s.claimRound(ctx, viewer, try/triesARound, now)
		if errors.Is(err, ErrNothingReady) {
			return Callback{}, err
		}
		if err != nil {
			return Callback{}, fmt.Errorf("claim callback: %w", err)
		}
		if c != nil {
			return *c, nil
		}
	}
	return Callback{}, ErrClaimBusy
}

// claimRound returns what the viewer has or now has, or nil when colleagues were faster.
func (s *Service) claimRound(ctx context.Context, viewer account.Viewer, round int, now clock.Instant) (*Callback, error) {
	held, err := store{s.db.View(ctx)}.inHands(viewer.UserID, now, SlotCurrent, SlotNext)
	switch {
	case err != nil:
		return nil, err
	case len(held) > 0 && held[0].Slot == SlotCurrent:
		return &held[0], nil
	case len(held) > 0:
		c, err := s.promote(ctx, viewer, held, now)
		if c != nil || err != nil {
			return c, err
		}
	}
	return s.claimNew(ctx, viewer, toCall, round, now)
}

// claimNew claims the most urgent callback there is for a slot. It returns nil when colleagues were faster, and ErrNothingReady.
func (s *Service) claimNew(ctx context.Context, viewer account.Viewer, w want, round int, now clock.Instant) (*Callback, error) {
	s.asking.Add(1)
	defer s.asking.Add(-1)
	for range mostAside {
		found, err := s.look(ctx, viewer, round, now)
		if err != nil || found == nil {
			return nil, err
		}
		claimed, aside, err := s.claimSeen(ctx, viewer, w, *found, now)
		if claimed != nil || err != nil || !aside {
			return claimed, err
		}
	}
	return nil, nil //nolint:nilnil // everything that was most urgent had to be set aside
}

// lockFor locks a callback until the transaction ends, with what was claimed together with it and with others, and reports whether the
// viewer has it or once had it. It returns errNoCallback for a viewer who never had it and does not see its team.
func lockFor(tx database.Tx, viewer account.Viewer, callbackID int64, others ...Callback) (c Callback, had bool, err error) {
	if c, err = (store{tx}).lockConversation(callbackID, others...); err != nil {
		return Callback{}, false, err
	}
	if had = viewer.UserID != 0 && c.owner() == viewer.UserID; !had {
		had, err = store{tx}.everHad(callbackID, viewer.UserID)
	}
	if err == nil && !had && !viewer.SeesTeam(c.TeamID) {
		err = errNoCallback
	}
	return c, had, err
}

// Held returns the callback the viewer is at work on, or nil: of those they hold together, the one they claimed first of all, and when
// that is finished the most urgent one left.
func (s *Service) Held(tx database.Tx, viewer account.Viewer, now clock.Instant) (*Callback, error) {
	held, err := store{tx}.inHands(viewer.UserID, now, SlotCurrent)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return &held[0], nil
}

// compareUrgency orders callbacks as they are handed out: the caller's own appointments and unfinished ones, then those of their own
// teams before those of no team, then by priority group, in it what was never skipped first. Among equals the due time decides.
func compareUrgency(a, b *Callback, viewer account.Viewer) int {
	own := func(c *Callback) int {
		switch {
		case c.ReservedFor == viewer.UserID || (c.State == Claimed && c.owner() == viewer.UserID):
			return 0
		case viewer.SeesAllTeams() || c.TeamID != 0:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Skips, b.Skips))
}

// poolsOf returns the pools the viewer sees.
func (s *Service) poolsOf(tx database.Tx, viewer account.Viewer) ([]pool, error) {
	pools, err := store{tx}.pools()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pools, func(p pool) bool { return !viewer.SeesTeam(p.TeamID) }), nil
}

// endOfNoUse reports whether a locked callback is nothing to claim any more, whatever permission says, and closes it if it is over.
func (s *Service) endOfNoUse(tx database.Tx, viewer account.Viewer, c *Callback, now clock.Instant) (bool, error) {
	if c.early(now) && !c.inHand(now) { // picked before its time and left
		if c.usedUp() {
			return true, s.useUp(tx, c, now)
		}
		c.makeReady(now)
		return true, s.keep(tx, c, now)
	}
	if !c.claimable(viewer.UserID, now) {
		return true, nil
	}
	undone, err := s.overtaken(tx, *c)
	if err != nil {
		return false, err
	}
	if reason := undone[c.ID]; reason != "" {
		return true, s.giveUpOvertaken(tx, c, reason, now)
	}
	if c.usedUp() {
		return true, s.useUp(tx, c, now)
	}
	return false, nil
}

// claimOne claims a locked callback and reports whether it did: not when the callback may not be made now, or when somebody
// else holds its person.
func (s *Service) claimOne(tx database.Tx, viewer account.Viewer, w want, c *Callback, now clock.Instant) (bool, error) {
	v, err := s.reserveAndJudge(tx, c, now)
	if err != nil {
		return false, err
	}
	if !v.Allowed {
		return false, s.moveAway(tx, c, v, now)
	}
	err = s.holdConversation(tx, viewer, w, c, now)
	if errors.Is(err, errHeld) {
		return false, nil
	}
	return err == nil, err
}

// reserveAndJudge asks permission to call the customer of a callback behind the guard row of their person: nobody merges, splits or holds
// the person until the transaction ends, and we see the call to them that somebody may have made since we looked.
func (s *Service) reserveAndJudge(tx database.Tx, c *Callback, now clock.Instant) (permission.Verdict, error) {
	persons, err := contact.ReservePersons(tx, c.CustomerID)
	if err != nil {
		return permission.Verdict{}, err
	}
	c.PersonID = persons[c.CustomerID]
	v, _, err := s.JudgeCall(tx, c.CustomerID, c.ContactID, now)
	return v, err
}

// moveAway sets a callback that may not be made now aside, or cancels it.
func (s *Service) moveAway(tx database.Tx, c *Callback, v permission.Verdict, now clock.Instant) error {
	if err := c.putOff(v, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}
