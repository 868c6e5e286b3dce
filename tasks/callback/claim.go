package callback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// How far a claim looks: at the first few of every open pool, more where many ask at once, and of those at the most urgent dozen; four
// times as deep the second time, and again.
const (
	claimRounds = 3
	perPool     = 8
	firstLook   = 12
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
// It returns ErrNothingReady when there is none (Supply says why), and ErrClaimBusy when colleagues were faster three times.
func (s *Service) Claim(ctx context.Context, viewer account.Viewer) (Desk, error) {
	now := s.now()
	for round := range claimRounds {
		c, err := s.claimRound(ctx, viewer, round, now)
		if errors.Is(err, ErrNothingReady) {
			return Desk{}, err
		}
		if err != nil {
			return Desk{}, fmt.Errorf("claim callback: %w", err)
		}
		if c != nil {
			return s.show(ctx, viewer, *c, now)
		}
	}
	return Desk{}, ErrClaimBusy
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
	asking := int(s.asking.Add(1))
	defer s.asking.Add(-1)
	candidates, err := s.candidates(s.db.View(ctx), viewer, asking, round, now)
	if err != nil {
		return nil, err
	}
	if len(candidates) == 0 {
		return nil, ErrNothingReady
	}
	for len(candidates) > 0 {
		claimed, left, err := s.claimFirst(ctx, viewer, w, candidates, now)
		if claimed != nil || err != nil {
			return claimed, err
		}
		candidates = left
	}
	return nil, nil //nolint:nilnil // colleagues were faster
}

// lockFor locks a callback until the transaction ends, and reports whether the viewer has it or once had it. It returns
// errNoCallback for a viewer who never had it and does not see its team.
func lockFor(tx database.Tx, viewer account.Viewer, callbackID int64) (c Callback, had bool, err error) {
	if c, err = (store{tx}).lockCallback(callbackID); err != nil {
		return Callback{}, false, err
	}
	if had = c.CallerID != 0 && c.CallerID == viewer.UserID && c.Slot != SlotNext; !had {
		had, err = store{tx}.everHad(callbackID, viewer.UserID)
	}
	if err == nil && !had && !viewer.SeesTeam(c.TeamID) {
		err = errNoCallback
	}
	return c, had, err
}

// held returns the callback the viewer is at work on, or nil: of those they hold together, the one they claimed first of all, and when
// that is finished the most urgent one left.
func (s *Service) held(tx database.Tx, viewer account.Viewer, now clock.Instant) (*Callback, error) {
	held, err := store{tx}.inHands(viewer.UserID, now, SlotCurrent)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return &held[0], nil
}

// candidates returns callbacks that the viewer might claim, the most urgent first. It takes the first few of every open pool, locks nothing
// and asks no permission: claimOne looks again, and one of the first can nearly always be made. Where several ask at once in this process,
// each gets the equally urgent ones in another order, so that they do not all reach for the same one.
func (s *Service) candidates(tx database.Tx, viewer account.Viewer, asking, round int, now clock.Instant) ([]Callback, error) {
	open, err := s.openPools(tx, viewer, now)
	if err != nil {
		return nil, err
	}
	depth := perPool << (2 * round)
	for depth < min(asking, 4*perPool) {
		depth *= 4
	}
	callbacks, err := store{tx}.claimable(viewer.UserID, open, depth, now)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(callbacks, func(a, b Callback) int {
		return cmp.Or(compareUrgency(a, b, viewer), cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	equal := 0
	for equal < min(asking, len(callbacks)) && compareUrgency(callbacks[0], callbacks[equal], viewer) == 0 {
		equal++
	}
	rand.Shuffle(equal, func(i, j int) { callbacks[i], callbacks[j] = callbacks[j], callbacks[i] })
	return callbacks[:min(firstLook<<(2*round), len(callbacks))], nil
}

// compareUrgency orders callbacks as they are handed out: the caller's own appointments and unfinished ones, then those of their own
// teams before those of no team, then by priority group, in it what was never skipped first. Among equals the due time decides.
func compareUrgency(a, b Callback, viewer account.Viewer) int {
	own := func(c Callback) int {
		switch {
		case c.ReservedFor == viewer.UserID || (c.State == Claimed && c.CallerID == viewer.UserID && c.Slot != SlotNext):
			return 0
		case viewer.SeesAllTeams() || c.TeamID != 0:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Skips, b.Skips))
}

// openPools returns the ids of the pools the viewer sees whose calling hours are on.
func (s *Service) openPools(tx database.Tx, viewer account.Viewer, now clock.Instant) ([]int64, error) {
	pools, err := s.poolsOf(tx, viewer)
	if err != nil {
		return nil, err
	}
	open := make([]int64, 0, len(pools))
	for _, p := range pools {
		if s.window(p, now).Open {
			open = append(open, p.ID)
		}
	}
	return open, nil
}

// poolsOf returns the pools the viewer sees.
func (s *Service) poolsOf(tx database.Tx, viewer account.Viewer) ([]pool, error) {
	pools, err := store{tx}.pools()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pools, func(p pool) bool { return !viewer.SeesTeam(p.TeamID) }), nil
}

// claimFirst claims the first candidate that nobody else was faster at, and returns those behind it if that one may not be made now and was
// put off or cancelled. A transaction writes the guard row of one person, so that two of them never wait for each other.
//
// Lock order: the callback, then its person. The other callbacks of the person are locked without waiting.
func (s *Service) claimFirst(
	ctx context.Context, viewer account.Viewer, w want, candidates []Callback, now clock.Instant,
) (claimed *Callback, left []Callback, err error) {
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		claimed, left = nil, nil
		for i, candidate := range candidates {
			c, err := store{tx}.lockFree(candidate)
			if errors.Is(err, errGone) {
				continue
			}
			if err != nil {
				return err
			}
			over, err := s.endOfNoUse(tx, viewer, c, now)
			if err != nil {
				return err
			}
			if over {
				continue
			}
			left = candidates[i+1:]
			ok, err := s.claimOne(tx, viewer, w, c, now)
			if ok {
				claimed = c
			}
			return err
		}
		return nil
	})
	return claimed, left, err
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
	undone, err := overtaken(tx, *c)
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
