package scores

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/web/frame"
)

// scoresPage shows one metric over a period: the figure, its course, and what it is made of.
type scoresPage struct {
	frame.Page
	Filter    scoreForm
	Metrics   []scoreLink
	Figure    figureView
	Change    changeView
	Receipt   scoreReceipt
	Bands     []bandRow
	Chart     frame.LineChart
	Steps     []scoreLink
	Table     scoreTable
	Empty     bool
	WidenHref string // the same over a year, where there may be something
}

// scoreForm is the line of filters. What has no field of its own stands as chips, and in hidden fields.
type scoreForm struct {
	Action string
	Fields []scoreField
	Dates  bool // show from and to
	From   clock.Day
	To     clock.Day
	Hidden []hiddenField
	Chips  []scoreLink // a member of a dimension, with the address without it
}

// hiddenField carries a part of the filter that has no field to see.
type hiddenField struct{ Name, Value string }

// scoreField is one select of the line.
type scoreField struct {
	Name, Label, Value string
	Options            []frame.Option
}

// scoreReceipt is what a figure came from.
type scoreReceipt struct {
	Definition, Range, Zone, Time string
	Before                        string // the days compared with; empty for none
	AsOf                          clock.Instant
}

// bandRow is one band of the answers.
type bandRow struct {
	Name, Text string
	Kind       string // high, mid or low: its colour
	Bar        frame.ShareBar
}

func (*scoresPage) Template() string { return "scores" }

func (h *handlers) scoresRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/scores", Roles: []account.Role{account.Supervisor}, Handle: h.showScores},
	}
}

// scoresDefaults is what an address without a query means.
func scoresDefaults() url.Values {
	return url.Values{"metric": {"csat"}, "by": {"team"}, "period": {"30d"}, "time": {string(figures.ByAnswered)}}
}

// shownMetrics are the figures with a page, in the order of their links.
func shownMetrics() []figures.Metric {
	return []figures.Metric{figures.CSAT, figures.NPS, figures.CES, figures.SolvedYes, figures.Evaluated, figures.Covered}
}

func (h *handlers) showScores(c *gin.Context) error {
	f, err := readScoreFilter(c, h.figures.Today(), scoresDefaults())
	if err != nil {
		return err
	}
	p := &scoresPage{}
	if err := h.fillScores(c, f, p); err != nil {
		return err
	}
	if p.Filter, err = h.scoreForm(c, f, true); err != nil {
		return err
	}
	p.Page = h.Page(c, "scores.title")
	return h.Render(c, p)
}

// fillScores reads the figure, its course and its breakdown.
func (h *handlers) fillScores(c *gin.Context, f scoreFilter, p *scoresPage) error {
	q := f.query(frame.Viewer(c), f.Metric)
	pair, err := h.scorePair(c.Request.Context(), f, q)
	if err != nil {
		return err
	}
	w := h.scoreWords(c)
	p.Figure, p.Empty = w.figure(pair.Now), pair.Now.N == 0
	if f.Compare {
		p.Change = w.change(pair.Now, pair.Before)
	}
	p.Receipt = h.scoreReceipt(c, f, f.Metric)
	p.Bands = w.bands(pair.Now)
	p.Metrics, p.WidenHref = h.metricLinks(c, f), f.at(f.Path, "period", "365d", "from", "", "to", "")
	step := f.step(pair.Now.N)
	if p.Chart, err = h.scoreChart(c, f, f.Metric, step); err != nil {
		return err
	}
	p.Steps = h.stepLinks(c, f, step)
	by := f.By
	if by == figures.All {
		by = figures.Team
	}
	if p.Table, err = h.breakdown(c, f, f.Metric, by); err != nil {
		return err
	}
	p.Table.Links = h.dimensionLinks(c, f, by)
	return nil
}

// scoreReceipt says what a figure came from.
func (h *handlers) scoreReceipt(c *gin.Context, f scoreFilter, m figures.Metric) scoreReceipt {
	base := string(f.Time)
	if m == figures.Evaluated || m == figures.Covered {
		base += "_" + string(m)
	}
	before := ""
	if f.Compare {
		q := f.before(f.query(frame.Viewer(c), m))
		before = dayRange(q.From, q.To)
	}
	definition := h.T(c, "scores.definition_"+string(m))
	if f.Incidents != figures.WithIncidents {
		definition += " " + h.T(c, "scores.incidents_counted_"+string(f.Incidents))
	}
	return scoreReceipt{
		Before:     before,
		Definition: definition, Range: dayRange(f.From, f.To), Zone: h.figures.Zone().String(),
		Time: h.T(c, "scores.time_"+base), AsOf: h.Now(),
	}
}

// bands are the counts behind a figure of answers.
func (w scoreWords) bands(f figures.Figure) []bandRow {
	if f.N == 0 {
		return nil
	}
	row := func(band, kind string, n int64) bandRow {
		return bandRow{
			Name: w.t("scores.band_" + string(f.Metric) + "_" + band),
			Kind: kind,
			Text: thousands(n),
			Bar:  frame.NewShareBar(n, f.N),
		}
	}
	switch f.Metric {
	case figures.CSAT, figures.NPS, figures.CES:
		return []bandRow{row("high", "high", f.High), row("mid", "mid", f.Mid), row("low", "low", f.Low)}
	case figures.SolvedYes:
		return []bandRow{row("high", "high", f.High), row("low", "low", f.Low)}
	case figures.Evaluated, figures.Covered:
		return []bandRow{row("high", "high", f.High), row("low", "mid", f.N-f.High)}
	case figures.Resolved, figures.Invited, figures.Delivered, figures.Unresolved:
	}
	return nil
}

func (h *handlers) metricLinks(c *gin.Context, f scoreFilter) []scoreLink {
	var links []scoreLink
	for _, m := range shownMetrics() {
		href := f.at(f.Path, "metric", string(m))
		links = append(links, scoreLink{Text: h.T(c, "scores.metric_"+string(m)), Href: href, Current: m == f.Metric})
	}
	return links
}

func (h *handlers) stepLinks(c *gin.Context, f scoreFilter, current figures.Step) []scoreLink {
	var links []scoreLink
	for _, step := range []figures.Step{figures.Daily, figures.Weekly, figures.Monthly} {
		links = append(links,
			scoreLink{Text: h.T(c, "scores.step_"+string(step)), Href: f.at(f.Path, "step", string(step)), Current: step == current})
	}
	return links
}

func (h *handlers) dimensionLinks(c *gin.Context, f scoreFilter, current figures.Dimension) []scoreLink {
	var links []scoreLink
	for _, d := range filterDimensions() {
		links = append(links, scoreLink{Text: h.T(c, "scores.by_"+string(d)), Href: f.at(f.Path, "by", string(d)), Current: d == current})
	}
	return links
}
