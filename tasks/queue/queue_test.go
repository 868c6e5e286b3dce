package queue

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

func TestAJobTakesEffectOnceThoughDeliveredTwice(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"effect": e.effect})
		e.start(q)
		e.add("effect", 100, outbox.Normal)
		var jobs []outbox.Job
		if err := e.db.View(t.Context()).Gorm().Find(&jobs).Error; err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			payload, err := json.Marshal(message{Job: job.ID, Ref: job.Ref, Attempt: 1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := q.client.Enqueue(asynq.NewTask("effect", payload), asynq.Queue(q.queueName(outbox.Urgent))); err != nil {
				t.Fatal(err)
			}
		}
		e.waitIdle(q)
		e.wantEffects(100)
	})
}

func TestJobsAddedByJobsAreDone(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		first := func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			return e.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
				if err := ticket.Done(tx); err != nil {
					return err
				}
				return outbox.Add(tx, ticket.At, outbox.New("effect", ref, outbox.Urgent, ticket.At))
			})
		}
		q := e.queue(map[string]Handler{"first": first, "effect": e.effect})
		e.start(q)
		e.add("first", 50, outbox.Normal)
		e.waitIdle(q)
		e.wantEffects(50)
	})
}

func TestTwoRelaysDoNotDouble(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		const n = 1200
		e.add("effect", n, outbox.Normal)
		var (
			mu      sync.Mutex
			claimed = map[int64]int{}
			relays  sync.WaitGroup
		)
		for range 2 {
			relays.Go(func() {
				for {
					var jobs []outbox.Job
					err := e.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) (err error) {
						now := e.clock.now()
						jobs, err = store{tx}.claimDue([]outbox.Lane{outbox.Normal}, now, now.Add(time.Minute), 100)
						return err
					})
					if err != nil {
						t.Error(err)
					}
					if len(jobs) == 0 {
						return
					}
					mu.Lock()
					for _, j := range jobs {
						claimed[j.ID]++
					}
					mu.Unlock()
				}
			})
		}
		relays.Wait()
		if len(claimed) != n {
			t.Errorf("%d jobs claimed, want %d", len(claimed), n)
		}
		for id, times := range claimed {
			if times != 1 {
				t.Errorf("job %d was claimed %d times", id, times)
			}
		}
		// Both queues find what nobody pushed, and still nothing happens twice.
		a, b := e.queue(map[string]Handler{"effect": e.effect}), e.queue(map[string]Handler{"effect": e.effect})
		e.start(a)
		e.start(b)
		e.waitIdle(a)
		e.wantEffects(n)
	})
}

func TestAFailingJobIsRetriedLaterThenDeadThenRequeued(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		var healthy atomic.Bool
		handler := func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			if healthy.Load() {
				return e.effect(ctx, ticket, ref)
			}
			if ticket.Attempt%2 == 0 { // not by counting calls: the queue may deliver one attempt twice
				panic("the handler broke on 13800138001")
			}
			return errors.New("could not write to 13800138001")
		}
		q := e.queue(map[string]Handler{"effect": handler})
		inspector := NewInspector(e.db, e.clock.now)
		e.start(q)
		e.add("effect", 1, outbox.Normal)
		for failures := 1; failures < outbox.MaxAttempts; failures++ {
			e.waitIdle(q)
			job := e.job("effect")
			if job.State != outbox.Due || job.Failures != failures || job.Attempt != failures+1 ||
				job.RunAt.Sub(e.clock.now()) != time.Hour {
				t.Fatalf("after failure %d: %+v", failures, job)
			}
			e.clock.advance(time.Hour)
		}
		e.waitIdle(q)
		dead, err := inspector.Dead(t.Context(), 0, 10)
		if err != nil || len(dead) != 1 || dead[0].LastError != "internal" {
			t.Fatalf("dead jobs: %+v, %v", dead, err)
		}
		healthy.Store(true)
		if err := inspector.Requeue(t.Context(), account.Viewer{Role: account.Caller}, dead[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller may requeue: %v", err)
		}
		admin := account.Viewer{Role: account.Admin}
		if err := inspector.Requeue(t.Context(), admin, dead[0].ID); err != nil {
			t.Fatal(err)
		}
		e.waitIdle(q)
		e.wantEffects(1)
		if err := inspector.Requeue(t.Context(), admin, dead[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a job that is done was requeued: %v", err)
		}
	})
}

func TestAFaultThatCannotBeMendedIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"gone": func(context.Context, outbox.Ticket, int64) error {
			return fault.New(fault.NotFound, "contact_missing", "there is no such contact 13800138001")
		}})
		e.start(q)
		e.add("gone", 1, outbox.Normal)
		e.waitIdle(q)
		if job := e.job("gone"); job.State != outbox.Dead || job.LastError != "not found: contact_missing" {
			t.Errorf("job: %+v", job)
		}
	})
}

func TestASlowLaneDoesNotHoldUpAnother(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		release, urgent := make(chan struct{}), make(chan struct{}, 20)
		q := e.queue(map[string]Handler{
			"slow": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
				<-release
				return e.effect(ctx, ticket, ref)
			},
			"urgent": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
				defer func() { urgent <- struct{}{} }()
				return e.effect(ctx, ticket, ref+1000)
			},
		}, func(o *Options) { o.Workers, o.Window = 4, 16 })
		e.start(q)
		e.add("slow", 40, outbox.Sending)
		e.add("urgent", 20, outbox.Urgent)
		for range 20 {
			select {
			case <-urgent:
			case <-time.After(30 * time.Second):
				t.Fatal("urgent jobs wait for slow ones")
			}
		}
		if n, err := q.inRedis(t.Context(), q.lanes[2]); err != nil || n > 16 {
			t.Errorf("%d slow jobs in Redis (%v), want at most the window of 16", n, err)
		}
		close(release)
		e.waitIdle(q)
		e.wantEffects(60)
	})
}

func TestStoppingLosesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		const n = 600
		reached := make(chan struct{})
		var count atomic.Int32
		handlers := map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			if count.Add(1) == 50 {
				close(reached)
			}
			return e.effect(ctx, ticket, ref)
		}}
		first := e.queue(handlers)
		e.start(first)
		e.add("effect", n, outbox.Normal)
		<-reached
		first.Stop()
		first.Stop() // again does no harm
		second := e.queue(handlers)
		e.start(second)
		e.waitIdle(second)
		e.wantEffects(n)
	})
}

func TestPeriodicWorkIsAddedOncePerPeriod(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		e.clock.at = clock.At(time.Date(2026, 11, 22, 2, 5, 30, 0, time.UTC))
		ran := make(chan clock.Instant, 10)
		periodic := func(o *Options) { o.Periodic = []Periodic{Every(time.Minute, "fold", outbox.Normal)} }
		handlers := map[string]Handler{"fold": func(ctx context.Context, ticket outbox.Ticket, _ int64) error {
			err := e.effect(ctx, ticket, int64(ticket.At.Time().Minute()))
			if err == nil {
				ran <- ticket.At
			}
			return err
		}}
		e.start(e.queue(handlers, periodic))
		q := e.queue(handlers, periodic)
		e.start(q)
		<-ran
		e.clock.advance(time.Minute)
		<-ran
		e.waitIdle(q)
		e.wantEffects(2)
	})
}

func TestNightlyWorkFollowsTheZone(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	nightly := Nightly(shanghai, 3*time.Hour, "verify", outbox.Bulk)
	for _, c := range []struct{ now, want string }{
		{"2026-11-22T02:59:59+08:00", "2026-11-21T03:00:00+08:00"},
		{"2026-11-22T03:00:00+08:00", "2026-11-22T03:00:00+08:00"},
		{"2026-11-22T23:59:59+08:00", "2026-11-22T03:00:00+08:00"},
	} {
		t.Run(c.now, func(t *testing.T) {
			if got, want := nightly.Period(instant(t, c.now)), instant(t, c.want); got != want {
				t.Errorf("at %s: period began %s, want %s", c.now, got, want)
			}
		})
	}
}

func instant(t *testing.T, s string) clock.Instant {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return clock.At(at)
}
