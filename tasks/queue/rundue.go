package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// RunDue runs every job that is due, in the order of time, and those they add, until none is due; it returns how many it ran.
// It needs no Redis: use it in tests and with simulated clocks. Failures are written on the rows as a worker does, and the
// first ten are returned. A handler that returns nil without finishing its job is an error too.
func RunDue(ctx context.Context, db *database.DB, now clock.Now, handlers map[string]Handler) (int, error) {
	r := runner{db: db, handlers: withHousekeeping(db, handlers), now: now, backoff: backoff, log: slog.New(slog.DiscardHandler)}
	var failures []error
	for n := 0; ; {
		jobs, err := r.claim(ctx)
		if err != nil {
			return n, errors.Join(append(failures, err)...)
		}
		if len(jobs) == 0 {
			return n, errors.Join(failures...)
		}
		var through []outbox.Job // whose handlers returned no error
		for _, job := range jobs {
			n++
			failure := r.call(ctx, job, r.now())
			if err := r.settle(ctx, job, failure); err != nil {
				return n, errors.Join(append(failures, err)...)
			}
			if failure == nil {
				through = append(through, job)
			}
			if failure != nil && !errors.Is(failure, outbox.ErrStale) && len(failures) < 10 {
				failures = append(failures, fmt.Errorf("%s job %d: %w", job.Kind, job.ID, failure))
			}
		}
		if err := r.finished(ctx, through); err != nil {
			failures = append(failures, err)
		}
	}
}

// NextDue returns when the next job is due that waits for its time, or 0 if none does.
func NextDue(ctx context.Context, db *database.DB) (clock.Instant, error) {
	return store{db.View(ctx)}.firstDue()
}

// claim marks the first due jobs of all lanes queued.
func (r runner) claim(ctx context.Context) (jobs []outbox.Job, err error) {
	now := r.now()
	err = r.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		jobs, err = store{tx}.claimDue(outbox.Lanes(), now, now.Add(queuedLease), 100)
		return err
	})
	return jobs, err
}

// finished returns an error if the try of one of the jobs is still open though its handler is through.
func (r runner) finished(ctx context.Context, jobs []outbox.Job) error {
	open, err := store{r.db.View(ctx)}.open(jobs)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return fmt.Errorf("handlers returned without finishing their jobs %v", open)
	}
	return nil
}
