package incidents

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/incident"
	"aftercall/web/frame"
)

const incidentsPath = "/incidents"

func supervisors() []account.Role { return []account.Role{account.Supervisor} }

func incidentPath(id int64) string { return incidentsPath + "/" + strconv.FormatInt(id, 10) }

// listPage lists the incidents; what was proposed stands above.
type listPage struct {
	frame.Page
	Proposed  []incidentRow
	Incidents []incidentRow
}

func (*listPage) Template() string { return "incidents" }

// incidentRow is an incident in the reader's words.
type incidentRow struct {
	incident.Incident
	Rule string // read out
	Team string // "" for the whole centre
	Held int
	Tag  string // colour of its state
}

// Path is the address of its page.
func (r incidentRow) Path() string { return incidentPath(r.ID) }

// tiePage asks to which incident a contact is to be tied.
type tiePage struct {
	frame.Page
	Contact   contact.Contact
	Incidents []incidentRow
}

func (*tiePage) Template() string { return "incident_tie" }

func (h *handlers) listRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: incidentsPath, Roles: supervisors(), Handle: h.showList},
		{Method: http.MethodGet, Path: incidentsPath + "/tie", Roles: supervisors(), Handle: h.showTie},
	}
}

func (h *handlers) showList(c *gin.Context) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	all, err := h.incidents.List(ctx, viewer)
	if err != nil {
		return err
	}
	held, err := h.incidents.HeldCounts(ctx, viewer)
	if err != nil {
		return err
	}
	rows, err := h.rows(c, all)
	if err != nil {
		return err
	}
	p := &listPage{}
	for _, row := range rows {
		if row.Held = held[row.ID]; row.State == incident.Proposed {
			p.Proposed = append(p.Proposed, row)
		} else {
			p.Incidents = append(p.Incidents, row)
		}
	}
	p.Page = h.Page(c, "incidents.title")
	return h.Render(c, p)
}

func (h *handlers) rows(c *gin.Context, all []incident.Incident) ([]incidentRow, error) {
	words, err := h.words(c)
	if err != nil {
		return nil, err
	}
	rows := make([]incidentRow, len(all))
	for n, i := range all {
		rows[n] = incidentRow{Incident: i, Rule: words.rule(i.Filter()), Team: words.teams[i.TeamID], Tag: tagOf(i.State)}
	}
	return rows, nil
}

// tagOf is the colour of a state.
func tagOf(s incident.State) string {
	switch s {
	case incident.Active:
		return "bad"
	case incident.Proposed, incident.Releasing, incident.CallingOff:
		return "warn"
	case incident.Released:
		return "ok"
	case incident.Draft, incident.CalledOff, incident.Dismissed:
	}
	return ""
}

// showTie offers the incidents under way for a contact.
func (h *handlers) showTie(c *gin.Context) error {
	id, _ := strconv.ParseInt(c.Query("contact"), 10, 64)
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	contacts, err := h.contacts.ContactsByID(ctx, viewer, []int64{id})
	if err != nil {
		return err
	}
	of, sees := contacts[id]
	if !sees {
		return frame.ErrNoPage
	}
	active, err := h.incidents.Active(ctx, viewer)
	if err != nil {
		return err
	}
	p := &tiePage{Contact: of}
	if p.Incidents, err = h.rows(c, active); err != nil {
		return err
	}
	p.Page = h.Page(c, "incidents.tie_title", "number", of.ExternalID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "incidents.title"), Href: incidentsPath}}
	return h.Render(c, p)
}
