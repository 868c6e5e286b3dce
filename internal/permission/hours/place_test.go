package hours_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

var morning = clock.At(time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)) // MORNING

func TestEveryZoneOfTheTableOfRegionsExists(t *testing.T) {
	t.Parallel()
	if len(hourstest.ZonesOfRegions()) < 300 {
		t.Fatalf("the table has only %d regions", len(hourstest.ZonesOfRegions()))
	}
	for code, zones := range hourstest.ZonesOfRegions() {
		for _, zone := range zones {
			if _, err := time.LoadLocation(zone); err != nil {
				t.Errorf("%s: %v", code, err)
			}
		}
	}
}

func TestWhereACustomerMayBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		where hours.Place
		zones []string
		class string
	}{
		"their own word":                  {hours.PlaceOf("Asia/Tokyo", "US-FL", "+8613912348000"), []string{"Asia/Tokyo"}, ""},
		"their own word, by its old name": {hours.PlaceOf("Asia/Calcutta", "", ""), []string{"Asia/Kolkata"}, "Asia/Kolkata IN"},
		"a zone that is none": {
			where: hours.PlaceOf("nowhere", "", "+8613912348000"), zones: []string{"Asia/Shanghai"}, class: "Asia/Shanghai CN",
		},
		"the number":                            {hours.PlaceOf("", "", "+8613912348000"), []string{"Asia/Shanghai"}, "Asia/Shanghai CN"},
		"a number that is written by old names": {hours.PlaceOf("", "IN", "+919812345678"), []string{"Asia/Kolkata"}, "Asia/Kolkata IN"},
		"the address":                           {hours.PlaceOf("", "FR", ""), []string{"Europe/Paris"}, "Europe/Paris FR"},
		"the number narrows the state": {
			where: hours.PlaceOf("", "US-FL", "+13055550100"), zones: []string{"America/New_York"}, class: "America/New_York US-FL",
		},
		"the state narrows the number": {hours.PlaceOf("", "US-FL", "+18005550100"), []string{"America/New_York", "America/Chicago"}, ""},
		"address and number disagree":  {hours.PlaceOf("", "FR", "+8613912348000"), []string{"Europe/Paris", "Asia/Shanghai"}, ""},
		"one zone, two countries":      {hours.PlaceOf("Europe/Paris", "FR", "+4930123456"), []string{"Europe/Paris"}, ""},
		"an unknown part of a country": {hours.PlaceOf("", "DE-XX", ""), []string{"Europe/Berlin", "Europe/Busingen"}, ""},
		"nobody knows":                 {hours.PlaceOf("", "XX", "+99912345"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := hours.Default().Schedule(c.where, hours.ServiceClass)
			if diff := gocmp.Diff(c.zones, calls.Window(morning).Zones, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := c.where.HoursClass(); got != c.class {
				t.Errorf("class %q, want %q", got, c.class)
			}
		})
	}
}

func TestAnHoursClassFitsItsColumn(t *testing.T) {
	t.Parallel()
	for code, zones := range hourstest.ZonesOfRegions() {
		for _, zone := range zones {
			where := hours.PlaceOf(zone, code, "")
			class, calls := where.HoursClass(), hours.Default().Schedule(where, hours.ServiceClass)
			if class != zone+" "+code || len(class) > 40 {
				t.Errorf("%s in %s has class %q", zone, code, class)
			}
			if diff := gocmp.Diff(calls.Window(morning), hours.Default().ClassWindow(class, morning)); diff != "" {
				t.Errorf("%s: %s", class, diff)
			}
		}
	}
}
