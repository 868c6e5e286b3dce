package imports

import (
	"strings"

	"aftercall/internal/contact/imports/values"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// cellOf returns a cell without what is blank or cannot be seen around it; "" where the row has none.
func cellOf(row table.Row, cell int) string {
	if cell < 0 || cell >= len(row.Cells) {
		return ""
	}
	return text.Trim(table.Meant(row.Cells[cell])) // of our own file of rejected rows
}

// firstCell returns the first cell of a row that is not empty.
func firstCell(row table.Row) string {
	for i := range row.Cells {
		if value := cellOf(row, i); value != "" {
			return value
		}
	}
	return ""
}

// handling is what becomes of a cell whose bytes are not all in the encoding of the file.
type handling int8

const (
	leftOut  handling = iota // it names something, and would name something else
	cleaned                  // people read it; the bad bytes go
	rejected                 // the row is nothing without it
)

var (
	errorCell = &values.Flaw{
		Code: table.ErrorCell, Text: "is an error of the spreadsheet; the cell is taken as empty", Assumed: true,
	}
	errorInRequired = &values.Flaw{Code: table.ErrorCell, Text: "is an error of the spreadsheet, and the row is nothing without it"}
	badEncoding     = &values.Flaw{
		Code: table.BadEncoding, Text: "has bytes that are not in the encoding of the file; it is left out", Assumed: true,
	}
	badEncodingCleaned = &values.Flaw{
		Code: table.BadEncoding, Text: "has bytes that are not in the encoding of the file; they are left out", Assumed: true,
	}
	badEncodingInRequired = &values.Flaw{
		Code: table.BadEncoding, Text: "has bytes that are not in the encoding of the file, and the row is nothing without it",
	}
)

// text returns a cell that the mapping uses, and says what is wrong with it. kept is false where it cannot be used.
func (out *converted) text(row table.Row, cell int, heading string, bad handling) (said string, kept bool) {
	if cell < 0 || cell >= len(row.Cells) {
		return "", true
	}
	said = text.Trim(table.Meant(row.Cells[cell]))
	for _, f := range row.Faults {
		if f.Cell != cell {
			continue
		}
		if f.Code == table.ErrorCell {
			return "", out.errorValue(row, heading, f.Value, bad)
		}
		return out.badBytes(row, heading, said, bad)
	}
	return said, true
}

func (out *converted) errorValue(row table.Row, heading, value string, bad handling) bool {
	if bad == rejected {
		out.refuse(row, heading, value, errorInRequired)
	} else {
		out.warn(row, heading, value, errorCell)
	}
	return false
}

func (out *converted) badBytes(row table.Row, heading, said string, bad handling) (string, bool) {
	switch bad {
	case rejected:
		out.refuse(row, heading, said, badEncodingInRequired)
	case cleaned:
		out.warn(row, heading, said, badEncodingCleaned)
		return text.Trim(strings.ReplaceAll(said, "\uFFFD", "")), true
	case leftOut:
		out.warn(row, heading, said, badEncoding)
	}
	return "", false
}
