package hours_test

import (
	"strings"
	"testing"

	"aftercall/internal/permission/hours"
)

func TestPeriodsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		" 9:00-12:00 , 13:30-20:00": "09:00-12:00, 13:30-20:00",
		"13:30–20:00；9：00–12：00":    "09:00-12:00, 13:30-20:00",
		"09:00-12:00,11:00-24:00":   "09:00-24:00",
	} {
		t.Run(text, func(t *testing.T) {
			got, err := hours.ParsePeriods(text)
			if err != nil || got.String() != want {
				t.Errorf("%q: %q, %v", text, got, err)
			}
		})
	}
	for _, text := range []string{
		"9-12", "09:00", "12:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-10:00", "a", "-", "+9:00-10:00",
		strings.Repeat("09:00-10:00,", 9),
	} {
		t.Run(text, func(t *testing.T) {
			if got, err := hours.ParsePeriods(text); err == nil {
				t.Errorf("%q was read as %q", text, got)
			}
		})
	}
}

func FuzzPeriods(f *testing.F) {
	for _, seed := range []string{"", "09:00-12:00, 13:30-20:00", "9:00–24:00；00:00-01:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		periods, err := hours.ParsePeriods(text)
		if err != nil {
			return
		}
		end := -1
		for _, p := range periods {
			if p.From <= end || p.To <= p.From || p.To > 24*60 {
				t.Fatalf("%q was read as %v", text, periods)
			}
			end = p.To
		}
		again, err := hours.ParsePeriods(periods.String())
		if err != nil || again.String() != periods.String() {
			t.Fatalf("%q became %q and then %q, %v", text, periods, again, err)
		}
	})
}
