package web

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/figures"
)

// scoresPage shows one metric over a period: the figure, its course, and what it is made of.
type scoresPage struct {
	page
	Filter    scoreForm
	Metrics   []scoreLink
	Figure    figureView
	Change    changeView
	Receipt   scoreReceipt
	Bands     []bandRow
	Chart     lineChart
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
	Options            []option
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
	Bar        shareBar
}

func (*scoresPage) template() string { return "scores" }

func (s *Server) scoresRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/scores", roles: []account.Role{account.Supervisor}, handle: s.showScores},
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

func (s *Server) showScores(c *gin.Context) error {
	f, err := readScoreFilter(c, s.Figures.Today(), scoresDefaults())
	if err != nil {
		return err
	}
	p := &scoresPage{}
	if err := s.fillScores(c, f, p); err != nil {
		return err
	}
	if p.Filter, err = s.scoreForm(c, f, true); err != nil {
		return err
	}
	p.page = s.page(c, "scores.title")
	return s.render(c, p)
}

// fillScores reads the figure, its course and its breakdown.
func (s *Server) fillScores(c *gin.Context, f scoreFilter, p *scoresPage) error {
	q := f.query(viewer(c), f.Metric)
	pair, err := s.scorePair(c.Request.Context(), f, q)
	if err != nil {
		return err
	}
	w := s.scoreWords(c)
	p.Figure, p.Empty = w.figure(pair.Now), pair.Now.N == 0
	if f.Compare {
		p.Change = w.change(pair.Now, pair.Before)
	}
	p.Receipt = s.scoreReceipt(c, f, f.Metric)
	p.Bands = w.bands(pair.Now)
	p.Metrics, p.WidenHref = s.metricLinks(c, f), f.at(f.path, "period", "365d", "from", "", "to", "")
	step := f.step(pair.Now.N)
	if p.Chart, err = s.scoreChart(c, f, f.Metric, step); err != nil {
		return err
	}
	p.Steps = s.stepLinks(c, f, step)
	by := f.By
	if by == figures.All {
		by = figures.Team
	}
	if p.Table, err = s.breakdown(c, f, f.Metric, by); err != nil {
		return err
	}
	p.Table.Links = s.dimensionLinks(c, f, by)
	return nil
}

// scoreReceipt says what a figure came from.
func (s *Server) scoreReceipt(c *gin.Context, f scoreFilter, m figures.Metric) scoreReceipt {
	base := string(f.Time)
	if m == figures.Evaluated || m == figures.Covered {
		base += "_" + string(m)
	}
	before := ""
	if f.Compare {
		q := f.before(f.query(viewer(c), m))
		before = dayRange(q.From, q.To)
	}
	return scoreReceipt{
		Before:     before,
		Definition: s.t(c, "scores.definition_"+string(m)), Range: dayRange(f.From, f.To), Zone: s.Figures.Zone().String(),
		Time: s.t(c, "scores.time_"+base), AsOf: s.now(),
	}
}

// bands are the counts behind a figure of answers.
func (w scoreWords) bands(f figures.Figure) []bandRow {
	if f.N == 0 {
		return nil
	}
	row := func(band, kind string, n int64) bandRow {
		return bandRow{Name: w.t("scores.band_" + string(f.Metric) + "_" + band), Kind: kind, Text: thousands(n), Bar: newShareBar(n, f.N)}
	}
	switch f.Metric {
	case figures.CSAT, figures.NPS, figures.CES:
		return []bandRow{row("high", "high", f.High), row("mid", "mid", f.Mid), row("low", "low", f.Low)}
	case figures.SolvedYes:
		return []bandRow{row("high", "high", f.High), row("low", "low", f.Low)}
	case figures.Evaluated, figures.Covered:
		return []bandRow{row("high", "high", f.High), row("low", "mid", f.N-f.High)}
	case figures.Resolved, figures.Invited, figures.Delivered:
	}
	return nil
}

func (s *Server) metricLinks(c *gin.Context, f scoreFilter) []scoreLink {
	var links []scoreLink
	for _, m := range shownMetrics() {
		href := f.at(f.path, "metric", string(m))
		links = append(links, scoreLink{Text: s.t(c, "scores.metric_"+string(m)), Href: href, Current: m == f.Metric})
	}
	return links
}

func (s *Server) stepLinks(c *gin.Context, f scoreFilter, current figures.Step) []scoreLink {
	var links []scoreLink
	for _, step := range []figures.Step{figures.Daily, figures.Weekly, figures.Monthly} {
		links = append(links, scoreLink{Text: s.t(c, "scores.step_"+string(step)), Href: f.at(f.path, "step", string(step)), Current: step == current})
	}
	return links
}

func (s *Server) dimensionLinks(c *gin.Context, f scoreFilter, current figures.Dimension) []scoreLink {
	var links []scoreLink
	for _, d := range filterDimensions() {
		links = append(links, scoreLink{Text: s.t(c, "scores.by_"+string(d)), Href: f.at(f.path, "by", string(d)), Current: d == current})
	}
	return links
}
