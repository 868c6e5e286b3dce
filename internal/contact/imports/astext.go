package imports

import (
	"slices"
	"strconv"

	"aftercall/internal/contact/imports/values"
	"aftercall/internal/table"
)

// asText returns the cells of a row so that a text file with them is read like the file: what a workbook stores of a time and of a
// duration is a number of days, which no text file has.
func (c *converter) asText(row table.Row) []string {
	if !c.workbook {
		return row.Cells
	}
	cells := slices.Clone(row.Cells)
	write := func(cell int, text string, ok bool) {
		if ok {
			cells[cell] = text
		}
	}
	for i := range c.columns {
		col := &c.columns[i]
		for _, cell := range col.cells {
			if cell >= len(cells) || !col.measured || col.boolean {
				continue
			}
			if col.at != nil {
				text, ok := c.dates.Text(cells[cell])
				write(cell, text, ok && (!col.joined || len(c.mapping.Dates) == 0))
				continue
			}
			seconds, ok := values.Duration(cells[cell], true)
			write(cell, strconv.FormatInt(seconds, 10), ok)
		}
	}
	for _, a := range c.answers {
		if a.answered >= 0 && a.answered < len(cells) {
			text, ok := c.dates.Text(cells[a.answered])
			write(a.answered, text, ok)
		}
	}
	return cells
}
