package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

const (
	steadyCount = 2000
	steadyEvery = 5 * time.Millisecond
)

// jobsLatency is how long a job takes from the commit that added it to the commit that ends it, when one comes every few milliseconds.
// The bare limit is the same of asynq alone, where it asks Redis every millisecond, enqueued straight away.
func jobsLatency(ctx context.Context, b bench) (_ []figure, err error) {
	db, redis, closeAll, err := b.emptyWithRedis(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	l := newLatencies()
	q := benchQueue(db, redis, l.done)
	if err := q.Start(ctx); err != nil {
		return nil, err
	}
	defer q.Stop()
	p99, err := l.measure(ctx, func(ref int64) error {
		now := clock.System()
		return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return outbox.Add(tx, now, outbox.New("bench", ref, outbox.Normal, now))
		})
	})
	if err != nil {
		return nil, err
	}
	limit, err := bareLatency(ctx, db, b.redis)
	return []figure{{"jobs-p99/" + b.name, p99, "ms p99", limit}}, err
}

// latencies is when each job was added, and how long those that are done took.
type latencies struct {
	mu    sync.Mutex
	added map[int64]time.Time
	took  []time.Duration
	all   chan struct{}
}

func newLatencies() *latencies {
	return &latencies{added: map[int64]time.Time{}, all: make(chan struct{})}
}

// measure adds jobs with the ids 1, 2, … one after the other and returns the 99th percentile in milliseconds.
func (l *latencies) measure(ctx context.Context, add func(id int64) error) (float64, error) {
	ticker := time.NewTicker(steadyEvery)
	defer ticker.Stop()
	for id := int64(1); id <= steadyCount; id++ {
		<-ticker.C
		l.begin(id, false)
		if err := add(id); err != nil {
			return 0, err
		}
		l.begin(id, true)
	}
	select {
	case <-l.all:
	case <-time.After(patience):
		return 0, fmt.Errorf("not all jobs are done after %s", patience)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.took)
	return float64(l.took[len(l.took)*99/100].Microseconds()) / 1000, nil
}

// begin takes in that a job is about to be added, or has been; it may be done before that is known here.
func (l *latencies) begin(id int64, added bool) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.added[id]; open || !added {
		l.added[id] = now
	}
}

// done takes in that a job is done.
func (l *latencies) done(id int64) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, now.Sub(l.added[id]))
	delete(l.added, id)
	if len(l.took) == steadyCount {
		close(l.all)
	}
}
