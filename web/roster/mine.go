package roster

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

const minePath = rosterPath + "/mine"

// minePage is the viewer's own two weeks.
type minePage struct {
	frame.Page
	Week  week
	Days  []mineDay
	Known bool // something is said of these days
	Hours float64
}

func (*minePage) Template() string { return "roster_mine" }

// mineDay is one day of one's own.
type mineDay struct {
	weekDay
	Kind  roster.Kind
	Text  string // the name of the shift, or the word for what else it is
	Times string
	Free  bool
	Kept  int
	First bool // of its week
}

func (h *handlers) mineRoutes() []frame.Route {
	own := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{{Method: http.MethodGet, Path: minePath, Roles: own, Handle: h.showMine}}
}

func (h *handlers) showMine(c *gin.Context) error {
	f, err := h.asked(c.Query)
	if err != nil {
		return err
	}
	f.Days, f.Team, f.Behind = 14, 0, 0
	g, err := h.roster.Mine(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	p := &minePage{Week: h.weekOf(c, g, f)}
	for _, at := range []*string{&p.Week.Before, &p.Week.After, &p.Week.This} {
		*at = strings.Replace(*at, rosterPath+"?", minePath+"?", 1)
	}
	row := g.Rows[0]
	for i, cell := range row.Cells {
		d := mineDay{
			weekDay: p.Week.Days[i], Kind: cell.Kind(), Text: cell.Text(h.Lang(c)), Times: cell.Times(),
			Free: row.Known[i] && len(cell.Entries) == 0, Kept: row.Kept[i], First: i%7 == 0,
		}
		if d.Text == d.Times {
			d.Text = ""
		}
		p.Known = p.Known || row.Known[i] || len(cell.Entries) > 0
		for _, e := range cell.Entries {
			if e.Kind == roster.Work {
				p.Hours += float64(e.UntilMinute-e.FromMinute) / 60
			}
		}
		p.Days = append(p.Days, d)
	}
	p.Page = h.Page(c, "roster.mine")
	return h.Render(c, p)
}
