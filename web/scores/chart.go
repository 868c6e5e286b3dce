package scores

import (
	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/web/frame"
)

// scoreChart draws a metric over the filter's days, with the same number of days before where the filter compares.
func (h *handlers) scoreChart(c *gin.Context, f scoreFilter, m figures.Metric, step figures.Step) (frame.LineChart, error) {
	ctx, w := c.Request.Context(), h.scoreWords(c)
	q := f.query(frame.Viewer(c), m)
	points, err := h.figures.Series(ctx, q, step)
	if err != nil {
		return frame.LineChart{}, err
	}
	chart := frame.LineChart{
		Label:   h.T(c, "scores.chart_label", "figure", h.T(c, "scores.metric_"+string(m)), "range", dayRange(f.From, f.To)),
		FirstOf: h.T(c, "scores.step_"+string(step)), BeforeLabel: h.T(c, "scores.before_label"),
		Heads: []string{h.T(c, "scores.metric_"+string(m)), h.T(c, "scores.interval"), h.T(c, "scores.answers")},
	}
	chart.Floor, chart.Top = floorOf(m), scoreTop
	chart.Points = w.points(points, f.From)
	if f.Compare {
		before, err := h.figures.Series(ctx, f.before(q), step)
		if err != nil {
			return frame.LineChart{}, err
		}
		chart.Before = w.points(before[:min(len(before), len(points))], f.From)
	}
	return chart, nil
}

// points words the points of a series. Fewer than ten answers make a faint point.
func (w scoreWords) points(series []figures.Point, first clock.Day) []frame.ChartPoint {
	points := make([]frame.ChartPoint, len(series))
	for i, p := range series {
		v := w.figure(p.Figure)
		point := frame.ChartPoint{Name: p.Label, Tick: tickOf(p.Period, first), Cells: []string{
			v.Text + v.Unit, dash(v.Interval), thousands(p.N),
		}}
		point.Hover = w.t("scores.hover", "period", p.Label, "value", v.Text+v.Unit, "interval", dash(v.Interval), "n", thousands(p.N))
		if e := p.Value; e != nil {
			point.Has, point.Faint, point.Value = true, p.Sample == figures.CountsOnly, e.Value
			point.Lower, point.Upper = e.Value, e.Value
			if e.Interval != nil {
				point.Lower, point.Upper = e.Interval.Lower, e.Interval.Upper
			}
		}
		points[i] = point
	}
	return points
}

// tickOf is a period below an axis: month and day of its first day that is in the range, or year and month.
func tickOf(p figures.Period, first clock.Day) string {
	if p.Step == figures.Monthly {
		return p.From.String()[:7]
	}
	return max(p.From, first).String()[5:]
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
