package imports

import (
	"context"
	"errors"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// CheckFile tells what ImportFile would do: it reads the whole file, takes nothing and writes nothing. The counts of the run it returns
// are those an import would have, and its Report has the problems by kind. It returns the errors of ImportFile, with the run so far.
func (s *Service) CheckFile(ctx context.Context, n NewRun, open Open, report func(Progress)) (Run, error) {
	run, err := s.newRun(n, open)
	if err != nil {
		return Run{}, err
	}
	run.State, run.StartedAt, run.UpdatedAt = Checking, s.now(), s.now()
	w := &worker{
		Service: s, run: run, open: open, report: report, heard: s.now(), unseen: true, rehearsal: s.contacts.Rehearse(run.SourceID),
	}
	err = w.work(ctx, 0)
	return w.run, err
}

// executeCheck looks through an uploaded file in one go: what was met before is in memory only, so that it cannot be gone on with later.
func (s *Service) executeCheck(ctx context.Context, ticket outbox.Ticket, run Run) error {
	empty, err := Summary{Source: run.Report().Source}.encode()
	if err != nil {
		return err
	}
	fresh := Run{
		ID: run.ID, SourceID: run.SourceID, FileID: run.FileID, Mapping: run.Mapping, State: Checking, ShiftToNow: run.ShiftToNow,
		WithoutAnswers: run.WithoutAnswers, StartedAt: run.StartedAt, UpdatedAt: s.now(), Summary: empty,
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.startOver(fresh) })
	if err != nil {
		return err
	}
	w := &worker{
		Service: s, run: fresh, open: s.stored(ctx, run.FileID), ticket: ticket, heard: s.now(),
		rehearsal: s.contacts.Rehearse(run.SourceID),
	}
	err = w.work(ctx, 0)
	switch {
	case errors.Is(err, outbox.ErrStale):
		return err // given up for dead, and taken over
	case err == nil, errors.Is(err, errStopped):
		return s.settle(ctx, ticket, false)
	case ctx.Err() != nil:
		return s.settle(context.WithoutCancel(ctx), ticket, true) // the process stops: another one begins again
	case fault.Permanent(err):
		return errors.Join(s.checkedWith(ctx, run.ID, err), s.settle(ctx, ticket, false))
	}
	return err // the queue tries again
}

// checkedWith ends a check with why the file cannot be taken as it is.
func (s *Service) checkedWith(ctx context.Context, runID int64, cause error) error {
	f, told := fault.Of(cause)
	if !told {
		return errors.Join(cause, s.end(ctx, runID, Checked, "internal"))
	}
	return s.end(ctx, runID, Checked, lastOf(f.Code))
}

func (s *Service) end(ctx context.Context, runID int64, state State, cause string) error {
	return s.db.InTx(context.WithoutCancel(ctx), func(_ context.Context, tx database.Tx) error {
		return store{tx}.end(runID, state, cause, s.now())
	})
}
