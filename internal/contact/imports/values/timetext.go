package values

import (
	"strings"
	"time"

	"aftercall/internal/text"
)

// Text returns the time that a number of a workbook is, written so that it is read as the same where it stands in a text file. It
// returns false for what is no such number, and where none of the formats writes it.
func (t *Times) Text(number string) (string, bool) {
	c, ok := t.days(text.Plain(number))
	if !t.workbook || !ok {
		return "", false
	}
	if len(t.formats) > 0 {
		return t.written(c)
	}
	layout := time.DateTime
	switch {
	case !c.hasDate:
		layout = time.TimeOnly
	case !c.hasClock:
		layout = time.DateOnly
	}
	return c.date().Format(layout), true
}

// layouts makes a format of a mapping one of Go; what it does not know stays, and is not read back then.
var layouts = strings.NewReplacer("YYYY", "2006", "YY", "06", "MMMM", "January", "MMM", "Jan", "MM", "01", "M", "1", "DD", "02", "D", "2",
	"HH", "15", "H", "15", "hh", "03", "h", "3", "mm", "04", "m", "4", "ss", "05", "s", "5", "A", "PM", "[", "", "]", "")

// written returns a time as the first format writes it that also reads it.
func (t *Times) written(c civil) (string, bool) {
	for i := range t.formats {
		wanted := c.date().Format(layouts.Replace(t.formats[i].name))
		back, ok := t.formatted([]string{wanted})
		if ok && back.isTime() && back.date().Equal(c.date()) {
			return wanted, true
		}
	}
	return "", false
}
