package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/queue"
)

const (
	jobCount    = 30_000
	concurrency = 16 // the queue's workers for a lane
	rounds      = 3
	patience    = 5 * time.Minute
)

// jobs runs jobs whose only work is to end in their own transaction, through relay, Redis and worker. The bare limit is asynq alone,
// with as many servers, workers and pushers, whose handler commits one one-row update. Both take turns, and the round with the median
// ratio counts: a machine shared with others has better and worse seconds.
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
	db, redis, closeAll, err := b.emptyWithRedis(ctx)
	if err != nil {
		return figure{}, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	rate, err := jobRate(ctx, db, redis)
	if err != nil {
		return figure{}, err
	}
	limit, err := bareRate(ctx, db, b.redis)
	return figure{"jobs/" + b.name, rate, "jobs/s", limit}, err
}

// emptyWithRedis opens an empty database and its Redis.
func (b bench) emptyWithRedis(ctx context.Context) (*database.DB, *queue.Redis, func() error, error) {
	db, closeDB, err := b.empty(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	redis, err := queue.OpenRedis(ctx, b.redis)
	if err != nil {
		return nil, nil, nil, errors.Join(err, closeDB())
	}
	return db, redis, func() error { return errors.Join(redis.Close(), closeDB()) }, nil
}

func jobRate(ctx context.Context, db *database.DB, redis *queue.Redis) (float64, error) {
	if err := addJobs(ctx, db, jobCount); err != nil {
		return 0, err
	}
	var left atomic.Int64
	left.Store(jobCount)
	done := make(chan struct{})
	q := benchQueue(db, redis, func(int64) {
		if left.Add(-1) == 0 {
			close(done)
		}
	})
	began := time.Now()
	if err := q.Start(ctx); err != nil {
		return 0, err
	}
	defer q.Stop()
	select {
	case <-done:
		return jobCount / time.Since(began).Seconds(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("%d jobs are not done after %s", left.Load(), patience)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// benchQueue is a queue whose jobs only end; each that did is told to done, by its ref.
func benchQueue(db *database.DB, redis *queue.Redis, done func(ref int64)) *queue.Queue {
	return queue.New(db, redis, map[string]queue.Handler{"bench": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		err := db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
		if err == nil {
			done(ref)
		}
		return err
	}}, clock.System, queue.Options{Name: "bench"})
}

// addJobs adds jobs with the refs 1 to count.
func addJobs(ctx context.Context, db *database.DB, count int) error {
	now := clock.System()
	all := make([]outbox.Job, count)
	for i := range all {
		all[i] = outbox.New("bench", int64(i+1), outbox.Normal, now)
	}
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return outbox.Add(tx, now, all...) })
}
