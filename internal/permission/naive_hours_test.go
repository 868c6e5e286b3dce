package permission_test

import (
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// naivePlaces finds zones and regions by name.
func naivePlaces(q permission.Question) (zones, regions []string) {
	phone := naiveAddress(permission.Question{Subject: q.Subject, Channel: permission.ByPhone})
	address := q.Subject.Region
	ofAddress, known := zonesOfRegions()[address]
	if !known {
		ofAddress = zonesOfRegions()[address[:min(2, len(address))]]
	}
	if country := countryOfPhone[phone]; country != "" {
		regions = []string{country}
	}
	if len(ofAddress) > 0 {
		if len(regions) > 0 && strings.HasPrefix(address, regions[0]) {
			regions = nil
		}
		regions = append(regions, address)
	}
	ofPhone, _ := phonenumbers.GetTimezonesForPrefix(phone)
	if slices.Contains(ofPhone, "Etc/Unknown") {
		ofPhone = nil
	}
	if _, err := time.LoadLocation(q.Subject.Zone); err == nil && q.Subject.Zone != "" {
		if len(regions) == 0 {
			regions = []string{""}
			for code, of := range zonesOfRegions() {
				if len(code) == 2 && slices.Contains(of, q.Subject.Zone) {
					regions = []string{code}
				}
			}
			if q.Subject.Zone == "Asia/Urumqi" {
				regions = []string{"CN"}
			}
		}
		return []string{q.Subject.Zone}, regions
	}
	for _, zone := range ofPhone {
		if slices.Contains(ofAddress, zone) {
			zones = append(zones, zone)
		}
	}
	if len(zones) == 0 {
		zones = append(append(zones, ofAddress...), ofPhone...)
	}
	if len(regions) == 0 {
		regions = []string{""}
	}
	return zones, regions
}

// naiveHours looks at the clock on the wall in every zone.
func naiveHours(c drawn, at clock.Instant) bool {
	zones, regions := naivePlaces(c.q)
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		for _, region := range regions {
			if !naiveOpen(c.rules, region, c.q.Purpose.Marketing(), at.In(zone)) {
				return false
			}
		}
	}
	return len(zones) > 0
}

func naiveOpen(r permission.Rules, region string, marketing bool, local time.Time) bool {
	class := permission.ServiceClass
	if marketing {
		class = permission.MarketingClass
	}
	profile := func(region string) *permission.Profile {
		for _, p := range r.Profiles {
			if p.Region == region && p.Class == class {
				return &p
			}
		}
		return nil
	}
	country := region[:min(2, len(region))]
	p := profile(region)
	if p == nil {
		p = profile(country)
	}
	if p == nil {
		p = profile("")
	}
	if !openOnSomeWeekday(p, region) {
		return false
	}
	var special permission.HolidayKind
	for _, h := range r.Calendar {
		if h.Day.String() == local.Format(time.DateOnly) && (h.Region == region || (h.Region == country && special == "")) {
			special = h.Kind
		}
	}
	hours := p.Days[(int(local.Weekday())+6)%7]
	switch special {
	case permission.PublicHoliday:
		hours = p.Days[permission.OnHoliday]
	case permission.WorkingDay:
		hours = p.Days[permission.Monday]
	}
	return naiveIn(hours, local.Format("15:04")) && naiveLaw(region, marketing, local, special == permission.PublicHoliday)
}

// openOnSomeWeekday is the one rule on hours that is not about a day: a profile that no weekday opens is closed for good.
func openOnSomeWeekday(p *permission.Profile, region string) bool {
	for kind := range 7 {
		for _, period := range p.Days[kind] {
			for minute := period.From; minute < period.To; minute++ {
				if naiveLaw(region, p.Class == permission.MarketingClass, time.Date(2026, 1, 5+kind, 0, minute, 0, 0, time.UTC), false) { // from a Monday
					return true
				}
			}
		}
	}
	return false
}

func naiveIn(hours permission.Periods, hhmm string) bool {
	for _, part := range strings.Split(hours.String(), ", ") {
		if from, to, ok := strings.Cut(part, "-"); ok && hhmm >= from && hhmm < to {
			return true
		}
	}
	return false
}

func naiveLaw(region string, marketing bool, local time.Time, holiday bool) bool {
	hour := local.Hour()
	weekend := local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
	switch {
	case hour < 8 || hour >= 21:
		return false
	case marketing && strings.HasPrefix(region, "FR"):
		return !weekend && !holiday && hour >= 10 && hour < 20 && hour != 13
	case marketing && region == "US-FL":
		return hour < 20
	}
	return true
}
