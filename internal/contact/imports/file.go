package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// Open opens the file of a run from its beginning; it is called once to count the rows and once to take them.
type Open = func() (io.ReadCloser, error)

// NewRun is what a person asks for.
type NewRun struct {
	SourceID       int64  // 0 for a source that is not there yet, in a check
	Source         string // its name, kept for a check of such a one
	UserID         int64  // 0 on the command line
	Filename       string
	Mapping        Mapping
	ShiftToNow     bool // moves every time so that the newest resolution of the file is now
	WithoutAnswers bool // leaves out answers that come with the contacts
}

// Progress is told while a file is imported.
type Progress struct {
	Run       Run
	Rate      float64 // rows per second
	Remaining time.Duration
}

// ImportFile imports a file that is at hand, and tells how far it is after every few hundred rows. An unfinished run of the same
// file, source, mapping and choices is gone on with. When ctx ends, the run is stopped where it is and ctx's error is returned.
func (s *Service) ImportFile(ctx context.Context, n NewRun, open Open, report func(Progress)) (Run, error) {
	run, err := s.newRun(n, open)
	if err != nil {
		return Run{}, err
	}
	wanted := run
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		known, err := st.unfinished(wanted.Fingerprint)
		if err != nil {
			return err
		}
		if known != nil {
			run = *known
			run.State = Running
			return st.restart(run.ID, Running, s.now())
		}
		run = wanted
		run.State, run.StartedAt, run.UpdatedAt = Running, s.now(), s.now()
		return st.addRun(&run)
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin import: %w", err)
	}
	w := &worker{Service: s, run: run, open: open, report: report, heard: s.now()}
	err = w.work(ctx, 0)
	if err != nil && !errors.Is(err, errStopped) {
		return w.run, s.giveUp(ctx, w.run.ID, err)
	}
	return s.Run(context.WithoutCancel(ctx), run.ID)
}

func (s *Service) newRun(n NewRun, open Open) (Run, error) {
	if err := n.Mapping.Check(); err != nil {
		return Run{}, err
	}
	body, err := n.Mapping.Format()
	if err != nil {
		return Run{}, err
	}
	run := Run{
		SourceID: n.SourceID, UserID: n.UserID, Filename: lastOf(n.Filename), Mapping: body,
		ShiftToNow: n.ShiftToNow, WithoutAnswers: n.WithoutAnswers,
	}
	if run.Summary, err = (Summary{Source: n.Source}).encode(); err != nil {
		return Run{}, err
	}
	run.Fingerprint, err = fingerprint(run, open)
	return run, err
}

// fingerprint identifies a run by what it would do.
func fingerprint(run Run, open Open) (string, error) {
	file, err := open()
	if err != nil {
		return "", fmt.Errorf("open file: %w", err)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	fmt.Fprintf(sum, "\n%d %t %t\n%s", run.SourceID, run.ShiftToNow, run.WithoutAnswers, run.Mapping)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// lastOf returns the end of a text, as much of it as a column keeps: of a path, the name of the file.
func lastOf(s string) string {
	const limit = 191
	if r := []rune(s); len(r) > limit {
		return string(r[len(r)-limit:])
	}
	return s
}

// giveUp records why a run ended before its file did.
func (s *Service) giveUp(ctx context.Context, runID int64, cause error) error {
	state, text := Failed, "internal"
	switch {
	case ctx.Err() != nil:
		state, text = Stopped, ""
	default:
		if f, ok := fault.Of(cause); ok {
			text = lastOf(f.Code)
		}
	}
	return errors.Join(cause, s.end(ctx, runID, state, text))
}

// opened is a file that is being read; converter and headings are there once its headings were read.
type opened struct {
	file      io.Closer
	rows      *table.Reader
	headings  []string
	converter *converter
}

// openFile opens a file before its first line.
func openFile(ctx context.Context, m Mapping, open Open) (*opened, error) {
	file, err := open()
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	rows, err := table.Open(ctx, file, m.TableOptions())
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &opened{file: file, rows: rows}, nil
}

// openRows opens a file and reads its headings.
func openRows(ctx context.Context, m Mapping, open Open) (*opened, error) {
	o, err := openFile(ctx, m, open)
	if err != nil {
		return nil, err
	}
	o.headings, err = o.header(m)
	if err == nil {
		o.converter, err = newConverter(m, o.headings, o.rows.Found())
	}
	if err != nil {
		o.close()
		return nil, elsewhere(ctx, m, open, o, err)
	}
	return o, nil
}

func (o *opened) header(m Mapping) ([]string, error) {
	for {
		row, err := o.rows.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return nil, fault.New(fault.Invalid, "file_empty", "the file has no line of headings")
		case errors.As(err, &bad) && bad.Field.Line < m.headerLine():
			continue
		case errors.As(err, &bad): // the next line is one of values, which would be taken for headings without a word
			return nil, fault.Wrap(err, fault.Invalid, "file_headings", "the line of headings cannot be read").With("line", bad.Field.Line)
		case err != nil:
			return nil, err
		case row.Line >= m.headerLine():
			return row.Cells, nil
		}
	}
}

func (o *opened) close() {
	_ = o.rows.Close()
	_ = o.file.Close()
}

// extent is how large a file is: how many rows it has and when its newest resolution was.
type extent struct {
	rows   int64
	newest clock.Instant
}

// measure reads the whole file once, and calls alive before each row.
func measure(ctx context.Context, m Mapping, open Open, alive func(context.Context, int64) error) (extent, error) {
	o, err := openRows(ctx, m, open)
	if err != nil {
		return extent{}, err
	}
	defer o.close()
	var e extent
	for {
		if err := alive(ctx, e.rows); err != nil {
			return extent{}, err
		}
		row, err := o.rows.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return e, nil
		case errors.As(err, &bad):
			e.rows++
			continue
		case err != nil:
			return extent{}, err
		}
		e.rows++
		if in := o.converter.convert(row).input; in.Status != contact.Open && in.Status != contact.Pending {
			e.newest = max(e.newest, in.ResolvedAt)
		}
	}
}
