package frame

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func value(v float64) ChartPoint {
	return ChartPoint{Has: true, Value: v, Lower: v - 5, Upper: v + 5, Cells: []string{"v"}}
}

func TestAGapBreaksTheLineAndALonePointIsADot(t *testing.T) {
	t.Parallel()
	none, faint := ChartPoint{}, value(50)
	faint.Faint = true
	l := LineChart{Floor: 0, Top: 100, Points: []ChartPoint{
		value(60), value(70), none, value(80), none, faint, value(60), value(65), value(70),
	}}
	d := l.draw("chart", 1040, 220, 12)
	if len(d.Line) != 2 || len(d.Band) != 2 {
		t.Errorf("%d lines and %d bands, want two runs", len(d.Line), len(d.Band))
	}
	if len(d.Dots) != 2 || d.Dots[0].Faint || !d.Dots[1].Faint {
		t.Errorf("dots = %+v, want the lone point and the faint one", d.Dots)
	}
	if len(d.Hits) != len(l.Points) {
		t.Errorf("%d of %d points say what they are", len(d.Hits), len(l.Points))
	}
}

func TestTheAxisIsRoundAndHoldsEverythingDrawn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		points []ChartPoint
		target *chartTarget
		want   []string
	}{
		"near the top":  {[]ChartPoint{value(91), value(93)}, nil, []string{"85", "90", "95", "100"}},
		"with a target": {[]ChartPoint{value(70), value(75)}, &chartTarget{Value: 95}, []string{"60", "70", "80", "90", "100"}},
		"nothing":       {nil, nil, []string{"0", "25", "50", "75", "100"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, mark := range (LineChart{Points: c.points, Target: c.target, Top: 100}).draw("chart", 1040, 220, 12).Grid {
				got = append(got, mark.Text)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNothingIsDrawnOutsideOfTheAxis(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var points []ChartPoint
		for range rapid.IntRange(1, 20).Draw(t, "n") {
			p := value(rapid.Float64Range(-95, 95).Draw(t, "value"))
			points = append(points, p)
		}
		low, high, step := LineChart{Points: points, Floor: -100, Top: 100}.axis()
		for _, p := range points {
			if p.Lower < low-1e-9 || p.Upper > high+1e-9 {
				t.Fatalf("%v–%v is outside of %v–%v", p.Lower, p.Upper, low, high)
			}
		}
		if lines := (high - low) / step; lines < 1 || lines > 12 {
			t.Fatalf("%v grid lines from %v to %v", lines, low, high)
		}
	})
}

func TestAChartIsReadableWithoutSeeingIt(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	var b bytes.Buffer
	page, err := site.views.sets["en"]["error"]()
	if err == nil {
		err = page.ExecuteTemplate(&b, "chart", SampleChart())
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("svg").Each(func(_ int, svg *goquery.Selection) {
		role, _ := svg.Attr("role")
		label, _ := svg.Attr("aria-label")
		if role != "img" || label == "" {
			t.Errorf("a chart has role %q and label %q", role, label)
		}
	})
	if rows := doc.Find("details table tbody tr").Length(); rows != len(SampleChart().Points) {
		t.Errorf("the table has %d rows for %d points", rows, len(SampleChart().Points))
	}
	for _, want := range []string{"path.line", "path.band", "path.prev", "line.goal", "circle.dot.faint", "rect.hit title"} {
		if doc.Find("svg.wide "+want).Length() == 0 {
			t.Errorf("no %s is drawn", want)
		}
	}
	if doc.Find("[style]").Length() > 0 || strings.Contains(b.String(), "NaN") {
		t.Error("an inline style or a place that is no number")
	}
}

func TestEndLabelsKeepApart(t *testing.T) {
	t.Parallel()
	l := LineChart{Top: 100, Points: []ChartPoint{value(60), value(60)}, Before: []ChartPoint{value(60), value(60)}, BeforeLabel: "before"}
	d := l.draw("chart", 1040, 220, 12)
	if d.End == nil || d.BeforeEnd == nil || d.End.Y == d.BeforeEnd.Y {
		t.Errorf("labels at %+v and %+v", d.End, d.BeforeEnd)
	}
}

func TestBarsAndWhiskersStayInTheirBox(t *testing.T) {
	t.Parallel()
	if got := NewWhisker(50, -120, 130, -100, 100); got != (Whisker{Dot: "75", From: "0", Width: "100", Shown: true}) {
		t.Errorf("whisker = %+v", got)
	}
	if got := NewShareBar(1, 0).Width; got != "0" {
		t.Errorf("a part of nothing is %s wide", got)
	}
}

func TestNumbersAreRoundedHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{{0.25, 1, "0.3"}, {-0.25, 1, "−0.3"}, {-0.04, 1, "0.0"}, {39.256, 1, "39.3"}, {-20, 0, "−20"}, {2.991333, 2, "2.99"}} {
		t.Run(c.want, func(t *testing.T) {
			if got := Decimal(c.v, c.digits); got != c.want {
				t.Errorf("%v with %d digits is %s, want %s", c.v, c.digits, got, c.want)
			}
		})
	}
	if got := SignedDecimal(1.25, 1); got != "+1.3" {
		t.Errorf("a rise of 1.25 is %s", got)
	}
}

func TestOneBadAnswerDoesNotFlattenTheLine(t *testing.T) {
	t.Parallel()
	alone := value(0)
	alone.Faint = true
	l := LineChart{Top: 100, Points: []ChartPoint{value(80), value(85), alone}}
	if low, _, _ := l.axis(); low < 70 {
		t.Errorf("the axis begins at %v", low)
	}
	if dots := l.draw("chart", 1040, 220, 12).Dots; len(dots) > 0 {
		t.Errorf("a dot below the axis: %+v", dots)
	}
}
