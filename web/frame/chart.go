package frame

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// LineChart is a figure over time: a line with the band of its intervals, the period before as a thin line, a target as a dashed
// one. It is drawn on the server as SVG, once for wide screens and once for phones; see partials/chart.html.
type LineChart struct {
	Label       string // what it shows, for those who cannot see it
	Points      []ChartPoint
	Before      []ChartPoint // of the same number of periods before; nil for none
	BeforeLabel string
	Target      *chartTarget
	Floor, Top  float64  // the lowest and the highest value there can be; the axis shows what is needed of it
	Unit        string   // after the numbers of the axis
	FirstOf     string   // head of the table's first column
	Heads       []string // heads of the others, as many as a point has cells
}

// ChartPoint is one period. One without a value leaves a gap; a faint one, of too few answers, is a dot beside the line.
type ChartPoint struct {
	Name         string // in the table
	Tick         string // below the axis, where there is room
	Hover        string // everything about it, in words
	Has, Faint   bool
	Value        float64
	Lower, Upper float64  // the same as Value for no band
	Cells        []string // of the table; the first one is the value in words, also shown at the end of the line
}

// onLine reports whether the line goes through the point.
func (p ChartPoint) onLine() bool { return p.Has && !p.Faint }

// chartTarget is a dashed line with its label.
type chartTarget struct {
	Value float64
	Label string
}

// chartDrawing is a chart laid out at a size. All numbers are in units of the view box.
type chartDrawing struct {
	Class          string
	Width, Height  int
	Left, Right    string // ends of the grid lines
	Bottom         string
	Grid           []chartMark // Y and Text
	Ticks          []chartMark // X and Text
	Band, Line     []string    // paths, one for each run without a gap
	Before         []string
	Dots           []chartMark
	End, BeforeEnd *chartMark
	Target         *chartMark
	Hits           []chartMark
}

// chartMark is something at a place.
type chartMark struct {
	X, Y, W string
	Text    string
	Faint   bool
}

// Drawings returns the chart for wide screens and for phones.
func (l LineChart) Drawings() []chartDrawing {
	return []chartDrawing{l.draw("chart wide", 1040, 220, 12), l.draw("chart narrow", 360, 200, 4)}
}

// Empty reports whether there is nothing to draw.
func (l LineChart) Empty() bool {
	for _, p := range l.Points {
		if p.Has {
			return false
		}
	}
	return true
}

// chartPlot turns values into places of a drawing.
type chartPlot struct {
	left, right, top, bottom float64
	low, high                float64
	n                        int
}

func (p chartPlot) x(i int) float64 {
	if p.n < 2 {
		return (p.left + p.right) / 2
	}
	return p.left + (p.right-p.left)*float64(i)/float64(p.n-1)
}

func (p chartPlot) y(v float64) float64 {
	return p.bottom - (p.bottom-p.top)*(v-p.low)/(p.high-p.low)
}

func (l LineChart) draw(class string, width, height, maxTicks int) chartDrawing {
	low, high, step := l.axis()
	p := chartPlot{left: 40, right: float64(width) - 64, top: 14, bottom: float64(height) - 30, low: low, high: high, n: len(l.Points)}
	d := chartDrawing{
		Class: class, Width: width, Height: height, Left: coord(p.left), Right: coord(p.right), Bottom: coord(p.bottom),
		Grid: l.grid(p, step), Ticks: l.ticks(p, maxTicks),
		Line: chartPaths(p, l.Points, linePath), Band: chartPaths(p, l.Points, bandPath), Before: chartPaths(p, l.Before, linePath),
		Dots: chartDots(p, l.Points), Hits: chartHits(p, l.Points),
	}
	d.End, d.BeforeEnd = l.ends(p)
	if l.Target != nil {
		d.Target = &chartMark{Y: coord(p.y(l.Target.Value)), X: coord(p.right), Text: l.Target.Label}
	}
	return d
}

// axis returns what the axis shows: round numbers around everything drawn, never more than is possible.
func (l LineChart) axis() (low, high, step float64) {
	low, high = math.Inf(1), math.Inf(-1)
	see := func(v float64) { low, high = math.Min(low, v), math.Max(high, v) }
	faint := !slices.ContainsFunc(slices.Concat(l.Points, l.Before), ChartPoint.onLine)
	for _, p := range l.Points {
		if p.onLine() {
			see(p.Value)
			see(p.Lower)
			see(p.Upper)
		}
	}
	for _, p := range slices.Concat(l.Points, l.Before) {
		if p.onLine() || p.Has && faint { // one answer of 0 % must not flatten everything else
			see(p.Value)
		}
	}
	if l.Target != nil {
		see(l.Target.Value)
	}
	if low > high {
		low, high = l.Floor, l.Top
	}
	span := math.Max(high-low, (l.Top-l.Floor)/10)
	step = roundStep(span / 4)
	low = math.Max(l.Floor, math.Floor(low/step)*step)
	high = math.Min(l.Top, math.Ceil(high/step)*step)
	if high-low < step {
		low, high = math.Max(l.Floor, low-step), math.Min(l.Top, high+step)
	}
	return low, high, step
}

// roundStep returns the next 1, 2, 2.5 or 5 times a power of ten.
func roundStep(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if v <= m*unit*1.0001 {
			return m * unit
		}
	}
	return 10 * unit
}

func (l LineChart) grid(p chartPlot, step float64) []chartMark {
	var marks []chartMark
	for i := 0; ; i++ {
		v := p.low + float64(i)*step
		if v > p.high+step/1000 {
			return marks
		}
		text := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
		marks = append(marks, chartMark{X: coord(p.left - 8), Y: coord(p.y(v)), Text: withMinus(text) + l.Unit})
	}
}

// ticks labels as many points as there is room for, evenly, with the last one among them.
func (l LineChart) ticks(p chartPlot, most int) []chartMark {
	var marks []chartMark
	every := max(1, (p.n+most-1)/most)
	for i, point := range l.Points {
		if (p.n-1-i)%every == 0 {
			marks = append(marks, chartMark{X: coord(p.x(i)), Y: coord(p.bottom + 20), Text: point.Tick})
		}
	}
	return marks
}

// ends labels the lines where they end, apart from each other.
func (l LineChart) ends(p chartPlot) (now, before *chartMark) {
	i, j := lastOnLine(l.Points), lastOnLine(l.Before)
	nowY := 0.0
	if i >= 0 {
		nowY = p.y(l.Points[i].Value)
		now = &chartMark{X: coord(p.x(i) + 8), Y: coord(nowY + 4), Text: l.Points[i].Cells[0]}
	}
	if j >= 0 {
		beforeY := p.y(l.Before[j].Value)
		if i == j && math.Abs(nowY-beforeY) < 14 {
			beforeY = nowY + math.Copysign(14, beforeY-nowY)
		}
		before = &chartMark{X: coord(p.x(j) + 8), Y: coord(beforeY + 4), Text: l.BeforeLabel}
	}
	return now, before
}

// lastOnLine returns the index of the last point of the line, or -1.
func lastOnLine(points []ChartPoint) int {
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].onLine() {
			return i
		}
	}
	return -1
}

// chartPaths draws each run of points without a gap; shape makes its commands.
func chartPaths(p chartPlot, points []ChartPoint, shape func(chartPlot, []ChartPoint, int) string) []string {
	var paths []string
	for i := 0; i < len(points); {
		j := i
		for j < len(points) && points[j].onLine() {
			j++
		}
		if j-i >= 2 {
			paths = append(paths, shape(p, points[i:j], i))
		}
		i = max(j, i+1)
	}
	return paths
}

func linePath(p chartPlot, run []ChartPoint, first int) string {
	var b strings.Builder
	for i, point := range run {
		b.WriteString(pathCommand(i) + coord(p.x(first+i)) + " " + coord(p.y(point.Value)))
	}
	return b.String()
}

func bandPath(p chartPlot, run []ChartPoint, first int) string {
	var b strings.Builder
	for i, point := range run {
		b.WriteString(pathCommand(i) + coord(p.x(first+i)) + " " + coord(p.y(point.Upper)))
	}
	for i := len(run) - 1; i >= 0; i-- {
		b.WriteString("L" + coord(p.x(first+i)) + " " + coord(p.y(run[i].Lower)))
	}
	return b.String() + "Z"
}

func pathCommand(i int) string {
	if i == 0 {
		return "M"
	}
	return "L"
}

// chartDots marks what no line shows: points of too few answers, unless the axis does not reach them, and points between two gaps.
func chartDots(p chartPlot, points []ChartPoint) []chartMark {
	onLine := func(i int) bool { return i >= 0 && i < len(points) && points[i].onLine() }
	var marks []chartMark
	for i, point := range points {
		alone := onLine(i) && !onLine(i-1) && !onLine(i+1)
		if alone || point.Has && point.Faint && point.Value >= p.low && point.Value <= p.high {
			marks = append(marks, chartMark{X: coord(p.x(i)), Y: coord(p.y(point.Value)), Faint: point.Faint})
		}
	}
	return marks
}

// chartHits are the strips that say everything about their point when the mouse rests on them.
func chartHits(p chartPlot, points []ChartPoint) []chartMark {
	marks := make([]chartMark, 0, len(points))
	width := (p.right - p.left) / math.Max(1, float64(p.n-1))
	for i, point := range points {
		marks = append(marks, chartMark{X: coord(p.x(i) - width/2), W: coord(width), Text: point.Hover})
	}
	return marks
}

// coord writes a length with one decimal at most.
func coord(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
