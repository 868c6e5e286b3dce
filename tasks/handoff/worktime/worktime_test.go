package worktime_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
	"aftercall/tasks/handoff/worktime"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// naive asks of every single minute whether the team works in it.
type naive struct{ worktime.Clock }

func (n naive) works(at clock.Instant) bool {
	local := at.In(n.Zone)
	weekday := (int(local.Weekday()) + 6) % 7
	switch n.Special(clock.DayFrom(local.Date())) {
	case hours.PublicHoliday:
		return false
	case hours.WorkingDay:
		weekday = 0
	}
	minute := local.Hour()*60 + local.Minute()
	for _, p := range n.Week[weekday] {
		if p.From <= minute && minute < p.To {
			return true
		}
	}
	return false
}

func (n naive) add(from clock.Instant, minutes int) clock.Instant {
	at := from
	for minutes > 0 {
		if n.works(at) {
			minutes--
		}
		at = at.Add(time.Minute)
	}
	return at
}

func (n naive) between(a, b clock.Instant) time.Duration {
	sum := time.Duration(0)
	for at := a; at < b; at = at.Add(time.Minute) {
		if n.works(at) {
			sum += time.Minute
		}
	}
	return sum
}

// drawn is a team somewhere, some week with holidays, and a minute of it.
func drawn(t *rapid.T) (worktime.Clock, clock.Instant) {
	c := worktime.Clock{Zone: zone(t, rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York", "Europe/London"}).Draw(t, "zone"))}
	days := rapid.SampledFrom([]string{"", "09:00-18:00", "09:00-12:00, 13:30-18:00", "00:00-24:00", "20:00-24:00", "00:00-06:00"})
	for d := range c.Week {
		periods, err := hours.ParsePeriods(days.Draw(t, "hours"))
		if err != nil {
			t.Fatal(err)
		}
		c.Week[d] = periods
	}
	if !c.Week.Works() {
		c.Week = worktime.Usual()
	}
	// around the changes of the clocks in spring and in autumn, and in between
	begin := rapid.SampledFrom([]time.Month{time.March, time.June, time.October}).Draw(t, "month")
	minutes := time.Duration(rapid.IntRange(0, 45*24*60).Draw(t, "minute"))
	from := clock.At(time.Date(2026, begin, 1, 0, 0, 0, 0, time.UTC)).Add(minutes * time.Minute)
	special := map[clock.Day]hours.HolidayKind{}
	today := clock.DayOf(from, c.Zone)
	for _, ahead := range rapid.SliceOfN(rapid.IntRange(0, 12), 0, 6).Draw(t, "special days") {
		special[today+clock.Day(ahead)] = rapid.SampledFrom([]hours.HolidayKind{hours.PublicHoliday, hours.WorkingDay}).Draw(t, "kind")
	}
	c.Special = func(d clock.Day) hours.HolidayKind { return special[d] }
	return c, from
}

func TestWorkingTimeIsWhatCountingMinutesFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from := drawn(t)
		minutes := rapid.IntRange(1, 20*60).Draw(t, "minutes")
		until := c.Add(from, time.Duration(minutes)*time.Minute)
		if want := (naive{c}).add(from, minutes); until != want {
			t.Fatalf("%d minutes after %v: %v, want %v", minutes, from.In(c.Zone), until.In(c.Zone), want.In(c.Zone))
		}
		if worked := c.Between(from, until); worked != time.Duration(minutes)*time.Minute || worked != (naive{c}).between(from, until) {
			t.Fatalf("%v between %v and %v, want %d minutes", worked, from.In(c.Zone), until.In(c.Zone), minutes)
		}
		next := c.Next(from)
		if !(naive{c}).works(next) || (naive{c}).between(from, next) != 0 {
			t.Fatalf("%v is not the next minute of work after %v", next.In(c.Zone), from.In(c.Zone))
		}
	})
}

func TestDaysOfWorkEndAtTheSameTimeOfDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from := drawn(t)
		n := rapid.IntRange(1, 6).Draw(t, "days")
		until := c.AddDays(from, n)
		begun := c.Next(from).In(c.Zone)
		days := 0 // of work, behind the one it begins in
		y, m, d := begun.Date()
		last := until
		if !(naive{c}).works(until) {
			last = until.Add(-time.Minute) // work ends at midnight
		}
		for day := clock.DayFrom(y, m, d+1); day <= clock.DayOf(last, c.Zone); day++ {
			if start := day.Start(c.Zone); (naive{c}).between(start, (day+1).Start(c.Zone)) > 0 {
				days++
			}
		}
		if days != n {
			t.Fatalf("%v is %d days of work after %v, want %d", until.In(c.Zone), days, begun, n)
		}
		end := until.In(c.Zone)
		same := end.Hour() == begun.Hour() && end.Minute() == begun.Minute()
		moved := (naive{c}).works(until) && !(naive{c}).works(until.Add(-time.Minute)) // behind a pause
		ended := !(naive{c}).works(until) && (naive{c}).works(until.Add(-time.Minute)) // of a shorter day
		if !same && !moved && !ended {
			t.Fatalf("%v, %d days after %v, is neither the same time of day nor an end of work", end, n, begun)
		}
	})
}

func TestNationalDayAndItsSaturdayAreReckonedWith(t *testing.T) {
	c := worktime.Clock{Week: worktime.Usual(), Zone: zone(t, "Asia/Shanghai")}
	special := map[string]hours.HolidayKind{"2026-10-10": hours.WorkingDay}
	for d := 1; d <= 7; d++ {
		special[clock.DayFrom(2026, time.October, d).String()] = hours.PublicHoliday
	}
	c.Special = func(d clock.Day) hours.HolidayKind { return special[d.String()] }
	at := func(d, h int) clock.Instant { return clock.At(time.Date(2026, time.September, d, h, 0, 0, 0, c.Zone)) }
	for name, got := range map[string][2]clock.Instant{
		"four hours before the holidays":   {c.Add(at(30, 16), 4*time.Hour), at(38, 11)}, // 8 October, 11:00
		"the next working day":             {c.AddDays(at(30, 16), 1), at(38, 16)},
		"three working days to a Saturday": {c.AddDays(at(30, 16), 3), at(40, 16)},
		"at night":                         {c.AddDays(at(30, 23), 1), at(39, 9)},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %v, want %v", name, got[0].In(c.Zone), got[1].In(c.Zone))
		}
	}
}
