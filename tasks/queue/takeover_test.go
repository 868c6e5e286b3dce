package queue

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// begun is a bulk job that a process has begun for a lease.
func (e *env) begun(lease time.Duration) outbox.Job {
	e.t.Helper()
	e.add("effect", 1, outbox.Bulk)
	now := e.clock.now()
	e.inTx(func(tx database.Tx) error {
		_, err := store{tx}.claimDue(outbox.Lanes(), now, now.Add(queuedLease), 1)
		return err
	})
	ticket := outbox.Ticket{JobID: e.job("effect").ID, Attempt: 1, At: now}
	if _, err := ticket.Begin(e.t.Context(), e.db, lease); err != nil {
		e.t.Fatal(err)
	}
	return e.job("effect")
}

func TestWhatAKilledProcessLeftIsTakenUpAtOnceByOneThatIsAlone(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		e.begun(time.Hour)
		q := e.queue(map[string]Handler{"effect": e.effect}, func(o *Options) {
			o.Alone = true
			o.Backoff = func(int) time.Duration { return 0 }
		})
		e.start(q)
		e.waitIdle(q)
		e.wantEffects(1)
	})
}

func TestOneThatIsNotAloneLeavesALeaseAlone(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		job := e.begun(time.Hour)
		q := e.queue(map[string]Handler{"effect": e.effect})
		e.start(q)
		if err := q.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now := e.job("effect"); now.State != outbox.Running || now.RunAt != job.RunAt {
			t.Errorf("it took over what another process may work on: %+v", now)
		}
	})
}

func TestAJobIsTakenOverWhenRedisHasNotHeardOfItsWorker(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"effect": e.effect})
		job := e.begun(40 * time.Second)
		job.State = outbox.Queued
		if err := q.enqueue(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		e.working(q, job, time.Minute)
		e.clock.advance(41 * time.Second)
		if err := q.sweep(t.Context()); err != nil || e.job("effect").State != outbox.Running {
			t.Fatalf("a worker that is heard of lost its job: %+v, %v", e.job("effect"), err)
		}
		e.working(q, job, -time.Second)
		e.clock.advance(queuedLease + time.Second)
		if err := q.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if job := e.job("effect"); job.State != outbox.Due || job.LastError != "unavailable: worker_lost" {
			t.Errorf("the job of a worker that is gone: %+v", job)
		}
	})
}

// working makes Redis look as if a worker had a job that is to be heard of until a time from now, as asynq writes it.
func (e *env) working(q *Queue, job outbox.Job, left time.Duration) {
	e.t.Helper()
	ctx, keys, id := e.t.Context(), "asynq:{"+q.queueName(job.Lane)+"}:", taskID(job)
	_, err := e.redis.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.LRem(ctx, keys+"pending", 0, id)
		p.LRem(ctx, keys+"active", 0, id)
		p.LPush(ctx, keys+"active", id)
		p.HSet(ctx, keys+"t:"+id, "state", "active")
		return p.ZAdd(ctx, keys+"lease", redis.Z{Score: float64(clock.System().Add(left).Time().Unix()), Member: id}).Err()
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

func TestARenewedTicketForgetsItsFailuresAndAStaleOneIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		job := e.begun(time.Second)
		ticket := outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, Fence: job.Fence, At: e.clock.now()}
		until := e.clock.now().Add(time.Hour)
		e.inTx(func(tx database.Tx) error { return ticket.Renew(tx, e.clock.now(), time.Hour) })
		if job := e.job("effect"); job.RunAt != until || job.Failures != 0 {
			t.Errorf("renewed: %+v", job)
		}
		ticket.Fence++
		err := e.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return ticket.Renew(tx, e.clock.now(), time.Hour) })
		if err == nil {
			t.Error("a stale ticket was renewed")
		}
	})
}
