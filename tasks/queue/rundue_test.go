package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

func TestRunDueRunsInOrderUntilNothingIsDue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const start = clock.Instant(1_000_000_000)
		var order []int64
		handlers := map[string]Handler{"step": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			order = append(order, ref)
			return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
				if err := ticket.Done(tx); err != nil {
					return err
				}
				if ref >= 10 {
					return nil
				}
				return outbox.Add(tx, ticket.At, outbox.New("step", ref+10, outbox.Normal, ticket.At))
			})
		}}
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return outbox.Add(
				tx, start,
				outbox.New("step", 3, outbox.Urgent, start),
				outbox.New("step", 1, outbox.Bulk, start.Add(-2*time.Hour)),
				outbox.New("step", 2, outbox.Normal, start.Add(-time.Hour)),
				outbox.New("step", 4, outbox.Normal, start.Add(time.Microsecond)),
			)
		})
		if err != nil {
			t.Fatal(err)
		}
		if next, err := NextDue(t.Context(), db); err != nil || next != start.Add(-2*time.Hour) {
			t.Errorf("the first job is due at %v, %v", next, err)
		}
		n, err := RunDue(t.Context(), db, clocktest.Fixed(start), handlers)
		if err != nil || n != 6 {
			t.Errorf("ran %d jobs, %v; want 6", n, err)
		}
		if next, err := NextDue(t.Context(), db); err != nil || next != start.Add(time.Microsecond) {
			t.Errorf("the next job is due at %v, %v", next, err)
		}
		if diff := cmp.Diff([]int64{1, 2, 3, 11, 12, 13}, order); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRunDueTellsOfFailuresAndOfHandlersThatForgetToFinish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const start = clock.Instant(1_000_000_000)
		broken := errors.New("broken")
		for kind, handler := range map[string]Handler{
			"fails":   func(context.Context, outbox.Ticket, int64) error { return broken },
			"forgets": func(context.Context, outbox.Ticket, int64) error { return nil },
		} {
			t.Run(kind, func(t *testing.T) {
				err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
					return outbox.Add(tx, start, outbox.New(kind, 1, outbox.Normal, start))
				})
				if err != nil {
					t.Fatal(err)
				}
				n, err := RunDue(t.Context(), db, clocktest.Fixed(start), map[string]Handler{kind: handler})
				if n != 1 || err == nil {
					t.Errorf("%s: ran %d, %v; want 1 and an error", kind, n, err)
				}
				if kind == "fails" && !errors.Is(err, broken) {
					t.Errorf("the cause is lost: %v", err)
				}
			})
		}
	})
}

func TestCleaningKeepsWhatIsRecentDeadOrOpen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.At(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
		old, recent := now.Add(-8*24*time.Hour), now.Add(-6*24*time.Hour)
		var jobs []outbox.Job
		for _, at := range []clock.Instant{old, recent} {
			for _, state := range []outbox.State{outbox.Done, outbox.Cancelled, outbox.Dead, outbox.Running} {
				for range 300 {
					job := outbox.New(string(state), 1, outbox.Sending, at)
					job.State = state
					jobs = append(jobs, job)
				}
			}
		}
		jobs = append(jobs, outbox.New(JobClean, 0, outbox.Bulk, now))
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return outbox.Add(tx, old, jobs...) })
		if err != nil {
			t.Fatal(err)
		}
		if n, err := RunDue(t.Context(), db, clocktest.Fixed(now), nil); err != nil || n != 1 {
			t.Fatalf("ran %d, %v", n, err)
		}
		inspector := NewInspector(db, clocktest.Fixed(now))
		counts, err := inspector.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open := []outbox.KindCount{
			{Kind: "dead", State: outbox.Dead, Count: 600},
			{Kind: "running", State: outbox.Running, Count: 600},
		}
		if diff := cmp.Diff(open, counts); diff != "" {
			t.Error(diff)
		}
		for kind, want := range map[string]int{"done": 300, JobClean: 1} {
			if n, err := inspector.Done(t.Context(), kind); err != nil || n != want {
				t.Errorf("%d %s jobs are done, %v, want %d", n, kind, err, want)
			}
		}
		var kept int64
		err = db.View(t.Context()).Gorm().Model(&outbox.Job{}).Where("state = ?", outbox.Cancelled).Count(&kept).Error
		if err != nil || kept != 300 {
			t.Errorf("%d cancelled jobs are kept, %v, want 300", kept, err)
		}
	})
}
