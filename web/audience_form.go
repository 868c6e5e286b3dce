package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
)

// audienceFormPage is the editor of a rule: a form for conditions that all must hold, and for what is left out; or, for a rule
// with groups inside groups, its JSON.
type audienceFormPage struct {
	page
	ID       int64 // 0 for a new audience
	Form     form
	Nested   bool // as JSON
	Reaches  []option
	Moods    []check
	Channels []check
}

func (*audienceFormPage) template() string { return "audience_form" }

// check is a box to tick.
type check struct {
	Name, Value, Label string
	Checked            bool
}

func (s *Server) showNewAudience(c *gin.Context) error {
	f := form{Values: url.Values{"channel": {"phone"}, "days": {"90"}, "score": {string(campaign.Satisfied)}}}
	if c.Query("as") == "json" {
		f.Values.Set("rule", builtInRuleText)
	}
	return s.renderAudienceForm(c, http.StatusOK, 0, f)
}

// builtInRuleText shows what a rule looks like.
const builtInRuleText = `{"all": [
  {"fact": "resolved_within", "days": 90},
  {"any": [{"fact": "category", "values": ["宽带报修"]}, {"fact": "tag", "values": ["vip"]}]},
  {"not": {"fact": "last_score", "values": ["dissatisfied"]}}
]}`

func (s *Server) showEditAudience(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	a, err := s.Campaigns.Audience(c.Request.Context(), id)
	if err != nil {
		return err
	}
	rule, err := campaign.ParseRule(a.Rule)
	if err != nil {
		return err
	}
	values, flat := formOfRule(rule)
	if !flat || c.Query("as") == "json" {
		values = url.Values{"rule": {a.Rule}}
	}
	values.Set("name", s.audienceName(c, a))
	values.Set("channel", string(a.Channel))
	values.Set("revision", strconv.Itoa(a.Revision))
	return s.renderAudienceForm(c, http.StatusOK, id, form{Values: values})
}

func (s *Server) renderAudienceForm(c *gin.Context, status int, id int64, f form) error {
	p := &audienceFormPage{ID: id, Form: f, Nested: f.Values.Has("rule")}
	for _, r := range campaign.Reaches() {
		p.Reaches = append(p.Reaches, option{Value: string(r.Channel), Label: s.t(c, "reach."+string(r.Channel))})
	}
	for _, m := range campaign.Moods() {
		p.Moods = append(p.Moods, s.check(c, f, "score", string(m), "mood."+string(m)))
	}
	for _, ch := range contact.Channels() {
		p.Channels = append(p.Channels, s.check(c, f, "contact_channel", string(ch), "channel."+string(ch)))
	}
	title := "audience.new"
	crumbs := []crumb{{Text: s.t(c, "audiences.title"), Href: "/audiences"}}
	if id != 0 {
		title = "audience.edit"
		crumbs = append(crumbs, crumb{Text: f.Get("name"), Href: "/audiences/" + strconv.FormatInt(id, 10)})
	}
	p.page = s.page(c, title)
	p.Crumbs = crumbs
	return s.renderStatus(c, status, p)
}

func (s *Server) check(c *gin.Context, f form, name, value, key string) check {
	return check{Name: name, Value: value, Label: s.t(c, key), Checked: slices.Contains(f.Values[name], value)}
}

func (s *Server) createAudience(c *gin.Context) error {
	f, d, err := definitionOf(c)
	if err == nil {
		var a campaign.Audience
		if a, err = s.Campaigns.Create(c.Request.Context(), viewer(c), d); err == nil {
			return s.redirect(c, "/audiences/"+strconv.FormatInt(a.ID, 10), done("audience.created", "name", a.Name))
		}
	}
	return s.refuseAudience(c, 0, f, err)
}

func (s *Server) changeAudience(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, d, err := definitionOf(c)
	if err == nil {
		if d.Name, err = s.keptName(c, id, d.Name); err != nil {
			return err
		}
		revision, _ := strconv.Atoi(f.Get("revision")) // anything else is none there ever was
		if err = s.Campaigns.Change(c.Request.Context(), viewer(c), id, revision, d); err == nil {
			return s.redirect(c, "/audiences/"+strconv.FormatInt(id, 10), done("flash.saved"))
		}
	}
	return s.refuseAudience(c, id, f, err)
}

// keptName returns the stored name of a built-in audience whose translated name was left as it is, so that others still read it
// in their language.
func (s *Server) keptName(c *gin.Context, id int64, name string) (string, error) {
	a, err := s.Campaigns.Audience(c.Request.Context(), id)
	if err == nil && a.BuiltIn() && name == s.audienceName(c, a) {
		return a.Name, nil
	}
	return name, err
}

func (s *Server) refuseAudience(c *gin.Context, id int64, f form, err error) error {
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	if flt, ok := fault.Of(err); ok && flt.Code == "audience_changed" { // who has read that may put theirs in its place
		a, err := s.Campaigns.Audience(c.Request.Context(), id)
		if err != nil {
			return err
		}
		f.Values.Set("revision", strconv.Itoa(a.Revision))
	}
	for name, problem := range f.Errors { // a fault deep in the JSON belongs to its one field
		if f.Values.Has("rule") && strings.HasPrefix(name, "rule.") {
			f.Errors["rule"] = name + ": " + problem
		}
	}
	return s.renderAudienceForm(c, statusOf(err), id, f)
}

// definitionOf reads the submitted form.
func definitionOf(c *gin.Context) (form, campaign.Definition, error) {
	f, err := formOf(c)
	if err != nil {
		return f, campaign.Definition{}, err
	}
	reach, err := campaign.ReachBy(f.Get("channel"))
	if err != nil {
		return f, campaign.Definition{}, err
	}
	d := campaign.Definition{Name: f.Get("name"), Reach: reach}
	if f.Values.Has("rule") {
		d.Rule, err = campaign.ParseRule(f.Get("rule"))
		return f, d, err
	}
	d.Rule, err = ruleOfForm(f)
	return f, d, err
}

// listFields are the conditions of the form that take a list of values, by the fact they are about.
var listFields = []struct {
	field string
	fact  campaign.Fact
}{
	{"category", campaign.Category}, {"product", campaign.Product}, {"tag", campaign.Tag}, {"language", campaign.Language},
}

// ruleOfForm makes a rule of the form: everything filled in must hold, and nothing of what is left out.
func ruleOfForm(f form) (campaign.Rule, error) {
	rule := campaign.Rule{All: []campaign.Rule{}}
	if days := strings.TrimSpace(f.Get("days")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil {
			n = 0 // out of range, like 0 itself
		}
		r := campaign.Rule{Fact: campaign.ResolvedWithin, Days: n}
		if err := r.Check(); err != nil {
			return rule, renamed(err, "days")
		}
		rule.All = append(rule.All, r)
	}
	if moods := f.Values["score"]; len(moods) > 0 {
		rule.All = append(rule.All, campaign.Rule{Fact: campaign.LastScore, Values: moods})
	}
	if channels := f.Values["contact_channel"]; len(channels) > 0 {
		rule.All = append(rule.All, campaign.Rule{Fact: campaign.Channel, Values: channels})
	}
	var without []campaign.Rule
	for _, l := range listFields {
		if values := splitNames(f.Get(l.field)); len(values) > 0 {
			rule.All = append(rule.All, campaign.Rule{Fact: l.fact, Values: values})
		}
		if values := splitNames(f.Get("not_" + l.field)); len(values) > 0 {
			without = append(without, campaign.Rule{Fact: l.fact, Values: values})
		}
	}
	if len(without) > 0 {
		rule.All = append(rule.All, campaign.Rule{Not: &campaign.Rule{Any: without}})
	}
	return rule, nil
}

// formOfRule is the other way round; it reports false for a rule that is more than the form can say.
func formOfRule(rule campaign.Rule) (url.Values, bool) {
	values := url.Values{}
	for _, r := range rule.All {
		if r.Not != nil {
			for _, out := range r.Not.Any {
				if !setField(values, "not_", out) {
					return nil, false
				}
			}
			continue
		}
		if !setField(values, "", r) {
			return nil, false
		}
	}
	again, err := ruleOfForm(form{Values: values})
	return values, err == nil && again.String() == rule.String()
}

func setField(values url.Values, prefix string, r campaign.Rule) bool {
	switch r.Fact {
	case campaign.ResolvedWithin:
		values.Set(prefix+"days", strconv.Itoa(r.Days))
	case campaign.LastScore:
		values[prefix+"score"] = r.Values
	case campaign.Channel:
		values[prefix+"contact_channel"] = r.Values
	case campaign.Category, campaign.Product, campaign.Tag, campaign.Language:
		values.Set(prefix+string(r.Fact), strings.Join(r.Values, ", "))
	default:
		return false
	}
	return true
}

func audienceFormSamples() []view {
	wrong := form{Values: url.Values{"name": {"x"}}, Errors: map[string]string{"days": "must be 1 to 3650", "rule": "is no rule"}, Error: "wrong"}
	return []view{
		&audienceFormPage{Form: wrong, Reaches: []option{{Value: "phone", Label: "call"}}, Moods: []check{{"score", "satisfied", "satisfied", true}}, Channels: []check{{"contact_channel", "phone", "phone", false}}},
		&audienceFormPage{ID: 3, Form: wrong, Nested: true},
	}
}

// renamed returns a fault about a field under the name it has in the form.
func renamed(err error, name string) error {
	flt, ok := fault.Of(err)
	if !ok || len(flt.Fields) == 0 {
		return err
	}
	field := flt.Fields[0]
	field.Name = name
	return fault.InvalidFields(field)
}
