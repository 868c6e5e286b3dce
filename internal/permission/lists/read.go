package lists

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Limits of a file that is imported.
const (
	maxFileBytes = 256 << 20
	maxFileRows  = 1_000_000
	maxIssues    = 100 // shown of a file
)

var errTooManyRows = fault.New(fault.TooLarge, "file_too_many_rows", "the file has more than 1,000,000 rows; split it")

// Reading says how the values of a file are understood.
type Reading struct {
	Region string         // country of phone numbers without a country code
	Zone   *time.Location // of days
}

// lines reads a file whose first row names its columns, in any of the forms table knows.
type lines struct {
	file    *table.Reader
	columns map[string]int
	named   []bool // which columns have a name
	reading Reading
	rows    int
	row     table.Row
}

// listColumns are the columns a kind of list can have.
type listColumns struct {
	who   []string // one of them must be there
	none  string   // the code of the problem where none is
	other []string
}

// openLines returns fault.Invalid for a file whose first row names nobody, or a column there is none of: what stands below a misspelt
// name would be lost in silence.
func openLines(ctx context.Context, file io.Reader, reading Reading, list listColumns) (*lines, error) {
	reader, err := table.Open(ctx, file, table.Options{MaxBytes: maxFileBytes})
	if err != nil {
		return nil, err
	}
	l := &lines{file: reader, columns: map[string]int{}, reading: reading}
	head, err := reader.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		var bad *table.RowError
		if !errors.As(err, &bad) {
			return nil, errors.Join(err, reader.Close())
		}
	}
	twice := l.name(head.Cells)
	if problems := append(list.problems(l.columns), twice...); len(problems) > 0 {
		return nil, errors.Join(fault.InvalidFields(problems...), reader.Close())
	}
	return l, nil
}

// name finds the columns of the first row. Of two with one name only one would be read, and who stands in the other be contacted.
func (l *lines) name(head []string) (problems []fault.Field) {
	l.named = make([]bool, len(head))
	for i, name := range head {
		if name = strings.ToLower(text.ID(name)); name == "" {
			continue
		}
		l.named[i] = true
		if _, twice := l.columns[name]; twice {
			problems = append(problems, fault.Field{
				Line: 1, Name: "header", Code: "column_twice", Value: name, Problem: "is there twice; put both into one, or into two files",
			})
			continue
		}
		l.columns[name] = i
	}
	return problems
}

// leftOver says what a row has where no column has a name: beyond the last one, as behind a comma nobody put in quotes, or below none.
func (l *lines) leftOver() fault.Problems {
	for i, cell := range l.row.Cells {
		if (i >= len(l.named) || !l.named[i]) && text.Name(cell) != "" {
			return fault.Problems{{
				Line: l.row.Line, Name: "row", Code: "cell_unnamed", Value: cell,
				Problem: "stands in a column without a name, and is not read",
			}}
		}
	}
	return nil
}

// tellOfSheets reports the sheets of a workbook that have something and are not read.
func (l *lines) tellOfSheets(report *Report) {
	found := l.file.Found()
	for _, sheet := range found.Sheets {
		if !sheet.Empty && sheet.Name != found.Sheet {
			report.tell(1, fault.Field{
				Name: "sheet", Code: "sheet_left_out", Value: sheet.Name,
				Problem: "is another sheet of the workbook, and is not read: import it as a file of its own",
			})
		}
	}
}

// problems returns what is wrong with the names in the first row.
func (list listColumns) problems(named map[string]int) []fault.Field {
	there := func(column string) bool { _, found := named[column]; return found }
	if !slices.ContainsFunc(list.who, there) {
		return []fault.Field{{
			Line: 1, Name: "header", Code: list.none, Problem: "must name one of the columns " + strings.Join(list.who, ", "),
		}}
	}
	known := slices.Concat(list.who, list.other)
	var problems []fault.Field
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if name != "" && !slices.Contains(known, name) && len(problems) < maxIssues {
			columns := strings.Join(known, ", ")
			problems = append(problems, fault.Field{
				Line: 1, Name: "header", Code: "column_unknown", Value: name, Problem: "is no column of this list; there are " + columns,
				Args: map[string]any{"known": columns},
			})
		}
	}
	return problems
}

// next moves to the next row. It returns io.EOF after the last one, and a *table.RowError for one that cannot be read, after which
// it can be called again.
func (l *lines) next() error {
	row, err := l.file.Next()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if l.rows++; l.rows > maxFileRows {
		return errTooManyRows
	}
	l.row = row
	return err
}

// cell returns the value of a column in the row, "" where there is none.
func (l *lines) cell(column string) string {
	i, found := l.columns[column]
	if !found || i >= len(l.row.Cells) {
		return ""
	}
	return text.Name(l.row.Cells[i])
}

// address returns the row's address of a kind, normalised; "" where there is none or f says why it is not one.
func (l *lines) address(kind permission.AddressKind, f *fault.Problems) string {
	raw := l.cell(string(kind))
	if raw == "" {
		return ""
	}
	normal, problem := permission.ReadAddress(kind, raw, l.reading.Region)
	if problem != nil {
		*f = append(*f, *problem)
	}
	return normal
}

// day returns the beginning of a date of the row in the reading's zone; none where there is none or f says why it is not one.
func (l *lines) day(column string, f *fault.Problems) (time.Time, bool) {
	raw := l.cell(column)
	if raw == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2006-1-2"} {
		if day, err := time.ParseInLocation(layout, raw, l.reading.Zone); err == nil && day.Year() >= 1990 && day.Year() < 2200 {
			return day, true
		}
	}
	f.Refuse(column, "not_a_date", "is not a date as in 2026-11-22", raw)
	return time.Time{}, false
}

// endOf returns the end of the day that a column names.
func (l *lines) endOf(column string, f *fault.Problems) clock.Instant {
	day, given := l.day(column, f)
	if !given {
		return 0
	}
	y, m, d := day.Date()
	return clock.At(time.Date(y, m, d+1, 0, 0, 0, 0, l.reading.Zone))
}

// instant returns a time of the row, or the beginning of the day that it names.
func (l *lines) instant(column string, f *fault.Problems) clock.Instant {
	if at, err := time.Parse(time.RFC3339, l.cell(column)); err == nil && at.Year() >= 1990 && at.Year() < 2200 {
		return clock.At(at)
	}
	if day, given := l.day(column, f); given {
		return clock.At(day)
	}
	return 0
}

// each reads every row and gives it to take, which reports whether it took something of it; what it finds wrong is noted in the report.
func (l *lines) each(report *Report, take func(f *fault.Problems) (bool, error)) error {
	l.tellOfSheets(report)
	for {
		err := l.next()
		var unreadable *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return l.file.Close()
		case errors.As(err, &unreadable):
			report.note(unreadable.Field.Line, unreadable.Field)
			continue
		case err != nil:
			return errors.Join(fmt.Errorf("read row %d: %w", l.rows, err), l.file.Close())
		}
		report.Rows++
		f, kept := l.faults()
		taken, err := take(&f)
		switch {
		case err != nil:
			return errors.Join(err, l.file.Close())
		case taken || len(f) > 0:
			f = append(f, kept...)
		}
		switch {
		case len(f) > 0 && taken:
			report.Partly++
			report.tell(l.row.Line, f...)
		case len(f) > 0:
			report.note(l.row.Line, f...)
		}
	}
}

// faults returns what the file itself says is wrong with cells of the row. Those of an address or a note are kept for when the rest of the
// row was taken: another column says what is meant, and is not guessed.
func (l *lines) faults() (decisive, kept fault.Problems) {
	kept = l.leftOver()
	for _, cell := range l.row.Faults {
		problem := "is an error value, or a formula without a value"
		if cell.Code == table.BadEncoding {
			problem = "is not in the encoding of the file"
		}
		for name, i := range l.columns {
			switch f := (fault.Field{Line: l.row.Line, Name: name, Code: cell.Code, Problem: problem, Value: cell.Value}); {
			case i != cell.Cell || name == "":
			case name == "phone", name == "email", name == "note":
				kept = append(kept, f)
			default:
				decisive = append(decisive, f)
			}
		}
	}
	return decisive, kept
}
