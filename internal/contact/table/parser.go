package table

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
)

// Limits of one record. A quote that is never closed would otherwise swallow the rest of the file.
const (
	maxRecordBytes = 1 << 20
	maxRecordLines = 5000
)

// parser reads delimited records as RFC 4180 describes them, and as lenient as files are: a quote inside an unquoted cell is a
// character, and text after a closing quote belongs to the cell.
type parser struct {
	lines     *lineReader
	delimiter rune
}

// next returns the next record that is not empty.
func (p *parser) next() (Row, error) {
	for {
		line, text, err := p.lines.read()
		if err != nil {
			return Row{}, err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		row, err := p.record(line, text)
		if err == nil && len(row.Cells) == 0 {
			continue
		}
		return row, err
	}
}

// record splits the record that begins with a line, reading more lines while a quote is open.
func (p *parser) record(line int, text string) (Row, error) {
	row := Row{Line: line}
	var more []string // lines read beyond the first one, to be read again if the quote is never closed
	size := len(text)
	for {
		cell, rest, state := p.cell(text)
		for from := len(more); state == openQuote; {
			_, next, err := p.lines.read()
			size += len(next)
			if err == nil {
				more = append(more, next)
			}
			if err != nil || size > maxRecordBytes || len(more) > maxRecordLines {
				if err != nil && !errors.Is(err, io.EOF) {
					return Row{}, err
				}
				p.lines.unread(line+1, more)
				return Row{}, rowError(line, "unclosed_quote", "has a quote that is never closed", text)
			}
			if strings.IndexByte(next, '"') >= 0 { // only then may the cell end
				text += "\n" + strings.Join(more[from:], "\n")
				from = len(more)
				cell, rest, state = p.cell(text)
			}
		}
		row.Cells = append(row.Cells, cell)
		if len(row.Cells) > maxColumns {
			return Row{}, rowError(line, "too_many_cells", "has more than 1000 cells", "")
		}
		if state == lastCell {
			break
		}
		text = rest
	}
	for i, cell := range row.Cells {
		if !utf8.ValidString(cell) {
			return Row{}, rowError(line, "bad_encoding", "is not in the encoding of the file, in cell "+strconv.Itoa(i+1), strings.ToValidUTF8(cell, "\uFFFD"))
		}
	}
	return row, nil
}

type cellState int

const (
	moreCells cellState = iota
	lastCell
	openQuote
)

// cell splits off the first cell of a text.
func (p *parser) cell(text string) (cell, rest string, state cellState) {
	if !strings.HasPrefix(text, `"`) {
		if i := strings.IndexRune(text, p.delimiter); i >= 0 {
			return text[:i], text[i+utf8.RuneLen(p.delimiter):], moreCells
		}
		return text, "", lastCell
	}
	var b strings.Builder
	for text = text[1:]; ; {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			return "", "", openQuote
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if !strings.HasPrefix(text, `"`) {
			break
		}
		b.WriteByte('"')
		text = text[1:]
	}
	tail, rest, found := strings.Cut(text, string(p.delimiter))
	b.WriteString(tail)
	if found {
		return b.String(), rest, moreCells
	}
	return b.String(), "", lastCell
}

func rowError(line int, code, problem, value string) *RowError {
	if r := []rune(value); len(r) > 80 {
		value = string(r[:80]) + "…"
	}
	return &RowError{fault.Field{Line: line, Name: "row", Code: code, Problem: problem, Value: value}}
}

// lineReader reads lines with their numbers; LF, CR LF and CR end a line. Lines can be put back.
type lineReader struct {
	r    *bufio.Reader
	line int      // number of the last line read
	back []string // lines put back, to be read first
}

func newLineReader(r *bufio.Reader) *lineReader { return &lineReader{r: r} }

// unread puts lines back; the first one has the given number.
func (l *lineReader) unread(first int, lines []string) {
	l.back = append(append([]string(nil), lines...), l.back...)
	l.line = first - 1
}

func (l *lineReader) read() (int, string, error) {
	if len(l.back) > 0 {
		text := l.back[0]
		l.back = l.back[1:]
		l.line++
		return l.line, text, nil
	}
	text, err := l.readRaw()
	if err != nil {
		return 0, "", err
	}
	l.line++
	return l.line, text, nil
}

// readRaw returns the next line without its end. A line longer than a record may be is cut: its record is refused anyway.
func (l *lineReader) readRaw() (string, error) {
	var b strings.Builder
	for {
		part, err := l.r.ReadSlice('\n')
		if b.Len() <= maxRecordBytes {
			b.Write(part)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && b.Len() > 0, err == nil:
			return strings.TrimSuffix(strings.TrimSuffix(b.String(), "\n"), "\r"), nil
		}
		if _, ok := fault.Of(err); ok || errors.Is(err, io.EOF) {
			return "", err
		}
		return "", fault.Wrap(err, fault.Invalid, "file_damaged", "the file is damaged and cannot be read further")
	}
}
