package incidents

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

// formPage is the form of an incident: a new one, or one that is there.
type formPage struct {
	frame.Page
	ID         int64 // 0: a new one
	Begun      bool  // what it holds was counted by its rule, which stays
	Form       frame.Form
	Teams      []frame.Option
	Attributes []frame.Option // "" for none
	Categories []string       // the most frequent of late
	Products   []string
}

func (*formPage) Template() string { return "incident_form" }

// fields of the form and what they ask about.
var formFields = map[string]policy.Field{
	"category": policy.ContactCategory, "product": policy.ContactProduct, "source": policy.ContactSource, "region": policy.CustomerRegion,
	"tags": policy.ContactTags,
}

func (h *handlers) formRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: incidentsPath + "/new", Roles: supervisors(), Handle: h.showNew},
		{Method: http.MethodPost, Path: incidentsPath, Roles: supervisors(), Handle: frame.Posted(h.create)},
		{Method: http.MethodGet, Path: incidentsPath + "/:id/edit", Roles: supervisors(), Handle: frame.Numbered(h.showEdit)},
		{Method: http.MethodPost, Path: incidentsPath + "/:id", Roles: supervisors(), Handle: frame.Numbered(h.change)},
	}
}

func (h *handlers) showNew(c *gin.Context) error {
	return h.renderForm(c, http.StatusOK, frame.Form{Values: url.Values{
		"from": {h.Now().Add(-twoHours).In(h.Zone).Format(frame.LocalInput)}, "per_hour": {strconv.Itoa(incident.UsualRate)},
	}}, incident.Incident{})
}

// twoHours is how far back a new incident begins unless somebody says otherwise: an outage is noticed late.
const twoHours = 2 * time.Hour

func (h *handlers) renderForm(c *gin.Context, status int, f frame.Form, i incident.Incident) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &formPage{ID: i.ID, Begun: i.ID != 0 && i.State != incident.Draft && i.State != incident.Proposed, Form: f}
	teams, err := h.accounts.Teams(ctx)
	if err != nil {
		return err
	}
	if viewer.SeesAllTeams() {
		p.Teams = append(p.Teams, frame.Option{Value: "0", Label: h.T(c, "incidents.whole_centre")})
	}
	for _, team := range teams {
		if viewer.SeesTeam(team.ID) {
			p.Teams = append(p.Teams, frame.Option{Value: strconv.FormatInt(team.ID, 10), Label: team.Name})
		}
	}
	attributes, err := h.policies.Attributes(ctx)
	if err != nil {
		return err
	}
	for _, a := range attributes {
		if a.Kind == policy.TextField {
			p.Attributes = append(p.Attributes, frame.Option{Value: a.Name, Label: a.Label})
		}
	}
	if p.Categories, err = h.frequent(c, figures.Category); err != nil {
		return err
	}
	if p.Products, err = h.frequent(c, figures.Product); err != nil {
		return err
	}
	if i.ID == 0 {
		p.Page = h.Page(c, "incidents.new")
	} else {
		p.Page = h.Page(c, "incidents.edit_title", "name", i.Name)
	}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "incidents.title"), Href: incidentsPath}}
	return h.RenderStatus(c, status, p)
}

const (
	frequentDays = 30
	frequentMost = 12
)

// frequent returns the members of a dimension that had the most resolutions of late.
func (h *handlers) frequent(c *gin.Context, d figures.Dimension) ([]string, error) {
	today := clock.DayOf(h.Now(), h.Zone)
	q := figures.Query{Metric: figures.Resolved, From: today - frequentDays, To: today, Viewer: frame.Viewer(c)}
	rows, err := h.figures.Breakdown(c.Request.Context(), q, d)
	var members []string
	for _, row := range rows {
		if row.Member != "" && len(members) < frequentMost {
			members = append(members, row.Member)
		}
	}
	return members, err
}

func (h *handlers) create(c *gin.Context, f frame.Form) error {
	d, err := h.definition(f)
	if err == nil {
		var i incident.Incident
		if i, err = h.incidents.Create(c.Request.Context(), frame.Viewer(c), d); err == nil {
			return h.Redirect(c, incidentPath(i.ID), frame.Done("incidents.created"))
		}
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderForm(c, status, f, incident.Incident{})
	})
}

func (h *handlers) showEdit(c *gin.Context, id int64) error {
	i, err := h.incidents.ByID(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	return h.renderForm(c, http.StatusOK, h.formOf(i), i)
}

func (h *handlers) change(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	i, err := h.incidents.ByID(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	if i.State != incident.Draft && i.State != incident.Proposed { // what a form cannot change it does not have
		kept := h.formOf(i)
		for name, values := range kept.Values {
			if !f.Values.Has(name) {
				f.Values[name] = values
			}
		}
	}
	d, err := h.definition(f)
	if err == nil {
		err = h.incidents.Change(c.Request.Context(), frame.Viewer(c), id, d)
	}
	if err == nil {
		return h.Redirect(c, incidentPath(id), frame.Done("incidents.changed"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error { return h.renderForm(c, status, f, i) })
}

// formOf is the form of an incident as it stands.
func (h *handlers) formOf(i incident.Incident) frame.Form {
	local := func(at clock.Instant) string {
		if at.IsZero() {
			return ""
		}
		return at.In(h.Zone).Format(frame.LocalInput)
	}
	v := url.Values{
		"name": {i.Name}, "team": {strconv.FormatInt(i.TeamID, 10)}, "from": {local(i.FromAt)}, "until": {local(i.UntilAt)},
		"notice_zh": {i.NoticeZh}, "notice_en": {i.NoticeEn}, "per_hour": {strconv.Itoa(i.PerHour)},
	}
	if i.Notify {
		v.Set("notify", "yes")
	}
	for _, condition := range i.Filter() {
		values := strings.Join(condition.Values, "\n")
		if name, attribute := condition.Field.Attribute(); attribute {
			v.Set("attribute", name)
			v.Set("attribute_values", values)
		}
		for field, asks := range formFields {
			if asks == condition.Field {
				v.Set(field, values)
			}
		}
	}
	return frame.Form{Values: v}
}

// definition reads the form.
func (h *handlers) definition(f frame.Form) (incident.Definition, error) {
	d := incident.Definition{
		Name: f.Get("name"), Notify: f.Get("notify") != "", NoticeZh: f.Get("notice_zh"), NoticeEn: f.Get("notice_en"),
	}
	var wrong, more []fault.Field
	var err error
	d.From, wrong = h.TypedTime("from", f.Get("from"))
	d.Until, more = h.TypedTime("until", f.Get("until"))
	wrong = append(wrong, more...)
	if d.TeamID, err = strconv.ParseInt(cmp.Or(f.Get("team"), "0"), 10, 64); err != nil {
		wrong = append(wrong, fault.Field{Name: "team", Code: "choose", Problem: "choose a team"})
	}
	if d.PerHour, err = strconv.Atoi(cmp.Or(strings.TrimSpace(f.Get("per_hour")), "0")); err != nil {
		wrong = append(wrong, fault.Field{Name: "per_hour", Code: "not_a_number", Problem: "is not a number", Value: f.Get("per_hour")})
	}
	for _, field := range []string{"category", "product", "source", "region", "tags"} {
		if values := lines(f.Get(field)); len(values) > 0 {
			op := policy.Is
			if field == "tags" {
				op = policy.Has
			}
			d.Rule = append(d.Rule, policy.Condition{Field: formFields[field], Op: op, Values: values})
		}
	}
	if values := lines(f.Get("attribute_values")); len(values) > 0 {
		if name := f.Get("attribute"); name != "" {
			d.Rule = append(d.Rule, policy.Condition{Field: policy.AttributeField(name), Op: policy.Is, Values: values})
		} else {
			wrong = append(wrong, fault.Field{Name: "attribute", Code: "choose", Problem: "choose what the values are of"})
		}
	}
	if len(wrong) > 0 {
		return d, fault.InvalidFields(wrong...)
	}
	return d, nil
}

// lines returns the values in a text that has one on each line.
func lines(typed string) []string {
	var list []string
	for line := range strings.Lines(typed) {
		if value := strings.TrimSpace(line); value != "" {
			list = append(list, value)
		}
	}
	return list
}
