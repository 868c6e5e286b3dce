package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

const now = clock.Instant(1_790_000_000_000_000)

func inTx(t *testing.T, db *database.DB, fn func(tx database.Tx) error) error {
	t.Helper()
	return db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return fn(tx) })
}

// queued adds a job and marks it queued, as the relay does, and returns its ticket.
func queued(t *testing.T, db *database.DB) outbox.Ticket {
	t.Helper()
	job := outbox.New("test.kind", 7, outbox.Normal, now)
	job.State = outbox.Queued
	if err := inTx(t, db, func(tx database.Tx) error { return outbox.Add(tx, now, job) }); err != nil {
		t.Fatal(err)
	}
	var row outbox.Job
	if err := db.View(t.Context()).Gorm().Last(&row).Error; err != nil {
		t.Fatal(err)
	}
	return outbox.Ticket{JobID: row.ID, Attempt: row.Attempt, Fence: row.Fence, At: now}
}

func TestAJobIsDoneOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ticket := queued(t, db)
		if err := inTx(t, db, ticket.Done); err != nil {
			t.Fatal(err)
		}
		if err := inTx(t, db, ticket.Done); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("the second delivery got %v", err)
		}
	})
}

func TestAWorkerThatLostItsJobCannotFinishIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ticket := queued(t, db)
		slow, err := ticket.Begin(t.Context(), db, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ticket.Begin(t.Context(), db, time.Minute); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("a second worker began the same try: %v", err)
		}
		quick, err := slow.Begin(t.Context(), db, time.Minute) // the sweep gave the job to another worker
		if err != nil {
			t.Fatal(err)
		}
		if err := inTx(t, db, slow.Done); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("the slow worker finished: %v", err)
		}
		if err := inTx(t, db, quick.Done); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAKeyedJobIsAddedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for range 3 {
			err := inTx(t, db, func(tx database.Tx) error {
				return outbox.Add(tx, now, outbox.New("test.periodic", 0, outbox.Bulk, now).Once("test.periodic:1"))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var n int64
		db.View(t.Context()).Gorm().Model(&outbox.Job{}).Count(&n)
		if n != 1 {
			t.Fatalf("%d jobs", n)
		}
	})
}

func TestOnlyWhatHasNotStartedIsCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		done := queued(t, db)
		if err := inTx(t, db, done.Done); err != nil {
			t.Fatal(err)
		}
		waiting := queued(t, db)
		var n int
		err := inTx(t, db, func(tx database.Tx) (err error) {
			n, err = outbox.Cancel(tx, now, "test.kind", 7)
			return err
		})
		if err != nil || n != 1 {
			t.Fatalf("cancelled %d, error %v", n, err)
		}
		if err := inTx(t, db, waiting.Done); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("a cancelled job was done: %v", err)
		}
	})
}

func TestARescheduledJobLeavesItsTicketStale(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ticket := queued(t, db)
		err := inTx(t, db, func(tx database.Tx) error {
			moved, err := outbox.Reschedule(tx, now, "test.kind", 7, now.Add(time.Hour))
			if err == nil && !moved {
				t.Error("nothing was moved")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := inTx(t, db, ticket.Done); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("the old delivery finished the rescheduled job: %v", err)
		}
	})
}

func TestADeadJobIsOpenUntilItIsCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		add := func(ref int64, state outbox.State) {
			t.Helper()
			job := outbox.New("test.kind", ref, outbox.Normal, now)
			job.State = state
			if err := inTx(t, db, func(tx database.Tx) error { return outbox.Add(tx, now, job) }); err != nil {
				t.Fatal(err)
			}
		}
		add(1, outbox.Dead)
		add(2, outbox.Dead)
		add(2, outbox.Running)
		add(3, outbox.Done)
		open := func() map[int64]outbox.State {
			t.Helper()
			states, err := outbox.Open(db.View(t.Context()), "test.kind", 1, 2, 3, 4)
			if err != nil {
				t.Fatal(err)
			}
			return states
		}
		if got := open(); len(got) != 2 || got[1] != outbox.Dead || got[2] != outbox.Running {
			t.Errorf("open are %v", got)
		}
		err := inTx(t, db, func(tx database.Tx) error {
			_, err := outbox.Cancel(tx, now, "test.kind", 1, 2)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := open(); len(got) != 1 || got[2] != outbox.Running {
			t.Errorf("open are %v after the cancelling", got)
		}
	})
}

// A line that thousands share has more jobs than a statement of either database takes values.
func TestOpenAsksAboutAnyNumberOfJobs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		job := outbox.New("test.kind", 66_000, outbox.Normal, now)
		if err := inTx(t, db, func(tx database.Tx) error { return outbox.Add(tx, now, job) }); err != nil {
			t.Fatal(err)
		}
		refs := make([]int64, 66_000)
		for i := range refs {
			refs[i] = int64(i) + 1
		}
		open, err := outbox.Open(db.View(t.Context()), "test.kind", refs...)
		if err != nil || len(open) != 1 || open[66_000] != outbox.Due {
			t.Errorf("%d jobs are open: %v", len(open), err)
		}
	})
}
