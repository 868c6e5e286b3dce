package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks/queue"
)

// killed is what a test throws where a process is killed.
type killed struct{}

// begin uploads a file of n rows and queues its import; it returns the run and a ticket for its job, as a worker gets it.
func (c centre) begin(t *testing.T, n int) (int64, outbox.Ticket) {
	t.Helper()
	ctx := context.Background()
	draft, err := c.Upload(ctx, account.Viewer{}, "tickets.csv", strings.NewReader(rows(n)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Begin(ctx, draft.ID, imports.NewRun{SourceID: c.source, Mapping: parse(t, simple)}); err != nil {
		t.Fatal(err)
	}
	return draft.ID, c.queued(t, draft.ID)
}

// queued hands the job of a run to the queue, and returns its ticket.
func (c centre) queued(t *testing.T, run int64) outbox.Ticket {
	t.Helper()
	dbtest.InTx(t, c.db, func(tx database.Tx) error {
		return tx.Gorm().Model(&outbox.Job{}).Where("ref = ?", run).Update("state", outbox.Queued).Error
	})
	return outbox.Ticket{JobID: c.job(t, run).ID, Attempt: 1, At: noon}
}

func (c centre) job(t *testing.T, run int64) outbox.Job {
	t.Helper()
	var job outbox.Job
	if err := c.db.View(context.Background()).Gorm().Where("kind = ? AND ref = ?", imports.JobRun, run).Take(&job).Error; err != nil {
		t.Fatal(err)
	}
	return job
}

// killedAt works on a run until its process is killed, after its clock was looked at so often.
func (c centre) killedAt(t *testing.T, ticket outbox.Ticket, run int64, looks int) {
	t.Helper()
	now := func() clock.Instant {
		if looks--; looks < 0 {
			panic(killed{})
		}
		return noon
	}
	defer func() {
		if p := recover(); p != (killed{}) {
			t.Fatalf("the process was not killed: %v", p)
		}
	}()
	contacts := contact.New(c.db, clocktest.Fixed(noon), contact.Options{Region: "CN"})
	t.Fatal(imports.New(c.db, contacts, now).Execute(context.Background(), ticket, run))
}

func TestAnImportWhoseProcessWasKilledIsGoneOnWithAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		const n = 2000
		run, ticket := c.begin(t, n)
		c.killedAt(t, ticket, run, 14)
		left, err := c.Run(t.Context(), run)
		if err != nil || left.State != imports.Running || left.RowsRead == 0 || left.RowsRead == n {
			t.Fatalf("killed in the middle: %+v, %v", left, err)
		}
		if left.UpdatedAt != noon {
			t.Errorf("the page would say that it waits since %v", left.UpdatedAt)
		}
		if job := c.job(t, run); job.State != outbox.Running || job.RunAt.Sub(noon) > 40*time.Second {
			t.Errorf("a worker is waited for until %v: %+v", job.RunAt.Sub(noon), job)
		}
		redis, err := queue.OpenRedis(t.Context(), queue.Embedded)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = redis.Close() }()
		contacts := contact.New(db, clocktest.Fixed(noon), contact.Options{Region: "CN"})
		restarted := imports.New(db, contacts, clocktest.Fixed(noon))
		handlers := map[string]queue.Handler{imports.JobRun: restarted.Execute, contact.JobPlan: done(db)}
		q := queue.New(db, redis, handlers, clocktest.Fixed(noon), queue.Options{
			Alone: true, Backoff: func(int) time.Duration { return 0 },
		})
		defer q.Stop()
		if err := q.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if err := q.WaitIdle(ctx); err != nil {
			t.Fatal(err)
		}
		over, err := c.Run(t.Context(), run)
		if err != nil || over.State != imports.Done || over.RowsRead != n || c.count(t, "contacts", "1 = 1") != n {
			t.Errorf("gone on with: %+v, %v", over, err)
		}
	})
}

// done ends jobs that are none of the test's business.
func done(db *database.DB) queue.Handler {
	return func(ctx context.Context, ticket outbox.Ticket, _ int64) error {
		return db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
	}
}

func TestAWorkerThatWasGivenUpDoesNotTouchTheRunAnyMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		run, ticket := c.begin(t, 2000)
		c.killedAt(t, ticket, run, 14)
		stale := ticket // its fence is that of a worker that was given up
		if err := c.Execute(t.Context(), stale, run); err == nil {
			t.Error("a ticket that another worker took over was begun")
		}
		if left, err := c.Run(t.Context(), run); err != nil || left.State != imports.Running {
			t.Errorf("%+v, %v", left, err)
		}
	})
}

func TestARunSaysSinceWhenItWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state imports.State
		quiet time.Duration
		waits bool
	}{
		{imports.Waiting, 0, true},
		{imports.Running, time.Second, false},
		{imports.Running, time.Minute, true},
		{imports.Stopped, time.Hour, false},
		{imports.Done, time.Hour, false},
		{imports.Failed, time.Hour, false},
	} {
		t.Run(fmt.Sprintf("%s for %s", tt.state, tt.quiet), func(t *testing.T) {
			since := imports.Run{State: tt.state, UpdatedAt: noon}.WaitingSince(noon.Add(tt.quiet))
			if (since == noon) != tt.waits || (since == 0) == tt.waits {
				t.Errorf("%s, not heard of for %v: waiting since %v", tt.state, tt.quiet, since)
			}
		})
	}
}
