package incidents

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/internal/tie"
	"aftercall/tasks/incident"
	"aftercall/web/frame"
)

// detailPage is one incident: what it will hold, holds or held, what can be done about it, and what was.
type detailPage struct {
	frame.Page
	Incident  incidentRow
	May       bool // the viewer may change it
	Preview   incident.Preview
	Standing  incident.Standing
	Progress  frame.ShareBar // of what is free
	Hours     int            // until everything is free, at the rate
	Contacts  []incident.Row
	More      string // the address of all contacts
	Compared  []comparedRow
	Scores    string // the address of the scores without incidents
	Events    []incident.EventRow
	Form      frame.Form
	Refused   string // which form was refused
	HasNotice bool
}

func (*detailPage) Template() string { return "incident" }

// FormOf is what was typed into the form of an act, where that was refused.
func (p *detailPage) FormOf(act string) frame.Form {
	if p.Refused == act {
		return p.Form
	}
	return frame.Form{}
}

// whyField asks why, in one of several forms of the page.
type whyField struct{ ID, Value, Error string }

// Why is the field of an act's form that asks why.
func (p *detailPage) Why(act string) whyField {
	f := p.FormOf(act)
	return whyField{ID: act, Value: f.Get("why"), Error: f.Errors["why"]}
}

// contactsPage lists the contacts of an incident.
type contactsPage struct {
	frame.Page
	Incident incidentRow
	Contacts []incident.Row
	State    string
	States   []frame.Option
	Pager    frame.Pager
}

func (*contactsPage) Template() string { return "incident_contacts" }

// comparedRow is a figure of the period with all of it, with what is tied to the incident alone, and without that.
type comparedRow struct {
	Label              string
	All, Only, Without string
}

func (h *handlers) detailRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: incidentsPath + "/:id", Roles: supervisors(), Handle: frame.Numbered(h.showDetail)},
		{Method: http.MethodGet, Path: incidentsPath + "/:id/contacts", Roles: supervisors(), Handle: frame.Numbered(h.showContacts)},
	}
}

const someContacts = 20

func (h *handlers) showDetail(c *gin.Context, id int64) error {
	return h.renderDetail(c, http.StatusOK, id, frame.Form{}, "")
}

func (h *handlers) renderDetail(c *gin.Context, status int, id int64, f frame.Form, refused string) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	i, err := h.incidents.ByID(ctx, viewer, id)
	if err != nil {
		return err
	}
	rows, err := h.rows(c, []incident.Incident{i})
	if err != nil {
		return err
	}
	p := &detailPage{Incident: rows[0], May: h.incidents.MayChange(viewer, i), Form: f, Refused: refused}
	if i.State == incident.Draft || i.State == incident.Proposed {
		p.Preview, err = h.incidents.Preview(ctx, viewer, id)
	} else {
		err = h.fillStanding(c, i, p)
	}
	if err != nil {
		return err
	}
	if p.Events, err = h.incidents.Events(ctx, viewer, id); err != nil {
		return err
	}
	p.Page = h.Page(c, "incidents.one_title", "name", i.Name)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "incidents.title"), Href: incidentsPath}}
	return h.RenderStatus(c, status, p)
}

// fillStanding reads where an incident stands that has begun.
func (h *handlers) fillStanding(c *gin.Context, i incident.Incident, p *detailPage) (err error) {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	if p.Standing, err = h.incidents.Standing(ctx, viewer, i.ID); err != nil {
		return err
	}
	s := p.Standing
	p.Progress, p.HasNotice = frame.NewShareBar(int64(s.Freed), int64(s.Freed+s.Held)), i.Notify || len(s.Notices) > 0
	if i.PerHour > 0 {
		p.Hours = (s.HeldCustomers + i.PerHour - 1) / i.PerHour
	}
	rows, err := h.incidents.Contacts(ctx, viewer, i.ID, "", 0, someContacts+1)
	if err != nil {
		return err
	}
	if len(rows) > someContacts {
		rows, p.More = rows[:someContacts], incidentPath(i.ID)+"/contacts"
	}
	p.Contacts = rows
	return h.compare(c, i, p)
}

// compare puts the figures of the period beside each other: with all of it, of the incident alone, and without it.
func (h *handlers) compare(c *gin.Context, i incident.Incident, p *detailPage) error {
	until := h.Now()
	if !i.EndedAt.IsZero() {
		until = min(until, i.EndedAt.Add(afterEnd))
	}
	from, to := clock.DayOf(i.FromAt, h.Zone), clock.DayOf(until, h.Zone)
	p.Scores = "/scores?" + url.Values{
		"period": {"custom"}, "from": {from.String()}, "to": {to.String()}, "time": {string(figures.ByResolved)}, "incidents": {"without"},
	}.Encode()
	for _, m := range []figures.Metric{figures.Resolved, figures.Invited, figures.CSAT} {
		row := comparedRow{Label: h.T(c, "incidents.figure_"+string(m))}
		for scope, into := range map[figures.IncidentScope]*string{
			figures.WithIncidents: &row.All, figures.OnlyIncidents: &row.Only, figures.WithoutIncidents: &row.Without,
		} {
			figure, err := h.figure(c.Request.Context(), figures.Query{
				Metric: m, From: from, To: to, Time: figures.ByResolved, Viewer: frame.Viewer(c), Incidents: scope, IncidentID: i.ID,
			})
			if err != nil {
				return err
			}
			*into = figure
		}
		p.Compared = append(p.Compared, row)
	}
	return nil
}

// afterEnd is how long after its end answers to an incident's surveys still come.
const afterEnd = 7 * 24 * time.Hour

// figure writes a figure with its count.
func (h *handlers) figure(ctx context.Context, q figures.Query) (string, error) {
	f, err := h.figures.Score(ctx, q)
	switch {
	case err != nil:
		return "", err
	case q.Metric != figures.CSAT:
		return strconv.FormatInt(f.N, 10), nil
	case f.Value == nil:
		return "–", nil
	}
	return strconv.FormatFloat(f.Value.Value, 'f', 1, 64) + " % (n = " + strconv.FormatInt(f.N, 10) + ")", nil
}

func (h *handlers) showContacts(c *gin.Context, id int64) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	i, err := h.incidents.ByID(ctx, viewer, id)
	if err != nil {
		return err
	}
	rows, err := h.rows(c, []incident.Incident{i})
	if err != nil {
		return err
	}
	p := &contactsPage{Incident: rows[0], State: c.Query("state")}
	states := []tie.State{tie.Held, tie.Freed, tie.Removed}
	p.States = frame.FilterOptions(h.Site, c, "incidents.any_tie", "incident_tie.", states)
	list, err := h.incidents.Contacts(ctx, viewer, id, tie.State(p.State), frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p.Contacts, p.Pager = frame.PagedByID(c, list, func(r incident.Row) int64 { return r.Tie.ID })
	p.Page = h.Page(c, "incidents.contacts_title", "name", i.Name)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "incidents.title"), Href: incidentsPath}, {Text: i.Name, Href: incidentPath(id)}}
	return h.Render(c, p)
}
