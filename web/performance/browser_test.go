package performance_test

import (
	"fmt"
	"testing"
)

func TestPerformancePagesInABrowser(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	b := f.Open(t)
	b.Login("supervisor")
	b.Look("performance-empty", "/performance?period=custom&from=2026-03-01&until=2026-03-02")
	f.roll(t)
	b.Look("performance", "/performance?period=week")
	b.Look("performance-rows", fmt.Sprintf("/performance/rows?period=week&caller=%d&what=attempts", f.ids[0]))
	for _, width := range []int64{1440, 1024} {
		b.Resize(width, 900, false)
		b.Visit("/performance?period=week&by=day")
		b.Fits("performance by day")
		b.Screenshot(fmt.Sprint("performance-day-", width))
	}
	wang := f.Open(t)
	wang.Login("c1")
	wang.Look("my-day", "/day")
}
