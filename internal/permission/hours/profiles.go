package hours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Class is what calling hours are for: marketing has its own, every other purpose those of service.
type Class string

// The classes of calls.
const (
	ServiceClass   Class = "service"
	MarketingClass Class = "marketing"
)

// DayKind is a kind of day in a profile of calling hours. A make-up working day counts as a Monday.
type DayKind int

// The kinds of day.
const (
	Monday DayKind = iota
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
	OnHoliday
	dayKinds
)

var kindNames = [dayKinds]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday"}

// String returns the kind of day in lower case English: monday to sunday, holiday.
func (k DayKind) String() string {
	if k < 0 || k >= dayKinds {
		return "day " + strconv.Itoa(int(k))
	}
	return kindNames[k]
}

func weekdayKind(d time.Weekday) DayKind { return DayKind((int(d) + 6) % 7) }

// Profile is the calling hours of a class of calls in a country, in a subdivision of one, or everywhere else (Region is empty).
type Profile struct {
	Region string            `json:"region"` // ISO 3166-1 alpha-2 such as CN, or 3166-2 such as US-FL
	Class  Class             `json:"class"`
	Days   [dayKinds]Periods `json:"days"` // Monday to Sunday, holidays; no period: closed
}

// Period is a part of a day in local wall-clock time: minutes since midnight, from inclusive, to exclusive.
type Period struct{ From, To int }

// Periods are the parts of a day in order, without overlap. As text they read "09:00-12:00, 13:30-20:00", or nothing for closed.
type Periods []Period

// maxPeriods bounds the periods of a day.
const maxPeriods = 8

// ParsePeriods reads periods as people write them, in any order. Overlapping ones become one.
func ParsePeriods(text string) (Periods, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;，、；", r) })
	if len(parts) > maxPeriods {
		return nil, fmt.Errorf("more than %d periods in a day", maxPeriods)
	}
	periods := make(Periods, 0, len(parts))
	for _, part := range parts {
		from, to, ok := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		begin, ok1 := parseMinute(from)
		end, ok2 := parseMinute(to)
		if !ok || !ok1 || !ok2 || begin >= end {
			return nil, fmt.Errorf("%q is not a period such as 09:00-12:00", strings.TrimSpace(part))
		}
		periods = append(periods, Period{From: begin, To: end})
	}
	return periods.merged(), nil
}

// parseMinute reads 9:05 or 09:05 as minutes since midnight; 24:00 is the end of the day.
func parseMinute(text string) (int, bool) {
	h, m, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "：", ":"), ":")
	if !ok || len(h) < 1 || len(h) > 2 || len(m) != 2 {
		return 0, false
	}
	hour, err1 := strconv.ParseUint(h, 10, 8)
	minute, err2 := strconv.ParseUint(m, 10, 8)
	total := int(hour*60 + minute)
	return total, err1 == nil && err2 == nil && minute < 60 && total <= 24*60
}

// merged returns the periods in order, those that touch or overlap as one.
func (p Periods) merged() Periods {
	sorted := slices.Clone(p)
	slices.SortFunc(sorted, func(a, b Period) int { return a.From - b.From })
	out := sorted[:0]
	for _, period := range sorted {
		if n := len(out); n > 0 && period.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, period.To)
			continue
		}
		out = append(out, period)
	}
	return slices.Clip(out)
}

// String returns the periods as text that ParsePeriods reads.
func (p Periods) String() string {
	parts := make([]string, len(p))
	for i, period := range p {
		parts[i] = fmt.Sprintf("%02d:%02d-%02d:%02d", period.From/60, period.From%60, period.To/60, period.To%60)
	}
	return strings.Join(parts, ", ")
}

// MarshalText writes the periods as text.
func (p Periods) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the periods from text.
func (p *Periods) UnmarshalText(text []byte) error {
	periods, err := ParsePeriods(string(text))
	*p = periods
	return err
}

// Default returns the hours a centre starts with: no special days, and profiles that keep to the laws of where most centres call, and in
// China to what is polite there.
func Default() Timetable {
	// 09–20 also keeps to Florida (08–20) and to Chinese carriers (08–21)
	usual := Periods{{From: 9 * 60, To: 20 * 60}}
	french := Periods{{From: 10 * 60, To: 13 * 60}, {From: 14 * 60, To: 20 * 60}} // Code de la consommation D. 223-9
	profiles := []Profile{
		everyDay("", ServiceClass, usual), everyDay("", MarketingClass, usual), chinese(ServiceClass), chinese(MarketingClass),
	}
	for _, region := range []string{"DE", "GB", "US"} {
		profiles = append(profiles, everyDay(region, MarketingClass, usual))
	}
	france := Profile{Region: "FR", Class: MarketingClass}
	for kind := Monday; kind <= Friday; kind++ {
		france.Days[kind] = french
	}
	return Timetable{Profiles: append(profiles, france)}
}

// chinese returns the hours China starts with: nobody is called at noon, when people rest, nor before ten on days off; and with an offer
// nobody is called on a holiday. A weekend that is worked counts as a Monday.
func chinese(class Class) Profile {
	afternoon := Period{From: 13*60 + 30, To: 20 * 60}
	working, off := Periods{{From: 9 * 60, To: 12 * 60}, afternoon}, Periods{{From: 10 * 60, To: 12 * 60}, afternoon}
	p := Profile{Region: "CN", Class: class}
	for kind := range p.Days {
		switch day := DayKind(kind); {
		case day == OnHoliday && class == MarketingClass:
		case day >= Saturday:
			p.Days[kind] = off
		default:
			p.Days[kind] = working
		}
	}
	return p
}

func everyDay(region string, class Class, periods Periods) Profile {
	p := Profile{Region: region, Class: class}
	for kind := range p.Days {
		p.Days[kind] = periods
	}
	return p
}

// profile returns the calling hours of a class in a region: its own, else its country's, else those of everywhere else, nil when
// there are none.
func (t Timetable) profile(region string, class Class) *Profile {
	var best *Profile
	for i := range t.Profiles {
		p := &t.Profiles[i]
		if p.Class != class || (p.Region != "" && p.Region != region && p.Region != CountryOf(region)) {
			continue
		}
		if best == nil || len(p.Region) > len(best.Region) { // a subdivision is longer than its country, and that than nothing
			best = p
		}
	}
	return best
}
