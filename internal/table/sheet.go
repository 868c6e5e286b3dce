package table

import (
	"io"
	"strconv"
	"strings"
)

// sheetReader reads the rows of a sheet.
type sheetReader struct {
	book   *workbook
	tokens *tokens
	shared *sharedTexts
	merges merges
	spent  *int64 // bytes unpacked
	line   int    // of the last row
	width  int    // of the widest row so far
	cells  int64  // of all rows
	text   int64  // bytes of all cells
	done   bool
	buf    cellBuffer
}

// next returns the next row that is not empty.
func (s *sheetReader) next() (Row, error) {
	for !s.done {
		if err := s.tokens.next(); err != nil {
			return Row{}, damaged(s.book.src, err)
		}
		switch {
		case s.tokens.kind == startTag && string(s.tokens.name) == "row":
			row, err := s.row()
			if err != nil || row.Cells != nil {
				return row, err
			}
		case s.tokens.kind == endTag:
			s.done = string(s.tokens.name) == "sheetData"
		}
	}
	if err := s.tokens.drain(); err != nil {
		return Row{}, damaged(s.book.src, err)
	}
	return Row{}, io.EOF
}

// reading is a row while it is read.
type reading struct {
	Row
	size    int  // bytes of its cells
	tooMany bool // it has a value beyond the last column that is read
	own     int  // values it has
}

// row reads a row to its end; without cells if it has no value of its own.
func (s *sheetReader) row() (Row, error) {
	s.line++
	if n, err := strconv.Atoi(string(s.tokens.raw("r"))); err == nil && n > s.line {
		s.line = n
	}
	row := reading{Row: Row{Line: s.line, Hidden: s.tokens.is("hidden")}}
	for column := 0; ; {
		if err := s.tokens.next(); err != nil {
			return Row{}, damaged(s.book.src, err)
		}
		switch {
		case s.tokens.kind == startTag && string(s.tokens.name) == "c":
			at := columnOf(s.tokens.raw("r"), column)
			if err := s.cell(&row, at); err != nil {
				return Row{}, err
			}
			column = at + 1
		case s.tokens.kind == endTag && string(s.tokens.name) == "row":
			return s.checked(row)
		}
	}
}

// put puts a value into a row.
func (s *sheetReader) put(row *reading, at int, value string) {
	if at >= maxColumns || row.size > maxRecordBytes {
		row.tooMany = row.tooMany || at >= maxColumns && value != ""
		return
	}
	if row.Cells == nil {
		row.Cells = make([]string, 0, max(s.width, at+1))
	}
	for len(row.Cells) <= at {
		row.Cells = append(row.Cells, "")
	}
	row.Cells[at] = value
	row.size += len(value)
	if strings.TrimSpace(value) != "" {
		row.own++
	}
}

// checked completes a row with the cells that are merged with others, and holds it against the limits.
func (s *sheetReader) checked(row reading) (Row, error) {
	s.width = max(s.width, len(row.Cells))
	row.size += s.merges.fill(&row.Row, row.own, s.width)
	s.cells += int64(len(row.Cells))
	s.text += int64(row.size)
	switch {
	case s.cells > min(maxCells, max(freeCells, *s.spent)):
		return Row{}, errTooManyCells
	case s.text > maxText:
		return Row{}, errTooMuchText
	case row.tooMany:
		return Row{}, rowError(row.Line, "too_many_cells", "has more than 1000 cells", "")
	case row.size > maxRecordBytes:
		return Row{}, rowError(row.Line, "row_too_long", "is longer than 1 MiB", row.Cells[0])
	case row.own == 0 && len(row.Faults) == 0:
		return Row{}, nil
	}
	return row.Row, nil
}

// cellBuffer is what a cell holds, while it is read.
type cellBuffer struct {
	value, inline, formula       []byte
	style                        []byte
	hasValue, hasInline, formed  bool
	inValue, inInline, inFormula bool
	inReading                    bool
}

func (b *cellBuffer) reset() {
	*b = cellBuffer{value: b.value[:0], inline: b.inline[:0], formula: b.formula[:0], style: b.style[:0]}
}

// cell reads a cell to its end.
func (s *sheetReader) cell(row *reading, at int) error {
	kind := kindOf(s.tokens.raw("t"))
	b, t := &s.buf, s.tokens
	b.reset()
	b.style = append(b.style, t.raw("s")...)
	for {
		if err := t.next(); err != nil {
			return damaged(s.book.src, err)
		}
		begins := t.kind == startTag
		switch {
		case t.kind != textToken:
			if string(t.name) == "c" && !begins {
				s.put(row, at, s.meant(&row.Row, at, kind))
				return nil
			}
			b.turn(t.name, begins)
		case b.inValue:
			b.value = t.appendText(b.value)
		case b.inInline:
			b.inline = t.appendText(b.inline)
		case b.inFormula:
			const shown = 400
			b.formula = append(b.formula, t.text[:min(len(t.text), max(shown-len(b.formula), 0))]...)
		}
	}
}

// turn notes that a part of a cell begins or ends.
func (b *cellBuffer) turn(name []byte, begins bool) {
	switch string(name) {
	case "v":
		b.inValue, b.hasValue = begins, true
	case "f":
		b.inFormula, b.formed = begins, true
	case "t":
		b.inInline, b.hasInline = begins && !b.inReading, true
	case "rPh": // how the characters are read
		b.inReading = begins
	}
}

// kindOf returns the kind of a cell, without making a string of it.
func kindOf(raw []byte) string {
	switch string(raw) {
	case "s":
		return "s"
	case "n", "":
		return "n"
	case "b":
		return "b"
	case "e":
		return "e"
	case "d":
		return "d"
	}
	return "str"
}

// meant returns what a cell says. What it cannot say is a fault of its row.
func (s *sheetReader) meant(row *Row, at int, kind string) string {
	b := &s.buf
	switch {
	case b.hasInline && !b.hasValue:
		return checkText(row, at, unescape(string(b.inline)))
	case b.formed && s.notCalculated(kind):
		row.fault(at, ErrorCell, "="+string(appendUnescaped(nil, b.formula)))
		return ""
	}
	switch kind {
	case "s":
		return s.sharedText(row, at)
	case "b":
		switch strings.ToLower(strings.TrimSpace(string(b.value))) {
		case "1", "true":
			return "TRUE"
		case "0", "false":
			return "FALSE"
		}
	case "e":
		row.fault(at, ErrorCell, string(b.value))
		return ""
	case "n":
		return checkText(row, at, s.book.shown(numberText(string(b.value)), b.style))
	case "d":
		return string(b.value)
	}
	return checkText(row, at, unescape(string(b.value)))
}

// notCalculated reports whether a formula has no value yet: written by a program that does not calculate, and leaves that to Excel. Some
// put a 0 there, which would be an answer, and say that the workbook has to be calculated.
func (s *sheetReader) notCalculated(kind string) bool {
	b := &s.buf
	return !b.hasValue || kind == "n" && (len(b.value) == 0 || s.book.recalculate && string(b.value) == "0")
}

func (s *sheetReader) sharedText(row *Row, at int) string {
	number := strings.TrimSpace(string(s.buf.value))
	if number == "" {
		return ""
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		n = -1
	}
	text, found := s.shared.at(n)
	if !found {
		row.fault(at, ErrorCell, "?"+number) // the file has lost the text
	}
	return checkText(row, at, text)
}

// columnOf returns the column, from 0, of a cell such as BC12, or the given one where the cell does not say.
func columnOf(name []byte, next int) int {
	column := 0
	for i := 0; i < len(name) && i < 4; i++ {
		letter := name[i] &^ 0x20 // in upper case
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	if column == 0 {
		return next
	}
	return column - 1
}
