package web

import "math"

// sparkline is a line without axes beside a figure; see partials/chart.html. It repeats what the figure's page shows, and so is
// hidden from those who cannot see it.
type sparkline struct {
	Path []string
	End  *chartMark
}

// sparklineSize is the view box of a sparkline.
const (
	sparkWidth  = 120
	sparkHeight = 28
)

// newSparkline draws points without a scale: only their course counts.
func newSparkline(points []chartPoint) sparkline {
	low, high := chartExtent(points)
	p := chartPlot{left: 2, right: sparkWidth - 4, top: 4, bottom: sparkHeight - 4, low: low, high: high, n: len(points)}
	s := sparkline{Path: chartPaths(p, points, linePath)}
	if i := lastOnLine(points); i >= 0 && len(s.Path) > 0 {
		s.End = &chartMark{X: coord(p.x(i)), Y: coord(p.y(points[i].Value))}
	}
	return s
}

// chartExtent returns the lowest and the highest value on the line, apart from each other.
func chartExtent(points []chartPoint) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range points {
		if p.onLine() {
			low, high = math.Min(low, p.Value), math.Max(high, p.Value)
		}
	}
	if high-low < 1e-9 || low > high {
		return low - 1, low + 1
	}
	return low, high
}

// whisker is an estimate with its interval on a scale from 0 to 100: a dot on a bar, one row of a table; see partials/chart.html.
type whisker struct {
	Dot, From, Width string
	Shown            bool
}

// newWhisker places a value and its interval between floor and top.
func newWhisker(value, lower, upper, floor, top float64) whisker {
	at := func(v float64) float64 { return 100 * (min(max(v, floor), top) - floor) / (top - floor) }
	return whisker{Dot: coord(at(value)), From: coord(at(lower)), Width: coord(at(upper) - at(lower)), Shown: true}
}

// shareBar is a horizontal bar from zero; see partials/chart.html.
type shareBar struct{ Width string }

// newShareBar returns the bar of a part of the largest.
func newShareBar(part, largest int64) shareBar {
	if largest <= 0 {
		return shareBar{Width: "0"}
	}
	return shareBar{Width: coord(100 * float64(part) / float64(largest))}
}
