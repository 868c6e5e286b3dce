package imports

import (
	"context"
	"errors"
	"io"
	"slices"

	"aftercall/internal/fault"
	"aftercall/internal/table"
)

// Preview is what a person matches columns by.
type Preview struct {
	Found      table.Found
	HeaderLine int         // the line of the headings
	Header     []string    // names of the columns, each once: see ColumnNames
	Rows       []table.Row // the first ones, to try a mapping on
	Values     [][]string  // of each column: the first distinct values, as they come
	Lines      int         // rows that were looked at
}

// Limits of a preview.
const (
	previewRows   = 200  // to try a mapping on
	previewLines  = 5000 // looked at for values
	previewValues = 24   // of a column
	headLines     = 20   // among which the headings are looked for
)

// Preview reads the beginning of an uploaded file as a mapping's format says. Where the mapping does not say which line has the headings,
// the first line that is as wide as the rows after it has them.
func (s *Service) Preview(ctx context.Context, runID int64, m Mapping) (Preview, error) {
	leave, err := table.Turn(ctx)
	if err != nil {
		return Preview{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	run, err := s.Run(ctx, runID)
	if err != nil {
		return Preview{}, err
	}
	open := s.stored(ctx, run.FileID)
	if m.HeaderLine == 0 {
		if m.HeaderLine, err = headingLine(ctx, m, open); err != nil {
			return Preview{}, err
		}
	}
	return preview(ctx, m, open)
}

func preview(ctx context.Context, m Mapping, open Open) (Preview, error) {
	o, err := openFile(ctx, m, open)
	if err != nil {
		return Preview{}, err
	}
	defer o.close()
	header, err := o.header(m)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Found: o.rows.Found(), HeaderLine: m.headerLine(), Header: ColumnNames(header), Values: make([][]string, len(header))}
	for ; p.Lines < previewLines; p.Lines++ {
		row, err := o.rows.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return p, nil
		case errors.As(err, &bad):
			continue
		case err != nil:
			return Preview{}, err
		}
		p.add(row)
	}
	return p, nil
}

func (p *Preview) add(row table.Row) {
	if len(p.Rows) < previewRows {
		p.Rows = append(p.Rows, row)
	}
	for i := range p.Header {
		value := cellOf(row, i)
		if value != "" && len(p.Values[i]) < previewValues && !slices.Contains(p.Values[i], value) {
			p.Values[i] = append(p.Values[i], value)
		}
	}
}

// headingLine returns the first line that is nearly as wide as the widest of the first lines: what stands above it is a title. A line
// that cannot be read may be the one: then it is said to be, and a line of values is never taken for headings in its stead.
func headingLine(ctx context.Context, m Mapping, open Open) (int, error) {
	o, err := openFile(ctx, m, open)
	if err != nil {
		return 0, err
	}
	defer o.close()
	const unreadable = -1
	type width struct{ line, cells int }
	var widths []width
	widest := 0
	for len(widths) < headLines {
		row, err := o.rows.Next()
		var bad *table.RowError
		if errors.As(err, &bad) {
			widths = append(widths, width{bad.Field.Line, unreadable})
			continue
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		cells := filledCells(row)
		widths = append(widths, width{row.Line, cells})
		widest = max(widest, cells)
	}
	for _, w := range widths {
		if w.cells == unreadable || 3*w.cells >= 2*widest {
			return w.line, nil
		}
	}
	return 0, fault.New(fault.Invalid, "file_empty", "the file has no line of headings")
}

// Try tells what a mapping would make of the rows of a preview. Nothing is written. The counts of the run it returns are those of these
// rows, and its Report has the problems by kind.
func (s *Service) Try(ctx context.Context, p Preview, n NewRun) (Run, error) {
	c, err := newConverter(n.Mapping, p.Header, p.Found)
	if err != nil {
		return Run{}, err
	}
	w := &worker{
		Service: s, run: Run{SourceID: n.SourceID, WithoutAnswers: n.WithoutAnswers, State: Checking}, unseen: true,
		rehearsal: s.contacts.Rehearse(n.SourceID), converter: c, began: s.now(),
	}
	for _, row := range p.Rows {
		w.batch = append(w.batch, w.convert(row))
	}
	err = w.flush(ctx)
	return w.run, err
}
