package callback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

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

// How far a claim looks: at the first few of every open pool, and of those at the most urgent dozen, four times as many the second
// time, and again.
const (
	claimRounds = 3
	perPool     = 8
	firstLook   = 12
)

// Claim gives the viewer the most urgent callback they may make now, for a lease of 15 minutes, and holds its person. A viewer
// who has one already gets that one again, with its old fence. Callbacks that may not be made now are put off or cancelled on
// the way.
//
// It returns ErrNothingReady when there is none (Supply says why), and ErrClaimBusy when colleagues were faster three times.
func (s *Service) Claim(ctx context.Context, viewer account.Viewer) (Desk, error) {
	now := s.now()
	for round := range claimRounds {
		held, err := s.held(s.db.View(ctx), viewer, now)
		if err != nil {
			return Desk{}, fmt.Errorf("claim callback: %w", err)
		}
		if held != nil {
			return s.show(ctx, viewer, *held, now)
		}
		candidates, err := s.candidates(s.db.View(ctx), viewer, now, firstLook<<(2*round))
		if err != nil {
			return Desk{}, fmt.Errorf("claim callback: %w", err)
		}
		if len(candidates) == 0 {
			return Desk{}, ErrNothingReady
		}
		claimed, err := s.claimFirst(ctx, viewer, candidates, now)
		if err != nil {
			return Desk{}, fmt.Errorf("claim callback: %w", err)
		}
		if claimed != nil {
			return s.show(ctx, viewer, *claimed, now)
		}
	}
	return Desk{}, ErrClaimBusy
}

// claimAction is the action of a claim in the audit. lockFor reads it to learn who ever had a callback.
const claimAction = "callback.claim"

// lockFor locks a callback until the transaction ends, and reports whether the viewer has it or once had it. It returns
// errNoCallback for a viewer who never had it and does not see its team.
func lockFor(tx database.Tx, viewer account.Viewer, callbackID int64) (c Callback, had bool, err error) {
	if c, err = (store{tx}).lockCallback(callbackID); err != nil {
		return Callback{}, false, err
	}
	if had = c.CallerID != 0 && c.CallerID == viewer.UserID; !had {
		had, err = account.Did(tx, viewer.UserID, claimAction, "callback", callbackID)
	}
	if err == nil && !had && !viewer.SeesTeam(c.TeamID) {
		err = errNoCallback
	}
	return c, had, err
}

// held returns the callback the viewer is at work on, or nil.
func (s *Service) held(tx database.Tx, viewer account.Viewer, now clock.Instant) (*Callback, error) {
	return store{tx}.heldBy(viewer.UserID, now)
}

// candidate is a callback a caller might be given, with what permission says about calling its customer now.
type candidate struct {
	Callback
	verdict permission.Verdict
	undone  Reason // why it is not wanted any more; empty while it is
}

// candidates returns callbacks that the viewer might claim, the most urgent first, at most limit, each with a verdict. It takes
// the first few of every open pool and locks nothing: claimOne looks again. The limit is low since every verdict costs, and one
// of the first can nearly always be made.
func (s *Service) candidates(tx database.Tx, viewer account.Viewer, now clock.Instant, limit int) ([]candidate, error) {
	open, err := s.openPools(tx, viewer, now)
	if err != nil {
		return nil, err
	}
	callbacks, err := store{tx}.claimable(viewer.UserID, open, now)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(callbacks, func(a, b Callback) int { return compareUrgency(a, b, viewer.UserID) })
	callbacks = callbacks[:min(limit, len(callbacks))]
	customers := make([]int64, len(callbacks))
	for i, c := range callbacks {
		customers[i] = c.CustomerID
	}
	subjects, err := contact.Subjects(tx, customers)
	if err != nil {
		return nil, err
	}
	undone, err := overtaken(tx, callbacks...)
	if err != nil {
		return nil, err
	}
	questions := make([]permission.Question, len(callbacks))
	for i, c := range callbacks {
		questions[i] = Question(subjects[c.CustomerID], now)
	}
	verdicts, err := s.permit.Judge(tx, questions)
	if err != nil {
		return nil, err
	}
	candidates := make([]candidate, len(callbacks))
	for i, c := range callbacks {
		candidates[i] = candidate{Callback: c, verdict: verdicts[i], undone: undone[c.ID]}
	}
	return candidates, nil
}

// compareUrgency orders callbacks as they are handed out: the caller's own appointments and unfinished ones, then by priority
// group, then by due time.
func compareUrgency(a, b Callback, callerID int64) int {
	own := func(c Callback) int {
		if c.ReservedFor == callerID || (c.State == Claimed && c.CallerID == callerID) {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
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

// claimFirst claims the first candidate that nobody else was faster at, and puts off or cancels those before it that may not be
// made now, all in one transaction. It returns nil when none is left.
//
// Lock order: the callback, then its person.
func (s *Service) claimFirst(ctx context.Context, viewer account.Viewer, candidates []candidate, now clock.Instant) (*Callback, error) {
	var claimed *Callback
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		claimed = nil
		for _, candidate := range candidates {
			c, err := store{tx}.lockFree(candidate.Callback)
			if errors.Is(err, errGone) {
				continue
			}
			if err != nil {
				return err
			}
			ok, err := s.claimOne(tx, viewer, c, candidate, now)
			if err != nil {
				return err
			}
			if ok {
				claimed = c
				return account.Audit(tx, now, viewer, claimAction, "callback", c.ID, "")
			}
		}
		return nil
	})
	return claimed, err
}

// claimOne claims a locked callback and reports whether it did: not when the callback may not be made now, or when somebody
// else holds its person.
func (s *Service) claimOne(tx database.Tx, viewer account.Viewer, c *Callback, seen candidate, now clock.Instant) (bool, error) {
	if !c.claimable(viewer.UserID, now) {
		return false, nil
	}
	if seen.undone != "" {
		return false, s.giveUpOvertaken(tx, c, seen.undone, now)
	}
	if c.usedUp() {
		return false, s.useUp(tx, c, now)
	}
	if !seen.verdict.Allowed {
		return false, s.moveAway(tx, c, seen.verdict, now)
	}
	// Behind the guard row nobody merges, splits or holds the person, and we see the call to them that somebody may have made since
	// we looked.
	persons, err := contact.ReservePersons(tx, c.CustomerID)
	if err != nil {
		return false, err
	}
	c.PersonID = persons[c.CustomerID]
	v, _, err := s.JudgeCall(tx, c.CustomerID, now)
	if err != nil {
		return false, err
	}
	if !v.Allowed {
		return false, s.moveAway(tx, c, v, now)
	}
	if err := c.claim(viewer.UserID, now); err != nil {
		return false, err
	}
	err = store{tx}.hold(*c, now)
	if errors.Is(err, errHeld) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, store{tx}.updateCallback(*c)
}

// moveAway sets a callback that may not be made now aside, or cancels it.
func (s *Service) moveAway(tx database.Tx, c *Callback, v permission.Verdict, now clock.Instant) error {
	if err := c.putOff(v, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}
