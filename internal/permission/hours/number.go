package hours

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// placeOfNumber returns what a number in E.164 says. The countries are those of its calling code. The library of phone numbers narrows
// their zones down, and is believed as far as the zones are of these countries: it knows old zones, or those of a neighbour, for some
// (Morocco has the Canaries' there, Algeria Paris', South Sudan Nairobi's). Where a number may be anywhere in its country, so may its
// customer: guessing would be calling at night.
func placeOfNumber(phone string) Place {
	code, sharing := callingCode(phone)
	if len(sharing) == 0 {
		return Place{Zones: libraryZones(phone)} // of no country, such as satellites
	}
	if len(sharing) == 1 {
		if clocks := clocksOf(sharing[0]); len(clocks) == 1 { // nearly every number: there is nothing to narrow down
			return Place{Zones: clocks, Regions: sharing}
		}
	}
	number, err := phonenumbers.Parse(phone, "")
	if err != nil {
		return Place{Zones: clocksOf(sharing...)}
	}
	kind, regions := phonenumbers.GetNumberType(number), sharing
	if len(sharing) > 1 {
		if regions = countryOfNumber(number, kind, sharing); len(regions) == 0 {
			return Place{Zones: narrowed(phone, sharing)}
		}
	}
	switch {
	case bound(code, kind):
		return Place{Zones: narrowed(phone, regions, "+"+strconv.Itoa(code)), Regions: regions}
	case kind != phonenumbers.MOBILE && len(sharing) > 1: // a free number of North America is of all its countries
		return Place{Zones: narrowed(phone, sharing), Regions: regions}
	}
	return Place{Zones: clocksOf(regions...), Regions: regions}
}

// callingCode returns the calling code of a number and the countries that share it, the main one first.
func callingCode(phone string) (int, []string) {
	for digits := 1; digits <= 3 && digits < len(phone); digits++ {
		code, err := strconv.Atoi(phone[1 : 1+digits])
		if err != nil || phone[0] != '+' {
			return 0, nil
		}
		if found := phonenumbers.GetRegionCodesForCountryCode(code); len(found) > 0 {
			return code, countries(found)
		}
	}
	return 0, nil
}

// countryOfNumber returns the one of the countries sharing a calling code whose number it is. The main country's pattern takes in the
// fixed lines of some territories, as Morocco's those of Western Sahara.
func countryOfNumber(number *phonenumbers.PhoneNumber, kind phonenumbers.PhoneNumberType, sharing []string) []string {
	region := phonenumbers.GetRegionCodeForNumber(number)
	if kind == phonenumbers.FIXED_LINE && region == sharing[0] {
		for _, territory := range sharing[1:] {
			if phonenumbers.IsValidNumberForRegion(number, territory) {
				return []string{territory}
			}
		}
	}
	return countries([]string{region})
}

// bound reports whether a kind of number belongs to a place within its country. Where mobiles have area codes they do too: in North
// America, Mexico, Argentina and Brazil.
func bound(code int, kind phonenumbers.PhoneNumberType) bool {
	mobile := kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
	return kind == phonenumbers.FIXED_LINE || mobile && slices.Contains([]int{1, 52, 54, 55}, code)
}

// narrowed returns those zones of the regions that the library has for a number, or all where it has none of them, or no others than
// for whatever begins with one of the codes.
func narrowed(phone string, regions []string, codes ...string) []*time.Location {
	found := libraryZones(phone)
	var own []*time.Location
	for _, region := range regions {
		for _, zone := range regionZones(region) {
			if slices.Contains(found, zone) {
				own = append(own, zone)
			}
		}
	}
	fallback := slices.ContainsFunc(codes, func(code string) bool { return slices.Equal(libraryZones(code), found) })
	if len(own) == 0 || fallback {
		return clocksOf(regions...)
	}
	return own
}

// libraryZones returns the zones that the library of phone numbers has for a number or the beginning of one.
func libraryZones(phone string) []*time.Location {
	names, err := phonenumbers.GetTimezonesForPrefix(phone)
	if err != nil {
		return nil
	}
	zones := make([]*time.Location, 0, len(names))
	for _, name := range names {
		zone := location(name)
		if zone == nil {
			return nil // "Etc/Unknown"
		}
		if !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	return zones
}

// countries leaves out what is no country: "001" of satellite and shared numbers, "ZZ", "".
func countries(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return len(regionZones(code)) == 0 })
}

// regionClocks remembers the zones of regions that show different times.
var regionClocks sync.Map

// clocksOf returns the zones of regions, one of those that show the same time: Busingen's clocks are Berlin's.
func clocksOf(regions ...string) []*time.Location {
	var clocks []*time.Location
	for _, region := range regions {
		known, found := regionClocks.Load(region)
		if !found {
			known = distinctClocks(regionZones(region))
			regionClocks.Store(region, known)
		}
		for _, zone := range known.([]*time.Location) { //nolint:forcetypeassert // only this function stores
			if !slices.Contains(clocks, zone) {
				clocks = append(clocks, zone)
			}
		}
	}
	return clocks
}

func distinctClocks(zones []*time.Location) []*time.Location {
	var clocks []*time.Location
	for _, zone := range zones {
		if !slices.ContainsFunc(clocks, func(other *time.Location) bool { return sameClock(zone, other) }) {
			clocks = append(clocks, zone)
		}
	}
	return clocks
}

// sameClock reports whether two zones show the same time in every week of the years in which this may run.
func sameClock(a, b *time.Location) bool {
	const week = 7 * 24 * time.Hour
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := from; at.Year() < 2036; at = at.Add(week) {
		_, one := at.In(a).Zone()
		_, other := at.In(b).Zone()
		if one != other {
			return false
		}
	}
	return true
}
