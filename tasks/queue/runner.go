package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// Handler does the work of one kind of job. Ref is the id of the row the job is about. It finishes the job with Ticket.Done in
// its own transaction; what it returns decides what becomes of the job:
//
//	nil, outbox.ErrStale      nothing more to do
//	a fault that is Permanent dead
//	database.ErrUnavailable   tried again when there is a database; no failure
//	outbox.ErrLaneAway        tried again when what the lane needs is back; no failure
//	any other error, a panic  tried again later, dead after outbox.MaxAttempts failures
type Handler func(ctx context.Context, ticket outbox.Ticket, ref int64) error

// backoff is how long a job waits after its n-th failure: 5 s, 20 s, 80 s, 320 s, each up to a quarter longer so that jobs that
// failed together do not come back together.
func backoff(failures int) time.Duration {
	wait := 5 * time.Second << (2 * min(failures-1, 5))
	return wait + rand.N(wait/4) //nolint:gosec // jitter needs no secrecy
}

// runner calls the handler of a job and writes the result on the job's row. Queue and RunDue share it.
type runner struct {
	db       *database.DB
	handlers map[string]Handler
	now      clock.Now
	backoff  func(failures int) time.Duration
	timeout  time.Duration // of a handler; 0: none
	log      *slog.Logger
}

// call runs the handler. A panic is an error like any other.
func (r runner) call(ctx context.Context, job outbox.Job, at clock.Instant) (err error) {
	handler, ok := r.handlers[job.Kind]
	if !ok {
		// Perhaps a newer process knows it: worth trying again.
		return fault.New(fault.Unavailable, "job_kind_unknown", "this process has no handler for this kind of job")
	}
	defer func() {
		if p := recover(); p != nil {
			r.log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "job", job.ID, "panic", p, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "panic", "the handler panicked")
		}
	}()
	ctx = database.Background(ctx)
	if r.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.timeout)
		defer cancel()
	}
	return handler(ctx, outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, Fence: job.Fence, At: at}, job.Ref)
}

// settle writes down the failure of a try, if it was one. It returns an error only if that could not be done, or if the try was
// called off from outside: then the row stays as it is and the try is made again.
func (r runner) settle(ctx context.Context, job outbox.Job, failure error) error {
	if failure == nil || errors.Is(failure, outbox.ErrStale) {
		return nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return failure
	}
	// The handler may have used up its time; its failure has to be written down all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return r.fail(ctx, job, failure)
}

// fail sets the job due again after a while, or dead.
func (r runner) fail(ctx context.Context, job outbox.Job, failure error) error {
	var state outbox.State
	err := r.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		s := store{tx}
		failures, err := s.failures(job)
		if err != nil {
			return err
		}
		failures++
		now := r.now()
		if fault.Permanent(failure) || failures >= outbox.MaxAttempts {
			state = outbox.Dead
			return s.bury(job, now, failures, scrub(failure))
		}
		state = outbox.Due
		return s.postpone(job, now, now.Add(r.backoff(failures)), failures, scrub(failure))
	})
	if errors.Is(err, outbox.ErrStale) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write down the failure of job %d: %w", job.ID, err)
	}
	// A sender's or a driver's own words may name a customer: they are for those who asked to see everything.
	r.log.WarnContext(ctx, "job failed", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt,
		"now", string(state), "error", scrub(failure))
	r.log.DebugContext(ctx, "job failed in full", "job", job.ID, "error", failure)
	return nil
}

// putOff sets the job due again at once, as a new try that follows no failure.
func (r runner) putOff(ctx context.Context, job outbox.Job) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return r.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		s := store{tx}
		failures, err := s.failures(job)
		if err != nil {
			return err
		}
		now := r.now()
		return s.postpone(job, now, now, failures, "")
	})
}

// scrub returns the kind and the code of an error: the parts that cannot hold personal data.
func scrub(err error) string {
	f, ok := fault.Of(err)
	switch {
	case ok:
		return f.Kind.String() + ": " + f.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "internal: timeout"
	}
	return fault.Internal.String()
}
