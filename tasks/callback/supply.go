package callback

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// Supply says how many open callbacks there are for a caller, and what keeps each of them from being claimed.
type Supply struct {
	Ready   int            // can be claimed now
	Waiting []WaitingCount // what may not be called yet, by reason, the most first
	Lacking []LackingCount // ready, and waiting for a colleague with a skill this caller does not have; the most first
	InHand  int            // colleagues are at work on these
	Kept    int            // ready, and kept for a colleague or not for this caller
	Next    clock.Instant  // when the next one is expected to be ready; none when nothing waits
	At      clock.Instant
}

// WaitingCount is how many callbacks wait for the same reason.
type WaitingCount struct {
	Reason Reason
	Count  int
	Next   clock.Instant // the first of them
}

// LackingCount is how many callbacks wait for somebody with a skill.
type LackingCount struct {
	Skill string
	Count int
	Next  clock.Instant // when the first of them is anybody's
}

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

// Supply counts the open callbacks of the viewer's teams by what keeps them from being claimed. Use it where Claim found
// nothing, to say why and when the next one comes. Every open callback is counted exactly once.
func (s *Service) Supply(ctx context.Context, viewer account.Viewer) (Supply, error) {
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
	lacks, err := lackingOf(tx, []int64{viewer.UserID}, pools)
	if err != nil {
		return Supply{}, err
	}
	counts, err := store{tx}.openCounts(pools, viewer.UserID, lacks[0], now)
	if err != nil {
		return Supply{}, fmt.Errorf("count what there is to call: %w", err)
	}
	supply, lacked := s.sort(counts, byID, now)
	supply.Lacking, err = lackingCounts(tx, lacked, lacks[0])
	for _, l := range supply.Lacking {
		supply.Next = earlier(supply.Next, l.Next)
	}
	return supply, err
}

// sort adds counts up by what keeps the callbacks from being claimed, and returns apart what waits for somebody with a skill.
func (s *Service) sort(counts []openCount, pools map[int64]pool, now clock.Instant) (supply Supply, lacked []openCount) {
	supply = Supply{At: now}
	waiting := make(map[Reason]*WaitingCount)
	wait := func(reason Reason, count int, next clock.Instant) {
		w := waiting[reason]
		if w == nil {
			w = &WaitingCount{Reason: reason}
			waiting[reason] = w
		}
		w.Count += count
		w.Next = earlier(w.Next, next)
	}
	for _, c := range counts {
		window := s.window(pools[c.PoolID], now)
		switch {
		case c.Situation == inHand:
			supply.InHand += c.Count
		case c.Situation == notYet && c.First.Before(now) && !window.Open:
			wait(c.WaitReason, c.Count, window.OpensAt)
		case c.Situation == notYet:
			wait(c.WaitReason, c.Count, max(c.First, now))
		case !window.Open:
			wait(Reason(permission.OutsideHours), c.Count, window.OpensAt)
		case c.Situation == kept:
			supply.Kept += c.Count
		case c.Situation == otherSkill:
			lacked = append(lacked, c)
		default:
			supply.Ready += c.Count
		}
	}
	for _, w := range waiting {
		supply.Waiting = append(supply.Waiting, *w)
		supply.Next = earlier(supply.Next, w.Next)
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
