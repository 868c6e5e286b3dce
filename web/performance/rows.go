package performance

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

// rowsPage is what is behind one figure of one caller.
type rowsPage struct {
	frame.Page
	List   performance.List
	Rows   []lineRow
	What   performance.What
	Whats  []whatTab
	From   string
	Until  string
	Pager  frame.Pager
	Hidden int // rows of teams the viewer does not see
}

func (*rowsPage) Template() string { return "performance_rows" }

// lineRow is a row with its times.
type lineRow struct {
	performance.Line
	Talk, Wrap, Handling string
}

// whatTab leads to what is behind another figure.
type whatTab struct {
	What    performance.What
	Href    string
	Current bool
}

func (h *handlers) rowsRoutes() []frame.Route {
	readers := []account.Role{account.Caller, account.Supervisor}
	return []frame.Route{{Method: http.MethodGet, Path: performancePath + "/rows", Roles: readers, Handle: h.showRows}}
}

func (h *handlers) showRows(c *gin.Context) error {
	a, err := h.readAsked(c)
	if err != nil {
		return err
	}
	viewer := frame.Viewer(c)
	if a.CallerID == 0 {
		a.CallerID = viewer.UserID
	}
	at, id := frame.ListKeyAt(c)
	f := performance.ListFilter{
		Filter: a.Filter, What: performance.What(c.DefaultQuery("what", string(performance.AllAttempts))),
		Before: performance.Key{At: at, ID: id}, Limit: frame.PageSize,
	}
	list, err := h.performance.Lines(c.Request.Context(), viewer, f)
	if err != nil {
		return err
	}
	p := &rowsPage{List: list, What: f.What, From: a.From.String(), Until: a.Last.String()}
	lines := list.Lines
	if list.More { // Paged looks for one more
		lines = append(lines, performance.Line{})
	}
	lines, p.Pager = frame.PagedAt(c, lines, func(l performance.Line) (clock.Instant, int64) { return l.At, l.ID })
	for _, l := range lines {
		if l.Hidden {
			p.Hidden++
		}
		p.Rows = append(p.Rows, rowOf(l))
	}
	for _, what := range performance.Whats() {
		p.Whats = append(p.Whats, whatTab{what, performancePath + "/rows?" + a.query("what", string(what)), what == f.What})
	}
	p.Page = h.Page(c, "performance.rows")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "rail.day"), Href: "/day"}}
	if h.Reachable(viewer, performancePath) {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "performance.title"), Href: performancePath + "?" + a.query("caller", "")}}
	}
	return h.Render(c, p)
}

// rowOf adds the times of a call where they are known.
func rowOf(l performance.Line) lineRow {
	r := lineRow{Line: l, Talk: "–", Wrap: "–", Handling: "–"}
	a := l.Attempt
	if a == nil {
		return r
	}
	if talk := a.Talk(); talk > 0 || !a.HungUpAt.IsZero() && !a.AnsweredAt.IsZero() {
		r.Talk = clockText(talk)
		if a.EndedAt >= a.HungUpAt {
			r.Wrap = clockText(a.EndedAt.Sub(a.HungUpAt))
		}
	}
	if !a.EndedAt.IsZero() {
		r.Handling = clockText(a.EndedAt.Sub(a.ClaimedAt))
	}
	return r
}
