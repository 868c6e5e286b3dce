package values

import (
	"strconv"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/text"
)

// Times reads instants as a file writes them.
type Times struct {
	zone     *time.Location
	formats  []format // none: whatever has one reading only
	workbook bool     // a bare number is a number of days
	from1904 bool     // which count from 1904
}

// NewTimes returns a reader of times in a zone. Without formats it reads what can be read in one way only. In a workbook a bare number
// is a number of days, from 1904 if the workbook says so.
func NewTimes(formats []string, zone *time.Location, workbook, from1904 bool) (*Times, error) {
	t := &Times{zone: zone, workbook: workbook, from1904: from1904}
	for _, name := range formats {
		f, err := parseFormat(name)
		if err != nil {
			return nil, err
		}
		t.formats = append(t.formats, f)
	}
	return t, nil
}

// noTimes are what programs write for no time.
var noTimes = []string{"0000-00-00", "0001-01-01", "00/00/0000", "0000/00/00", "0000/0/0", "1/1/0001", "01/01/0001", "0001/1/1"}

// IsNoTime reports whether a text is blank, or the time that a program writes for none.
func IsNoTime(cell string) bool {
	if cell != "" && cell[0] >= '2' && cell[0] <= '9' {
		return false
	}
	if IsBlank(cell) {
		return true
	}
	plain := text.Plain(cell)
	if plain[0] > '1' {
		return false
	}
	for _, none := range noTimes {
		if rest, found := strings.CutPrefix(plain, none); found && strings.Trim(rest, "0:. TZ") == "" {
			return true
		}
	}
	return false
}

// Read returns the instant that a cell means. Several are a time in parts: a day, a time of day, perhaps AM or PM.
// With a flaw that is not assumed there is none.
func (t *Times) Read(cells ...string) (clock.Instant, *Flaw) {
	plain := make([]string, 0, 2)
	for _, cell := range cells {
		plain = append(plain, strings.TrimLeft(text.Plain(cell), "'"))
	}
	c, flaw := t.civil(plain)
	if flaw != nil {
		return 0, flaw
	}
	at, flaw := t.resolve(c)
	if flaw == nil && len(cells) > 1 && !c.hasClock {
		flaw = &Flaw{Code: "time_missing", Text: "has a day and no time of day; taken as 00:00", Assumed: true}
	}
	return at, flaw
}

var errNotADate = &Flaw{Code: "bad_date", Text: "is not a date in the formats of the mapping"}

// civil reads what the texts say.
func (t *Times) civil(texts []string) (civil, *Flaw) {
	if c, ok := t.formatted(texts); ok {
		return c, nil
	}
	if len(t.formats) > 0 {
		if c, ok := t.days(texts[0]); ok && len(texts) == 1 && t.workbook && c.hasDate {
			return c, nil
		}
		return t.inParts(texts)
	}
	if len(texts) == 1 {
		return t.free(texts[0], true)
	}
	return t.inParts(texts)
}

// formatted reads the texts, joined by a blank, as the first format that fits says.
func (t *Times) formatted(texts []string) (civil, bool) {
	if len(t.formats) == 0 {
		return civil{}, false
	}
	text := strings.TrimSpace(strings.ToLower(strings.Join(texts, " ")))
	for i := range t.formats {
		if c, ok := t.as(&t.formats[i], text); ok {
			return c, true
		}
	}
	return civil{}, false
}

// as reads a plain text in lower case as one format says.
func (t *Times) as(f *format, text string) (civil, bool) {
	switch f.name {
	case formatUnix, formatUnixMs:
		return counted(text, f.name == formatUnixMs)
	case formatExcel, formatExcel1904:
		c, ok := serial(text, f.name == formatExcel1904)
		return c, ok && c.hasDate
	case formatRFC3339:
		at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
		if err != nil {
			return civil{}, false
		}
		return civilOf(at.UTC())
	}
	return f.match(text)
}

// counted reads seconds or milliseconds since 1970. Before 1990 and after 2100 a number is something else: one of the other two.
func counted(text string, milliseconds bool) (civil, bool) {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64)
	if err != nil {
		return civil{}, false
	}
	at := time.Unix(n, 0).UTC()
	if milliseconds {
		at = time.UnixMilli(n).UTC()
	}
	c, ok := civilOf(at)
	return c, ok && at.Year() >= 1990 && at.Year() < 2100
}

// civilOf is an instant that names its zone.
func civilOf(at time.Time) (civil, bool) {
	return civil{
		year: at.Year(), month: int(at.Month()), day: at.Day(), hour: at.Hour(), minute: at.Minute(), second: at.Second(),
		nano: at.Nanosecond(), hasDate: true, hasClock: true, hasOffset: true,
	}, at.Year() >= 1 && at.Year() <= 9999
}

func (t *Times) days(text string) (civil, bool) { return serial(text, t.from1904) }

// free reads one text that has one reading only; with wanted it must say a day.
func (t *Times) free(text string, wanted bool) (civil, *Flaw) {
	if t.workbook {
		if c, ok := t.days(text); ok && (c.hasDate || !wanted) {
			return c, nil
		}
	}
	r, ok := free(text)
	switch {
	case len(r.orders) > 0:
		return civil{}, ambiguous(text, r.orders)
	case r.zone != "":
		return civil{}, &Flaw{
			Code: "zone_name", Text: "names its zone by letters that mean several zones; write it as +08:00, or leave it out",
			Args: map[string]any{"zone": r.zone},
		}
	case !ok || wanted && !r.hasDate:
		return civil{}, errNotADate
	}
	return r.civil, nil
}

// ambiguous says how a date can be read.
func ambiguous(text string, orders []string) *Flaw {
	if whole := formatsOf(text); len(whole) > 0 {
		orders = whole
	}
	d := &Flaw{Code: "ambiguous_date", Args: map[string]any{"formats": orders}}
	if d.Text = "can be read as " + strings.Join(orders, " and as ") + "; say which under dates"; len(orders) == 1 {
		d.Text = "has the day, the month and the year in an order that is not said; try dates: [\"" + orders[0] + "\"]"
	}
	return d
}

// inParts reads a day and a time of day from texts of their own. With formats, one of them must read the day.
func (t *Times) inParts(texts []string) (civil, *Flaw) {
	if len(texts) == 1 {
		return civil{}, errNotADate
	}
	var c civil
	for _, text := range texts {
		if text == "" {
			continue
		}
		next, ok := t.formatted([]string{text})
		if !ok {
			var flaw *Flaw
			if next, flaw = t.free(text, false); flaw != nil {
				return civil{}, flaw
			}
			if len(t.formats) > 0 && next.hasDate && next.year > 1904 && !t.workbook {
				return civil{}, errNotADate // the formats say how days are written
			}
		}
		if !c.join(next) {
			return civil{}, errNotADate
		}
	}
	if !c.hasDate || !c.isTime() {
		return civil{}, errNotADate
	}
	return c, nil
}

// resolve returns the instant of a time, in the zone of the file if it names none.
func (t *Times) resolve(c civil) (clock.Instant, *Flaw) {
	if c.hasOffset {
		return clock.Given(c.date().Add(-time.Duration(c.offset) * time.Second)), nil
	}
	at, code := local(c.date(), t.zone)
	if code == "" {
		return clock.Given(at), nil
	}
	d := &Flaw{Code: code, Assumed: true, Taken: at.In(t.zone).Format("2006-01-02 15:04:05-07:00")}
	if code == "time_twice" {
		d.Text = "is a time that the clocks show twice on that day; the first is taken"
	} else {
		d.Text = "is a time that the clocks leave out on that day; they are taken as not put forward yet"
	}
	d.Args = map[string]any{"taken": d.Taken}
	return clock.Given(at), d
}

// local returns when the clocks of a zone show what a time in UTC shows. What they leave out is taken by the clock before the change, of
// what they show twice the first.
func local(wall time.Time, zone *time.Location) (at time.Time, code string) {
	const near = 48 * time.Hour
	at = time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	_, offset := at.Zone()
	start, end := at.ZoneBounds()
	isNearStart := !start.IsZero() && at.Sub(start) < near
	isNearEnd := !end.IsZero() && end.Sub(at) < near
	if !isNearStart && !isNearEnd {
		return at, ""
	}
	if at.Unix()+int64(offset) != wall.Unix() {
		change := end
		if isNearStart {
			change = start
		}
		_, before := change.Add(-time.Second).Zone()
		return wall.Add(-time.Duration(before) * time.Second), "time_skipped"
	}
	if isNearStart {
		_, before := start.Add(-time.Second).Zone()
		if earlier := wall.Add(-time.Duration(before) * time.Second); earlier.Before(start) {
			return earlier, "time_twice"
		}
	}
	if isNearEnd {
		_, after := end.Zone()
		if later := wall.Add(-time.Duration(after) * time.Second); !later.Before(end) {
			return at, "time_twice"
		}
	}
	return at, ""
}
