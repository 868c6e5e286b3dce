package hours

import (
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // calling hours must not depend on what the machine has installed

	lru "github.com/hashicorp/golang-lru/v2"
)

// Place is where a customer may be: in one of the zones, under the rules of all the regions.
type Place struct {
	Zones   []*time.Location // none: nobody knows
	Regions []string         // ISO 3166; [""] when nobody knows
}

// PlaceOf returns where a customer may be of whom the zone, the region of the address and the number are known, as far as they are.
//
// The zone they or their source named is taken at its word. Else the address and the number are asked: what both say, if they
// agree on something; all that either says, if they do not; what one says, if the other is silent. Regions are those of the
// address and of the number, both if they are in different countries, and the zone's country if neither is known.
func PlaceOf(zone, region, phone string) Place {
	number := numberPlace(phone)
	named := location(zone)
	where := Place{Regions: regionsOf(region, number.Regions)}
	if named != nil {
		where.Zones = []*time.Location{named}
	} else {
		where.Zones = agreed(regionZones(region), number.Zones)
	}
	if len(where.Regions) == 0 {
		where.Regions = []string{""}
		if named != nil {
			where.Regions = []string{zoneCountry(named)}
		}
	}
	return where
}

// HoursClass names what decides about the hours of a place: its one zone and one region, such as "Asia/Shanghai CN", in at most 40
// bytes. It is empty when there are several or none; then each customer is judged by themselves.
func (p Place) HoursClass() string {
	if len(p.Zones) != 1 || len(p.Regions) != 1 {
		return ""
	}
	return strings.TrimSpace(p.Zones[0].String() + " " + p.Regions[0])
}

// regionsOf returns the region of the address and, if that is in another country, those of the number.
func regionsOf(address string, number []string) []string {
	if len(regionZones(address)) == 0 {
		return number // no region that anybody knows
	}
	if len(number) == 0 || slices.Contains(number, CountryOf(address)) {
		return []string{address}
	}
	return append([]string{address}, number...)
}

// agreed returns the zones in both lists, or all of both if there are none.
func agreed(a, b []*time.Location) []*time.Location {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	both := make([]*time.Location, 0, len(a)+len(b))
	for _, zone := range a {
		if slices.Contains(b, zone) {
			both = append(both, zone)
		}
	}
	if len(both) > 0 {
		return both
	}
	return append(append(both, a...), b...)
}

// numberPlaces remembers what numbers say, in memory only, as the customers are while they are decided about. Parsing one takes longer
// than a verdict.
var numberPlaces, _ = lru.New[string, Place](1 << 15) // it fails only without a size

// numberPlace returns what a number in E.164 says.
func numberPlace(phone string) Place {
	if phone == "" {
		return Place{}
	}
	where, known := numberPlaces.Get(phone)
	if !known {
		where = placeOfNumber(phone)
		numberPlaces.Add(phone, where)
	}
	return where
}

// locations remembers parsed zones by name. Loading one takes a thousand times longer than a verdict.
var locations sync.Map

// location returns the zone of an IANA name, or nil if it is none. An alias is the same zone as the name it stands for.
func location(name string) *time.Location {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil
	}
	if known, ok := locations.Load(name); ok {
		return known.(*time.Location) //nolint:forcetypeassert // only this function stores
	}
	canonical := name
	if other, ok := aliases[name]; ok {
		canonical = other
	}
	zone, err := time.LoadLocation(canonical)
	if err != nil {
		return nil
	}
	if canonical != name {
		zone = location(canonical)
	}
	known, _ := locations.LoadOrStore(name, zone)
	return known.(*time.Location) //nolint:forcetypeassert // only this function stores
}
