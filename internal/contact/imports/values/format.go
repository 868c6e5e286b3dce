package values

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Formats that are no pattern.
const (
	formatRFC3339   = "rfc3339"
	formatUnix      = "unix"
	formatUnixMs    = "unix_ms"
	formatExcel     = "excel"
	formatExcel1904 = "excel_1904"
)

// wholeFormats are the formats that are no pattern.
var wholeFormats = []string{formatRFC3339, formatUnix, formatUnixMs, formatExcel, formatExcel1904}

// kind is what an element of a format stands for.
type kind int8

const (
	literal kind = iota
	blankSpace
	year4
	year2
	monthNumber
	monthWord
	dayNumber
	weekday
	hourNumber
	minuteNumber
	secondNumber
	fractionDigits
	halfDay
	zoneOffset
)

// tokens are the parts of a format, longer ones before those they begin with.
var tokens = []struct {
	token string
	kind  kind
	width int // in digits, where the next part is a number too; otherwise one digit or two are read
}{
	{"YYYY", year4, 4},
	{"YY", year2, 2},
	{"MMMM", monthWord, 0},
	{"MMM", monthWord, 0},
	{"MM", monthNumber, 2},
	{"M", monthNumber, 2},
	{"DD", dayNumber, 2},
	{"D", dayNumber, 2},
	{"dddd", weekday, 0},
	{"ddd", weekday, 0},
	{"HH", hourNumber, 2},
	{"H", hourNumber, 2},
	{"hh", hourNumber, 2},
	{"h", hourNumber, 2},
	{"mm", minuteNumber, 2},
	{"m", minuteNumber, 2},
	{"ss", secondNumber, 2},
	{"s", secondNumber, 2},
	{"A", halfDay, 0},
	{"ZZ", zoneOffset, 0},
	{"Z", zoneOffset, 0},
}

// Tokens returns the parts a format can have, and the formats that are no pattern.
func Tokens() (parts, whole []string) {
	for _, t := range tokens {
		parts = append(parts, t.token)
	}
	return append(parts, "S"), slices.Clone(wholeFormats)
}

// element is one part of a format.
type element struct {
	kind   kind
	text   string // of a literal, in lower case
	digits int    // exactly so many; 0 for one or two
}

// format is a pattern, or one of the formats that are none.
type format struct {
	name     string
	elements []element
	hasClock bool
}

// CheckFormat returns what is wrong with a format of dates, or nil.
func CheckFormat(name string) error {
	_, err := parseFormat(name)
	return err
}

// parseFormat reads "YYYY-MM-DD HH:mm:ss". Text in square brackets stands for itself.
func parseFormat(name string) (format, error) {
	f := format{name: name}
	if slices.Contains(wholeFormats, name) {
		f.hasClock = true
		return f, nil
	}
	rest := Plain(name)
	if rest == "" {
		return f, errors.New("is empty")
	}
	for rest != "" {
		e, n, err := nextElement(rest)
		if err != nil {
			return f, err
		}
		if last := len(f.elements) - 1; last >= 0 && isNumber(e.kind) && isNumber(f.elements[last].kind) {
			f.elements[last].digits = 2
			e.digits = 2
		}
		f.elements, rest = append(f.elements, e), rest[n:]
	}
	return f, f.check()
}

func isNumber(k kind) bool {
	return k == year2 || k == monthNumber || k == dayNumber || k == hourNumber || k == minuteNumber || k == secondNumber
}

// nextElement returns the part that a format begins with, and how long it is.
func nextElement(s string) (element, int, error) {
	for _, t := range tokens {
		if strings.HasPrefix(s, t.token) {
			return element{kind: t.kind}, len(t.token), nil
		}
	}
	r, rest := cutRune(s)
	size := len(s) - len(rest)
	switch {
	case r == 'S':
		return element{kind: fractionDigits}, len(s) - len(strings.TrimLeft(s, "S")), nil
	case r == ' ':
		return element{kind: blankSpace}, 1, nil
	case r == '[':
		if text, _, found := strings.Cut(rest, "]"); found {
			return element{kind: literal, text: strings.ToLower(text)}, len(text) + 2, nil
		}
	case r == 'T' || r >= 0x80 || strings.ContainsRune("-/.,:;()'_", r):
		return element{kind: literal, text: strings.ToLower(string(r))}, size, nil
	}
	return element{}, 0, fmt.Errorf("has %q, which is not a part of a date; "+
		"parts are YYYY YY MM M MMM DD D ddd HH H hh h mm m ss s S A Z, [text], or the whole is one of %s",
		string(r), strings.Join(wholeFormats, ", "))
}

// check makes sure that the format says a whole day, and each part once.
func (f *format) check() error {
	count := map[kind]int{}
	for _, e := range f.elements {
		if e.kind != literal && e.kind != blankSpace {
			count[e.kind]++
		}
	}
	if count[year4]+count[year2] == 0 || count[monthNumber]+count[monthWord] == 0 || count[dayNumber] == 0 {
		return errors.New("names no whole date; write it like YYYY-MM-DD HH:mm:ss")
	}
	for _, n := range count {
		if n > 1 {
			return errors.New("names a part twice; MM is the month, mm are the minutes")
		}
	}
	if count[year4] > 0 && count[year2] > 0 || count[monthNumber] > 0 && count[monthWord] > 0 {
		return errors.New("names a part twice; MM is the month, mm are the minutes")
	}
	f.hasClock = count[hourNumber] > 0
	if !f.hasClock && count[minuteNumber]+count[secondNumber]+count[halfDay] > 0 {
		return errors.New("names minutes without an hour; MM is the month, mm are the minutes")
	}
	return nil
}

// match reads a plain text in lower case as the format says.
func (f *format) match(s string) (c civil, ok bool) {
	before := s
	for i, e := range f.elements {
		rest, ok := e.read(&c, s, before)
		if !ok {
			return c, false
		}
		if e.kind == secondNumber && (i+1 == len(f.elements) || !f.followedByFraction(i+1)) {
			nano, width := fraction(rest) // seconds may have a fraction the format does not name
			if width == 1 {
				return c, false
			}
			c.nano, rest = nano, rest[width:]
		}
		before, s = s, rest
	}
	c.hasDate, c.hasClock = true, f.hasClock
	return c, s == "" && c.isTime()
}

// followedByFraction reports whether the format names a fraction at i, or after one sign.
func (f *format) followedByFraction(i int) bool {
	return f.elements[i].kind == fractionDigits ||
		f.elements[i].kind == literal && i+1 < len(f.elements) && f.elements[i+1].kind == fractionDigits
}

// read takes the element off a text; before is the text as it was one element earlier.
func (e element) read(c *civil, s, before string) (rest string, ok bool) {
	switch e.kind {
	case literal:
		return strings.CutPrefix(s, e.text)
	case blankSpace:
		trimmed := strings.TrimLeft(s, " ")
		joined := len(trimmed) == len(s) && s != "" && s != before && isDigit(s[0]) && isDigit(before[len(before)-len(s)-1])
		return trimmed, !joined
	case monthWord:
		return e.month(c, s)
	case weekday:
		if n := weekdayWord(s); n > 0 {
			return s[n:], true
		}
		word, after := latin(s)
		return strings.TrimPrefix(after, "."), named(word, weekdays[:]) > 0
	case halfDay:
		s = strings.TrimLeft(s, " ")
		h, n := halfWord(s)
		c.half = h
		return s[n:], n > 0
	case zoneOffset:
		s = strings.TrimLeft(s, " ")
		seconds, n := offset(s)
		c.offset, c.hasOffset = seconds, n > 0
		return s[n:], n > 0
	case fractionDigits:
		nano, n := fraction("." + s)
		c.nano = nano
		return s[max(n-1, 0):], n > 1
	default:
		return e.number(c, s)
	}
}

// month reads the name of a month, or its Chinese number with 月.
func (e element) month(c *civil, s string) (rest string, ok bool) {
	if n, width := hanNumber(s); width > 0 {
		c.month = n
		rest, _ = strings.CutPrefix(s[width:], "月")
		return rest, true
	}
	if n, width := leading(s); width > 0 {
		c.month = n
		return strings.CutPrefix(s[width:], "月")
	}
	word, after := latin(s)
	c.month = named(word, months[:])
	return strings.TrimPrefix(after, "."), c.month > 0
}

// latin returns the letters that a text in lower case begins with, and the rest.
func latin(s string) (word, rest string) {
	end := 0
	for end < len(s) && s[end] >= 'a' && s[end] <= 'z' {
		end++
	}
	return s[:end], s[end:]
}

// number reads digits into their part.
func (e element) number(c *civil, s string) (rest string, ok bool) {
	_, width := leading(s)
	switch {
	case e.kind == year4:
		width = min(width, 4)
	case e.digits > 0:
		width = min(width, e.digits)
	}
	n, _ := leading(s[:width])
	if width < 1 || e.kind == year4 && width != 4 || e.kind != year4 && width > 2 || e.digits > 0 && width != e.digits {
		return s, false
	}
	switch e.kind {
	case year4:
		c.year = n
	case year2:
		c.year = century(n)
		return s[width:], width == 2
	case monthNumber:
		c.month = n
	case dayNumber:
		c.day = n
		return strings.TrimPrefix(s[width:], "th"), true
	case hourNumber:
		c.hour = n
	case minuteNumber:
		c.minute = n
	default:
		c.second = n
	}
	return s[width:], true
}

// date is midnight of a day in UTC.
func (c civil) date() time.Time {
	return time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nano, time.UTC)
}
