package hourstest

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
)

// At returns an instant by the clock on the wall in a zone.
func At(t testing.TB, zone, local string) clock.Instant {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", local, loc)
	if err != nil {
		t.Fatal(err)
	}
	return clock.At(at)
}

// Day returns a special day.
func Day(region, date string, kind hours.HolidayKind) hours.Holiday {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return hours.Holiday{Region: region, Day: clock.DayFrom(day.Date()), Kind: kind}
}

// EveryDay returns a profile with the same hours on every day.
func EveryDay(t testing.TB, region string, class hours.Class, text string) hours.Profile {
	t.Helper()
	periods, err := hours.ParsePeriods(text)
	if err != nil {
		t.Fatal(err)
	}
	p := hours.Profile{Region: region, Class: class}
	for kind := range p.Days {
		p.Days[kind] = periods
	}
	return p
}
