package hours

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
)

// HolidayKind is what makes a day special.
type HolidayKind string

// The kinds of special day.
const (
	PublicHoliday HolidayKind = "holiday"
	WorkingDay    HolidayKind = "working" // a make-up working day, such as a Saturday beside a long Chinese holiday; counts as a Monday
)

// Holiday is a special day of a country or of a subdivision of one.
type Holiday struct {
	Region string
	Day    clock.Day
	Kind   HolidayKind
	Name   string
}

// compare orders special days, and finds them: by region, then by day.
func (h Holiday) compare(other Holiday) int {
	return cmp.Or(strings.Compare(h.Region, other.Region), cmp.Compare(h.Day, other.Day))
}

type holidayJSON struct {
	Region string      `json:"region"`
	Date   string      `json:"date"`
	Kind   HolidayKind `json:"kind"`
	Name   string      `json:"name"`
}

// MarshalJSON writes the day as YYYY-MM-DD.
func (h Holiday) MarshalJSON() ([]byte, error) {
	return json.Marshal(holidayJSON{h.Region, h.Day.String(), h.Kind, h.Name})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Holiday) UnmarshalJSON(b []byte) error {
	var j holidayJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("read special day: %w", err)
	}
	date, err := parseDay(j.Date)
	if err != nil {
		return fmt.Errorf("read special day: %w", err)
	}
	*h = Holiday{Region: j.Region, Day: date, Kind: j.Kind, Name: j.Name}
	return nil
}

func parseDay(text string) (clock.Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, err
	}
	return clock.DayFrom(t.Date()), nil
}

// special returns what the calendar says about a day in a region: its own word, else its country's, or "" for an ordinary day.
func special(calendar []Holiday, region string, d clock.Day) HolidayKind {
	for _, name := range []string{region, CountryOf(region)} {
		if i, found := slices.BinarySearchFunc(calendar, Holiday{Region: name, Day: d}, Holiday.compare); found {
			return calendar[i].Kind
		}
	}
	return ""
}

// CalendarChange counts the days that an import of special days added, changed and removed.
type CalendarChange struct{ Added, Changed, Removed int }

// WithHolidays returns a calendar with the days in place of those of the same countries and years, and what that changes.
func WithHolidays(calendar, days []Holiday) ([]Holiday, CalendarChange) {
	type file struct {
		region string
		year   int
	}
	fileOf := func(h Holiday) file {
		year, _, _ := h.Day.Date()
		return file{h.Region, year}
	}
	files := map[file]bool{}
	for _, h := range days {
		files[fileOf(h)] = true
	}
	var change CalendarChange
	replaced := slices.Clone(days)
	old := map[Holiday]Holiday{}
	for _, h := range calendar {
		if !files[fileOf(h)] {
			replaced = append(replaced, h)
			continue
		}
		old[Holiday{Region: h.Region, Day: h.Day}] = h
	}
	for _, h := range days {
		key := Holiday{Region: h.Region, Day: h.Day}
		switch before, known := old[key]; {
		case !known:
			change.Added++
		case before != h:
			change.Changed++
		}
		delete(old, key)
	}
	change.Removed = len(old)
	slices.SortFunc(replaced, Holiday.compare)
	return replaced, change
}

// Special returns what the calendar says about a day in a region, or in its country: PublicHoliday, WorkingDay, or "" for an ordinary day.
func (t Timetable) Special(region string, d clock.Day) HolidayKind {
	return special(t.Calendar, region, d)
}
