// Package hourstest reads calling hours a second time, in the naive way: it finds zones by name and walks the clock on the wall. Tests of
// hours and of the verdicts that stand on them hold both readings against each other.
package hourstest

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
)

// ZonesOfRegions reads the table of regions in its own way.
var ZonesOfRegions = sync.OnceValue(func() map[string][]string {
	_, here, _, _ := runtime.Caller(0)
	b, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "regions.txt"))
	if err != nil {
		panic(err)
	}
	table := map[string][]string{}
	for _, line := range strings.Split(string(b), "\n") {
		if code, zones, ok := strings.Cut(line, " "); ok && code != "#" {
			table[code] = strings.Split(zones, " ")
		}
	}
	return table
})

// AllZones returns every zone of the table, each once.
var AllZones = sync.OnceValue(func() []string {
	var zones []string
	for _, of := range ZonesOfRegions() {
		zones = append(zones, of...)
	}
	slices.Sort(zones)
	return slices.Compact(zones)
})

var countryOfPhone = map[string]string{
	"+8613912348000": "CN", "+12125550100": "US", "+442079460000": "GB", "+33612345678": "FR", "+4930123456": "DE", "+919812345678": "IN",
	"+79161234567": "RU", "+77011234567": "KZ", "+18005550100": "US",
}

// Places finds the zones and regions of a customer by name.
func Places(named, address, phone string) (zones, regions []string) {
	ofAddress, known := ZonesOfRegions()[address]
	if !known {
		ofAddress = ZonesOfRegions()[address[:min(2, len(address))]]
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
	if _, err := time.LoadLocation(named); err == nil && named != "" {
		if len(regions) == 0 {
			regions = []string{""}
			for code, of := range ZonesOfRegions() {
				if len(code) == 2 && slices.Contains(of, named) {
					regions = []string{code}
				}
			}
			if named == "Asia/Urumqi" {
				regions = []string{"CN"}
			}
		}
		return []string{named}, regions
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

// Open looks at the clock on the wall in every zone.
func Open(t hours.Timetable, zones, regions []string, marketing bool, at clock.Instant) bool {
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		for _, region := range regions {
			if !openIn(t, region, marketing, at.In(zone)) {
				return false
			}
		}
	}
	return len(zones) > 0
}

func openIn(t hours.Timetable, region string, marketing bool, local time.Time) bool {
	class := hours.ServiceClass
	if marketing {
		class = hours.MarketingClass
	}
	profile := func(region string) *hours.Profile {
		for _, p := range t.Profiles {
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
	var special hours.HolidayKind
	for _, h := range t.Calendar {
		if h.Day.String() == local.Format(time.DateOnly) && (h.Region == region || (h.Region == country && special == "")) {
			special = h.Kind
		}
	}
	open := p.Days[(int(local.Weekday())+6)%7]
	switch special {
	case hours.PublicHoliday:
		open = p.Days[hours.OnHoliday]
	case hours.WorkingDay:
		open = p.Days[hours.Monday]
	}
	return inside(open, local.Format("15:04")) && lawful(region, marketing, local, special == hours.PublicHoliday)
}

// openOnSomeWeekday is the one rule on hours that is not about a day: a profile that no weekday opens is closed for good.
func openOnSomeWeekday(p *hours.Profile, region string) bool {
	for kind := range 7 {
		for _, period := range p.Days[kind] {
			for minute := period.From; minute < period.To; minute++ {
				// from a Monday
				if lawful(region, p.Class == hours.MarketingClass, time.Date(2026, 1, 5+kind, 0, minute, 0, 0, time.UTC), false) {
					return true
				}
			}
		}
	}
	return false
}

func inside(open hours.Periods, hhmm string) bool {
	for _, part := range strings.Split(open.String(), ", ") {
		if from, to, ok := strings.Cut(part, "-"); ok && hhmm >= from && hhmm < to {
			return true
		}
	}
	return false
}

func lawful(region string, marketing bool, local time.Time, holiday bool) bool {
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
