package queue

import (
	"context"
	"crypto/rand"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// Periodic is work that comes by the clock: one job per period, whatever the number of processes.
type Periodic struct {
	Kind string
	Lane outbox.Lane
	// Period returns the first instant of the period that now is in; the job is due then.
	Period func(now clock.Instant) clock.Instant
}

// Every returns work that comes once per d.
func Every(d time.Duration, kind string, lane outbox.Lane) Periodic {
	return Periodic{Kind: kind, Lane: lane, Period: func(now clock.Instant) clock.Instant {
		return now - now%clock.Instant(d.Microseconds())
	}}
}

// Nightly returns work that comes once a day, so long after midnight in the zone.
func Nightly(zone *time.Location, afterMidnight time.Duration, kind string, lane outbox.Lane) Periodic {
	return Periodic{Kind: kind, Lane: lane, Period: func(now clock.Instant) clock.Instant {
		day := clock.DayOf(now.Add(-afterMidnight), zone)
		return day.Start(zone).Add(afterMidnight)
	}}
}

const tickInterval = time.Second

// tick adds the jobs of each new period, and says now and then that this process works, until ctx ends.
func (q *Queue) tick(ctx context.Context) {
	added := make([]clock.Instant, len(q.opts.Periodic)) // what this process added last; others' are found by the dedupe key
	alive := workerBeat{Worker: rand.Text()}
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for {
		var err error
		if alive, err = q.beat(ctx, alive); err != nil && ctx.Err() == nil {
			q.trouble(ctx, "say that this process works", err)
		}
		if err := q.addPeriodic(ctx, added); err != nil && ctx.Err() == nil {
			q.trouble(ctx, "add periodic jobs", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (q *Queue) addPeriodic(ctx context.Context, added []clock.Instant) error {
	now := q.now()
	for i, p := range q.opts.Periodic {
		start := p.Period(now)
		if start == added[i] {
			continue
		}
		job := outbox.New(p.Kind, 0, p.Lane, start).Once(p.Kind + "@" + start.String())
		err := q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return outbox.Add(tx, now, job)
		})
		if err != nil {
			return err
		}
		added[i] = start
	}
	return nil
}
