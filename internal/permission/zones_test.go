package permission_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/permission"
)

func TestEveryZoneOfTheTableOfRegionsExists(t *testing.T) {
	t.Parallel()
	if len(zonesOfRegions()) < 300 {
		t.Fatalf("the table has only %d regions", len(zonesOfRegions()))
	}
	for code, zones := range zonesOfRegions() {
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
		subject permission.Subject
		zones   []string
		class   string
	}{
		"their own word":                        {permission.Subject{Zone: "Asia/Tokyo", Region: "US-FL", Phones: []string{"+8613912348000"}}, []string{"Asia/Tokyo"}, ""},
		"their own word, by its old name":       {permission.Subject{Zone: "Asia/Calcutta"}, []string{"Asia/Kolkata"}, "Asia/Kolkata IN"},
		"a zone that is none":                   {permission.Subject{Zone: "nowhere", Phones: []string{"+8613912348000"}}, []string{"Asia/Shanghai"}, "Asia/Shanghai CN"},
		"the number":                            {permission.Subject{Phones: []string{"+8613912348000"}}, []string{"Asia/Shanghai"}, "Asia/Shanghai CN"},
		"a number that is written by old names": {permission.Subject{Region: "IN", Phones: []string{"+919812345678"}}, []string{"Asia/Kolkata"}, "Asia/Kolkata IN"},
		"the address":                           {permission.Subject{Region: "FR"}, []string{"Europe/Paris"}, "Europe/Paris FR"},
		"the number narrows the state":          {permission.Subject{Region: "US-FL", Phones: []string{"+13055550100"}}, []string{"America/New_York"}, "America/New_York US-FL"},
		"the state narrows the number":          {permission.Subject{Region: "US-FL", Phones: []string{"+18005550100"}}, []string{"America/New_York", "America/Chicago"}, ""},
		"address and number disagree":           {permission.Subject{Region: "FR", Phones: []string{"+8613912348000"}}, []string{"Europe/Paris", "Asia/Shanghai"}, ""},
		"one zone, two countries":               {permission.Subject{Zone: "Europe/Paris", Region: "FR", Phones: []string{"+4930123456"}}, []string{"Europe/Paris"}, ""},
		"an unknown part of a country":          {permission.Subject{Region: "DE-XX"}, []string{"Europe/Berlin", "Europe/Busingen"}, ""},
		"nobody knows":                          {permission.Subject{Region: "XX", Phones: []string{"+99912345"}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := gocmp.Diff(c.zones, rules.CallWindow(c.subject, "", morning).Zones, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := rules.HoursClass(c.subject); got != c.class {
				t.Errorf("class %q, want %q", got, c.class)
			}
		})
	}
}

func TestInTwoCountriesBothProfilesMustAllow(t *testing.T) {
	t.Parallel()
	q := ask(permission.MarketingCall, permission.ByPhone)
	q.Subject = permission.Subject{CustomerID: 7, Zone: "Europe/Paris", Region: "DE", Phones: []string{"+33612345678"}}
	facts := permission.Facts{Consents: []permission.ConsentEvent{{ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Given: true, At: 1}}}
	q.At = in(t, "Europe/Paris", "2026-11-28 11:00") // a Saturday: open in Germany, closed in France until Monday at 10
	v := rules.Evaluate(facts, q)
	if v.First != permission.OutsideHours || v.AllowedFrom != in(t, "Europe/Paris", "2026-11-30 10:00") {
		t.Errorf("%+v", v)
	}
}
