package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// errStopped means that the run was stopped, or that another process took it over.
var errStopped = errors.New("the import was stopped")

// worker takes the rows of one run in, a few hundred at a time, or tells what would become of them.
type worker struct {
	*Service
	run    Run
	open   Open
	report func(Progress)
	ticket outbox.Ticket // of the job; the zero Ticket on the command line
	heard  clock.Instant // when the run and the job were last told that somebody works on them

	rehearsal *contact.Rehearsal // nothing is taken; nil when it is
	unseen    bool               // the run is in no database: nothing is written at all

	summary   Summary
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
	skipped  string        // why it is no contact; "" for a contact
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
	w.converter, w.began, w.readAt, w.summary = o.converter, w.now(), w.run.RowsRead, w.run.Report()
	w.summary.Found, w.summary.Headings = o.rows.Found(), o.headings
	if w.run.WithoutAnswers {
		w.converter.answers = nil // nor is anything said of them
	}
	for row := int64(0); ; row++ {
		if err := w.alive(ctx, row); err != nil {
			return err
		}
		p, err := w.read(o.rows)
		if errors.Is(err, io.EOF) {
			w.summary.Blank, _ = o.rows.Blank()
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
		if w.batch = append(w.batch, p); len(w.batch) < w.batchSize() {
			continue
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		if err := w.hopeless(); err != nil {
			return err
		}
		if slice > 0 && w.now().Sub(w.began) > slice {
			return nil
		}
	}
}

// firstRows are enough to see that a mapping does not fit its file.
const firstRows = 100

func (w *worker) batchSize() int {
	if w.run.RowsRead == 0 {
		return min(firstRows, w.db.RowsPerTx())
	}
	return w.db.RowsPerTx()
}

// hopeless returns an error when the first rows were all rejected for one reason: the others would be, too.
func (w *worker) hopeless() error {
	failed := w.run.Rejected
	if w.run.RowsRead != firstRows || failed+w.run.Skipped != firstRows || failed <= firstRows/2 {
		return nil
	}
	at := slices.IndexFunc(w.summary.Groups, func(g Group) bool { return g.Severity == RowRejected && g.Rows >= failed })
	if at < 0 {
		return nil
	}
	g := w.summary.Groups[at]
	return fault.New(fault.Invalid, "import_one_reason", fmt.Sprintf("the first %d rows were all rejected for one reason: %s %q %s%s",
		failed, g.Field, text.Cut(strings.Join(g.Values, ", "), groupValueSize), g.Problem, g.Advice())).
		With("rows", failed).With("field", g.Field)
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
	return w.write(ctx, func(st store) error { return st.setExtent(w.run, w.now()) })
}

// write runs a transaction about the run, unless the run is in no database.
func (w *worker) write(ctx context.Context, do func(store) error) error {
	if w.unseen {
		return nil
	}
	return w.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return do(store{tx}) })
}

// alive tells the run and the job now and then that they are worked on, also while rows are only counted or passed over. It returns
// outbox.ErrStale when the job was taken over.
func (w *worker) alive(ctx context.Context, row int64) error {
	if row%1000 != 0 || w.now().Sub(w.heard) < beat {
		return nil
	}
	w.heard = w.now()
	return w.write(ctx, func(st store) error {
		if err := st.touch(w.run.ID, w.heard); err != nil {
			return err
		}
		return w.ticket.Renew(st.Tx, w.heard, lease)
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
	return w.convert(row), nil
}

func (w *worker) convert(row table.Row) pending {
	c := w.converter.convert(row)
	if c.skipped != "" {
		c.problems = append(c.problems, fault.Field{
			Line: row.Line, Name: "row", Code: c.skipped, Problem: "is no contact", Value: firstCell(row),
		})
	}
	if w.run.ShiftBy != 0 {
		shift(&c.input, clock.Instant(w.run.ShiftBy))
	}
	c.input.ImportID = w.run.ID
	return pending{row: row, input: c.input, problems: c.problems, warnings: c.warnings, skipped: c.skipped}
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
	outcomes, err := w.take(ctx, inputs)
	if err != nil {
		return fmt.Errorf("take rows: %w", err)
	}
	next := w.tally(outcomes)
	text, err := next.summary.encode()
	if err != nil {
		return err
	}
	next.run.Summary = text
	err = w.write(ctx, func(st store) error {
		mine, err := st.progress(w.run, next.run)
		if err != nil {
			return err
		}
		if !mine {
			return errStopped
		}
		if err := w.ticket.Renew(st.Tx, next.run.UpdatedAt, lease); err != nil {
			return err
		}
		return st.addReport(next.issues, next.rejects)
	})
	if err != nil {
		return err
	}
	w.run, w.summary, w.batch, w.heard = next.run, next.summary, w.batch[:0], next.run.UpdatedAt
	if w.report != nil {
		w.report(Progress{Run: w.run, Rate: float64(w.run.Rate), Remaining: w.run.Remaining()})
	}
	return nil
}

func (w *worker) take(ctx context.Context, inputs []contact.Input) ([]contact.Outcome, error) {
	if w.rehearsal != nil {
		return w.rehearsal.Take(ctx, inputs)
	}
	return w.contacts.Take(ctx, w.run.SourceID, inputs)
}

// tally returns the run after the batch, with what is added to its report.
func (w *worker) tally(outcomes []contact.Outcome) ledger {
	l := ledger{converter: w.converter, run: w.run, summary: w.summary.clone(), examples: w.rehearsal != nil}
	next := 0
	for _, p := range w.batch {
		o := contact.Outcome{Status: contact.Rejected, Problems: p.problems}
		if len(p.problems) == 0 {
			o = outcomes[next]
			next++
		}
		l.add(p, o)
	}
	if w.rehearsal != nil {
		l.summary.NewCustomers, l.summary.KnownCustomers = w.rehearsal.NewCustomers, w.rehearsal.KnownCustomers
		l.issues, l.rejects = nil, nil // nothing was rejected yet
	}
	l.run.UpdatedAt = w.now()
	if elapsed := l.run.UpdatedAt.Sub(w.began); elapsed > 0 {
		l.run.Rate = int64(float64(l.run.RowsRead-w.readAt) / elapsed.Seconds())
	}
	return l
}

func (w *worker) finish(ctx context.Context) error {
	return w.write(ctx, func(st store) error {
		if w.rehearsal != nil {
			return st.end(w.run.ID, Checked, "", w.now())
		}
		if err := st.end(w.run.ID, Done, "", w.now()); err != nil {
			return err
		}
		return st.dropChunks(w.run.FileID)
	})
}
