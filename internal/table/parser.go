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

// parser reads delimited records as RFC 4180 describes them, and as lenient as files are: a quote inside an unquoted cell is a
// character, and text after a closing quote belongs to the cell.
type parser struct {
	lines     *lineReader
	delimiter rune
	work      int64 // bytes that were split into cells
	again     int64 // bytes that were read in search of a closing quote and then put back
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
		if len(text) > maxRecordBytes {
			return Row{}, rowError(line, "row_too_long", "is longer than 1 MiB", text)
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
	more := ahead{size: len(text)}
	for last := false; !last; {
		var cell string
		if strings.HasPrefix(text, `"`) {
			quoted, rest, err := p.quoted(text[1:], &more)
			if errors.Is(err, errUnclosed) {
				return Row{}, p.unclosed(line, text, more)
			}
			if err != nil {
				return Row{}, err
			}
			cell, text, last = p.plain(rest)
			cell = quoted + cell
		} else {
			cell, text, last = p.plain(text)
		}
		row.Cells = append(row.Cells, cell)
		if len(row.Cells) > maxColumns {
			return Row{}, rowError(line, "too_many_cells", "has more than 1000 cells", "")
		}
	}
	for i, cell := range row.Cells {
		if !utf8.ValidString(cell) {
			return Row{}, rowError(line, "bad_encoding", "is not in the encoding of the file, in cell "+strconv.Itoa(i+1),
				strings.ToValidUTF8(cell, "\uFFFD"))
		}
	}
	return row, nil
}

// ahead is what was read of a record beyond its first line, to be read again if a quote is never closed.
type ahead struct {
	lines []string
	size  int // bytes, with the first line
}

var errUnclosed = errors.New("the quote is never closed")

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

// quoted returns what stands before the closing quote, and the rest of the line that has it. Every line is looked at once.
func (p *parser) quoted(text string, more *ahead) (cell, rest string, err error) {
	var b strings.Builder
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

// unclosed puts back what was read in search of a closing quote, so that the rows after this one are read. A file may make us do so
// only as often as files with a few stray quotes do, or reading would not be linear any more.
func (p *parser) unclosed(line int, text string, more ahead) error {
	const perLine, free, ratio = 32, 16 << 20, 4
	if p.again += int64(more.size) + perLine*int64(len(more.lines)); p.again > free+ratio*p.lines.total {
		return errQuotes
	}
	if err := p.lines.src.alive(); err != nil {
		return err
	}
	p.lines.unread(line+1, more.lines)
	return rowError(line, "unclosed_quote", "has a quote that is never closed", text)
}

func rowError(line int, code, problem, value string) *RowError {
	const shown = 80
	runes := 0
	for i := range value {
		if runes++; runes > shown {
			value = value[:i] + "…"
			break
		}
	}
	return &RowError{fault.Field{Line: line, Name: "row", Code: code, Problem: problem, Value: strings.Clone(value)}}
}

// lineReader reads lines with their numbers; LF and CR LF end a line. Lines can be put back.
type lineReader struct {
	src   *source
	r     *bufio.Reader
	line  int      // number of the last line read
	total int64    // bytes of all lines
	back  []string // lines put back, to be read first
}

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
	l.total += int64(len(text)) + 1
	return l.line, text, nil
}

// readRaw returns the next line without its end. Of a line longer than a record may be only the beginning is kept.
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
		case errors.Is(err, io.EOF):
			return "", err
		}
		return "", l.src.blame(err, "file_damaged", "the file is damaged and cannot be read further")
	}
}
