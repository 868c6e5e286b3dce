package values

import "strings"

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
