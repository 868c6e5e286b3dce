package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/policy"
)

// Upstream tells what the queue of callbacks lives on: what came in, what was decided about it, and whether anybody works the jobs.
type Upstream struct {
	Contacts  *contact.Service
	Decisions *decision.Service
	Jobs      JobHealth
	Now       clock.Now
	Zone      *time.Location // of the centre, for what is today
}

// JobHealth tells how deferred work stands; tasks/queue does.
type JobHealth interface {
	Health(ctx context.Context) (outbox.Health, error)
}

const (
	// aWhile is the shortest silence of a source that is said to be long.
	aWhile = 30 * time.Minute
	// muchLonger is how many times longer than usual it is then.
	muchLonger = 3
	// noWorker is after what silence nobody works jobs any more: they say so twice a minute.
	noWorker = 2 * time.Minute
)

var _ floor.Sources = Upstream{}

// Upstream implements floor.Sources. What came in and how jobs stand is of the whole centre and names nobody; what was decided is of the
// teams that the viewer sees. A machine is told of its own source alone.
func (u Upstream) Upstream(ctx context.Context, viewer account.Viewer) (floor.Upstream, error) {
	now := u.Now()
	today := clock.DayOf(now, u.Zone).Start(u.Zone)
	deliveries, err := u.Contacts.Deliveries(ctx, today)
	if err != nil {
		return floor.Upstream{}, fmt.Errorf("look upstream: %w", err)
	}
	var up floor.Upstream
	for _, d := range deliveries {
		if viewer.SourceID != 0 && viewer.SourceID != d.Source.ID {
			continue
		}
		silence := now.Sub(d.Last)
		up.Sources = append(up.Sources, floor.Source{
			Name: d.Source.Name, Last: d.Last, Usual: d.Usual, Today: d.Today,
			Silent: d.Last.IsZero() || d.Usual > 0 && silence > max(aWhile, muchLonger*d.Usual),
		})
	}
	slices.SortStableFunc(up.Sources, func(a, b floor.Source) int {
		switch {
		case a.Silent == b.Silent:
			return cmp.Compare(a.Name, b.Name)
		case a.Silent:
			return -1
		}
		return 1
	})
	if viewer.SourceID == 0 {
		if err := u.decided(ctx, viewer, today, &up); err != nil {
			return floor.Upstream{}, fmt.Errorf("look upstream: %w", err)
		}
	}
	h, err := u.Jobs.Health(ctx)
	if err != nil {
		return floor.Upstream{}, fmt.Errorf("look upstream: %w", err)
	}
	up.Jobs = floor.Jobs{
		Waiting: h.Waiting, More: h.More, Oldest: h.Oldest, Dead: h.Dead, Worker: h.Worker, Stopped: now.Sub(h.Worker) > noWorker,
	}
	return up, nil
}

// Handed tells the floor how handoffs stand.
type Handed struct{ Handoffs *handoff.Service }

var _ floor.Handoffs = Handed{}

// Near implements floor.Handoffs. The deadline of a handoff is near once its team was warned.
func (h Handed) Near(ctx context.Context, viewer account.Viewer) (overdue, soon int, err error) {
	counts, err := h.Handoffs.Counts(ctx, viewer)
	return counts.Overdue, counts.DueSoon, err
}

// decided adds what was decided about callbacks for what was resolved today.
func (u Upstream) decided(ctx context.Context, viewer account.Viewer, today clock.Instant, up *floor.Upstream) error {
	sums, err := u.Decisions.Summary(ctx, viewer, today, 0)
	if err != nil {
		return err
	}
	for _, k := range sums.Kinds {
		if k.Kind != policy.FollowUpCallback {
			continue
		}
		up.Resolved, up.Planned, up.Open = k.Resolved, k.Planned, k.Undecided
		for _, skip := range k.Skipped {
			up.Skipped = append(up.Skipped, floor.Skip{Reason: string(skip.Reason), Text: skip.Text, Count: skip.Count})
		}
	}
	return nil
}
