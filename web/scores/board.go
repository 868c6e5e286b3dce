package scores

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// boardPage is the dashboard: how satisfied customers are, how sure that is, and what there is to do about it.
type boardPage struct {
	frame.Page
	Told       []handoff.Told // what the viewer is told of handoffs and nobody has seen
	Filter     scoreForm
	Tiles      []boardTile
	Recoveries recoveryTile
	Chart      frame.LineChart
	ChartHref  string
	Table      scoreTable
	Lows       []lowRow
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
	Spark     frame.Sparkline
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

// mostTold is how much of what is told stands on the board; all of it is above the list of handoffs.
const mostTold = 5

func (*boardPage) Template() string { return "board" }

func (h *handlers) boardRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/board", Roles: []account.Role{account.Supervisor}, Handle: h.showBoard},
	}
}

func boardDefaults() url.Values {
	return url.Values{"metric": {"csat"}, "by": {"all"}, "period": {"30d"}, "time": {string(figures.ByAnswered)}}
}

func (h *handlers) showBoard(c *gin.Context) error {
	f, err := readScoreFilter(c, h.figures.Today(), boardDefaults())
	if err != nil {
		return err
	}
	p := &boardPage{ChartHref: f.at("/scores", "by", "")}
	if err := h.fillFigures(c, f, p); err != nil {
		return err
	}
	if err := h.fillFollowUp(c, f, p); err != nil {
		return err
	}
	if p.Told, err = h.handoffs.Notices(c.Request.Context(), frame.Viewer(c)); err != nil {
		return err
	}
	p.Told = p.Told[:min(len(p.Told), mostTold)]
	if p.Filter, err = h.scoreForm(c, f, false); err != nil {
		return err
	}
	p.Page = h.Page(c, "board.title")
	return h.Render(c, p)
}

// fillFigures reads the tiles, the trend and the breakdown.
func (h *handlers) fillFigures(c *gin.Context, f scoreFilter, p *boardPage) error {
	for _, m := range []figures.Metric{figures.CSAT, figures.NPS, figures.Evaluated, figures.Covered} {
		t, pair, err := h.boardTile(c, f, m)
		if err != nil {
			return err
		}
		p.Tiles = append(p.Tiles, t)
		if m != figures.CSAT {
			continue
		}
		p.Empty = pair.Now.N == 0
		if p.Chart, err = h.scoreChart(c, f, m, f.step(pair.Now.N)); err != nil {
			return err
		}
	}
	by := f.By
	if by == figures.All {
		by = boardDimension(f)
	}
	var err error
	p.Table, err = h.breakdown(c, f, figures.CSAT, by)
	if err != nil {
		return err
	}
	p.Table.Mean = false // the card is half as wide as the page behind it
	for _, d := range []figures.Dimension{figures.Team, figures.Agent, figures.Category} {
		p.Table.Links = append(p.Table.Links,
			scoreLink{Text: h.T(c, "scores.by_"+string(d)), Href: f.at(f.Path, "by", string(d)), Current: d == by})
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

func (h *handlers) boardTile(c *gin.Context, f scoreFilter, m figures.Metric) (boardTile, scorePair, error) {
	q := f.query(frame.Viewer(c), m)
	pair, err := h.scorePair(c.Request.Context(), f, q)
	if err != nil {
		return boardTile{}, pair, err
	}
	series, err := h.figures.Series(c.Request.Context(), q, f.step(pair.Now.N))
	if err != nil {
		return boardTile{}, pair, err
	}
	w := h.scoreWords(c)
	t := boardTile{
		ID: string(m), Label: h.T(c, "scores.metric_"+string(m)), Href: f.at("/scores", "metric", string(m), "by", ""),
		Figure: w.figure(pair.Now), Spark: frame.NewSparkline(w.points(series, f.From)), Receipt: h.scoreReceipt(c, f, m),
	}
	if f.Compare {
		t.Change = w.change(pair.Now, pair.Before)
	}
	// A cohort is complete when the last invitation of the period has expired.
	t.MaturesOn = f.To + answerDays
	t.Maturing = m == figures.Evaluated && pair.Now.N > 0 && t.MaturesOn >= h.figures.Today()
	return t, pair, nil
}

// answerDays is how long an invitation can be answered, by default.
const answerDays = 14
