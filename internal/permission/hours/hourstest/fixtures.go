package hourstest

import (
	"slices"
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

// Instead returns the profiles with one in the place of that of its region and class, if there is one.
func Instead(profiles []hours.Profile, p hours.Profile) []hours.Profile {
	others := slices.DeleteFunc(slices.Clone(profiles), func(o hours.Profile) bool { return o.Region == p.Region && o.Class == p.Class })
	return append(others, p)
}

// Plain returns the hours a centre starts with, without those of China: tests in which hours do not matter call from nine to eight on
// every day, so that a retry never falls into the rest at noon.
func Plain() hours.Timetable {
	t := hours.Default()
	t.Profiles = slices.DeleteFunc(t.Profiles, func(p hours.Profile) bool { return p.Region == "CN" })
	return t
}
