package frame

import (
	"math"
)

// Sparkline is a line without axes beside a figure; see partials/chart.html. It repeats what the figure's page shows, and so is
// hidden from those who cannot see it.
type Sparkline struct {
	Path []string
	End  *chartMark
}

// The view box of a sparkline.
const (
	sparkWidth  = 120
	sparkHeight = 28
)

// NewSparkline draws points without a scale: only their course counts.
func NewSparkline(points []ChartPoint) Sparkline {
	low, high := chartExtent(points)
	p := chartPlot{left: 2, right: sparkWidth - 4, top: 4, bottom: sparkHeight - 4, low: low, high: high, n: len(points)}
	s := Sparkline{Path: chartPaths(p, points, linePath)}
	if i := lastOnLine(points); i >= 0 && len(s.Path) > 0 {
		s.End = &chartMark{X: coord(p.x(i)), Y: coord(p.y(points[i].Value))}
	}
	return s
}

// chartExtent returns the lowest and the highest value on the line, apart from each other.
func chartExtent(points []ChartPoint) (low, high float64) {
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

// Whisker is an estimate with its interval on a scale from 0 to 100: a dot on a bar, one row of a table; see partials/chart.html.
type Whisker struct {
	Dot, From, Width string
	Shown            bool
}

// NewWhisker places a value and its interval between floor and top.
func NewWhisker(value, lower, upper, floor, top float64) Whisker {
	at := func(v float64) float64 { return 100 * (min(max(v, floor), top) - floor) / (top - floor) }
	return Whisker{Dot: coord(at(value)), From: coord(at(lower)), Width: coord(at(upper) - at(lower)), Shown: true}
}

// ShareBar is a horizontal bar from zero; see partials/chart.html.
type ShareBar struct{ Width string }

// NewShareBar returns the bar of a part of the largest.
func NewShareBar(part, largest int64) ShareBar {
	if largest <= 0 {
		return ShareBar{Width: "0"}
	}
	return ShareBar{Width: coord(100 * float64(part) / float64(largest))}
}
