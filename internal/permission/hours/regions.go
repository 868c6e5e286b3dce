package hours

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"time"

	"aftercall/internal/fault"
)

//go:embed regions.txt
var regionsText string

// regionZones returns the zones of a region: those of the subdivision, else of its country, or none for an unknown one.
func regionZones(region string) []*time.Location {
	table := regionTable()
	if zones, ok := table.zones[region]; ok {
		return zones
	}
	return table.zones[CountryOf(region)]
}

// zoneCountry returns the country a zone belongs to, or "" for one of no country, such as UTC.
func zoneCountry(zone *time.Location) string { return regionTable().country[zone.String()] }

type regions struct {
	zones   map[string][]*time.Location
	country map[string]string // of a zone
}

// regionTable reads the embedded table once.
var regionTable = sync.OnceValue(func() regions {
	table := regions{zones: map[string][]*time.Location{}, country: map[string]string{}}
	for line := range strings.Lines(regionsText) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		for _, name := range fields[1:] {
			zone := location(name)
			if zone == nil {
				continue // a test sees to it that there is none
			}
			table.zones[fields[0]] = append(table.zones[fields[0]], zone)
			if table.country[name] == "" {
				table.country[name] = CountryOf(fields[0])
			}
		}
	}
	return table
})

// aliases are the names for which phone numbering data and old systems use another than the table.
var aliases = map[string]string{
	"Africa/Asmera":        "Africa/Asmara",
	"America/Buenos_Aires": "America/Argentina/Buenos_Aires",
	"America/Godthab":      "America/Nuuk",
	"Asia/Calcutta":        "Asia/Kolkata",
	"Asia/Choibalsan":      "Asia/Ulaanbaatar",
	"Asia/Katmandu":        "Asia/Kathmandu",
	"Asia/Rangoon":         "Asia/Yangon",
	"Atlantic/Faeroe":      "Atlantic/Faroe",
	"Pacific/Enderbury":    "Pacific/Kanton",
	"Pacific/Ponape":       "Pacific/Pohnpei",
	"Pacific/Truk":         "Pacific/Chuuk",
}

// CountryOf returns the country of a region: US of US-FL.
func CountryOf(region string) string {
	country, _, _ := strings.Cut(region, "-")
	return country
}

var regionForm = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

// KnownRegion reports whether a text is the code of a known country, or looks like a subdivision of one.
func KnownRegion(region string) bool {
	return regionForm.MatchString(region) && len(regionZones(CountryOf(region))) > 0
}

// UnknownRegion is the problem of a field whose value KnownRegion does not know.
func UnknownRegion(field, region string) fault.Field {
	return fault.Field{Name: field, Value: region, Code: "region_unknown", Problem: "is not a country such as CN or a state such as US-FL"}
}
