package hours

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
)

const (
	maxProfiles = 500
	maxSpecial  = 20_000 // special days, of all years and regions
	maxName     = 80     // characters of a special day's name
)

// Normalised returns the timetable in the form in which it is published: without what is written twice, and in order.
func (t Timetable) Normalised() Timetable {
	t.Profiles = slices.Clone(t.Profiles)
	for i := range t.Profiles {
		for kind, periods := range t.Profiles[i].Days {
			t.Profiles[i].Days[kind] = periods.merged()
		}
	}
	slices.SortFunc(t.Profiles, func(a, b Profile) int {
		return strings.Compare(a.Region+" "+string(a.Class), b.Region+" "+string(b.Class))
	})
	t.Calendar = slices.Clone(t.Calendar)
	slices.SortFunc(t.Calendar, Holiday.compare)
	return t
}

// Problems returns a field for everything that is wrong or wider than the hard limits allow. The timetable is normalised.
func (t Timetable) Problems() []fault.Field {
	return append(checkProfiles(t.Profiles), checkCalendar(t.Calendar)...)
}

func checkProfiles(profiles []Profile) []fault.Field {
	if len(profiles) > maxProfiles {
		return []fault.Field{{Name: "profiles", Code: "too_many", Problem: "has too many entries"}}
	}
	var fields []fault.Field
	elsewhere := map[Class]bool{}
	for i, p := range profiles {
		name := p.fieldName()
		if p.Region == "" {
			elsewhere[p.Class] = true
		} else if !KnownRegion(p.Region) {
			fields = append(fields, UnknownRegion("profiles.region", p.Region))
		}
		if p.Class != ServiceClass && p.Class != MarketingClass {
			fields = append(fields, fault.Field{
				Name: name, Value: string(p.Class), Code: "class_unknown", Problem: "is for neither service nor marketing",
			})
		}
		if i > 0 && profiles[i-1].fieldName() == name {
			fields = append(fields, fault.Field{Name: name, Code: "region_twice", Problem: "is there twice"})
		}
		fields = append(fields, p.check()...)
	}
	if !elsewhere[ServiceClass] || !elsewhere[MarketingClass] {
		fields = append(fields, fault.Field{
			Name: "profiles", Code: "profile_missing", Problem: "need one for service and one for marketing everywhere else",
		})
	}
	return fields
}

// fieldName names the profile in messages: "profiles.FR.marketing", "profiles.*.service" for everywhere else.
func (p Profile) fieldName() string {
	region := p.Region
	if region == "" {
		region = "*"
	}
	return fmt.Sprintf("profiles.%s.%s", region, p.Class)
}

// check holds the hours of each kind of day against the hard limits.
func (p Profile) check() []fault.Field {
	var fields []fault.Field
	for i, periods := range p.Days {
		kind := DayKind(i)
		name := p.fieldName() + "." + kind.String()
		hard := hardPeriods(p.Region, p.Class, kind)
		if inside(periods, hard) {
			continue
		}
		wide := fault.Field{
			Name: name, Value: periods.String(), Code: "hours_too_wide", Problem: "calls are allowed from 08:00 to 21:00 at most",
		}
		switch {
		case p.Class == MarketingClass && CountryOf(p.Region) == "FR":
			wide.Code = "hours_too_wide_fr"
			wide.Problem = "marketing calls in France are allowed Monday to Friday, not on holidays, 10:00-13:00 and 14:00-20:00 at most"
		case p.Class == MarketingClass && p.Region == "US-FL":
			wide.Code, wide.Problem = "hours_too_wide_fl", "marketing calls in Florida are allowed from 08:00 to 20:00 at most"
		}
		fields = append(fields, wide)
	}
	if p.closed(p.Region) && len(p.Days[OnHoliday]) > 0 {
		fields = append(fields, fault.Field{
			Name: p.fieldName() + ".holiday", Code: "holidays_only",
			Problem: "is open on holidays although it is closed on every day of the week",
		})
	}
	return fields
}

// inside reports whether every period lies in one of the hard ones.
func inside(periods Periods, hard []Period) bool {
	for _, p := range periods {
		if !slices.ContainsFunc(hard, func(h Period) bool { return h.From <= p.From && p.To <= h.To }) {
			return false
		}
	}
	return true
}

func checkCalendar(calendar []Holiday) []fault.Field {
	if len(calendar) > maxSpecial {
		return []fault.Field{{Name: "calendar", Code: "too_many", Problem: "has too many entries"}}
	}
	var fields []fault.Field
	for i, h := range calendar {
		fields = append(fields, h.check(0)...)
		if i > 0 && h.compare(calendar[i-1]) == 0 {
			fields = append(fields, fault.Field{
				Name: "date", Value: h.Day.String(), Code: "day_twice", Problem: "is there twice for this country",
			})
		}
	}
	return fields[:min(len(fields), maxIssues)]
}

// check returns what is wrong with a special day; line is where it stood, 0 for nowhere.
func (h Holiday) check(line int) []fault.Field {
	var fields []fault.Field
	if !KnownRegion(h.Region) {
		unknown := UnknownRegion("country", h.Region)
		unknown.Line = line
		fields = append(fields, unknown)
	}
	if year, _, _ := h.Day.Date(); year < firstYear || year > lastYear {
		fields = append(fields, fault.Field{
			Line: line, Name: "date", Value: h.Day.String(), Code: "year_range", Problem: "must be from 2000 to 2100",
		})
	}
	if h.Kind != PublicHoliday && h.Kind != WorkingDay {
		fields = append(fields, fault.Field{
			Line: line, Name: "kind", Value: string(h.Kind), Code: "day_kind", Problem: "must be holiday or working",
		})
	}
	if !utf8.ValidString(h.Name) || utf8.RuneCountInString(h.Name) > maxName {
		fields = append(fields, fault.Field{Line: line, Name: "name", Code: "too_long", Problem: "is too long"})
	}
	return fields
}

const (
	firstYear, lastYear = 2000, 2100
	maxIssues           = 100 // shown at once
)
