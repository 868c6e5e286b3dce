package frame

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// funcs is what templates can call, bound to a language and to the centre's zone.
func (s *Site) funcs(lang string) template.FuncMap {
	f := s.Format(lang)
	return template.FuncMap{
		"t":        f.text,
		"message":  f.message,
		"date":     f.date,
		"time":     f.time,
		"datetime": f.datetime,
		"day":      f.day,
		"moment":   f.Moment,
		"when":     f.when,
		"clock":    f.clock,
		"span":     f.Span,
		"duration": f.duration,
		"num":      Number,
		"upto":     upTo,
		"pct":      percent,
		"asset":    s.assets.url,
		"field":    newField,
		"masked":   masked,
		"empty":    newEmpty,
		"tile":     newTile,
		"has":      strings.Contains,
		"join":     strings.Join,
	}
}

// Formatter writes values as people of a language read them, in the centre's zone.
type Formatter struct {
	lang      string
	zone      *time.Location
	now       clock.Now
	Catalogue Catalogue
}

// Format returns the formatter of a language.
func (s *Site) Format(lang string) Formatter {
	return Formatter{lang: lang, zone: s.Zone, now: s.Now, Catalogue: s.Catalogue}
}

// text is "t": the text of a key, with names and values in turn. A value named "count" chooses the plural.
func (f Formatter) text(key string, args ...any) (string, error) {
	return f.Catalogue.Text(f.lang, key, Pairs(args))
}

// date is "date": 2026-11-22.
func (f Formatter) date(at clock.Instant) string { return f.layout(at, "2006-01-02") }

// time is "time": 14:05.
func (f Formatter) time(at clock.Instant) string { return f.layout(at, "15:04") }

// datetime is "datetime": 2026-11-22 14:05.
func (f Formatter) datetime(at clock.Instant) string { return f.layout(at, "2006-01-02 15:04") }

func (f Formatter) layout(at clock.Instant, layout string) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(f.zone).Format(layout)
}

// day is "day": a day as a sentence says it, as in 3 December or 12月3日, with the year if it is another one than this. Columns and
// stamps have "date" and "datetime".
func (f Formatter) day(at clock.Instant) string { return f.layout(at, f.dayLayout(at)) }

// Moment is "moment": a day and a time as a sentence says them, as in 3 December 14:05.
func (f Formatter) Moment(at clock.Instant) string { return f.layout(at, f.dayLayout(at)+" 15:04") }

func (f Formatter) dayLayout(at clock.Instant) string {
	switch english, thisYear := f.lang == "en", f.thisYear(at); {
	case english && thisYear:
		return "2 January"
	case english:
		return "2 January 2006"
	case thisYear:
		return "1月2日"
	}
	return "2006年1月2日"
}

func (f Formatter) thisYear(at clock.Instant) bool {
	return at.In(f.zone).Year() == f.now().In(f.zone).Year()
}

// when is "when": how long ago or until, with the exact time on hover; from two days on the date itself.
func (f Formatter) when(at clock.Instant) (template.HTML, error) {
	if at.IsZero() {
		return "–", nil
	}
	text, err := f.Relative(at)
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, //nolint:gosec // all three are escaped or made of digits
		at.Time().Format(time.RFC3339), at.In(f.zone).Format("2006-01-02 15:04:05 MST"), template.HTMLEscapeString(text))), nil
}

// Relative is how long ago or until, as text.
func (f Formatter) Relative(at clock.Instant) (string, error) {
	now := f.now()
	gap, direction := now.Sub(at), "ago"
	if gap < 0 {
		gap, direction = -gap, "ahead"
	}
	days := int(clock.DayOf(now, f.zone) - clock.DayOf(at, f.zone))
	switch {
	case gap < time.Minute:
		return f.text("when.now")
	case gap < time.Hour:
		return f.text("when.minutes_"+direction, "count", int(gap/time.Minute))
	case days == 0:
		return f.text("when.today", "time", f.time(at))
	case days == 1:
		return f.text("when.yesterday", "time", f.time(at))
	case days == -1:
		return f.text("when.tomorrow", "time", f.time(at))
	case f.thisYear(at):
		return f.layout(at, "01-02 15:04"), nil
	}
	return f.date(at), nil
}

// clock is "clock": a time of day, with its day where that is another one than today, as in 14:05, tomorrow 09:00 or 12-03 09:00. It stays
// true while a page is open, as "when" does not.
func (f Formatter) clock(at clock.Instant) (string, error) {
	if at.IsZero() {
		return "–", nil
	}
	switch int(clock.DayOf(at, f.zone) - clock.DayOf(f.now(), f.zone)) {
	case 0:
		return f.time(at), nil
	case 1:
		return f.text("when.tomorrow", "time", f.time(at))
	case -1:
		return f.text("when.yesterday", "time", f.time(at))
	}
	if f.thisYear(at) {
		return f.layout(at, "01-02 15:04"), nil
	}
	return f.date(at), nil
}

// Span is "span": a time that was agreed, or a span of time of one day, as in today 14:00–16:00. Without an end it is Relative.
func (f Formatter) Span(at, until clock.Instant) (string, error) {
	if until.IsZero() {
		return f.Relative(at)
	}
	times := f.time(at) + "–" + f.time(until)
	switch clock.DayOf(at, f.zone) - clock.DayOf(f.now(), f.zone) {
	case -1:
		return f.text("when.yesterday", "time", times)
	case 0:
		return f.text("when.today", "time", times)
	case 1:
		return f.text("when.tomorrow", "time", times)
	}
	return f.layout(at, "01-02 ") + times, nil
}

// duration is "duration": 38 s, 12 min, 3 h 05 min, 2 d.
func (f Formatter) duration(d time.Duration) (string, error) {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return f.text("duration.seconds", "n", int(d/time.Second))
	case d < time.Hour:
		return f.text("duration.minutes", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return f.text("duration.hours", "h", int(d/time.Hour), "m", fmt.Sprintf("%02d", int(d%time.Hour/time.Minute)))
	}
	return f.text("duration.days", "n", int(d/(24*time.Hour)))
}

// upTo is "upto": a number that was counted no further than one more than most, as in 10,000+.
func upTo(n, most int) (string, error) {
	text, err := Number(min(n, most))
	if n > most {
		text += "+"
	}
	return text, err
}

// Number is "num": an integer with thousands separators.
func Number(n any) (string, error) {
	var digits string
	switch n := n.(type) {
	case int:
		digits = strconv.Itoa(n)
	case int32:
		digits = strconv.FormatInt(int64(n), 10)
	case int64:
		digits = strconv.FormatInt(n, 10)
	default:
		return "", fmt.Errorf("num: %T is not an integer", n)
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "−", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String(), nil
}

// percent is "pct": a share of 1 as a percentage with one decimal, as in 39.3%. NaN, a share of nothing, is a dash.
func percent(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return "–"
	}
	return strconv.FormatFloat(share*100, 'f', 1, 64) + "%"
}

// empty is why there is nothing, and what to do about it; see partials/parts.html.
type empty struct{ Text, Href, Action string }

// newEmpty is the template function "empty": a sentence, then perhaps an address and its label.
func newEmpty(text string, action ...string) (empty, error) {
	switch len(action) {
	case 0:
		return empty{Text: text}, nil
	case 2:
		return empty{Text: text, Href: action[0], Action: action[1]}, nil
	}
	return empty{}, fault.New(fault.Internal, "internal", "empty takes a text, or a text, an address and a label")
}

// tile is one figure of a row of tiles; see partials/parts.html.
type tile struct{ Label, Figure, Unit, Note, Href string }

// newTile is the template function "tile": a label and a figure, then perhaps its unit, a note and an address, in this order.
func newTile(label, figure string, rest ...string) tile {
	rest = append(rest, "", "", "")
	return tile{Label: label, Figure: figure, Unit: rest[0], Note: rest[1], Href: rest[2]}
}

// message is "message": the text of a key with its values in a map.
func (f Formatter) message(key string, args map[string]any) (string, error) {
	return f.Catalogue.Text(f.lang, key, args)
}

// Decimal rounds half away from zero, as people do, and writes a minus sign for a hyphen.
func Decimal(v float64, digits int) string {
	scale := math.Pow(10, float64(digits))
	v = math.Round(v*scale) / scale
	if v == 0 {
		v = 0 // no "−0.0"
	}
	return withMinus(fmt.Sprintf("%.*f", digits, v))
}

// SignedDecimal is Decimal with a sign in front of what is above zero.
func SignedDecimal(v float64, digits int) string {
	if v > 0 {
		return "+" + Decimal(v, digits)
	}
	return Decimal(v, digits)
}

// withMinus writes a minus sign for a hyphen.
func withMinus(number string) string { return strings.Replace(number, "-", "−", 1) }
