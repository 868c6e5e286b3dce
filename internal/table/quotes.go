package table

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
)

// stray is why a quote is none.
type stray struct{ code, problem string }

// Error returns what is wrong with the row.
func (s *stray) Error() string { return s.problem }

var (
	errUnclosed   = &stray{"unclosed_quote", "has a quote that is never closed"}
	errAfterQuote = &stray{"text_after_quote", "has text after a closing quote; a quote inside a quoted cell is written twice"}
	errSwallows   = &stray{"quote_over_rows", "has a quote that is closed only in another row; a quote at the beginning of a cell opens it"}
)

func asStray(err error) *stray {
	var s *stray
	if errors.As(err, &s) {
		return s
	}
	return nil
}

// reject puts back what was read in search of a closing quote, so that the rows after this one are read. A file may make us do so
// only as often as files with a few stray quotes do, or reading would not be linear any more.
func (p *parser) reject(line int, problem *stray, text string, more ahead) error {
	const perLine, free, ratio = 32, 16 << 20, 4
	if len(more.lines) > 0 {
		if p.again += int64(more.size) + perLine*int64(len(more.lines)); p.again > free+ratio*p.lines.total {
			return errQuotes
		}
		if err := p.lines.src.alive(); err != nil {
			return err
		}
		p.lines.unread(line+1, more.lines)
	}
	return rowError(line, problem.code, problem.problem, text)
}

// swallowed reports whether a record over several lines is several records, of which the first has a stray quote that another one happens
// to close: then most lines by themselves have as many cells as the first one, which are as many as the rows before have, and what stands
// in them looks alike. A text of several lines does not.
func (p *parser) swallowed(first string, more []string) bool {
	const looked = 20 // of many lines
	var model []string
	rows, others := 0, 0
	for _, line := range more[:min(len(more), looked)] {
		if !strings.ContainsRune(line, p.delimiter) {
			if strings.TrimSpace(line) != "" {
				others++
			}
			continue
		}
		if model == nil {
			if model = p.alone(first); len(model) != p.width && len(model) != p.widest {
				return false
			}
		}
		switch {
		case looksLike(model, p.alone(line)):
			rows++
		default:
			others++
		}
	}
	return rows > 0 && rows >= others
}

// alone splits a line as if there were no other: a quote that does not close on it is a character.
func (p *parser) alone(text string) []string {
	var cells []string
	for last := false; !last && len(cells) <= maxColumns; {
		var cell string
		if cell, text, last = p.aloneQuoted(text); cell == "" {
			cell, text, last = p.plain(text)
		}
		cells = append(cells, cell)
	}
	return cells
}

// aloneQuoted splits off a cell in quotes; "" where there is none.
func (p *parser) aloneQuoted(text string) (cell, rest string, last bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", text, false
	}
	var b strings.Builder
	after, closed := unquote(&b, text[1:])
	p.work += int64(len(text) - len(after))
	if !closed {
		return "", text, false
	}
	rest, last, err := p.afterQuote(after)
	if err != nil {
		return "", text, false
	}
	return `"` + b.String(), rest, last
}

// looksLike reports whether two lines are rows of the same table: at least half of what both have is written alike, something with digits
// among it. Of two columns the first is written alike to the letter, as numbers of tickets and phones are.
func looksLike(a, b []string) bool {
	const few, short = 2, 4
	if len(a) != len(b) || len(a) < few {
		return false
	}
	if len(a) == few && (len(a[0]) != len(b[0]) || len(a[0]) < short || !bytes.Equal(shape(a[0]), shape(b[0]))) {
		return false
	}
	both, alike, numbers := 0, 0, 0
	for i := range a {
		x, y := shape(a[i]), shape(b[i])
		if len(x) == 0 || len(y) == 0 {
			continue
		}
		both++
		if bytes.Equal(x, y) {
			alike++
			if bytes.IndexByte(x, '9') >= 0 {
				numbers++
			}
		}
	}
	return both >= few && numbers > 0 && 2*alike >= both
}

// shape returns how a text is written: 2026-11-20 is 9-9-9, and Q-17 is a-9.
func shape(text string) []byte {
	const enough = 40
	var s []byte
	for _, r := range text {
		c := byte('.')
		switch {
		case unicode.IsDigit(r):
			c = '9'
		case unicode.IsLetter(r), unicode.IsMark(r):
			c = 'a'
		case unicode.IsSpace(r), r == '"':
			continue
		case r < unicode.MaxASCII:
			c = byte(r)
		}
		if len(s) == 0 || s[len(s)-1] != c {
			s = append(s, c)
		}
		if len(s) == enough {
			break
		}
	}
	return s
}
