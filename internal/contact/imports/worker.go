package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/table"
)

// errStopped means that the run was stopped, or that another process took it over.
var errStopped = errors.New("the import was stopped")

// worker takes the rows of one run in, a few hundred at a time.
type worker struct {
	*Service
	run    Run
	open   Open
	report func(Progress)
	ticket outbox.Ticket // of the job; the zero Ticket on the command line
	heard  clock.Instant // when the run and the job were last told that somebody works on them

	converter *converter
	batch     []pending
	began     clock.Instant
	readAt    int64 // rows that had been read when it began
}

// pending is a row that was read and is not taken yet.
type pending struct {
	row      table.Row
	input    contact.Input
	problems []fault.Field
	warnings []fault.Field // of the row's values; intake has its own
}

// work takes rows until the file ends or, if a slice is given, until the slice is over; then the run is left running.
// It returns errStopped when somebody stopped the run.
func (w *worker) work(ctx context.Context, slice time.Duration) error {
	mapping, err := ParseMapping([]byte(w.run.Mapping))
	if err != nil {
		return err
	}
	if w.run.RowsTotal == 0 {
		if err := w.measure(ctx, mapping); err != nil {
			return err
		}
	}
	o, err := openRows(ctx, mapping, w.open)
	if err != nil {
		return err
	}
	defer o.close()
	w.converter, w.began, w.readAt = o.converter, w.now(), w.run.RowsRead
	for row := int64(0); ; row++ {
		if err := w.alive(ctx, row); err != nil {
			return err
		}
		p, err := w.read(o.rows)
		if errors.Is(err, io.EOF) {
			if err := w.flush(ctx); err != nil {
				return err
			}
			return w.finish(ctx)
		}
		if err != nil {
			return err
		}
		if row < w.readAt {
			continue // taken by an earlier slice
		}
		if w.batch = append(w.batch, p); len(w.batch) < w.db.RowsPerTx() {
			continue
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		if slice > 0 && w.now().Sub(w.began) > slice {
			return nil
		}
	}
}

func (w *worker) measure(ctx context.Context, m Mapping) error {
	e, err := measure(ctx, m, w.open, w.alive)
	if err != nil {
		return err
	}
	w.run.RowsTotal = e.rows
	if w.run.ShiftToNow && !e.newest.IsZero() {
		w.run.ShiftBy = int64(w.now() - e.newest)
	}
	return w.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.setExtent(w.run, w.now()) })
}

// alive tells the run and the job now and then that they are worked on, also while rows are only counted or passed over. It returns
// outbox.ErrStale when the job was taken over.
func (w *worker) alive(ctx context.Context, row int64) error {
	if row%1000 != 0 || w.now().Sub(w.heard) < beat {
		return nil
	}
	w.heard = w.now()
	return w.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).touch(w.run.ID, w.heard); err != nil {
			return err
		}
		return w.ticket.Renew(tx, w.heard, lease)
	})
}

// read returns the next row as a contact. A row that cannot be read is one with a problem.
func (w *worker) read(rows *table.Reader) (pending, error) {
	row, err := rows.Next()
	var bad *table.RowError
	switch {
	case errors.As(err, &bad):
		return pending{row: table.Row{Line: bad.Field.Line}, problems: []fault.Field{bad.Field}}, nil
	case err != nil:
		return pending{}, err
	}
	c := w.converter.convert(row)
	if c.skipped != "" {
		c.problems = append(c.problems, fault.Field{Name: "row", Code: c.skipped, Problem: "is no contact", Value: firstCell(row)})
	}
	if w.run.WithoutAnswers {
		c.input.Answers = nil
	}
	if w.run.ShiftBy != 0 {
		shift(&c.input, clock.Instant(w.run.ShiftBy))
	}
	return pending{row: row, input: c.input, problems: c.problems, warnings: c.warnings}, nil
}

// shift moves every time of a contact.
func shift(in *contact.Input, by clock.Instant) {
	for _, at := range []*clock.Instant{&in.OpenedAt, &in.FirstResponse, &in.ResolvedAt, &in.ChangedAt} {
		if !at.IsZero() {
			*at += by
		}
	}
	for i := range in.Answers {
		if !in.Answers[i].AnsweredAt.IsZero() {
			in.Answers[i].AnsweredAt += by
		}
	}
}

// flush takes the rows that were read, then writes counts and report. A crash between the two takes the same rows again, which
// changes nothing but counts them as duplicates.
func (w *worker) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return ctx.Err()
	}
	inputs := make([]contact.Input, 0, len(w.batch))
	for _, p := range w.batch {
		if len(p.problems) == 0 {
			inputs = append(inputs, p.input)
		}
	}
	outcomes, err := w.contacts.Take(ctx, w.run.SourceID, inputs)
	if err != nil {
		return fmt.Errorf("take rows: %w", err)
	}
	next, issues := w.tally(outcomes)
	err = w.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		mine, err := st.progress(w.run, next)
		if err != nil {
			return err
		}
		if !mine {
			return errStopped
		}
		if err := w.ticket.Renew(tx, next.UpdatedAt, lease); err != nil {
			return err
		}
		return st.addIssues(issues)
	})
	if err != nil {
		return err
	}
	w.run, w.batch, w.heard = next, w.batch[:0], next.UpdatedAt
	if w.report != nil {
		w.report(Progress{Run: w.run, Rate: float64(w.run.Rate), Remaining: w.run.Remaining()})
	}
	return nil
}

// tally returns the run after the batch, and the lines of the report.
func (w *worker) tally(outcomes []contact.Outcome) (Run, []Issue) {
	run := w.run
	var issues []Issue
	next := 0
	for _, p := range w.batch {
		o := contact.Outcome{Status: contact.Rejected, Problems: p.problems}
		if len(p.problems) == 0 {
			o = outcomes[next]
			o.Warnings = append(p.warnings[:len(p.warnings):len(p.warnings)], o.Warnings...)
			next++
		}
		run.RowsRead++
		run.LastLine = int64(p.row.Line)
		run.Resolved += int64(o.Resolved)
		switch o.Status {
		case contact.Accepted:
			run.Accepted++
		case contact.Updated:
			run.Updated++
		case contact.Duplicate:
			run.Duplicates++
		case contact.Rejected:
			run.Rejected++
		}
		if o.Status != contact.Rejected && len(o.Warnings) > 0 {
			run.Warnings++
		}
		for _, f := range o.Problems {
			issues = append(issues, w.issue(p.row, RowRejected, f))
		}
		if o.Status != contact.Rejected {
			for _, f := range o.Warnings {
				issues = append(issues, w.issue(p.row, RowCorrected, f))
			}
		}
	}
	run.UpdatedAt = w.now()
	if elapsed := run.UpdatedAt.Sub(w.began); elapsed > 0 {
		run.Rate = int64(float64(run.RowsRead-w.readAt) / elapsed.Seconds())
	}
	return run, w.fit(issues)
}

// fit leaves out what is beyond the longest report.
func (w *worker) fit(issues []Issue) []Issue {
	if room := maxIssues - int(w.run.Rejected+w.run.Warnings); len(issues) > room {
		return issues[:max(room, 0)]
	}
	return issues
}

// issue is a line of the report: it shows the value as it stands in the file.
func (w *worker) issue(row table.Row, severity Severity, f fault.Field) Issue {
	heading, value := w.converter.heading(f.Name, row)
	if value == "" {
		value = f.Value
	}
	return Issue{
		RunID: w.run.ID, Line: int64(row.Line), Severity: severity, Field: lastOf(heading),
		Code: f.Code, Problem: firstOf(f.Problem, 512), Value: firstOf(value, 191),
	}
}

func firstOf(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit])
	}
	return s
}

func (w *worker) finish(ctx context.Context) error {
	return w.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := st.end(w.run.ID, Done, "", w.now()); err != nil {
			return err
		}
		return st.dropChunks(w.run.ID)
	})
}
