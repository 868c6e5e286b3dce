package values

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/text"
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
	rest := text.Plain(name)
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
	err := f.check()
	return f, err
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
