package imports

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"aftercall/internal/clock"
)

// usualDates are tried in this order when a mapping names none.
var usualDates = []string{
	"rfc3339", "YYYY-MM-DD HH:mm:ss", "YYYY-MM-DD HH:mm", "YYYY/M/D H:mm:ss", "YYYY/M/D H:mm", "YYYY-MM-DDTHH:mm:ss",
	"YYYY年M月D日 H:mm:ss", "YYYY年M月D日 H:mm", "YYYY-MM-DD", "YYYY/M/D", "YYYY年M月D日",
}

// tokens are the parts of a date format, longer ones first, with what Go calls them.
var tokens = []struct{ token, layout string }{
	{"YYYY", "2006"},
	{"YY", "06"},
	{"MMMM", "January"},
	{"MMM", "Jan"},
	{"MM", "01"},
	{"M", "1"},
	{"DD", "02"},
	{"D", "2"},
	{"HH", "15"},
	{"H", "15"},
	{"hh", "03"},
	{"h", "3"},
	{"mm", "04"},
	{"m", "4"},
	{"SSSSSS", "000000"},
	{"SSS", "000"},
	{"ss", "05"},
	{"s", "5"},
	{"A", "PM"},
	{"ZZ", "-0700"},
	{"Z", "Z07:00"},
}

// goLayout turns "YYYY-MM-DD HH:mm:ss" into Go's layout. It returns "" for the formats that are no pattern.
func goLayout(format string) (string, error) {
	switch format {
	case "unix", "unix_ms", "excel":
		return "", nil
	case "rfc3339":
		return time.RFC3339Nano, nil
	case "":
		return "", errors.New("is empty")
	}
	var layout strings.Builder
	parts := 0
next:
	for rest := format; rest != ""; {
		for _, t := range tokens {
			if strings.HasPrefix(rest, t.token) {
				layout.WriteString(t.layout)
				rest = rest[len(t.token):]
				parts++
				continue next
			}
		}
		r := []rune(rest)[0]
		if (r >= '0' && r <= '9') ||
			(r < 0x80 && r != 'T' && strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r)) {
			return "", fmt.Errorf("has %q, which is not a part of a date; "+
				"parts are YYYY MM DD HH hh mm ss A Z, or rfc3339, unix, unix_ms, excel", string(r))
		}
		layout.WriteRune(r)
		rest = rest[len(string(r)):]
	}
	if parts < 3 {
		return "", errors.New("names no whole date; write it like YYYY-MM-DD HH:mm:ss")
	}
	return layout.String(), nil
}

// dateReader reads instants as a file writes them.
type dateReader struct {
	zone    *time.Location
	formats []dateFormat
	excel   bool // a bare number is a number of days, as workbooks store dates
}

type dateFormat struct{ name, layout string }

func newDateReader(formats []string, zone *time.Location, workbook bool) (dateReader, error) {
	if len(formats) == 0 {
		formats = usualDates
	}
	d := dateReader{zone: zone, excel: workbook}
	for _, name := range formats {
		layout, err := goLayout(name)
		if err != nil {
			return d, err
		}
		d.formats = append(d.formats, dateFormat{name, layout})
	}
	return d, nil
}

// read returns the instant a text means, and whether it means one.
func (d dateReader) read(text string) (clock.Instant, bool) {
	for _, f := range d.formats {
		if at, ok := d.as(f, text); ok {
			return at, true
		}
	}
	if d.excel {
		return d.days(text)
	}
	return 0, false
}

func (d dateReader) as(f dateFormat, text string) (clock.Instant, bool) {
	switch f.name {
	case "unix", "unix_ms":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return 0, false
		}
		if f.name == "unix" {
			return clock.At(time.Unix(n, 0)), true
		}
		return clock.At(time.UnixMilli(n)), true
	case "excel":
		return d.days(text)
	}
	at, err := time.ParseInLocation(f.layout, text, d.zone)
	if err != nil {
		return 0, false
	}
	return clock.Given(at), true
}

// days reads a number of days since 1900 as a wall-clock time, rounded to the second, which is what people typed.
func (d dateReader) days(text string) (clock.Instant, bool) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || !(days >= 1 && days <= 200_000) { // NaN is neither
		return 0, false
	}
	at, err := excelize.ExcelDateToTime(days, false)
	if err != nil {
		return 0, false
	}
	at = at.Round(time.Second)
	return clock.At(time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, d.zone)), true
}
