package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// elsewhere says in one sentence that a file has hardly any of the columns of a mapping, and where they are instead: in another line, or
// perhaps on another sheet. Other errors, and single columns that are missing, stay as they are.
func elsewhere(ctx context.Context, m Mapping, open Open, o *opened, cause error) error {
	f, ok := fault.Of(cause)
	if !ok {
		return cause
	}
	missing := 0
	for _, field := range f.Fields {
		if field.Code == unknownColumn {
			missing++
		}
	}
	named := m.headings()
	if missing < 2 || 2*missing < len(named) {
		return cause
	}
	line, err := lineOf(ctx, m, open, named)
	if err != nil {
		return err
	}
	if line > 0 {
		return fault.New(fault.Invalid, "headings_elsewhere",
			fmt.Sprintf("line %d has none of the columns, line %d does: say header_line: %d", m.headerLine(), line, line)).
			With("line", line).With("now", m.headerLine())
	}
	has := text.Cut(strings.Join(o.headings, ", "), 300)
	var others []string
	for _, s := range o.rows.Found().Sheets {
		if s.Name != o.rows.Found().Sheet && !s.Empty {
			others = append(others, s.Name)
		}
	}
	if len(others) > 0 {
		list := strings.Join(others, ", ")
		return fault.New(fault.Invalid, "headings_on_sheet", fmt.Sprintf(
			"sheet %q has other columns than the mapping names: %s; is it another sheet: %s?", o.rows.Found().Sheet, has, list)).
			With("sheet", o.rows.Found().Sheet).With("has", has).With("others", list)
	}
	return fault.New(fault.Invalid, "headings_other",
		fmt.Sprintf("the file has other columns than the mapping names: %s; is it the right file, and line %d that of the headings?",
			has, m.headerLine())).With("has", has).With("line", m.headerLine())
}

// unknownColumn is the code of a heading that a mapping names and a file has not.
const unknownColumn = "unknown_column"

// lineOf returns the line among the first ones that has most of the headings, or 0.
func lineOf(ctx context.Context, m Mapping, open Open, named []string) (int, error) {
	const looked = 50
	o, err := openFile(ctx, m, open)
	if err != nil {
		return 0, err
	}
	defer o.close()
	for range looked {
		row, err := o.rows.Next()
		var bad *table.RowError
		switch {
		case errors.As(err, &bad):
			continue
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, err
		}
		found := 0
		for _, name := range named {
			if slices.ContainsFunc(row.Cells, func(cell string) bool { return text.Fold(cell) == text.Fold(name) }) {
				found++
			}
		}
		if 2*found > len(named) && row.Line != m.headerLine() {
			return row.Line, nil
		}
	}
	return 0, nil
}

// headings returns every heading the mapping names, each once.
func (m Mapping) headings() []string {
	var all []string
	for _, columns := range m.Columns {
		all = append(all, columns.Headings...)
	}
	for _, name := range m.Attributes {
		all = append(all, name)
	}
	for _, p := range m.Participants {
		all = append(all, p.Agent, p.Team)
	}
	for _, a := range m.Answers {
		all = append(all, a.Column, a.Comment, a.AnsweredAt)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == "" })
}
