package incident

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"aftercall/internal/realtest"
)

// drawn is a count about a mean, which scatters spread times as much as Poisson's: the mean of each hour is drawn too.
func drawn(r *rand.Rand, mean, spread float64) int {
	if spread > 1 { // a gamma of the mean, by the sum of exponentials
		shape := max(1, math.Round(mean/(spread-1)))
		sum := 0.0
		for range int(shape) {
			sum += r.ExpFloat64()
		}
		mean = mean * sum / shape
	}
	n, left := 0, mean
	for left > 0 { // Poisson, by the time between arrivals
		left -= r.ExpFloat64()
		if left > 0 {
			n++
		}
	}
	return n
}

// hourOfTraffic is an hour of a value among others, all as usual.
func hourOfTraffic(r *rand.Rand, mean, spread, others float64, weeks int) sample {
	s := sample{now: drawn(r, mean, spread)}
	s.allNow = s.now + drawn(r, others, 1)
	for range weeks {
		n := drawn(r, mean, spread)
		s.before, s.allBefore = append(s.before, n), append(s.allBefore, n+drawn(r, others, 1))
	}
	return s
}

// rate is in how many of so many hours there is a burst.
func rate(hours int, draw func() sample) float64 {
	found := 0
	for range hours {
		s := draw()
		if v, known := s.judge(); known && v.burst(s.now) {
			found++
		}
	}
	return float64(found) / float64(hours)
}

func TestUsualTrafficIsNoBurst(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, mean := range []float64{0.3, 2, 8, 40, 150} {
		for _, spread := range []float64{1, 3} {
			got := rate(4000, func() sample { return hourOfTraffic(r, mean, spread, 200, weeksBefore) })
			if got > 0.002 {
				t.Errorf("%v an hour, scattering %v times: %.2f %% are called bursts", mean, spread, 100*got)
			}
		}
	}
}

func TestAnOutageIsFoundAlsoAfterAnother(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, mean := range []float64{0.3, 2, 8, 40, 150} {
		got := rate(1000, func() sample {
			s := hourOfTraffic(r, mean, 1, 200, weeksBefore)
			s.before[r.IntN(len(s.before))] += int(10 * (mean + 3)) // there was one some weeks ago
			more := drawn(r, 5*mean+20, 1)
			s.now, s.allNow = s.now+more, s.allNow+more
			return s
		})
		if got < 0.98 {
			t.Errorf("%v an hour: %.1f %% are found", mean, 100*got)
		}
	}
}

// A Monday after a holiday: everything comes twice as often.
func TestWhatRisesWithEverythingIsNoBurst(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	got := rate(2000, func() sample {
		s := hourOfTraffic(r, 40, 1, 400, weeksBefore)
		s.now, s.allNow = 2*s.now+s.now/4, 2*s.allNow+s.allNow/4
		return s
	})
	if got > 0.002 {
		t.Errorf("%.2f %% are called bursts", 100*got)
	}
}

func TestWithoutAPastNothingIsABurst(t *testing.T) {
	t.Parallel()
	if _, known := (sample{now: 500, before: []int{1}, allNow: 500, allBefore: []int{9}}).judge(); known {
		t.Error("one earlier hour is enough")
	}
}

// A day of a real city's service requests, hour by hour and kind by kind: as it came it is no burst, and an outage on top of it is one.
func TestBurstsInADayOfACity(t *testing.T) {
	t.Parallel()
	file, err := os.Open(realtest.File(t, "data", "nyc311", "311_Service_Requests_2022-05-01.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type cell struct {
		hour int
		kind string
	}
	counts, all := map[cell]int{}, map[int]int{}
	for _, row := range rows[1:] {
		at, err := time.Parse("01/02/2006 03:04:05 PM", row[1])
		if err != nil {
			t.Fatal(err)
		}
		counts[cell{at.Hour(), row[5]}]++
		all[at.Hour()]++
	}
	r := rand.New(rand.NewPCG(7, 8))
	usual, found, hours := 0, 0, 0
	for c, n := range counts {
		hours++
		s := sample{now: n, allNow: all[c.hour]}
		for range weeksBefore { // weeks like this one
			s.before, s.allBefore = append(s.before, drawn(r, float64(n), 1)), append(s.allBefore, drawn(r, float64(all[c.hour]), 1))
		}
		if v, _ := s.judge(); v.burst(s.now) {
			usual++
		}
		more := 5*n + 20
		s.now, s.allNow = s.now+more, s.allNow+more
		if v, _ := s.judge(); v.burst(s.now) {
			found++
		}
	}
	t.Logf("%d kinds and hours: %d bursts as it was, %d with an outage", hours, usual, found)
	if hours < 50 || usual > 0 || found < hours {
		t.Errorf("of %d: %d bursts as it was, %d with an outage", hours, usual, found)
	}
}
