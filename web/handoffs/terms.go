package handoffs

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/web/frame"
)

const termsPath = "/settings/working-hours"

// termsPage says when a team works, how soon it replies, and who of it gets links.
type termsPage struct {
	frame.Page
	TeamID   int64
	Team     string
	Teams    []frame.Option
	Days     []termsField
	Spans    []termsField
	Units    []frame.Option
	Leads    []frame.Option
	Contacts []courier.Contact
	Ways     []frame.Option
	Spoken   []frame.Option
	Form     frame.Form // of the terms
	New      frame.Form // of a contact
}

func (*termsPage) Template() string { return "working_hours" }

// termsField is a day of the week, or the time for a severity.
type termsField struct{ Name, Label, Unit string }

// courierService is what these pages ask of those who bring links.
type courierService interface {
	AddContact(ctx context.Context, viewer account.Viewer, n courier.NewContact) error
	Contacts(ctx context.Context, viewer account.Viewer, teamID int64) ([]courier.Contact, error)
	Links(ctx context.Context, viewer account.Viewer, handoffID int64) ([]courier.LinkRow, error)
	RemoveContact(ctx context.Context, viewer account.Viewer, id int64) error
	Revoke(ctx context.Context, viewer account.Viewer, handoffID int64) error
}

func (h *handlers) termsRoutes() []frame.Route {
	supervisor := []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: termsPath, Roles: supervisor, Handle: h.showTerms},
		{Method: http.MethodPost, Path: termsPath, Roles: supervisor, Handle: frame.Posted(h.saveTerms)},
		{Method: http.MethodPost, Path: termsPath + "/contacts", Roles: supervisor, Handle: frame.Posted(h.addContact)},
		{Method: http.MethodGet, Path: termsPath + "/contacts", Roles: supervisor, Handle: h.showTerms},
		{Method: http.MethodPost, Path: termsPath + "/contacts/:id/remove", Roles: supervisor, Handle: frame.Numbered(h.removeContact)},
	}
}

func (h *handlers) showTerms(c *gin.Context) error {
	team, _ := strconv.ParseInt(c.Query("team"), 10, 64) // anything else means the first
	return h.renderTerms(c, http.StatusOK, team, frame.Form{}, frame.Form{})
}

func (h *handlers) renderTerms(c *gin.Context, status int, team int64, f, added frame.Form) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &termsPage{Form: f, New: added}
	teams, err := h.teamOptions(c, "handoffs.choose_team", viewer.VisibleTeams())
	if err != nil {
		return err
	}
	p.Teams = teams[1:]
	at := slices.IndexFunc(p.Teams, func(o frame.Option) bool { return o.Value == strconv.FormatInt(team, 10) })
	switch {
	case team != 0 && at < 0:
		return frame.ErrNoPage
	case len(p.Teams) == 0:
		p.Page = h.Page(c, "terms.title")
		return h.RenderStatus(c, status, p)
	}
	p.Team = p.Teams[max(at, 0)].Label
	if p.TeamID, err = strconv.ParseInt(p.Teams[max(at, 0)].Value, 10, 64); err != nil {
		return fmt.Errorf("read the id of a team: %w", err)
	}
	terms, err := h.handoffs.Terms(ctx, p.TeamID)
	if err != nil {
		return err
	}
	h.addTerms(c, p, terms)
	if p.Leads, err = h.leadOptions(c); err != nil {
		return err
	}
	if p.Contacts, err = h.couriers.Contacts(ctx, viewer, p.TeamID); err != nil {
		return err
	}
	p.Ways = frame.EnumOptions(h.Site, c, "handoff_way.", courier.Ways())
	p.Spoken = []frame.Option{{Value: "zh-CN", Label: "中文"}, {Value: "en", Label: "English"}}
	p.Page = h.Page(c, "terms.title")
	return h.RenderStatus(c, status, p)
}

// addTerms puts the terms into the form, where nothing was typed.
func (h *handlers) addTerms(c *gin.Context, p *termsPage, terms handoff.Terms) {
	values := map[string]string{"lead": strconv.FormatInt(terms.LeadID, 10)}
	for i, periods := range terms.Week {
		name := fmt.Sprintf("day_%d", i+1)
		p.Days = append(p.Days, termsField{Name: name, Label: h.T(c, fmt.Sprintf("terms.day_%d", i+1))})
		values[name] = periods.String()
	}
	for i, s := range handoff.Severities() {
		name, span := fmt.Sprintf("spans.%d", i+1), terms.Spans[i]
		field := termsField{Name: name, Label: h.T(c, fmt.Sprintf("handoff_severity.%d", s)), Unit: name + ".unit"}
		p.Spans = append(p.Spans, field)
		values[name], values[field.Unit] = strconv.Itoa(span.Days), "days"
		if span.Minutes > 0 {
			values[name], values[field.Unit] = strconv.FormatFloat(float64(span.Minutes)/60, 'f', -1, 64), "hours"
		}
	}
	p.Units = []frame.Option{{Value: "hours", Label: h.T(c, "terms.hours")}, {Value: "days", Label: h.T(c, "terms.days")}}
	if p.Form.Values == nil {
		p.Form.Values = map[string][]string{}
		for name, value := range values {
			p.Form.Values.Set(name, value)
		}
	}
}

// leadOptions are those who may be told first of what is overdue.
func (h *handlers) leadOptions(c *gin.Context) ([]frame.Option, error) {
	users, err := h.accounts.Users(c.Request.Context(), "", mostUsers)
	if err != nil {
		return nil, err
	}
	list := []frame.Option{{Value: "0", Label: h.T(c, "terms.no_lead")}}
	for _, u := range users {
		if (u.Role == account.Supervisor || u.Role == account.Handler) && u.DisabledAt.IsZero() {
			list = append(list, frame.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
		}
	}
	return list, nil
}

const mostUsers = 500

func (h *handlers) saveTerms(c *gin.Context, f frame.Form) error {
	team := numberOf(f, "team")
	terms, err := termsOf(f)
	if err == nil {
		err = h.handoffs.SetTerms(c.Request.Context(), frame.Viewer(c), team, terms)
	}
	if err != nil {
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderTerms(c, status, team, f, frame.Form{})
		})
	}
	return h.Redirect(c, fmt.Sprintf("%s?team=%d", termsPath, team), frame.Done("terms.saved"))
}

// termsOf reads what was typed.
func termsOf(f frame.Form) (handoff.Terms, error) {
	var terms handoff.Terms
	var wrong fault.Problems
	for i := range terms.Week {
		name := fmt.Sprintf("day_%d", i+1)
		text := strings.TrimSpace(f.Get(name))
		if text == "" || text == "-" || text == "–" {
			continue
		}
		periods, err := hours.ParsePeriods(text)
		if err != nil {
			wrong.Refuse(name, "handoff_periods", "must look like 09:00-12:00, 13:00-18:00", text)
			continue
		}
		terms.Week[i] = periods
	}
	for i := range terms.Spans {
		name := fmt.Sprintf("spans.%d", i+1)
		n, err := strconv.ParseFloat(strings.TrimSpace(f.Get(name)), 64)
		switch {
		case err != nil || n <= 0 || n > 1000:
			wrong.Refuse(name, "handoff_span", "must be up to 40 hours of work or up to 30 working days", f.Get(name))
		case f.Get(name+".unit") == "days":
			terms.Spans[i].Days = int(n)
		default:
			terms.Spans[i].Minutes = int(n * 60)
		}
	}
	terms.LeadID = numberOf(f, "lead")
	if len(wrong) > 0 {
		return terms, fault.InvalidFields(wrong...)
	}
	return terms, nil
}

func (h *handlers) addContact(c *gin.Context, f frame.Form) error {
	team := numberOf(f, "team")
	err := h.couriers.AddContact(c.Request.Context(), frame.Viewer(c), courier.NewContact{
		TeamID: team, Name: f.Get("name"), Way: courier.Way(f.Get("way")), Address: f.Get("address"), Language: f.Get("language"),
	})
	if err != nil {
		return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
			return h.renderTerms(c, status, team, frame.Form{}, f)
		})
	}
	return h.Redirect(c, fmt.Sprintf("%s?team=%d", termsPath, team), frame.Done("terms.contact_added"))
}

func (h *handlers) removeContact(c *gin.Context, id int64) error {
	if err := h.couriers.RemoveContact(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	return h.Redirect(c, fmt.Sprintf("%s?team=%d", termsPath, numberOf(f, "team")), frame.Done("terms.contact_removed"))
}

// revokeLinks ends what was sent of a handoff to those who never log in.
func (h *handlers) revokeLinks(c *gin.Context, id int64) error {
	if err := h.couriers.Revoke(c.Request.Context(), frame.Viewer(c), id); err != nil {
		return err
	}
	return h.Redirect(c, sheetPath(id), frame.Done("handoffs.links_revoked"))
}

func termsSamples() []frame.View {
	options := []frame.Option{{Value: "1", Label: "one"}}
	fields := []termsField{{Name: "day_1", Label: "Monday", Unit: "spans.1.unit"}}
	wrong := frame.Form{Error: "e", Errors: map[string]string{"day_1": "e", "address": "e", "week": "e"}}
	return []frame.View{
		&termsPage{},
		&termsPage{
			TeamID: 1, Team: "t", Teams: append(options, options...), Days: fields, Spans: fields, Units: options, Leads: options,
			Ways: options, Spoken: options,
			Contacts: []courier.Contact{
				{ID: 1, Name: "n", Way: courier.BySMS, Shown: "••••8000", CreatedAt: 1}, {ID: 2, Name: "n", Way: courier.ByRobot},
			},
			Form: wrong, New: wrong,
		},
	}
}
