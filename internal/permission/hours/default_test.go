package hours_test

import (
	"testing"
	"time"

	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

// What a centre in China starts with, in the words in which a lead there would say it.
func TestChinaStartsWithItsNoonRestAndLateWeekends(t *testing.T) {
	t.Parallel()
	table := hours.Default()
	table.Calendar = []hours.Holiday{
		hourstest.Day("CN", "2026-10-01", hours.PublicHoliday), hourstest.Day("CN", "2026-10-10", hours.WorkingDay),
	}
	where := hours.PlaceOf("", "", "+8613912348000")
	for name, c := range map[string]struct {
		at                 string
		service, marketing bool
	}{
		"before nine on a Friday":       {"2026-11-20 08:59", false, false},
		"nine on a Friday":              {"2026-11-20 09:00", true, true},
		"noon on a Friday":              {"2026-11-20 12:00", false, false},
		"the end of the noon rest":      {"2026-11-20 13:30", true, true},
		"before eight in the evening":   {"2026-11-20 19:59", true, true},
		"eight in the evening":          {"2026-11-20 20:00", false, false},
		"half past nine on a Saturday":  {"2026-11-21 09:30", false, false},
		"ten on a Sunday":               {"2026-11-22 10:00", true, true},
		"noon on a Sunday":              {"2026-11-22 12:30", false, false},
		"half past nine on a holiday":   {"2026-10-01 09:30", false, false},
		"ten on a holiday":              {"2026-10-01 10:00", true, false},
		"nine on a Saturday at work":    {"2026-10-10 09:00", true, true},
		"the afternoon of a holiday":    {"2026-10-01 15:00", true, false},
		"the noon of a worked Saturday": {"2026-10-10 12:10", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := hourstest.At(t, "Asia/Shanghai", c.at)
			for class, want := range map[hours.Class]bool{hours.ServiceClass: c.service, hours.MarketingClass: c.marketing} {
				s := table.Schedule(where, class)
				if got := s.Window(at).Open; got != want {
					t.Errorf("%s at %s: open is %t", class, c.at, got)
				}
			}
		})
	}
}

// Both readings of the hours agree on every quarter of an hour of two weeks with a holiday and a worked weekend, in each country that has
// a profile from the start.
func TestTheDefaultsReadTheSameTwice(t *testing.T) {
	t.Parallel()
	table := hours.Default()
	table.Calendar = []hours.Holiday{
		hourstest.Day("CN", "2026-10-01", hours.PublicHoliday), hourstest.Day("CN", "2026-10-10", hours.WorkingDay),
		hourstest.Day("FR", "2026-10-02", hours.PublicHoliday),
	}
	for _, phone := range []string{"+8613912348000", "+33612345678", "+4930123456", "+442079460000"} {
		zones, regions := hourstest.Places("", "", phone)
		for _, marketing := range []bool{false, true} {
			class := hours.ServiceClass
			if marketing {
				class = hours.MarketingClass
			}
			s := table.Schedule(hours.PlaceOf("", "", phone), class)
			begin := hourstest.At(t, zones[0], "2026-09-28 00:00")
			for quarter := range 14 * 24 * 4 {
				at := begin.Add(time.Duration(quarter) * 15 * time.Minute)
				if got, want := s.Window(at).Open, hourstest.Open(table, zones, regions, marketing, at); got != want {
					t.Fatalf("%s, %s at %s: open is %t, the naive reading says %t", phone, class, at, got, want)
				}
			}
		}
	}
}
