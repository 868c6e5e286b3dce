package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/queue"
)

const (
	jobCount    = 30_000
	concurrency = 16 // the queue's workers for a lane
	rounds      = 3
)

// jobs runs jobs whose only work is to end in their own transaction, through relay, Redis and worker. The bare limit is the
// smaller of what asynq processes when its handlers do nothing and of the one-row updates the database commits, with as many
// workers. All three take turns, and the round with the median ratio counts: a machine shared with others has better and worse
// seconds.
func jobs(ctx context.Context, b bench) ([]figure, error) {
	var all []figure
	for range rounds {
		f, err := jobsRound(ctx, b)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b figure) int { return cmp.Compare(a.value/a.limit, b.value/b.limit) })
	return all[rounds/2 : rounds/2+1], nil
}

func jobsRound(ctx context.Context, b bench) (_ figure, err error) {
	db, closeAll, err := b.empty(ctx)
	if err != nil {
		return figure{}, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	redis, err := queue.OpenRedis(ctx, b.redis)
	if err != nil {
		return figure{}, err
	}
	defer func() { err = errors.Join(err, redis.Close()) }()
	rate, err := jobRate(ctx, db, redis)
	if err != nil {
		return figure{}, err
	}
	updates, err := updateRate(ctx, db)
	if err != nil {
		return figure{}, err
	}
	noops, err := noopRate(ctx, b.redis)
	return figure{"jobs/" + b.name, rate, "jobs/s", min(noops, updates)}, err
}

func jobRate(ctx context.Context, db *database.DB, redis *queue.Redis) (float64, error) {
	if err := addJobs(ctx, db); err != nil {
		return 0, err
	}
	var left atomic.Int64
	left.Store(jobCount)
	done, finished := make(chan struct{}), sync.Once{}
	q := queue.New(db, redis, map[string]queue.Handler{"bench": func(ctx context.Context, ticket outbox.Ticket, _ int64) error {
		err := db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
		if err == nil && left.Add(-1) == 0 {
			finished.Do(func() { close(done) })
		}
		return err
	}}, clock.System, queue.Options{Name: "bench"})
	began := time.Now()
	if err := q.Start(ctx); err != nil {
		return 0, err
	}
	defer q.Stop()
	select {
	case <-done:
		return jobCount / time.Since(began).Seconds(), nil
	case <-time.After(5 * time.Minute):
		return 0, fmt.Errorf("%d jobs are not done after five minutes", left.Load())
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func addJobs(ctx context.Context, db *database.DB) error {
	now := clock.System()
	all := make([]outbox.Job, jobCount)
	for i := range all {
		all[i] = outbox.New("bench", int64(i), outbox.Normal, now)
	}
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return outbox.Add(tx, now, all...) })
}

// updateRate is how many one-row updates the database commits a second, each worker on rows of its own.
func updateRate(ctx context.Context, db *database.DB) (float64, error) {
	const updates = jobCount / 2
	workers, working := errgroup.WithContext(ctx)
	began := time.Now()
	for w := range concurrency {
		workers.Go(func() error {
			for i := w; i < updates; i += concurrency {
				if err := updateOne(working, db, int64(i+1)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := workers.Wait()
	return updates / time.Since(began).Seconds(), err
}
