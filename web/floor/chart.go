package floor

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/tasks/callback/floor"
)

// hourChart is the calls of a day by hour: a bar for today, a line over it for what is usual. It is drawn on the server; the same is in a
// table behind it.
type hourChart struct {
	Label  string
	Width  int
	Bars   []hourBar
	Hours  []hourCells
	Usual  bool // something is usual
	Height int
	Base   int
}

// hourBar is one hour, in units of the view box.
type hourBar struct {
	X, W, Y, H   string
	Usual        string // where the usual line is; empty for none
	Tick, Middle string // the hour below, where there is room
	Hover        string
	Now          bool
}

// hourCells is one hour in the table.
type hourCells struct{ Hour, Dialled, Usual string }

const (
	chartWidth  = 400
	chartTop    = 8
	chartBase   = 112
	chartHeight = 132
)

func (h *handlers) hourChart(c *gin.Context, day floor.Today) hourChart {
	chart := hourChart{Label: h.T(c, "floor.chart"), Width: chartWidth, Height: chartHeight, Base: chartBase, Usual: day.Days > 0}
	if len(day.Hours) == 0 {
		return chart
	}
	most := 1.0
	for _, hour := range day.Hours {
		most = max(most, float64(hour.Dialled), hour.Usual)
	}
	slot := float64(chartWidth) / float64(len(day.Hours))
	y := func(v float64) float64 { return chartBase - (chartBase-chartTop)*v/most }
	for i, hour := range day.Hours {
		begins := hour.From.In(h.Zone).Format("15:04")
		usual := "–"
		if day.Days > 0 {
			usual = strconv.FormatFloat(hour.Usual, 'f', 0, 64)
		}
		x := float64(i) * slot
		bar := hourBar{
			X: coord(x + slot*.15), W: coord(slot * .7), Y: coord(y(float64(hour.Dialled))), H: coord(chartBase - y(float64(hour.Dialled))),
			Middle: coord(x + slot/2), Now: hour.Now, Hover: h.T(c, "floor.chart_hour", "hour", begins, "n", hour.Dialled, "usual", usual),
		}
		if day.Days > 0 && hour.Usual > 0 {
			bar.Usual = coord(y(hour.Usual))
		}
		if len(day.Hours) <= 12 || i%2 == 0 {
			bar.Tick = hour.From.In(h.Zone).Format("15")
		}
		chart.Bars = append(chart.Bars, bar)
		chart.Hours = append(chart.Hours, hourCells{begins, strconv.Itoa(hour.Dialled), usual})
	}
	return chart
}

func coord(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
