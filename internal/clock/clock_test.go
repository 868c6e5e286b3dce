package clock_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestADayEndsAtMidnightOfItsZone(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	last := clock.At(time.Date(2026, 11, 22, 23, 59, 59, 999_999_000, shanghai))
	first := clock.At(time.Date(2026, 11, 23, 0, 0, 0, 0, shanghai))
	if clock.DayOf(last, shanghai)+1 != clock.DayOf(first, shanghai) || first-last != 1 {
		t.Fatalf("%v and %v are one microsecond and one day apart", last, first)
	}
}

func TestADayOfSummerTimeChangeHasItsOwnLength(t *testing.T) {
	t.Parallel()
	newYork := zone(t, "America/New_York")
	for date, hours := range map[time.Month]float64{time.March: 23, time.November: 25} {
		t.Run(date.String(), func(t *testing.T) {
			day := map[time.Month]int{time.March: 8, time.November: 1}[date]
			d := clock.DayFrom(2026, date, day)
			if got := (d + 1).Start(newYork).Sub(d.Start(newYork)).Hours(); got != hours {
				t.Errorf("%v has %v hours, want %v", d, got, hours)
			}
		})
	}
}

func TestEveryInstantLiesInItsDay(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{
		time.UTC, zone(t, "Asia/Shanghai"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Asia/Kathmandu"),
	}
	rapid.Check(t, func(t *rapid.T) {
		i := clock.Instant(rapid.Int64Range(1, 4e15).Draw(t, "instant"))
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		d := clock.DayOf(i, z)
		if i < d.Start(z) || i >= (d+1).Start(z) {
			t.Fatalf("%v is not in [%v, %v) of %v", i, d.Start(z), (d + 1).Start(z), z)
		}
	})
}

func TestJSONKeepsMicroseconds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := clock.Instant(rapid.Int64Range(0, 4e15).Draw(t, "instant"))
		b, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		var back clock.Instant
		if err := json.Unmarshal(b, &back); err != nil || back != i {
			t.Fatalf("%v became %s and %v (%v)", int64(i), b, int64(back), err)
		}
	})
}

func TestOtherOffsetsAreRead(t *testing.T) {
	t.Parallel()
	var i clock.Instant
	if err := json.Unmarshal([]byte(`"2026-11-22T14:05:00+08:00"`), &i); err != nil || i.String() != "2026-11-22T06:05:00Z" {
		t.Fatalf("got %v, %v", i, err)
	}
	for _, text := range []string{
		"yesterday", "", "2026-11-22", "2026-11-22T14:05:00", "2026-11-22T4:05:00Z", "2026-11-22T14:05:00,5Z", "2026-02-30T14:05:00Z",
	} {
		t.Run(text, func(t *testing.T) {
			if err := json.Unmarshal([]byte(`"`+text+`"`), &i); err == nil {
				t.Errorf("%q was read as an instant", text)
			}
		})
	}
}

func TestADayWithoutMidnightBeginsWhenTheClocksChange(t *testing.T) {
	t.Parallel()
	for name, date := range map[string]time.Time{
		"America/Santiago": time.Date(2026, 9, 6, 0, 0, 0, 0, time.UTC),
		"America/Havana":   time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			z, d := zone(t, name), clock.DayFrom(date.Date())
			start := d.Start(z)
			if got := start.In(z).Format("15:04"); got != "01:00" {
				t.Errorf("%s begins at %s", d, got)
			}
			if clock.DayOf(start, z) != d || clock.DayOf(start-1, z) != d-1 {
				t.Errorf("the first instant of %s is not its first", d)
			}
		})
	}
}
