package handoffs

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

const listPath = "/handoffs"

// listPage is the work list of handoffs.
type listPage struct {
	frame.Page
	Told       []handoff.Told // what the viewer is told and nobody has seen
	Rows       []row
	Pager      frame.Pager
	Counts     handoff.Counts
	Filter     handoff.Filter
	State      string // that the list is narrowed to; empty: all that is open
	Tiles      []tile
	States     []frame.Option
	Teams      []frame.Option
	Kinds      []frame.Option
	Severities []frame.Option
	Orders     []frame.Option
	Filtered   bool
	Caller     bool // the viewer is one: what is theirs is what they call about
}

func (*listPage) Template() string { return "handoffs" }

// MostCounted is up to how many handoffs are counted.
func (*listPage) MostCounted() int { return handoff.MostCounted }

// row is a handoff in the list with its clock.
type row struct {
	handoff.Row
	Left countdown
	Age  time.Duration
}

// countdown is how much time there is, or how much too late it is.
type countdown struct {
	At   clock.Instant
	By   time.Duration
	Over bool // it is overdue by so much
	Soon bool // most of the time has gone by
	Runs bool // otherwise nothing is owed, or the clock stands
}

func countdownOf(h handoff.Handoff, now clock.Instant) countdown {
	left := h.DueAt.Sub(now)
	return countdown{
		At: h.DueAt, By: left.Abs(), Over: h.Overdue(now), Soon: h.WarnAt <= now, Runs: h.Owed() && h.State != handoff.Suspended,
	}
}

// tile is a count that leads to its rows.
type tile struct {
	Label   string
	Href    string
	Count   int
	Bad     bool
	Current bool
}

// readers are the roles that see handoffs: each those of their teams, or of their calls.
func readers() []account.Role {
	return []account.Role{account.Supervisor, account.Handler, account.Caller}
}

func (h *handlers) listRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: listPath, Roles: readers(), Handle: h.showList},
	}
}

func (h *handlers) showList(c *gin.Context) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	f := filterOf(c)
	found, err := h.handoffs.List(ctx, viewer, f)
	if err != nil {
		return err
	}
	counts, err := h.handoffs.Counts(ctx, viewer)
	if err != nil {
		return err
	}
	p := &listPage{
		Counts: counts, Filter: f, State: c.Query("state"), Pager: frame.Continued(c, found.Next), Caller: viewer.Role == account.Caller,
		Filtered: len(f.States) > 0 || f.Kind != "" || f.TeamID != 0 || f.Mine || f.Unowned || f.Overdue || f.Severity != 0,
	}
	if !p.Filtered && f.After == "" {
		if p.Told, err = h.handoffs.Notices(ctx, viewer); err != nil {
			return err
		}
	}
	now := h.Now()
	for _, r := range found.Rows {
		p.Rows = append(p.Rows, row{Row: r, Left: countdownOf(r.Handoff, now), Age: now.Sub(r.Handoff.CreatedAt)})
	}
	if p.Teams, err = h.teamOptions(c, "handoffs.any_team", viewer.VisibleTeams()); err != nil {
		return err
	}
	p.Tiles = h.tiles(c, counts, f)
	p.States = frame.FilterOptions(h.Site, c, "handoffs.any_state", "handoff_state.", handoff.States())
	p.Kinds = frame.FilterOptions(h.Site, c, "handoffs.any_kind", "handoff_kind.", handoff.Kinds())
	p.Severities = append([]frame.Option{{Label: h.T(c, "handoffs.any_severity")}}, h.severityOptions(c)...)
	p.Orders = frame.EnumOptions(h.Site, c, "handoffs.order_", []handoff.Order{handoff.ByDue, handoff.ByAge, handoff.Newest})
	p.Page = h.Page(c, "handoffs.title")
	return h.Render(c, p)
}

func filterOf(c *gin.Context) handoff.Filter {
	f := handoff.Filter{
		Kind: handoff.Kind(c.Query("kind")), Mine: c.Query("mine") != "", Unowned: c.Query("free") != "",
		Overdue: c.Query("overdue") != "", Order: handoff.Order(c.DefaultQuery("order", string(handoff.ByDue))),
		After: frame.ListKey(c), Limit: frame.PageSize,
	}
	if state := handoff.State(c.Query("state")); slices.Contains(handoff.States(), state) {
		f.States = []handoff.State{state}
	}
	f.TeamID, _ = strconv.ParseInt(c.Query("team"), 10, 64) // anything else means every team
	severity, _ := strconv.Atoi(c.Query("severity"))
	f.Severity = handoff.Severity(severity)
	f.Contact, _ = strconv.ParseInt(c.Query("contact"), 10, 64)
	return f
}

// tiles are the counts above the list: what is overdue, what is the viewer's, and each state.
func (h *handlers) tiles(c *gin.Context, counts handoff.Counts, f handoff.Filter) []tile {
	list := []tile{
		{Label: h.T(c, "handoffs.overdue"), Href: listPath + "?overdue=1", Count: counts.Overdue, Bad: true, Current: f.Overdue},
		{Label: h.T(c, "handoffs.mine"), Href: listPath + "?mine=1", Count: counts.Mine, Current: f.Mine},
	}
	for _, state := range handoff.States() {
		if state == handoff.Closed {
			continue
		}
		list = append(list, tile{
			Label: h.T(c, "handoff_state."+string(state)), Href: listPath + "?state=" + string(state), Count: counts.ByState[state],
			Current: slices.Equal(f.States, []handoff.State{state}),
		})
	}
	return list
}

// teamOptions are the teams to choose from: those with the ids, or all where ids is nil. anyKey names the choice of none.
func (h *handlers) teamOptions(c *gin.Context, anyKey string, ids []int64) ([]frame.Option, error) {
	teams, err := h.accounts.Teams(c.Request.Context())
	if err != nil {
		return nil, err
	}
	options := []frame.Option{{Label: h.T(c, anyKey)}}
	for _, team := range teams {
		if ids == nil || slices.Contains(ids, team.ID) {
			options = append(options, frame.Option{Value: strconv.FormatInt(team.ID, 10), Label: team.Name})
		}
	}
	return options, nil
}

func (h *handlers) severityOptions(c *gin.Context) []frame.Option {
	var options []frame.Option
	for _, s := range handoff.Severities() {
		n := strconv.Itoa(int(s))
		options = append(options, frame.Option{Value: n, Label: h.T(c, "handoff_severity."+n)})
	}
	return options
}
