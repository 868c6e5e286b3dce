package tasks

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// Nothing says why no callback is handed out: what there is, why it cannot be made now, and when the next one can.
type Nothing struct {
	Waiting []WaitingCount // what is not ready yet, by reason, the most first
	Taken   int            // colleagues are at work on these
	Kept    int            // ready, and kept for a colleague or not for this caller
	Next    clock.Instant  // when the next one is expected to be ready; none when there is nothing at all
	At      clock.Instant
}

// WaitingCount is how many callbacks wait for the same reason.
type WaitingCount struct {
	Reason Reason
	Count  int
	Next   clock.Instant // the first of them
}

// Empty reports whether there is no callback at all that the caller could ever get from what is planned.
func (n Nothing) Empty() bool { return len(n.Waiting) == 0 && n.Taken == 0 && n.Kept == 0 }

// Total is how many callbacks are open.
func (n Nothing) Total() int {
	total := n.Taken + n.Kept
	for _, w := range n.Waiting {
		total += w.Count
	}
	return total
}

// Nothing explains an empty desk to the viewer.
func (s *Service) Nothing(ctx context.Context, viewer account.Viewer) (Nothing, error) {
	now := s.now()
	tx := s.db.View(ctx)
	pools, err := s.poolsOf(tx, viewer)
	if err != nil {
		return Nothing{}, err
	}
	ids := make([]int64, len(pools))
	byID := make(map[int64]pool, len(pools))
	for i, p := range pools {
		ids[i], byID[p.ID] = p.ID, p
	}
	counts, err := store{tx}.openCounts(ids, viewer.UserID)
	if err != nil {
		return Nothing{}, fmt.Errorf("explain the empty desk: %w", err)
	}
	return s.explain(counts, byID, now), nil
}

// explain sorts the counts of open callbacks by what keeps them from being handed out.
func (s *Service) explain(counts []openCount, pools map[int64]pool, now clock.Instant) Nothing {
	n := Nothing{At: now}
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
		case c.State == Waiting && c.First.Before(now) && !window.Open:
			wait(c.WaitReason, c.Count, window.OpensAt)
		case c.State == Waiting:
			wait(c.WaitReason, c.Count, max(c.First, now))
		case c.State == Claimed:
			n.Taken += c.Count
		case !window.Open:
			wait(reasonOf(permission.OutsideHours), c.Count, window.OpensAt)
		default:
			n.Kept += c.Count
		}
	}
	for _, w := range waiting {
		n.Waiting = append(n.Waiting, *w)
		n.Next = earlier(n.Next, w.Next)
	}
	slices.SortFunc(n.Waiting, func(a, b WaitingCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return n
}

// earlier returns the earlier of two instants, of which either may be none.
func earlier(a, b clock.Instant) clock.Instant {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
