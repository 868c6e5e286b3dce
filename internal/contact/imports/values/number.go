package values

import "strings"

// number reads digits and what they are the first of: a date, a time, or a part that a word after it names.
func (r *reading) number() bool {
	value, width := leading(r.rest)
	after := r.rest[width:]
	if after != "" && after[0] == ':' {
		r.rest = after
		return width <= 2 && r.clock(value)
	}
	switch {
	case r.hasDate && !r.hasClock && (width == 6 || r.parted && width == 4):
		return r.packedClock(width)
	case !r.hasDate && r.month == 0 && (width == 8 || width == 12 || width == 14):
		return r.packed(width)
	}
	if !r.hasDate && r.month == 0 && r.smalls == 0 && width <= 4 {
		if done, ok := r.triple(value, width); done {
			return ok
		}
	}
	r.rest = after
	return r.counted(value, width)
}

// packed reads 20261105, 202611050905 or 20261105090500.
func (r *reading) packed(width int) bool {
	s := r.rest[:width]
	two := func(i int) int { n, _ := leading(s[i : i+2]); return n }
	r.year, r.month, r.day = two(0)*100+two(2), two(4), two(6)
	if r.year < 1900 || r.year > 2199 || !isDay(r.year, r.month, r.day) {
		return false
	}
	r.hasDate, r.rest = true, r.rest[8:]
	if width > 8 {
		return r.packedClock(width - 8)
	}
	return true
}

// packedClock reads 0905 or 090500.
func (r *reading) packedClock(width int) bool {
	two := func(i int) int { n, _ := leading(r.rest[i : i+2]); return n }
	r.hour, r.minute, r.hasClock = two(0), two(2), true
	if width == 6 {
		r.second, r.hasSeconds = two(4), true
	}
	r.rest = r.rest[width:]
	return width == 4 || r.fraction()
}

// triple reads three numbers with the same sign between them: 2026-11-05, or one whose order must be named.
func (r *reading) triple(a, width int) (done, ok bool) {
	rest := strings.TrimLeft(r.rest[width:], " ")
	if rest == "" || !strings.ContainsRune("-/.", rune(rest[0])) {
		return false, false
	}
	sign := rest[0]
	b, widthB, rest := part(rest[1:])
	if widthB < 1 || widthB > 2 || rest == "" || rest[0] != sign {
		return false, false
	}
	c, widthC, rest := part(rest[1:])
	if widthC < 1 || rest != "" && isDigit(rest[0]) {
		return true, false
	}
	r.rest = strings.TrimPrefix(rest, ".") // 2026. 11. 5.
	switch {
	case width == 4 && widthC <= 2:
		r.year, r.month, r.day, r.hasDate = a, b, c, true
		return true, isDay(a, b, c)
	case width == 4 || widthC != 2 && widthC != 4 && widthC != 1:
		return true, false
	case widthC == 4 && a == b:
		r.year, r.month, r.day, r.hasDate = c, b, a, true
		return true, isDay(c, b, a)
	}
	r.orders = orders(a, b, c, widthC, string(sign))
	return true, len(r.orders) > 0
}

// part reads a number with blanks around it.
func part(s string) (value, width int, rest string) {
	s = strings.TrimLeft(s, " ")
	value, width = leading(s)
	rest = s[width:]
	if trimmed := strings.TrimLeft(rest, " "); trimmed != "" && strings.ContainsRune("-/.", rune(trimmed[0])) {
		rest = trimmed
	}
	return value, width, rest
}

// orders returns the formats that make a day of three numbers.
func orders(a, b, c, widthC int, sign string) []string {
	var formats []string
	add := func(year, month, day int, format ...string) {
		if isDay(year, month, day) {
			formats = append(formats, strings.Join(format, sign))
		}
	}
	if widthC == 4 {
		add(c, b, a, "DD", "MM", "YYYY")
		add(c, a, b, "MM", "DD", "YYYY")
		return formats
	}
	add(century(a), b, c, "YY", "MM", "DD")
	add(century(c), b, a, "DD", "MM", "YY")
	add(century(c), a, b, "MM", "DD", "YY")
	return formats
}

// clock reads the minutes and seconds after an hour; a colon is next.
func (r *reading) clock(hour int) bool {
	if r.hasClock {
		return false
	}
	r.hour, r.hasClock = hour, true
	var width int
	if r.minute, width = leading(r.rest[1:]); width < 1 || width > 2 {
		return false
	}
	if r.rest = r.rest[1+width:]; r.rest == "" || r.rest[0] != ':' {
		return true
	}
	if r.second, width = leading(r.rest[1:]); width < 1 || width > 2 {
		return false
	}
	r.rest, r.hasSeconds = r.rest[1+width:], true
	return r.fraction()
}

// fraction reads .123 or ,123 behind seconds, if it is there.
func (r *reading) fraction() bool {
	nano, width := fraction(r.rest)
	r.nano, r.rest = nano, r.rest[width:]
	return width != 1
}

// fraction returns the nanoseconds that a text begins with, and how long they are: 1 if a point has no digits behind it that it can have.
func fraction(s string) (nano, width int) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || !isDigit(s[1]) {
		return 0, 0
	}
	n, digits := leading(s[1:])
	if digits > 9 {
		return 0, 1
	}
	for range 9 - digits {
		n *= 10
	}
	return n, 1 + digits
}

// counted takes a number by the word behind it, or by what is known and what is not.
func (r *reading) counted(value, width int) bool {
	rest := strings.TrimLeft(r.rest, " ")
	unit, after := cutRune(rest)
	switch unit {
	case '年':
		if width <= 2 {
			value = century(value)
		}
		return r.unit(&r.year, value, after)
	case '月':
		return r.unit(&r.month, value, after)
	case '日', '号', '號':
		return r.unit(&r.day, value, after)
	case '时', '時', '点', '點':
		if r.hasClock || width > 2 {
			return false
		}
		r.hour, r.hasClock, r.pointed = value, true, true
		r.rest = strings.TrimPrefix(strings.TrimPrefix(after, "钟"), "整")
		if half, found := strings.CutPrefix(r.rest, "半"); found {
			r.minute, r.rest = 30, half
		}
		return true
	case '分':
		r.pointed = false
		return r.hasClock && r.unit(&r.minute, value, after)
	case '秒':
		return r.hasClock && r.unit(&r.second, value, after)
	}
	if n := len(rest); n >= 2 && r.monthNamed && width <= 2 {
		switch rest[:2] {
		case "st", "nd", "rd", "th":
			return r.unit(&r.day, value, rest[2:])
		}
	}
	return r.loose(value, width)
}

func (r *reading) unit(part *int, value int, rest string) bool {
	if *part != 0 {
		return false
	}
	*part, r.rest = value, rest
	r.hasDate = r.year > 0 && r.month > 0 && r.day > 0
	return true
}

// loose takes a number that nothing names.
func (r *reading) loose(value, width int) bool {
	_, isHalf := halfWord(strings.TrimLeft(r.rest, " "))
	switch {
	case width == 4 && r.year == 0:
		r.year = value
	case width <= 2 && !r.hasClock && (isHalf > 0 || r.half != wholeDay && (r.hasDate || r.day > 0)):
		r.hour, r.hasClock = value, true
	case width <= 2 && r.pointed && r.minute == 0:
		r.minute, r.pointed = value, false
	case width <= 2 && r.year > 0 && r.month > 0 && r.day == 0:
		r.day = value
	case width <= 2 && r.smalls < 2:
		r.small[r.smalls] = value
		r.smalls++
	default:
		return false
	}
	return true
}
