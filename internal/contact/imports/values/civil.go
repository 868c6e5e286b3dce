package values

import (
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// civil is what a text says of a time: a day, a time of day, a zone, or parts of these.
type civil struct {
	year, month, day             int
	hour, minute, second, nano   int
	hasDate, hasClock, hasOffset bool
	offset                       int // seconds east of UTC
	half                         half
}

// half is the part of the day in which an hour is counted.
type half int8

const (
	wholeDay  half = iota // 0 to 24
	morning               // 12 is 0: AM, 上午, 凌晨
	noon                  // 11 to 13, or 1 and 2 after it: 中午
	afternoon             // 1 is 13: PM, 下午
	night                 // as afternoon, but 12 may be either end of the day: 晚上
)

// isTime reports whether a day and a time of day are such, and brings the hour to 24.
func (c *civil) isTime() bool {
	if c.hasDate && !isDay(c.year, c.month, c.day) {
		return false
	}
	if !c.hasClock {
		return c.half == wholeDay
	}
	hour, ok := c.half.hour(c.hour)
	if !ok || c.minute > 59 || c.second > 59 || hour == 24 && c.minute+c.second+c.nano > 0 {
		return false
	}
	c.hour, c.half = hour, wholeDay
	return true
}

// hour returns the hour of the day.
func (h half) hour(n int) (int, bool) {
	switch h {
	case morning:
		return n % 12, n <= 12
	case noon:
		if n >= 1 && n <= 2 {
			return n + 12, true
		}
		return n, n >= 11 && n <= 14
	case afternoon:
		if n <= 12 {
			return n%12 + 12, true
		}
	case night:
		if n < 12 && n > 0 {
			return n + 12, true
		}
		return n, n > 12 && n < 24
	case wholeDay:
		return n, n <= 24
	}
	return n, n < 24
}

func isDay(year, month, day int) bool {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	return day <= 28 || time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() == day
}

// century returns the year that two digits mean: from 1969 to 2068.
func century(n int) int {
	if n >= 69 {
		return 1900 + n
	}
	return 2000 + n
}

// join adds what another cell says: the time of day of one, the date of the other. It returns false if they contradict each other.
func (c *civil) join(o civil) bool {
	if o.hasDate && !c.hasDate {
		c.year, c.month, c.day, c.hasDate = o.year, o.month, o.day, true
	} else if o.hasDate && o.year > 1904 && (o.year != c.year || o.month != c.month || o.day != c.day) {
		return false // up to 1904 it is the day 0 of a program that stores a time as a date
	}
	if o.hasClock {
		midnight := c.hour == 0 && c.minute == 0 && c.second == 0 && c.nano == 0
		if c.hasClock && !midnight {
			return false
		}
		c.hour, c.minute, c.second, c.nano, c.hasClock = o.hour, o.minute, o.second, o.nano, true
	}
	if o.half != wholeDay {
		c.half = o.half
	}
	if o.hasOffset {
		c.offset, c.hasOffset = o.offset, true
	}
	return true
}

// serial reads a number of days as workbooks store times, rounded to the second, which is what people typed. Below 1 it is a time of
// day.
func serial(text string, since1904 bool) (civil, bool) {
	if text == "" || !isDigit(text[0]) || strings.ContainsAny(text, "xXpP_") {
		return civil{}, false
	}
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || !(days >= 0 && days <= 200_000) { // NaN is neither
		return civil{}, false
	}
	at, err := excelize.ExcelDateToTime(days, since1904)
	if err != nil {
		return civil{}, false
	}
	at = at.Round(time.Second)
	c := civil{hour: at.Hour(), minute: at.Minute(), second: at.Second()}
	c.hasClock = days != float64(int64(days)) || days == 0
	if days >= 1 {
		c.year, c.month, c.day, c.hasDate = at.Year(), int(at.Month()), at.Day(), true
	}
	return c, true
}

// date is the time as a clock in UTC would show it.
func (c civil) date() time.Time {
	return time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nano, time.UTC)
}
