package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

const (
	epochInterval    = time.Second
	sweepInterval    = 5 * time.Second
	registerInterval = 30 * time.Second
)

var errLost = fault.New(fault.Unavailable, "worker_lost", "the worker that had begun the job is gone")

// watch keeps rows and Redis in step until ctx ends. It looks for a lost memory of Redis every second, and sweeps every five.
func (q *Queue) watch(ctx context.Context) {
	epoch, sweep, register := time.NewTicker(epochInterval), time.NewTicker(sweepInterval), time.NewTicker(registerInterval)
	defer epoch.Stop()
	defer sweep.Stop()
	defer register.Stop()
	seen, err := q.checkEpoch(ctx, "") // none seen yet: whatever is queued at the start is pushed again
	for {
		if err != nil && ctx.Err() == nil {
			q.trouble(ctx, "sweep", err)
			wait(ctx, errorPause, nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-epoch.C:
			seen, err = q.checkEpoch(ctx, seen)
		case <-sweep.C:
			err = q.sweep(ctx)
		case <-register.C:
			err = q.register(ctx)
		}
	}
}

// checkEpoch compares the epoch key in Redis with the epoch seen last, and returns the one to compare with next. Another epoch
// means that Redis started empty or went back in time: then everything queued is pushed again. seen is empty at the start.
func (q *Queue) checkEpoch(ctx context.Context, seen string) (string, error) {
	key := q.opts.Name + ":epoch"
	epoch, err := q.redis.client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		if err := q.redis.client.SetNX(ctx, key, rand.Text(), 0).Err(); err != nil {
			return seen, fmt.Errorf("set the epoch: %w", err)
		}
		epoch, err = q.redis.client.Get(ctx, key).Result()
	}
	if err != nil {
		return seen, fmt.Errorf("read the epoch: %w", err)
	}
	q.redisBack(ctx)
	if epoch == seen {
		return seen, nil
	}
	if err := q.register(ctx); err != nil {
		return seen, err
	}
	if err := q.refill(ctx, seen != ""); err != nil {
		return seen, err
	}
	return epoch, nil
}

// refill pushes every job again that is queued now. Pushing a task that Redis still has changes nothing.
func (q *Queue) refill(ctx context.Context, lost bool) error {
	total, until := 0, q.now()
	for after := int64(0); ; {
		jobs, err := store{q.db.View(ctx)}.queuedAfter(after, until, batchSize)
		if err != nil {
			return err
		}
		if _, err := q.push(ctx, jobs); err != nil {
			return err
		}
		total += len(jobs)
		if len(jobs) < batchSize {
			break
		}
		after = jobs[len(jobs)-1].ID
	}
	if lost {
		q.log.WarnContext(ctx, "Redis had lost its memory; queued jobs were pushed again", "jobs", total)
	}
	return nil
}

// sweep looks at the queued and running jobs whose lease has passed, a batch at a time. Each gets a new lease in the
// transaction that claims it, so that two processes never sweep one job. A queued job is pushed again; a running one is
// rescued.
func (q *Queue) sweep(ctx context.Context) error {
	if err := q.handBack(ctx); err != nil {
		return err
	}
	for {
		now := q.now()
		lapsed, err := store{q.db.View(ctx)}.anyLapsed(now)
		if err != nil || !lapsed {
			return err
		}
		var jobs []outbox.Job
		err = q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			jobs, err = store{tx}.claimLapsed(now, now.Add(queuedLease), batchSize)
			return err
		})
		if err != nil {
			return err
		}
		var queued []outbox.Job
		for _, job := range jobs {
			if job.State == outbox.Queued {
				queued = append(queued, job)
			} else if err := q.rescue(ctx, job); err != nil {
				return err
			}
		}
		if _, err := q.push(ctx, queued); err != nil {
			return err
		}
		if len(jobs) < batchSize {
			return nil
		}
	}
}

// takeOver ends the lease of every running job and sweeps. It is only for Options.Alone: other processes would lose their jobs.
func (q *Queue) takeOver(ctx context.Context) error {
	err := q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.lapseRunning(q.now()) })
	if err != nil {
		return err
	}
	return q.sweep(ctx)
}

// rescue ends the attempt of a running job that no living worker has any more. It counts as a failure, so that a job that kills
// its worker is dead after outbox.MaxAttempts.
func (q *Queue) rescue(ctx context.Context, job outbox.Job) error {
	known, err := q.known(ctx, job)
	if known {
		known, err = q.worked(job)
	}
	if known || err != nil && !errors.Is(err, errGaveUp) {
		return err
	}
	return q.fail(ctx, job, errLost)
}

// register adds our queues to the set in which asynq's tools look for queues. asynq itself adds them once per process, so they
// would be invisible after Redis lost its memory.
func (q *Queue) register(ctx context.Context) error {
	names := make([]any, len(q.lanes))
	for i, l := range q.lanes {
		names[i] = l.queue
	}
	if err := q.redis.client.SAdd(ctx, "asynq:queues", names...).Err(); err != nil {
		return fmt.Errorf("register the queues: %w", err)
	}
	return nil
}
