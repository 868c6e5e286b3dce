package imports

import (
	"context"
	"errors"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

const (
	slice = 30 * time.Second // how long one try of a job works before it queues again behind others
	// lease is after how long a worker that is not heard of may have died. The queue asks Redis then, which forgets a dead worker after
	// 30 s: a little longer, so that one question is enough.
	lease = 40 * time.Second
	beat  = 5 * time.Second // how often a worker is heard of
)

// Execute works on an uploaded file for a while and queues itself again until the file is done.
func (s *Service) Execute(ctx context.Context, ticket outbox.Ticket, runID int64) error {
	ticket, err := ticket.Begin(ctx, s.db, lease)
	if err != nil {
		return err
	}
	run, err := s.Run(ctx, runID)
	if err == nil && run.State == Checking {
		return s.executeCheck(ctx, ticket, run)
	}
	if err == nil {
		run, err = s.start(ctx, runID)
	}
	if errors.Is(err, errStopped) {
		return s.settle(ctx, ticket, false)
	}
	if err != nil {
		return err
	}
	w := &worker{Service: s, run: run, open: s.stored(ctx, run.FileID), ticket: ticket, heard: s.now()}
	err = w.work(ctx, slice)
	switch {
	case errors.Is(err, outbox.ErrStale):
		return err // given up for dead, and taken over
	case errors.Is(err, errStopped):
		return s.settle(ctx, ticket, false)
	case ctx.Err() != nil:
		return s.settle(context.WithoutCancel(ctx), ticket, true) // the process stops: another one goes on
	case err != nil && fault.Permanent(err):
		return errors.Join(s.giveUpQuietly(ctx, runID, err), s.settle(ctx, ticket, false))
	case err != nil:
		return err // the queue tries again
	}
	current, err := s.Run(ctx, runID)
	if err != nil {
		return err
	}
	return s.settle(ctx, ticket, current.State == Running)
}

// giveUpQuietly is giveUp for a cause that is told on the run's page and is no fault of the job's.
func (s *Service) giveUpQuietly(ctx context.Context, runID int64, cause error) error {
	err := s.giveUp(ctx, runID, cause)
	if _, ok := fault.Of(cause); ok {
		return nil
	}
	return err
}

// start marks a waiting run running, and returns it. It returns errStopped for one that is not to be worked on.
func (s *Service) start(ctx context.Context, runID int64) (Run, error) {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		started, err := store{tx}.move(runID, []State{Waiting, Running}, Running, s.now())
		if err == nil && !started {
			err = errStopped
		}
		return err
	})
	if err != nil {
		return Run{}, err
	}
	return s.Run(ctx, runID)
}

// settle ends this try of the job, or queues it again.
func (s *Service) settle(ctx context.Context, ticket outbox.Ticket, again bool) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if again {
			return ticket.Again(tx, s.now())
		}
		return ticket.Done(tx)
	})
}
