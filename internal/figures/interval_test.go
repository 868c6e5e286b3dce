package figures

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWilsonGivesThePublishedIntervals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k, n         int64
		lower, upper float64
		digits       float64
	}{
		{8, 10, 0.490162, 0.943318, 6},
		{0, 10, 0, 0.277533, 6},
		{2023, 4054, 0.483630, 0.514398, 6},
		{1087, 2769, 0.374533, 0.410886, 6}, // the support-tickets sample
		{280, 674, 0.378808, 0.453011, 6},   // the same, by chat
		{81, 263, 0.2553, 0.3662, 4},
		{15, 148, 0.0624, 0.1605, 4},
		{0, 20, 0, 0.1611, 4},
		{1, 29, 0.0061, 0.1718, 4},
		{50, 100, 0.4038, 0.5962, 4},
		{5, 5, 0.5655, 1, 4},
		{85, 100, 0.7672, 0.9069, 4},
		{1, 1, 0.2065, 1, 4},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.k, c.n), func(t *testing.T) {
			got, ok := Wilson(c.k, c.n)
			if !ok || !near(got.Lower, c.lower, c.digits) || !near(got.Upper, c.upper, c.digits) {
				t.Errorf("Wilson(%d, %d) = %v, want %v to %v", c.k, c.n, got, c.lower, c.upper)
			}
		})
	}
}

func TestWilsonStaysWithinTheUnitIntervalAndHoldsTheShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 10_000_000).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		p := float64(k) / float64(n)
		i, ok := Wilson(k, n)
		if !ok || i.Lower < 0 || i.Upper > 1 || i.Lower > p || i.Upper < p {
			t.Fatalf("Wilson(%d, %d) = %v around %v", k, n, i, p)
		}
	})
}

func TestNPSIntervalGivesTheAdjustedWaldValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promoters, passives, detractors int64
		lower, upper                    float64
	}{
		{50, 30, 20, 14.05, 44.20},
		{18, 12, 6, 7.30, 54.24},
		{0, 10, 0, -18.47, 18.47},
		{10, 0, 0, 47.50, 100}, // 106.34 before it is cut
		{0, 0, 10, -100, -47.50},
	} {
		t.Run(fmt.Sprintf("%d, %d, %d", c.promoters, c.passives, c.detractors), func(t *testing.T) {
			got, ok := npsInterval(c.promoters, c.passives, c.detractors)
			if !ok || !near(got.Lower, c.lower, 2) || !near(got.Upper, c.upper, 2) {
				t.Errorf("npsInterval(%d, %d, %d) = %v, want %v to %v", c.promoters, c.passives, c.detractors, got, c.lower, c.upper)
			}
		})
	}
}

func TestMeanIntervalIsStudents(t *testing.T) {
	t.Parallel()
	// 1 2 3 4 5: mean 3, s² 2.5, t(4) 2.776445 → ± 1.963243
	got, ok := meanInterval(5, 15, 55)
	if !ok || !near(got.Lower, 1.036757, 6) || !near(got.Upper, 4.963243, 6) {
		t.Errorf("meanInterval(5, 15, 55) = %v", got)
	}
	if _, ok := meanInterval(1, 4, 16); ok {
		t.Error("one answer has an interval")
	}
	if got, ok := meanInterval(40, 200, 1000); !ok || got != (Interval{5, 5}) {
		t.Errorf("forty times 5 gives %v", got)
	}
}

func TestStudentTIsRightToSixDigits(t *testing.T) {
	t.Parallel()
	for df, want := range map[float64]float64{
		1: 12.706205, 2: 4.302653, 5: 2.570582, 10: 2.228139, 30: 2.042272,
		31: 2.039513, 35: 2.030108, 40: 2.021075, 60: 2.000298, 120: 1.979930, 1000: 1.962339, 1e9: 1.959964,
	} {
		t.Run(fmt.Sprint(df), func(t *testing.T) {
			if got := studentT(df); !near(got, want, 6) {
				t.Errorf("t(%v) = %.7f, want %v", df, got, want)
			}
		})
	}
}

// The interval is that of the difference of the two groups.
func TestGroupsDifferOnlyIfTheirIntervalExcludesZero(t *testing.T) {
	t.Parallel()
	csat := func(high, n int64) Figure {
		return tally{CSAT: {"1-5": {N: n, High: high}}}.figure(CSAT, "")
	}
	// Newcombe's own example: 56/70 − 48/80 = 0.20, 0.0524 to 0.3339.
	d, ok := Compare(csat(56, 70), csat(48, 80))
	if !ok || !near(d.Value, 20, 6) || !near(d.Interval.Lower, 5.24, 2) || !near(d.Interval.Upper, 33.39, 2) || !d.Sure {
		t.Errorf("56/70 − 48/80 = %+v", d)
	}
	if d, _ := Compare(csat(85, 100), csat(80, 100)); d.Sure {
		t.Errorf("85/100 and 80/100 are called different: %+v", d)
	}
	if d, _ := Compare(csat(29, 29), csat(0, 100)); d.Sure {
		t.Errorf("a sample below 30 is called different: %+v", d)
	}
	if _, ok := Compare(csat(0, 0), csat(1, 1)); ok {
		t.Error("none was compared")
	}
	nps := func(p, n, d int64) Figure {
		return tally{NPS: {"0-10": {N: p + n + d, High: p, Mid: n, Low: d}}}.figure(NPS, "")
	}
	if d, ok := Compare(nps(60, 30, 10), nps(20, 30, 50)); !ok || d.Value != 80 || !d.Sure {
		t.Errorf("NPS 50 − (−30) = %+v", d)
	}
}

func near(got, want, digits float64) bool {
	return math.Abs(got-want) <= 0.5000001*math.Pow(10, -digits)
}
