package desk

import (
	"fmt"
	"strconv"
	"time"

	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

// dayLines are one's own figures: of the day, of its week, and of a usual day. What is made of nothing is a dash.
func dayLines(own performance.Own) []dayLine {
	line := func(key string, of func(performance.Figures) string) dayLine {
		l := dayLine{Key: key, Day: of(own.Day), Week: of(own.Week), Usual: "–"}
		if own.Days > 0 {
			l.Usual = of(own.Usual)
		}
		return l
	}
	number := func(of func(performance.Figures) int) func(performance.Figures) string {
		return func(f performance.Figures) string { return strconv.Itoa(of(f)) }
	}
	hourly := func(of func(performance.Figures) int) func(performance.Figures) string {
		return func(f performance.Figures) string {
			n, known := f.PerHour(of(f))
			if !known {
				return "–"
			}
			return frame.Decimal(n, 1)
		}
	}
	mean := func(of func(performance.Figures) (time.Duration, bool), n func(performance.Figures) int) func(performance.Figures) string {
		return func(f performance.Figures) string {
			d, known := of(f)
			if !known {
				return "–"
			}
			s := int(d.Round(time.Second) / time.Second)
			return fmt.Sprintf("%d:%02d (n=%d)", s/60, s%60, n(f))
		}
	}
	return []dayLine{
		line("attempts", number(func(f performance.Figures) int { return f.Attempts })),
		line("reached", number(func(f performance.Figures) int { return f.Reached })),
		line("finished", number(func(f performance.Figures) int { return f.Finished })),
		line("worked", func(f performance.Figures) string { return frame.Decimal(f.Worked.Hours(), 1) }),
		line("per_hour", hourly(func(f performance.Figures) int { return f.Finished })),
		line("att", mean(performance.Figures.ATT, func(f performance.Figures) int { return f.Talks })),
		line("acw", mean(performance.Figures.ACW, func(f performance.Figures) int { return f.Wraps })),
		line("skips", number(func(f performance.Figures) int { return f.Skips })),
		line("expired", number(func(f performance.Figures) int { return f.Expired })),
		line("solved", func(f performance.Figures) string {
			if f.Seconds == 0 {
				return "–"
			}
			return fmt.Sprintf("%d / %d", f.Solved, f.Seconds)
		}),
	}
}
