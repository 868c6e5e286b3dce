package values

import "strings"

// reading is the way through a text that says a time without a format.
type reading struct {
	rest string // in lower case
	civil
	monthNamed bool
	parted     bool // a T stood between day and time
	spaced     bool // a blank was read last
	hasSeconds bool
	pointed    bool   // the hour was named as such (9点): minutes may follow without a name
	small      [2]int // numbers of one or two digits beside the name of a month: a day, and perhaps a year
	smalls     int
	orders     []string // date formats that read its numbers, where they differ
	zone       string   // a zone that is named and means no one offset
}

// free reads what a text says of a time where only one reading is possible. Without that, orders says which there are.
func free(text string) (r reading, ok bool) {
	r.rest = strings.ToLower(text)
	for r.rest != "" {
		if !r.step() {
			return r, false
		}
	}
	if !r.settle() {
		return r, false
	}
	isHalf := !r.hasDate && !r.hasClock && r.half != wholeDay // a cell of its own
	return r, len(r.orders) == 0 && r.zone == "" && (isHalf || r.isTime())
}

// step reads the next part.
func (r *reading) step() bool {
	c, spaced := r.rest[0], r.spaced
	r.spaced = c == ' '
	switch {
	case c == ' ' || c == ',':
		r.rest = r.rest[1:]
		return true
	case isDigit(c):
		return r.number()
	case c == '(' || c == '[':
		return r.remark()
	case c == '+' || c == '-' && (r.hasClock || r.empty()):
		return r.offsetHere(spaced)
	case (c == '-' || c == '/' || c == '.') && !r.hasClock && !r.hasDate && !r.empty():
		r.rest = r.rest[1:] // 5-Nov-2026
		return true
	case c >= 'a' && c <= 'z':
		return r.word()
	case c >= 0x80:
		return r.han()
	}
	return false
}

// empty reports whether nothing of a day was read.
func (r *reading) empty() bool { return r.year == 0 && r.month == 0 && r.day == 0 && r.smalls == 0 }

// offsetHere reads an offset from UTC, but not the end of a span such as 09:00-10:00.
func (r *reading) offsetHere(spaced bool) bool {
	seconds, n := offset(r.rest)
	isSpan := r.rest[0] == '-' && r.hasClock && !r.hasSeconds && !r.parted && !spaced &&
		(n <= len("-10") || strings.Contains(r.rest[:n], ":"))
	if n == 0 || r.hasOffset || isSpan {
		return false
	}
	r.offset, r.hasOffset, r.rest = seconds, true, r.rest[n:]
	return true
}

// remark passes over a weekday in brackets, and over the name of a zone whose offset was said. It reads an offset there.
func (r *reading) remark() bool {
	closing := map[byte]string{'(': ")", '[': "]"}[r.rest[0]]
	inside, rest, found := strings.Cut(r.rest[1:], closing)
	if !found {
		return false
	}
	r.rest = rest
	inside = strings.TrimSpace(inside)
	if weekdayWord(inside) == len(inside) || named(inside, weekdays[:]) > 0 || r.hasOffset {
		return true
	}
	if seconds, n := offset(inside); n > 0 && n == len(inside) {
		r.offset, r.hasOffset = seconds, true
		return true
	}
	r.zone = inside
	return true
}

// word reads a Latin word: a month, a weekday, AM or PM, T, a zone.
func (r *reading) word() bool {
	if h, n := halfWord(r.rest); n > 0 {
		if r.half != wholeDay {
			return false
		}
		r.half, r.rest = h, r.rest[n:]
		return true
	}
	if seconds, n := offset(r.rest); n > 0 {
		if r.hasOffset || !r.hasClock {
			return false
		}
		r.offset, r.hasOffset, r.rest = seconds, true, r.rest[n:]
		return true
	}
	end := strings.IndexFunc(r.rest, func(c rune) bool { return c < 'a' || c > 'z' })
	if end < 0 {
		end = len(r.rest)
	}
	word := r.rest[:end]
	r.rest = strings.TrimPrefix(r.rest[end:], ".")
	switch month := named(word, months[:]); {
	case month > 0:
		if r.month != 0 {
			return false
		}
		r.month, r.monthNamed = month, true
	case word == "t":
		r.parted = r.hasDate
		return r.hasDate && !r.hasClock
	case named(word, weekdays[:]) > 0, word == "at", word == "on", word == "of":
	case r.hasClock && r.zone == "" && len(word) >= 2 && len(word) <= 5:
		if !r.hasOffset { // beside an offset it is only its name
			r.zone = word
		}
	default:
		return false
	}
	return true
}

// han reads Chinese words and numbers.
func (r *reading) han() bool {
	if h, n := halfWord(r.rest); n > 0 {
		if r.half != wholeDay {
			return false
		}
		r.half, r.rest = h, r.rest[n:]
		return true
	}
	if n := weekdayWord(r.rest); n > 0 {
		r.rest = r.rest[n:]
		return true
	}
	if seconds, n := offset(r.rest); n > 0 {
		r.offset, r.hasOffset, r.rest = seconds, true, r.rest[n:]
		return true
	}
	if value, n := hanNumber(r.rest); n > 0 {
		r.rest = r.rest[n:]
		return r.counted(value, min(n/3, 4))
	}
	return false
}

// settle decides what small numbers beside the name of a month are, and whether there is a whole date or none.
func (r *reading) settle() bool {
	switch {
	case r.smalls == 2:
		r.twoSmall()
		return len(r.orders) > 0
	case r.smalls == 1 && r.day == 0 && r.month > 0:
		r.day = r.small[0]
	case r.smalls > 0:
		return false
	}
	if r.year == 0 && r.month == 0 && r.day == 0 {
		return r.hasClock || r.half != wholeDay || r.hasOffset
	}
	r.hasDate = r.year > 0 && r.month > 0 && r.day > 0
	return r.hasDate
}

// twoSmall names the ways to read 05-Nov-26.
func (r *reading) twoSmall() {
	a, b := r.small[0], r.small[1]
	if r.year == 0 && r.day == 0 {
		if isDay(century(b), r.month, a) {
			r.orders = append(r.orders, "DD-MMM-YY")
		}
		if isDay(century(a), r.month, b) {
			r.orders = append(r.orders, "YY-MMM-DD")
		}
	}
	r.hasDate = false
}
