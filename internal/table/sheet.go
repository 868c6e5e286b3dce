package table

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// sheetReader reads the rows of a sheet.
type sheetReader struct {
	book    *workbook
	tokens  *tokens
	strings []string // shared by cells
	line    int      // of the last row
	cells   int64    // of all rows
	text    int64    // bytes of all cells
	done    bool
}

// next returns the next row that is not empty.
func (s *sheetReader) next() (Row, error) {
	for !s.done {
		token, err := s.tokens.next()
		if err != nil {
			return Row{}, damaged(s.book.src, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "row" {
				continue
			}
			row, err := s.row(token)
			if err != nil || row.Cells != nil {
				return row, err
			}
		case xml.EndElement:
			s.done = token.Name.Local == "sheetData"
		}
	}
	if err := s.tokens.drain(); err != nil {
		return Row{}, damaged(s.book.src, err)
	}
	return Row{}, io.EOF
}

// row reads a row to its end; without cells if all of them are blank.
func (s *sheetReader) row(start xml.StartElement) (Row, error) {
	s.line++
	if n, err := strconv.Atoi(attribute(start, "r")); err == nil && n > s.line {
		s.line = n
	}
	row := Row{Line: s.line}
	size, column, tooMany, blank := 0, 0, false, true
	for {
		token, err := s.tokens.next()
		if err != nil {
			return Row{}, damaged(s.book.src, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			at := columnOf(attribute(token, "r"), column)
			value, err := s.cell(attribute(token, "t"))
			if err != nil {
				return Row{}, err
			}
			if column = at + 1; at >= maxColumns || size > maxRecordBytes {
				tooMany = tooMany || at >= maxColumns && value != ""
				continue
			}
			for len(row.Cells) <= at {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[at] = value
			size += len(value)
			blank = blank && strings.TrimSpace(value) == ""
		case xml.EndElement:
			if token.Name.Local == "row" {
				return s.checked(row, size, tooMany, blank)
			}
		}
	}
}

// checked holds a row against the limits.
func (s *sheetReader) checked(row Row, size int, tooMany, blank bool) (Row, error) {
	s.cells += int64(len(row.Cells))
	s.text += int64(size)
	switch {
	case s.cells > min(maxCells, max(freeCells, s.book.spent)):
		return Row{}, errTooManyCells
	case s.text > maxText:
		return Row{}, errTooMuchText
	case tooMany:
		return Row{}, rowError(row.Line, "too_many_cells", "has more than 1000 cells", "")
	case size > maxRecordBytes:
		return Row{}, rowError(row.Line, "row_too_long", "is longer than 1 MiB", row.Cells[0])
	case blank:
		return Row{}, nil
	}
	return row, nil
}

// cell reads a cell to its end and returns what it holds: as it is stored, but for texts that are stored elsewhere.
func (s *sheetReader) cell(kind string) (string, error) {
	var value []byte
	take, reading := false, false
	for {
		token, err := s.tokens.next()
		if err != nil {
			return "", damaged(s.book.src, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "v":
				take = kind != "inlineStr"
			case "t":
				take = kind == "inlineStr" && !reading
			case "rPh":
				reading = true
			}
		case xml.CharData:
			if take {
				value = appendText(value, token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "v", "t":
				take = false
			case "rPh":
				reading = false
			case "c":
				return s.meant(kind, string(value)), nil
			}
		}
	}
}

func (s *sheetReader) meant(kind, value string) string {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n >= 0 && n < len(s.strings) {
			return s.strings[n]
		}
		return ""
	case "inlineStr", "str":
		return unescape(value)
	}
	return value
}

// columnOf returns the column, from 0, of a cell such as BC12, or the given one where the cell does not say.
func columnOf(name string, next int) int {
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
