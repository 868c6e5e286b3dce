package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/table"
)

// MaxUpload is how large an uploaded file may be; the command line takes larger ones.
const MaxUpload = 64 << 20

// How long a file waits for its columns to be matched, and how long it, or what was rejected of it, is kept after its run.
const (
	draftLife = 7 * 24 * time.Hour
	fileLife  = 30 * 24 * time.Hour
)

// chunkBytes is how much of a file one row holds, so that no statement is large and SQLite's writer is never held long.
const chunkBytes = 512 << 10

// readTime is how long a file may be read while somebody waits for its columns.
const readTime = time.Minute

// Upload keeps a file until its import is done, and returns a draft run. It returns fault.TooLarge beyond MaxUpload, and
// fault.Invalid for a file that is no table. The file is in the database, so that any process can work on it.
func (s *Service) Upload(ctx context.Context, viewer account.Viewer, filename string, file io.Reader) (Run, error) {
	run := Run{UserID: viewer.UserID, Filename: lastOf(filename), State: Draft, StartedAt: s.now(), UpdatedAt: s.now()}
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		run.ID, run.FileID = 0, 0 // a try that lost a deadlock has left its own
		if err := (store{tx}).dropOld(s.now().Add(-draftLife), s.now().Add(-fileLife)); err != nil {
			return err
		}
		if err := (store{tx}).addDraft(&run); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "import.uploaded", "import", run.ID, "")
	})
	if err != nil {
		return Run{}, fmt.Errorf("keep upload: %w", err)
	}
	err = s.keep(ctx, run.ID, file)
	if err == nil {
		_, err = s.Preview(ctx, run.ID, Mapping{})
	}
	if err != nil {
		return Run{}, errors.Join(err, s.Discard(context.WithoutCancel(ctx), run.ID))
	}
	return run, nil
}

func (s *Service) keep(ctx context.Context, runID int64, file io.Reader) error {
	buffer := make([]byte, chunkBytes)
	for no, total := 0, 0; ; no++ {
		n, err := io.ReadFull(file, buffer)
		if total += n; total > MaxUpload {
			return fault.New(fault.TooLarge, "upload_too_large", "the file is larger than 64 MiB; import it on the command line").
				With("mib", MaxUpload>>20)
		}
		if n > 0 {
			piece := chunk{RunID: runID, No: no, Body: slices.Clone(buffer[:n])}
			if err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.addChunk(piece) }); err != nil {
				return fmt.Errorf("keep upload: %w", err)
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("read upload: %w", err)
		}
	}
}

// Discard forgets a draft and its file.
func (s *Service) Discard(ctx context.Context, runID int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.dropDraft(runID) })
}

// Begin starts the import of an uploaded file. The error names every column of the mapping that the file does not have.
func (s *Service) Begin(ctx context.Context, runID int64, n NewRun) (Run, error) {
	return s.begin(ctx, runID, n, Waiting)
}

// Check starts to look through an uploaded file for what would become of its rows; the run is Checked then, and its Report says. Nothing
// is taken. The error is as Begin's. The source may be one that is not there yet, by its name.
func (s *Service) Check(ctx context.Context, runID int64, n NewRun) (Run, error) {
	return s.begin(ctx, runID, n, Checking)
}

func (s *Service) begin(ctx context.Context, runID int64, n NewRun, state State) (Run, error) {
	wanted, err := s.readable(ctx, runID, n)
	if err != nil {
		return Run{}, err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		begun := wanted
		begun.ID, begun.State, begun.StartedAt, begun.UpdatedAt = runID, state, s.now(), s.now()
		was, err := store{tx}.begin(begun)
		if err != nil {
			return err
		}
		if !was {
			return errNotDraft
		}
		if state == Waiting {
			if err := account.Audit(tx, s.now(), account.ViewerFrom(ctx), "import.begun", "import", runID, ""); err != nil {
				return err
			}
		}
		return outbox.Add(tx, s.now(), outbox.New(JobRun, runID, outbox.Bulk, s.now()))
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin import %d: %w", runID, err)
	}
	return s.Run(ctx, runID)
}

// readable returns the run of an uploaded file whose columns are matched.
func (s *Service) readable(ctx context.Context, runID int64, n NewRun) (Run, error) {
	leave, err := table.Turn(ctx)
	if err != nil {
		return Run{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	draft, err := s.Run(ctx, runID)
	if err != nil {
		return Run{}, err
	}
	open := s.stored(ctx, draft.FileID)
	wanted, err := s.newRun(n, open)
	if err != nil {
		return Run{}, err
	}
	o, err := openRows(ctx, n.Mapping, open)
	if err != nil {
		return Run{}, err
	}
	o.close()
	return wanted, nil
}

// Stop stops a run after the rows that are being taken. One that is only looked through is a draft again.
func (s *Service) Stop(ctx context.Context, runID int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		stopped, err := st.move(runID, []State{Waiting, Running}, Stopped, s.now())
		if err == nil && !stopped {
			stopped, err = st.move(runID, []State{Checking}, Draft, s.now())
		}
		if err == nil && !stopped {
			err = errNotOn
		}
		if err != nil {
			return err
		}
		return account.Audit(tx, s.now(), account.ViewerFrom(ctx), "import.stopped", "import", runID, "")
	})
}

// errFileGone says that the file of a run is not kept.
var errFileGone = fault.New(fault.Conflict, "import_file_gone",
	"the file is not kept here; run the import again on the command line, or upload it once more")

// Resume goes on with a stopped or failed run of an uploaded file, after the last row that was taken.
func (s *Service) Resume(ctx context.Context, runID int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if _, err := st.withFile(runID); err != nil {
			return err
		}
		resumed, err := st.move(runID, []State{Stopped, Failed}, Waiting, s.now())
		if err != nil {
			return err
		}
		if !resumed {
			return errNotOff
		}
		return outbox.Add(tx, s.now(), outbox.New(JobRun, runID, outbox.Bulk, s.now()))
	})
}

// Rematch returns a new draft of the file of a stopped or failed run, with its mapping, to be matched in another way. What the run has
// taken stays, and comes again as duplicates or updates.
func (s *Service) Rematch(ctx context.Context, viewer account.Viewer, runID int64) (Run, error) {
	var draft Run
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		run, err := st.withFile(runID)
		if err != nil {
			return err
		}
		if !run.CanResume() {
			return errNotOff
		}
		draft = Run{
			SourceID: run.SourceID, UserID: viewer.UserID, Filename: run.Filename, FileID: run.FileID, Mapping: run.Mapping, State: Draft,
			ShiftToNow: run.ShiftToNow, WithoutAnswers: run.WithoutAnswers, StartedAt: s.now(), UpdatedAt: s.now(),
		}
		return st.addDraft(&draft)
	})
	if err != nil {
		return Run{}, fmt.Errorf("match import %d anew: %w", runID, err)
	}
	return draft, nil
}

// stored opens a kept file.
func (s *Service) stored(ctx context.Context, fileID int64) Open {
	return func() (io.ReadCloser, error) {
		return &chunkReader{ctx: ctx, store: store{s.db.View(ctx)}, runID: fileID}, nil
	}
}

// chunkReader reads the pieces of a kept file one after another.
type chunkReader struct {
	ctx   context.Context //nolint:containedctx // lives as long as one reading
	store store
	runID int64
	next  int
	rest  []byte
}

// Read returns bytes of the file.
func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		body, err := r.store.chunk(r.runID, r.next)
		if err != nil {
			return 0, err
		}
		if body == nil {
			return 0, io.EOF
		}
		r.rest = body
		r.next++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close frees nothing: there is nothing to free.
func (r *chunkReader) Close() error { return nil }
