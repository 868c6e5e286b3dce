package policy

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"aftercall/internal/fault"
)

// Span is a length of time as policies write it, in whole seconds: 30m, 1h, 2d, 1d12h.
type Span time.Duration

// Duration returns the span as Go counts it.
func (s Span) Duration() time.Duration { return time.Duration(s) }

var spanUnits = []struct {
	letter byte
	length time.Duration
}{{'d', day}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// String returns the span in the largest units: 1d12h; 0s for none.
func (s Span) String() string {
	var b strings.Builder
	rest := time.Duration(s)
	for _, unit := range spanUnits {
		if n := rest / unit.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(unit.letter)
			rest -= n * unit.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

var errSpan = fault.New(fault.Invalid, "span_invalid", "a length of time is written as in 30m, 2h or 1d12h")

// ParseSpan reads a span: numbers with d, h, m or s, the larger unit first. It returns fault.Invalid for anything else and for
// more than a thousand days.
func ParseSpan(text string) (Span, error) {
	rest := strings.TrimSpace(text)
	if rest == "0" {
		return 0, nil
	}
	var total time.Duration
	unit := 0
	for rest != "" {
		end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsDigit(r) })
		if end <= 0 || end > 9 {
			return 0, errSpan
		}
		n, err := strconv.Atoi(rest[:end])
		if err != nil {
			return 0, errSpan
		}
		for unit < len(spanUnits) && spanUnits[unit].letter != rest[end] {
			unit++
		}
		if unit == len(spanUnits) || n > int(1000*day/spanUnits[unit].length) {
			return 0, errSpan
		}
		total += time.Duration(n) * spanUnits[unit].length
		rest, unit = rest[end+1:], unit+1
	}
	if text == "" || total > 1000*day {
		return 0, errSpan
	}
	return Span(total), nil
}
