package callback

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/skill"
)

// Supply says how many open callbacks there are for a caller, or in a queue for whoever, and what keeps each of them from being claimed.
type Supply struct {
	Ready      int            // can be claimed now
	Ages       []int          // of Ready: for how long they have been; see SupplyAges
	Waiting    []WaitingCount // what may not be called yet, by reason, the most first
	Lacking    []LackingCount // ready, and waiting for a colleague with a skill this caller does not have; the most first
	InHand     int            // colleagues are at work on these
	InHandNext clock.Instant  // when the first of their leases ends, if it is not renewed; none when nothing is in hand
	Kept       int            // ready, and kept for a colleague or not for this caller
	KeptNext   clock.Instant  // when the first of them is anybody's; none when none ever is for this caller
	Next       clock.Instant  // when the next one is expected to be ready for this caller; none when nothing waits for them
	QueueNext  clock.Instant  // the same for whoever may have it
	Closes     clock.Instant  // when the last of what is ready may not be called any more today; none when nothing is, or it is not known
	At         clock.Instant
}

// WaitingCount is how many callbacks wait for the same reason.
type WaitingCount struct {
	Reason Reason
	Count  int
	Kept   int           // of Count: kept for a colleague, or not for this caller
	Next   clock.Instant // the first of them, for whoever may have it
}

// LackingCount is how many callbacks wait for somebody with a skill.
type LackingCount struct {
	Skill string
	Count int
	Next  clock.Instant // when the first of them is anybody's
}

// SupplyAges returns the lengths of time by which Ages tells what is ready apart: up to each of them, and longer than the last.
func SupplyAges() []time.Duration { return []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour} }

// Total is how many callbacks are open.
func (s Supply) Total() int {
	total := s.Ready + s.InHand + s.Kept
	for _, w := range s.Waiting {
		total += w.Count
	}
	for _, l := range s.Lacking {
		total += l.Count
	}
	return total
}

// nobody is the id of a caller whom nothing is kept for or from: the queue is counted as they would see it.
const nobody = -1

// Supply counts the open callbacks of the viewer's teams by what keeps them from being claimed by the viewer. Use it where Claim found
// nothing, to say why and when the next one comes. Every open callback is counted exactly once.
func (s *Service) Supply(ctx context.Context, viewer account.Viewer) (Supply, error) {
	return s.supply(ctx, viewer, viewer.UserID)
}

// Queue is Supply for whoever could claim: what needs a skill is ready as long as somebody of the viewer's teams has it. To a machine
// it tells of the callbacks about contacts of its source.
func (s *Service) Queue(ctx context.Context, viewer account.Viewer) (Supply, error) {
	return s.supply(ctx, viewer, nobody)
}

func (s *Service) supply(ctx context.Context, viewer account.Viewer, callerID int64) (Supply, error) {
	now := s.now()
	tx := s.db.View(ctx)
	pools, err := s.poolsOf(tx, viewer)
	if err != nil {
		return Supply{}, err
	}
	byID := make(map[int64]pool, len(pools))
	for _, p := range pools {
		byID[p.ID] = p
	}
	lacks, err := lackingFor(tx, viewer, callerID, pools)
	if err != nil {
		return Supply{}, err
	}
	counts, err := store{tx}.openCounts(pools, openQuestion{callerID: callerID, sourceID: viewer.SourceID, lacks: lacks, now: now})
	if err != nil {
		return Supply{}, fmt.Errorf("count what there is to call: %w", err)
	}
	supply, lacked := s.sort(counts, byID, now)
	supply.Lacking, err = lackingCounts(tx, lacked, lacks)
	for _, l := range supply.Lacking {
		supply.Next, supply.QueueNext = earlier(supply.Next, l.Next), earlier(supply.QueueNext, l.Next)
	}
	return supply, err
}

// lackingFor returns what a caller is not good at; of nobody, what none of those is good at who see what the viewer sees.
func lackingFor(tx database.Tx, viewer account.Viewer, callerID int64, pools []pool) (lacking, error) {
	lacks, err := lackingOf(tx, []int64{callerID}, pools)
	if err != nil || callerID != nobody || len(lacks[0].needs) == 0 {
		return lacks[0], err
	}
	colleagues, err := account.Colleagues(tx)
	if err != nil {
		return lacking{}, fmt.Errorf("read who could claim: %w", err)
	}
	var ids []int64
	for _, c := range colleagues {
		if viewer.SeesAllTeams() || c.SeesAllTeams() || slices.ContainsFunc(c.TeamIDs, viewer.SeesTeam) {
			ids = append(ids, c.UserID)
		}
	}
	has, err := skill.Of(tx, ids)
	for _, skills := range has {
		lacks[0].has = append(lacks[0].has, skills...)
	}
	return lacks[0], err
}

// sort adds counts up by what keeps the callbacks from being claimed, and returns apart what waits for somebody with a skill.
func (s *Service) sort(counts []openCount, pools map[int64]pool, now clock.Instant) (supply Supply, lacked []openCount) {
	supply = Supply{At: now, Ages: make([]int, len(SupplyAges())+1)}
	waiting := make(map[Reason]*WaitingCount)
	wait := func(reason Reason, c openCount, next, forCaller clock.Instant) {
		w := waiting[reason]
		if w == nil {
			w = &WaitingCount{Reason: reason}
			waiting[reason] = w
		}
		w.Count += c.Count
		if c.Situation == keptNotYet || c.Situation == neverNotYet {
			w.Kept += c.Count
		}
		w.Next, supply.Next = earlier(w.Next, next), earlier(supply.Next, forCaller)
	}
	for _, c := range counts {
		window := s.window(pools[c.PoolID], now)
		switch opens := max(c.First, now); {
		case c.Situation == inHand:
			supply.InHand += c.Count
			supply.InHandNext = earlier(supply.InHandNext, c.Lease)
		case c.waits():
			if c.First.Before(now) && !window.Open {
				opens = window.OpensAt
			}
			wait(c.WaitReason, c, opens, c.forCaller(opens))
		case !window.Open:
			wait(Reason(permission.OutsideHours), c, window.OpensAt, window.OpensAt)
		case c.Situation == kept:
			supply.Kept += c.Count
			supply.KeptNext = earlier(supply.KeptNext, c.Unkept)
			supply.Next = earlier(supply.Next, c.Unkept)
		case c.Situation == otherSkill:
			lacked = append(lacked, c)
		default:
			supply.Ready += c.Count
			supply.Closes = max(supply.Closes, window.ClosesAt)
			for i, n := range []int{c.Fresh, c.Hour, c.Hours, c.Count - c.Fresh - c.Hour - c.Hours} {
				supply.Ages[i] += n
			}
		}
	}
	supply.QueueNext = supply.KeptNext
	for _, w := range waiting {
		supply.Waiting = append(supply.Waiting, *w)
		supply.QueueNext = earlier(supply.QueueNext, w.Next)
	}
	slices.SortFunc(supply.Waiting, func(a, b WaitingCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return supply, lacked
}

// earlier returns the earlier of two instants, of which either may be none.
func earlier(a, b clock.Instant) clock.Instant {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
