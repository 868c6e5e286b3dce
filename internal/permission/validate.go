package permission

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
)

const (
	maxProfiles = 500
	maxDemands  = 200
	maxSpecial  = 20_000 // special days, of all years and regions
	maxName     = 80     // characters of a special day's name
)

// normalised returns the rules in the form in which they are published: without what is written twice, and in order.
func (r Rules) normalised() Rules {
	r.Profiles = slices.Clone(r.Profiles)
	for i := range r.Profiles {
		for kind, periods := range r.Profiles[i].Days {
			r.Profiles[i].Days[kind] = periods.merged()
		}
	}
	slices.SortFunc(r.Profiles, func(a, b Profile) int {
		return strings.Compare(a.Region+" "+string(a.Class), b.Region+" "+string(b.Class))
	})
	r.Stricter = slices.Clone(r.Stricter)
	slices.SortFunc(r.Stricter, func(a, b Stricter) int { return strings.Compare(a.Region, b.Region) })
	r.Calendar = slices.Clone(r.Calendar)
	slices.SortFunc(r.Calendar, Holiday.compare)
	return r
}

// check returns fault.Invalid with a field for everything that is wrong or wider than the hard limits allow. The rules are
// normalised.
func (r Rules) check() error {
	fields := r.Caps.check()
	fields = append(fields, checkStricter(r.Stricter)...)
	fields = append(fields, checkProfiles(r.Profiles)...)
	fields = append(fields, checkCalendar(r.Calendar)...)
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (c Caps) check() []fault.Field {
	in := c.clamped()
	var fields []fault.Field
	for _, checked := range []struct {
		ok    bool
		wrong fault.Field
	}{
		{c.AttemptsPerDay == in.AttemptsPerDay, fault.Field{Name: "caps.attempts_per_day", Code: "attempts_range", Problem: "must be 1 to 5"}},
		{c.AttemptGapMinutes == in.AttemptGapMinutes, fault.Field{Name: "caps.attempt_gap_minutes", Code: "gap_range", Problem: "must be 5 to 1440"}},
		{
			c.MarketingCallsPerMonth == in.MarketingCallsPerMonth,
			fault.Field{Name: "caps.marketing_calls_per_month", Code: "marketing_calls_range", Problem: "must be 1 to 8"},
		},
		{c.MessagesPerDay == in.MessagesPerDay, fault.Field{Name: "caps.messages_per_day", Code: "messages_range", Problem: "must be 1 to 3"}},
		{c.ContactsPerDay == in.ContactsPerDay, fault.Field{Name: "caps.contacts_per_day", Code: "contacts_range", Problem: "must be 1 to 6"}},
		{
			c.SurveyCooldownDays == in.SurveyCooldownDays,
			fault.Field{Name: "caps.survey_cooldown_days", Code: "cooldown_range", Problem: "must be 1 to 365"},
		},
		{
			c.MarketingQuietDays == in.MarketingQuietDays,
			fault.Field{Name: "caps.marketing_quiet_days", Code: "cooldown_range", Problem: "must be 1 to 365"},
		},
		{
			c.ComplaintQuietDays == in.ComplaintQuietDays,
			fault.Field{Name: "caps.complaint_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"},
		},
		{c.RefusalQuietDays == in.RefusalQuietDays, fault.Field{Name: "caps.refusal_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"}},
	} {
		if !checked.ok {
			fields = append(fields, checked.wrong)
		}
	}
	return fields
}

func checkStricter(demands []Stricter) []fault.Field {
	if len(demands) > maxDemands {
		return []fault.Field{{Name: "stricter", Code: "too_many", Problem: "has too many entries"}}
	}
	var fields []fault.Field
	for i, s := range demands {
		name := "stricter." + s.Region
		if !knownRegion(s.Region) {
			fields = append(fields, fault.Field{Name: "stricter.region", Value: s.Region, Code: "region_unknown", Problem: "is not a country such as CN or a state such as US-FL"})
		}
		if i > 0 && demands[i-1].Region == s.Region {
			fields = append(fields, fault.Field{Name: name, Code: "region_twice", Problem: "is there twice"})
		}
		if within(s.AttemptsPerDay, 0, mostAttempts) != s.AttemptsPerDay {
			fields = append(fields, fault.Field{Name: name + ".attempts_per_day", Code: "attempts_range", Problem: "must be 1 to 5"})
		}
		if within(s.MarketingCallsPerMonth, 0, mostMarketingCalls) != s.MarketingCallsPerMonth {
			fields = append(fields, fault.Field{Name: name + ".marketing_calls_per_month", Code: "marketing_calls_range", Problem: "must be 1 to 8"})
		}
		if within(s.RefusalQuietDays, 0, mostDays) != s.RefusalQuietDays {
			fields = append(fields, fault.Field{Name: name + ".refusal_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"})
		}
		fields = append(fields, s.checkLaw(name)...)
	}
	return fields
}

// checkLaw holds the values for a region against the law there.
func (s Stricter) checkLaw(name string) []fault.Field {
	var fields []fault.Field
	for _, law := range hardStricter {
		if law.Region != s.Region && law.Region != countryOf(s.Region) {
			continue
		}
		if law.AttemptsPerDay > 0 && s.AttemptsPerDay > law.AttemptsPerDay {
			fields = append(fields, widerThanLaw(law, name+".attempts_per_day"))
		}
		if law.MarketingCallsPerMonth > 0 && s.MarketingCallsPerMonth > law.MarketingCallsPerMonth {
			fields = append(fields, widerThanLaw(law, name+".marketing_calls_per_month"))
		}
		if s.RefusalQuietDays > 0 && s.RefusalQuietDays < law.RefusalQuietDays {
			fields = append(fields, widerThanLaw(law, name+".refusal_quiet_days"))
		}
	}
	return fields
}

func widerThanLaw(law Stricter, name string) fault.Field {
	if law.Region == "FR" {
		return fault.Field{
			Name: name, Code: "law_is_stricter_fr",
			Problem: "is wider than the law in France: 4 marketing calls in 30 days at most, and none for 60 days after a refusal",
		}
	}
	return fault.Field{Name: name, Code: "law_is_stricter_fl", Problem: "is wider than the law in Florida: 3 marketing calls in 24 hours at most"}
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
		} else if !knownRegion(p.Region) {
			fields = append(fields, fault.Field{Name: "profiles.region", Value: p.Region, Code: "region_unknown", Problem: "is not a country such as CN or a state such as US-FL"})
		}
		if p.Class != ServiceClass && p.Class != MarketingClass {
			fields = append(fields, fault.Field{Name: name, Value: string(p.Class), Code: "class_unknown", Problem: "is for neither service nor marketing"})
		}
		if i > 0 && profiles[i-1].fieldName() == name {
			fields = append(fields, fault.Field{Name: name, Code: "region_twice", Problem: "is there twice"})
		}
		fields = append(fields, p.check()...)
	}
	if !elsewhere[ServiceClass] || !elsewhere[MarketingClass] {
		fields = append(fields, fault.Field{Name: "profiles", Code: "profile_missing", Problem: "need one for service and one for marketing everywhere else"})
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

var kindNames = [dayKinds]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday"}

// String returns the kind of day in lower case English: monday to sunday, holiday.
func (k DayKind) String() string {
	if k < 0 || k >= dayKinds {
		return "day " + strconv.Itoa(int(k))
	}
	return kindNames[k]
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
		wide := fault.Field{Name: name, Value: periods.String(), Code: "hours_too_wide", Problem: "calls are allowed from 08:00 to 21:00 at most"}
		switch {
		case p.Class == MarketingClass && countryOf(p.Region) == "FR":
			wide = fault.Field{
				Name: name, Value: wide.Value, Code: "hours_too_wide_fr",
				Problem: "marketing calls in France are allowed Monday to Friday, not on holidays, 10:00-13:00 and 14:00-20:00 at most",
			}
		case p.Class == MarketingClass && p.Region == "US-FL":
			wide = fault.Field{Name: name, Value: wide.Value, Code: "hours_too_wide_fl", Problem: "marketing calls in Florida are allowed from 08:00 to 20:00 at most"}
		}
		fields = append(fields, wide)
	}
	if p.closed(p.Region) && len(p.Days[OnHoliday]) > 0 {
		fields = append(fields, fault.Field{Name: p.fieldName() + ".holiday", Code: "holidays_only", Problem: "is open on holidays although it is closed on every day of the week"})
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
			fields = append(fields, fault.Field{Name: "date", Value: h.Day.String(), Code: "day_twice", Problem: "is there twice for this country"})
		}
	}
	return fields[:min(len(fields), maxIssues)]
}

// check returns what is wrong with a special day; line is where it stood, 0 for nowhere.
func (h Holiday) check(line int) []fault.Field {
	var fields []fault.Field
	if !knownRegion(h.Region) {
		fields = append(fields, fault.Field{Line: line, Name: "country", Value: h.Region, Code: "region_unknown", Problem: "is not a country such as CN or a state such as US-FL"})
	}
	if year, _, _ := h.Day.Date(); year < firstYear || year > lastYear {
		fields = append(fields, fault.Field{Line: line, Name: "date", Value: h.Day.String(), Code: "year_range", Problem: "must be from 2000 to 2100"})
	}
	if h.Kind != PublicHoliday && h.Kind != WorkingDay {
		fields = append(fields, fault.Field{Line: line, Name: "kind", Value: string(h.Kind), Code: "day_kind", Problem: "must be holiday or working"})
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

var regionForm = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

// knownRegion reports whether a text is the code of a known country, or looks like a subdivision of one.
func knownRegion(region string) bool {
	return regionForm.MatchString(region) && len(regionZones(countryOf(region))) > 0
}
