package web

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/figures"
)

// boardPage is the dashboard: how satisfied customers are, how sure that is, and what there is to do about it.
type boardPage struct {
	page
	Filter     scoreForm
	Tiles      []boardTile
	Recoveries recoveryTile
	Chart      lineChart
	ChartHref  string
	Table      scoreTable
	Lows       []lowRow
	LowsHref   string
	Reasons    []reasonRow
	Empty      bool // no answers at all in the period
}

// boardTile is one figure of the first row, with what it came from.
type boardTile struct {
	ID        string
	Label     string
	Href      string
	Figure    figureView
	Change    changeView
	Spark     sparkline
	Receipt   scoreReceipt
	Maturing  bool // some of the invitations can still be answered
	MaturesOn clock.Day
}

// recoveryTile is the recoveries that wait, and how many of those closed went well.
type recoveryTile struct {
	Open, Overdue, DueSoon int
	Closed                 int    // in the period
	Rate                   string // of those closed, in words
	Href                   string
}

func (*boardPage) template() string { return "board" }

func (s *Server) boardRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/board", roles: []account.Role{account.Supervisor}, handle: s.showBoard},
	}
}

func boardDefaults() url.Values {
	return url.Values{"metric": {"csat"}, "by": {"all"}, "period": {"30d"}, "time": {string(figures.ByAnswered)}}
}

func (s *Server) showBoard(c *gin.Context) error {
	f, err := readScoreFilter(c, s.Figures.Today(), boardDefaults())
	if err != nil {
		return err
	}
	p := &boardPage{ChartHref: f.at("/scores", "by", "")}
	if err := s.fillFigures(c, f, p); err != nil {
		return err
	}
	if err := s.fillFollowUp(c, f, p); err != nil {
		return err
	}
	if p.Filter, err = s.scoreForm(c, f, false); err != nil {
		return err
	}
	p.page = s.page(c, "board.title")
	return s.render(c, p)
}

// fillFigures reads the tiles, the trend and the breakdown.
func (s *Server) fillFigures(c *gin.Context, f scoreFilter, p *boardPage) error {
	for _, m := range []figures.Metric{figures.CSAT, figures.NPS, figures.Evaluated, figures.Covered} {
		t, pair, err := s.boardTile(c, f, m)
		if err != nil {
			return err
		}
		p.Tiles = append(p.Tiles, t)
		if m != figures.CSAT {
			continue
		}
		p.Empty = pair.Now.N == 0
		if p.Chart, err = s.scoreChart(c, f, m, f.step(pair.Now.N)); err != nil {
			return err
		}
	}
	by := f.By
	if by == figures.All {
		by = boardDimension(f)
	}
	var err error
	p.Table, err = s.breakdown(c, f, figures.CSAT, by)
	if err != nil {
		return err
	}
	p.Table.Mean = false // the card is half as wide as the page behind it
	for _, d := range []figures.Dimension{figures.Team, figures.Agent, figures.Category} {
		p.Table.Links = append(p.Table.Links, scoreLink{Text: s.t(c, "scores.by_"+string(d)), Href: f.at(f.path, "by", string(d)), Current: d == by})
	}
	return nil
}

// boardDimension is what the breakdown begins with: teams where there are several to compare, else the agents of the one.
func boardDimension(f scoreFilter) figures.Dimension {
	switch {
	case f.Where[figures.Agent] != "":
		return figures.Category
	case f.Where[figures.Team] != "":
		return figures.Agent
	}
	return figures.Team
}

func (s *Server) boardTile(c *gin.Context, f scoreFilter, m figures.Metric) (boardTile, scorePair, error) {
	q := f.query(viewer(c), m)
	pair, err := s.scorePair(c.Request.Context(), f, q)
	if err != nil {
		return boardTile{}, pair, err
	}
	series, err := s.Figures.Series(c.Request.Context(), q, f.step(pair.Now.N))
	if err != nil {
		return boardTile{}, pair, err
	}
	w := s.scoreWords(c)
	t := boardTile{
		ID: string(m), Label: s.t(c, "scores.metric_"+string(m)), Href: f.at("/scores", "metric", string(m), "by", ""),
		Figure: w.figure(pair.Now), Spark: newSparkline(w.points(series, f.From)), Receipt: s.scoreReceipt(c, f, m),
	}
	if f.Compare {
		t.Change = w.change(pair.Now, pair.Before)
	}
	// A cohort is complete when the last invitation of the period has expired.
	t.MaturesOn = f.To + answerDays
	t.Maturing = m == figures.Evaluated && pair.Now.N > 0 && t.MaturesOn >= s.Figures.Today()
	return t, pair, nil
}

// answerDays is how long an invitation can be answered, by default.
const answerDays = 14
