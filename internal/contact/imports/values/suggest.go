package values

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/text"
)

// maxSamples bounds what a suggestion is made from.
const maxSamples = 500

// SuggestDates returns the formats that read every sample, blank ones aside. Where day and month could be either way round, both ways are
// among them; none if no one format reads them all.
func SuggestDates(samples []string) []string {
	var fitting []string
	for _, sample := range samples[:min(len(samples), maxSamples)] {
		if IsNoTime(sample) {
			continue
		}
		plain := text.Plain(sample)
		if fitting == nil {
			fitting = formatsOf(plain)
		}
		fitting = slices.DeleteFunc(fitting, func(name string) bool { return !reads(name, plain) })
		if len(fitting) == 0 {
			return nil
		}
	}
	return fitting
}

// Reading is one way to read a time.
type Reading struct {
	Format string
	At     clock.Instant
}

// Readings returns the ways in which a time can be read in a zone, each with its format.
func Readings(cell string, zone *time.Location) []Reading {
	var all []Reading
	for _, name := range formatsOf(text.Plain(cell)) {
		if t, err := NewTimes([]string{name}, zone, false, false); err == nil {
			if at, flaw := t.Read(cell); flaw == nil || flaw.Assumed {
				all = append(all, Reading{name, at})
			}
		}
	}
	return all
}

func reads(name, plain string) bool {
	f, err := parseFormat(name)
	if err != nil {
		return false
	}
	t := &Times{zone: time.UTC}
	_, ok := t.as(&f, strings.ToLower(plain))
	return ok
}

// formatsOf returns the formats a plain text can be written in.
func formatsOf(plain string) []string {
	if whole := formatsOfDigits(plain); whole != nil {
		return whole
	}
	o := outline{rest: plain, hasHalf: hasHalf(plain)}
	for o.rest != "" {
		if !o.step() {
			return nil
		}
	}
	var fitting []string
	for _, name := range o.filled() {
		if reads(name, plain) {
			fitting = append(fitting, name)
		}
	}
	return fitting
}

// formatsOfDigits returns what a bare number can be.
func formatsOfDigits(plain string) []string {
	whole, _, _ := strings.Cut(plain, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n <= 0 || strings.Trim(plain, "0123456789.") != "" {
		return nil
	}
	switch {
	case len(plain) == len("20261105"):
		return []string{"YYYYMMDD"}
	case len(plain) == len("202611050905"):
		return []string{"YYYYMMDDHHmm"}
	case len(plain) == len("20261105090500"):
		return []string{"YYYYMMDDHHmmss"}
	case len(plain) == 10 && n > 600_000_000:
		return []string{formatUnix}
	case len(plain) == 13 && n > 600_000_000_000:
		return []string{formatUnixMs}
	case n > 20_000 && n < 80_000:
		return []string{formatExcel}
	}
	return nil
}

func hasHalf(plain string) bool {
	lower := strings.ToLower(plain)
	for i := range lower {
		if i > 0 && lower[i-1] >= 'a' && lower[i-1] <= 'z' {
			continue
		}
		if _, n := halfWord(lower[i:]); n > 0 {
			return true
		}
	}
	return false
}

// outline is a time taken to pieces: what stands fast, and numbers of which it is open what they are.
type outline struct {
	rest     string
	pieces   []string // "" where a number is open
	open     []string // the open numbers
	hasHalf  bool
	hasMonth bool // by name
	hasClock bool
}

func (o *outline) add(piece string, n int) bool {
	o.pieces, o.rest = append(o.pieces, piece), o.rest[n:]
	return true
}

func (o *outline) step() bool {
	lower := strings.ToLower(o.rest)
	c := lower[0]
	if isDigit(c) {
		return o.number()
	}
	if _, n := halfWord(lower); n > 0 {
		return o.add("A", n)
	}
	if n := weekdayWord(o.rest); n > 0 {
		return o.add("ddd", n)
	}
	if _, n := offset(lower); n > 0 && o.hasClock {
		return o.add("Z", n)
	}
	if word, _ := latin(lower); word != "" {
		return o.word(word)
	}
	r, _ := cutRune(o.rest)
	switch {
	case c >= 0x80 || strings.ContainsRune(" -/.,:;()'_", r):
		return o.add(string(r), len(string(r)))
	}
	return false
}

func (o *outline) word(word string) bool {
	switch {
	case named(word, months[:]) > 0:
		o.hasMonth = true
		return o.add(map[bool]string{true: "MMM", false: "MMMM"}[len(word) <= 4], len(word))
	case named(word, weekdays[:]) > 0:
		return o.add("ddd", len(word))
	case word == "t":
		return o.add("T", 1)
	}
	return o.add("["+o.rest[:len(word)]+"]", len(word))
}

// number takes digits: a time of day, a part that a word names, or one that is open.
func (o *outline) number() bool {
	_, width := leading(o.rest)
	after := strings.TrimLeft(o.rest[width:], " ")
	unit, _ := cutRune(after)
	switch {
	case strings.HasPrefix(after, ":"):
		return o.clock(width)
	case unit == '年':
		return o.add(map[bool]string{true: "YYYY", false: "YY"}[width == 4], width)
	case unit == '月':
		return o.add(twice("M", width), width)
	case unit == '日' || unit == '号' || unit == '號':
		return o.add(twice("D", width), width)
	case unit != 0 && strings.ContainsRune("时時点點", unit):
		o.hasClock = true
		return o.add(o.hour(width), width)
	case unit == '分':
		return o.add(twice("m", width), width)
	case unit == '秒':
		return o.add(twice("s", width), width)
	}
	if len(o.open) == 3 || width > 4 || width == 3 {
		return false
	}
	o.open = append(o.open, o.rest[:width])
	return o.add("", width)
}

func twice(token string, width int) string {
	if width == 2 {
		return token + token
	}
	return token
}

func (o *outline) hour(width int) string {
	if o.hasHalf {
		return twice("h", width)
	}
	return twice("H", width)
}

// clock takes 9:05, 09:05:00, 09:05:00.123.
func (o *outline) clock(width int) bool {
	if o.hasClock || width > 2 {
		return false
	}
	o.hasClock = true
	o.add(o.hour(width), width)
	for _, token := range []string{"m", "s"} {
		if !strings.HasPrefix(o.rest, ":") {
			return true
		}
		_, width := leading(o.rest[1:])
		if width < 1 || width > 2 {
			return false
		}
		o.add(":"+twice(token, width), 1+width)
	}
	if _, n := fraction(o.rest); n > 1 {
		o.add(o.rest[:1]+strings.Repeat("S", n-1), n)
	}
	return true
}

// filled returns the pieces with the open numbers in every order that people write.
func (o *outline) filled() []string {
	var formats []string
	for _, order := range o.orders() {
		var b strings.Builder
		next := 0
		for _, piece := range o.pieces {
			if piece == "" {
				piece = fill(order[next], len(o.open[next]))
				next++
			}
			b.WriteString(piece)
		}
		formats = append(formats, b.String())
	}
	return formats
}

func fill(part byte, width int) string {
	if part == 'Y' {
		return map[bool]string{true: "YYYY", false: "YY"}[width == 4]
	}
	return twice(string(part), width)
}

func (o *outline) orders() []string {
	switch {
	case len(o.open) == 0:
		return []string{""}
	case len(o.open) == 1 && (o.hasMonth || len(o.pieces) > 1):
		return []string{"D", "Y"}
	case len(o.open) == 2 && o.hasMonth:
		return []string{"DY", "YD"}
	case len(o.open) == 3 && len(o.open[0]) == 4:
		return []string{"YMD"}
	case len(o.open) == 3:
		return []string{"YMD", "DMY", "MDY"}
	}
	return nil
}
