package performance

import (
	"math"
	"time"

	"aftercall/tasks/callback/performance"
)

// fileColumn is a column of the files, with its value: an int, a float64, or nil where there is none.
type fileColumn struct {
	code string
	of   func(f performance.Figures, hours bool) any
}

// fileColumns are every number that figures are made of, so that whoever has a file can make them anew. Times are seconds, hours hours.
var fileColumns = []fileColumn{
	{"attempts", func(f performance.Figures, _ bool) any { return f.Attempts }},
	{"reached", func(f performance.Figures, _ bool) any { return f.Reached }},
	{"finished", func(f performance.Figures, _ bool) any { return f.Finished }},
	{"worked", func(f performance.Figures, hours bool) any {
		if !hours {
			return nil
		}
		return rounded(f.Worked.Hours())
	}},
	{"per_hour", func(f performance.Figures, hours bool) any { return known(f.PerHour(f.Attempts))(hours) }},
	{"finished_per_hour", func(f performance.Figures, hours bool) any { return known(f.PerHour(f.Finished))(hours) }},
	{"talks", func(f performance.Figures, _ bool) any { return f.Talks }},
	{"talk", func(f performance.Figures, _ bool) any { return whole(f.TalkTime) }},
	{"att", func(f performance.Figures, _ bool) any { return mean(f.ATT()) }},
	{"wraps", func(f performance.Figures, _ bool) any { return f.Wraps }},
	{"wrap", func(f performance.Figures, _ bool) any { return whole(f.WrapTime) }},
	{"acw", func(f performance.Figures, _ bool) any { return mean(f.ACW()) }},
	{"aht", func(f performance.Figures, _ bool) any { return mean(f.AHT()) }},
	{"handled", func(f performance.Figures, _ bool) any { return f.Handled }},
	{"handling", func(f performance.Figures, _ bool) any { return mean(f.Handling()) }},
	{"skips", func(f performance.Figures, _ bool) any { return f.Skips }},
	{"expired", func(f performance.Figures, _ bool) any { return f.Expired }},
	{"handoffs", func(f performance.Figures, _ bool) any { return f.Handoffs }},
	{"seconds", func(f performance.Figures, _ bool) any { return f.Seconds }},
	{"solved", func(f performance.Figures, _ bool) any { return f.Solved }},
}

func rounded(n float64) float64 { return math.Round(n*100) / 100 }

func whole(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

func known(n float64, is bool) func(hours bool) any {
	return func(hours bool) any {
		if !is || !hours {
			return nil
		}
		return rounded(n)
	}
}

func mean(d time.Duration, is bool) any {
	if !is {
		return nil
	}
	return rounded(d.Seconds())
}
