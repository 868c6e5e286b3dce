package roster

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

const rosterPath = "/roster"

// weekPage is a team's week, a row for each person, with what was typed into its cells.
type weekPage struct {
	frame.Page
	Week         week
	Team         int64
	Teams        []frame.Option
	Rows         []weekRow
	On           []int // by day: how many of the people shown work
	Seen         int64
	Behind       int
	More, Fewer  string // addresses of the next and the former people
	Form         frame.Form
	Wrong        []string // what is wrong with cells, in words
	Frees        []freed  // by saving
	Freed        []callback.FreedRow
	Changes      []roster.ChangeRow
	Shifts       []roster.Shift
	Words        []string // what can be typed into a cell beside times
	Shift        frame.Form
	Open         bool // the part with the named shifts
	EditingShift int64
	Unsaved      bool
}

func (*weekPage) Template() string { return "roster" }

// week is seven days and where its neighbours are.
type week struct {
	From                clock.Day
	Days                []weekDay
	Before, After, This string // addresses
}

// weekDay is one column.
type weekDay struct {
	Day     clock.Day
	Weekday string
	Date    string // 12-01
	Today   bool
}

// weekRow is one person's week.
type weekRow struct {
	Person account.Viewer
	Teams  string
	Cells  []weekCell
	Hours  float64
}

// weekCell is one person's day as a field.
type weekCell struct {
	roster.Cell
	Field string
	Text  string // what stands in the field
	Was   string // what stood in it when the page was made
	Wrong bool
	Label string // who and when, for who does not see the table
	Free  bool   // nothing is said of the day, and the week is known
	Kept  int
}

// freed is a callback that becomes anybody's.
type freed struct {
	CallbackID  int64
	Name        string
	From, Until clock.Instant
}

// Planned reports whether anybody has anything this week.
func (p *weekPage) Planned() bool {
	return slices.ContainsFunc(p.Rows, func(r weekRow) bool {
		return slices.ContainsFunc(r.Cells, func(c weekCell) bool { return len(c.Entries) > 0 })
	})
}

func (h *handlers) weekRoutes() []frame.Route {
	keepers := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: rosterPath, Roles: keepers, Handle: h.showWeek},
		{Method: http.MethodPost, Path: rosterPath, Roles: keepers, Handle: frame.Posted(h.saveWeek)},
		{Method: http.MethodPost, Path: rosterPath + "/copy", Roles: keepers, Handle: frame.Posted(h.copyWeek)},
		{Method: http.MethodPost, Path: rosterPath + "/changes/:id/undo", Roles: keepers, Handle: frame.Numbered(h.undo)},
		{Method: http.MethodPost, Path: rosterPath + "/freed/seen", Roles: keepers, Handle: frame.Posted(h.seeFreed)},
		{Method: http.MethodGet, Path: rosterPath + "/export.csv", Roles: keepers, Handle: h.exportWeeks},
	}
}

// asked is the week, the team and the people that an address or a form names.
func (h *handlers) asked(get func(string) string) (roster.Filter, error) {
	f := roster.Filter{From: roster.Monday(clock.DayOf(h.Now(), h.Zone)), Days: 7}
	if text := get("week"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return f, fault.InvalidFields(fault.Field{
				Name: "week", Code: "not_a_date", Problem: "is not a date as in 2026-11-22", Value: text,
			})
		}
		f.From = roster.Monday(clock.DayFrom(day.Date()))
	}
	f.Team, _ = strconv.ParseInt(get("team"), 10, 64)
	f.Behind, _ = strconv.Atoi(get("behind"))
	return f, nil
}

// weekURL is the address of a week.
func weekURL(f roster.Filter) string {
	query := url.Values{"week": {f.From.String()}}
	if f.Team != 0 {
		query.Set("team", strconv.FormatInt(f.Team, 10))
	}
	if f.Behind != 0 {
		query.Set("behind", strconv.Itoa(f.Behind))
	}
	return rosterPath + "?" + query.Encode()
}

func (h *handlers) showWeek(c *gin.Context) error {
	f, err := h.asked(c.Query)
	if err != nil {
		return err
	}
	return h.renderWeek(c, http.StatusOK, f, &weekPage{})
}

// renderWeek shows a week. What was typed into a form that was refused stands in its cells.
func (h *handlers) renderWeek(c *gin.Context, status int, f roster.Filter, p *weekPage) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	g, err := h.roster.Grid(ctx, viewer, f)
	if err != nil {
		return err
	}
	names, err := h.accounts.TeamNames(ctx, g.Teams)
	if err != nil {
		return err
	}
	if p.Freed, err = h.callbacks.FreedUnseen(ctx, viewer); err != nil {
		return err
	}
	if p.Changes, err = h.roster.Changes(ctx, viewer, 0, 10); err != nil {
		return err
	}
	if p.Shifts, err = h.roster.Shifts(ctx); err != nil {
		return err
	}
	p.Week, p.Team, p.Seen, p.Behind = h.weekOf(c, g, f), f.Team, g.Seen, f.Behind
	p.Words = roster.Words(h.Lang(c))
	p.Teams = teamOptions(h.T(c, "roster.all_teams"), g.Teams, names)
	p.On = make([]int, g.Days)
	for _, row := range g.Rows {
		p.Rows = append(p.Rows, h.weekRow(c, p, row, names))
	}
	if g.More {
		next := f
		next.Behind += len(g.Rows)
		p.More = weekURL(next)
	}
	if f.Behind > 0 {
		former := f
		former.Behind = 0
		p.Fewer = weekURL(former)
	}
	p.Page = h.Page(c, "roster.title")
	return h.RenderStatus(c, status, p)
}

func teamOptions(all string, ids []int64, names map[int64]string) []frame.Option {
	options := []frame.Option{{Value: "", Label: all}}
	slices.SortFunc(ids, func(a, b int64) int { return strings.Compare(names[a], names[b]) })
	for _, id := range ids {
		options = append(options, frame.Option{Value: strconv.FormatInt(id, 10), Label: names[id]})
	}
	return options
}

// weekOf are the columns of a grid.
func (h *handlers) weekOf(c *gin.Context, g roster.Grid, f roster.Filter) week {
	w := week{From: g.From}
	for d := g.From; d < g.From+clock.Day(g.Days); d++ {
		_, month, day := d.Date()
		w.Days = append(w.Days, weekDay{
			Day: d, Weekday: h.T(c, fmt.Sprintf("roster.weekday_%d", (d+3)%7)), Date: fmt.Sprintf("%02d-%02d", month, day),
			Today: d == g.Today,
		})
	}
	at := func(from clock.Day) string { other := f; other.From = from; return weekURL(other) }
	w.Before, w.After = at(g.From-7), at(g.From+7)
	if this := roster.Monday(g.Today); this != g.From {
		w.This = at(this)
	}
	return w
}

func (h *handlers) weekRow(c *gin.Context, p *weekPage, row roster.Row, names map[int64]string) weekRow {
	r := weekRow{Person: row.Person}
	var teams []string
	for _, id := range row.Person.TeamIDs {
		teams = append(teams, names[id])
	}
	r.Teams = strings.Join(teams, " · ")
	for i, cell := range row.Cells {
		shown := weekCell{
			Cell: cell, Field: fmt.Sprintf("cell-%d-%d", cell.UserID, cell.Day), Text: cell.Text(h.Lang(c)),
			Free: row.Known[i] && len(cell.Entries) == 0, Kept: row.Kept[i],
			Label: row.Person.Name + " " + p.Week.Days[i].Weekday + " " + p.Week.Days[i].Date,
		}
		shown.Was = shown.Text
		if p.Form.Values.Has(shown.Field) {
			shown.Text, shown.Was = p.Form.Get(shown.Field), p.Form.Get("was-"+shown.Field)
			p.Unsaved = p.Unsaved || shown.Text != shown.Was
		}
		shown.Wrong = p.Form.Errors[shown.Field] != ""
		if shown.Wrong {
			p.Wrong = append(p.Wrong, shown.Label+"："+p.Form.Errors[shown.Field])
		}
		if cell.Kind() == roster.Work {
			p.On[i]++
		}
		for _, e := range cell.Entries {
			if e.Kind == roster.Work {
				r.Hours += float64(e.UntilMinute-e.FromMinute) / 60
			}
		}
		r.Cells = append(r.Cells, shown)
	}
	return r
}

// NewShift is the form of a new named shift: what was typed into it, if that was refused.
func (p *weekPage) NewShift() frame.Form {
	if p.EditingShift != 0 {
		return frame.Form{}
	}
	return p.Shift
}
