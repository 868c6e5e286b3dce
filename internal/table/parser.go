package table

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aftercall/internal/fault"
)

// parser reads delimited records as RFC 4180 describes them, and as lenient as files are: a quote inside an unquoted cell is a
// character, and blanks may stand around quotes. What stands after a closing quote says that a quote was none: that line is refused, and
// the lines it had taken in are read as the rows they are.
type parser struct {
	lines     *lineReader
	delimiter rune
	width     int // of the last row
	widest    int
	blank     blanks
	work      int64 // bytes that were split into cells
	again     int64 // bytes that were read in search of a closing quote and then put back
}

// next returns the next record that has a value.
func (p *parser) next() (Row, error) {
	for {
		line, text, err := p.lines.read()
		if err != nil {
			return Row{}, err
		}
		if isEmpty(text) {
			continue
		}
		if len(text) > maxRecordBytes {
			return Row{}, rowError(line, "row_too_long", "is longer than 1 MiB", text)
		}
		row, err := p.record(line, text)
		if err == nil && isBlank(row.Cells) {
			if p.blank.rows++; p.blank.rows == 1 {
				p.blank.first = line
			}
			continue
		}
		return row, err
	}
}

func isBlank(cells []string) bool {
	for _, cell := range cells {
		if !isEmpty(cell) {
			return false
		}
	}
	return true
}

// isEmpty reports whether nothing is to be seen of a text: blanks, or the Ctrl-Z of DOS on a line of its own.
func isEmpty(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.In(r, unicode.White_Space, unicode.Cc, unicode.Cf) }) < 0
}

// record splits the record that begins with a line, reading more lines while a quote is open.
func (p *parser) record(line int, first string) (Row, error) {
	row := Row{Line: line, Cells: make([]string, 0, p.width)}
	more := ahead{size: len(first)}
	for text, last := first, false; !last; {
		var cell string
		if inside, quoted := p.opens(text); quoted {
			taken, rest, err := p.quoted(inside, &more)
			if err == nil {
				rest, last, err = p.afterQuote(rest)
			}
			if problem := asStray(err); problem != nil {
				return Row{}, p.reject(line, problem, text, more)
			}
			if err != nil {
				return Row{}, err
			}
			cell, text = taken, rest
		} else {
			cell, text, last = p.plain(text)
		}
		row.Cells = append(row.Cells, cell)
		if len(row.Cells) > maxColumns {
			return Row{}, rowError(line, "too_many_cells", "has more than 1000 cells", "")
		}
	}
	if p.swallowed(first, more.lines) {
		return Row{}, p.reject(line, errSwallows, first, more)
	}
	check := checkValue
	if isBroken(first) || slices.ContainsFunc(more.lines, isBroken) {
		check = checkText
	}
	for i, cell := range row.Cells {
		row.Cells[i] = check(&row, i, cell)
	}
	p.width = len(row.Cells)
	p.widest = max(p.widest, p.width)
	return row, nil
}

// ahead is what was read of a record beyond its first line, to be read again if a quote turns out to be none.
type ahead struct {
	lines []string
	size  int // bytes, with the first line
}

// opens reports whether a cell begins with a quote, and returns what is inside. Behind blanks a quote is one only if it closes on its
// line and ends the cell.
func (p *parser) opens(text string) (inside string, quoted bool) {
	if strings.HasPrefix(text, `"`) {
		return text[1:], true
	}
	rest, found := strings.CutPrefix(p.trimBlanks(text), `"`)
	if !found {
		return "", false
	}
	var b strings.Builder
	after, closed := unquote(&b, rest)
	p.work += int64(len(rest) - len(after))
	if closed {
		_, _, err := p.afterQuote(after)
		closed = err == nil
	}
	return rest, closed
}

// trimBlanks cuts the blanks that a cell begins with.
func (p *parser) trimBlanks(text string) string {
	for text != "" && (text[0] == ' ' || text[0] == '\t') && rune(text[0]) != p.delimiter {
		text = text[1:]
	}
	return text
}

// plain splits off what stands before the next delimiter.
func (p *parser) plain(text string) (cell, rest string, last bool) {
	i := strings.IndexRune(text, p.delimiter)
	if i < 0 {
		p.work += int64(len(text))
		return text, "", true
	}
	p.work += int64(i)
	return text[:i], text[i+utf8.RuneLen(p.delimiter):], false
}

// afterQuote splits off the delimiter after a closing quote.
func (p *parser) afterQuote(text string) (rest string, last bool, err error) {
	if text = p.trimBlanks(text); text == "" {
		return "", true, nil
	}
	if r, size := utf8.DecodeRuneInString(text); r == p.delimiter {
		return text[size:], false, nil
	}
	return "", false, errAfterQuote
}

// quoted returns what stands before the closing quote, and the rest of the line that has it. Every line is looked at once.
func (p *parser) quoted(text string, more *ahead) (cell, rest string, err error) {
	if i := strings.IndexByte(text, '"'); i >= 0 && !strings.HasPrefix(text[i+1:], `"`) {
		p.work += int64(i) // nearly all of them
		return text[:i], text[i+1:], nil
	}
	var b strings.Builder
	const usual = 128
	b.Grow(min(len(text), usual))
	for {
		p.work += int64(len(text))
		rest, closed := unquote(&b, text)
		if closed {
			p.work -= int64(len(rest))
			return b.String(), rest, nil
		}
		_, next, err := p.lines.read()
		if err == nil {
			more.lines, more.size = append(more.lines, next), more.size+len(next)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", "", err
		}
		if err != nil || more.size > maxRecordBytes || len(more.lines) > maxRecordLines {
			return "", "", errUnclosed
		}
		b.WriteByte('\n')
		text = next
	}
}

// unquote writes what stands before the closing quote, and returns what follows it, if it is there.
func unquote(b *strings.Builder, text string) (rest string, closed bool) {
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			b.WriteString(text)
			return "", false
		}
		b.WriteString(text[:i])
		if text = text[i+1:]; !strings.HasPrefix(text, `"`) {
			return text, true
		}
		b.WriteByte('"')
		text = text[1:]
	}
}

func rowError(line int, code, problem, value string) *RowError {
	return &RowError{fault.Field{Line: line, Name: "row", Code: code, Problem: problem, Value: shown(value)}}
}
