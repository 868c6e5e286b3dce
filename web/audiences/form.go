package audiences

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
	"aftercall/web/frame"
)

// audienceFormPage is the editor of a rule: a form for conditions that all must hold, and for what is left out; or, for a rule
// with groups inside groups, its JSON.
type audienceFormPage struct {
	frame.Page
	ID       int64 // 0 for a new audience
	Form     frame.Form
	Nested   bool // as JSON
	Reaches  []frame.Option
	Moods    []frame.Checkbox
	Channels []frame.Checkbox
}

func (*audienceFormPage) Template() string { return "audience_form" }

func (h *handlers) showNewAudience(c *gin.Context) error {
	f := frame.Form{Values: url.Values{"channel": {"phone"}, "days": {"90"}, "score": {string(campaign.Satisfied)}}}
	if c.Query("as") == "json" {
		f.Values.Set("rule", builtInRuleText)
	}
	return h.renderAudienceForm(c, http.StatusOK, 0, f)
}

// builtInRuleText shows what a rule looks like.
const builtInRuleText = `{"all": [
  {"fact": "resolved_within", "days": 90},
  {"any": [{"fact": "category", "values": ["宽带报修"]}, {"fact": "tag", "values": ["vip"]}]},
  {"not": {"fact": "last_score", "values": ["dissatisfied"]}}
]}`

func (h *handlers) showEditAudience(c *gin.Context, id int64) error {
	a, err := h.campaigns.Audience(c.Request.Context(), id)
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
	values.Set("name", h.audienceName(c, a))
	values.Set("channel", string(a.Channel))
	values.Set("revision", strconv.Itoa(a.Revision))
	return h.renderAudienceForm(c, http.StatusOK, id, frame.Form{Values: values})
}

func (h *handlers) renderAudienceForm(c *gin.Context, status int, id int64, f frame.Form) error {
	p := &audienceFormPage{ID: id, Form: f, Nested: f.Values.Has("rule")}
	for _, r := range campaign.Reaches() {
		p.Reaches = append(p.Reaches, frame.Option{Value: string(r.Channel), Label: h.T(c, "reach."+string(r.Channel))})
	}
	for _, m := range campaign.Moods() {
		p.Moods = append(p.Moods, h.check(c, f, "score", string(m), "mood."+string(m)))
	}
	for _, ch := range contact.Channels() {
		p.Channels = append(p.Channels, h.check(c, f, "contact_channel", string(ch), "channel."+string(ch)))
	}
	title := "audience.new"
	crumbs := []frame.Crumb{{Text: h.T(c, "audiences.title"), Href: "/audiences"}}
	if id != 0 {
		title = "audience.edit"
		crumbs = append(crumbs, frame.Crumb{Text: f.Get("name"), Href: "/audiences/" + strconv.FormatInt(id, 10)})
	}
	p.Page = h.Page(c, title)
	p.Crumbs = crumbs
	return h.RenderStatus(c, status, p)
}

func (h *handlers) check(c *gin.Context, f frame.Form, name, value, key string) frame.Checkbox {
	return frame.Checkbox{Name: name, Value: value, Label: h.T(c, key), Checked: slices.Contains(f.Values[name], value)}
}

func (h *handlers) createAudience(c *gin.Context) error {
	f, d, err := definitionOf(c)
	if err == nil {
		var a campaign.Audience
		if a, err = h.campaigns.Create(c.Request.Context(), frame.Viewer(c), d); err == nil {
			return h.Redirect(c, "/audiences/"+strconv.FormatInt(a.ID, 10), frame.Done("audience.created", "name", a.Name))
		}
	}
	return h.refuseAudience(c, 0, f, err)
}

func (h *handlers) changeAudience(c *gin.Context, id int64) error {
	f, d, err := definitionOf(c)
	if err == nil {
		if d.Name, err = h.keptName(c, id, d.Name); err != nil {
			return err
		}
		revision, _ := strconv.Atoi(f.Get("revision")) // anything else is none there ever was
		if err = h.campaigns.Change(c.Request.Context(), frame.Viewer(c), id, revision, d); err == nil {
			return h.Redirect(c, "/audiences/"+strconv.FormatInt(id, 10), frame.Done("flash.saved"))
		}
	}
	return h.refuseAudience(c, id, f, err)
}

// keptName returns the stored name of a built-in audience whose translated name was left as it is, so that others still read it
// in their language.
func (h *handlers) keptName(c *gin.Context, id int64, name string) (string, error) {
	a, err := h.campaigns.Audience(c.Request.Context(), id)
	if err == nil && a.BuiltIn() && name == h.audienceName(c, a) {
		return a.Name, nil
	}
	return name, err
}

func (h *handlers) refuseAudience(c *gin.Context, id int64, f frame.Form, err error) error {
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	if flt, ok := fault.Of(err); ok && flt.Code == "audience_changed" { // who has read that may put theirs in its place
		a, err := h.campaigns.Audience(c.Request.Context(), id)
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
	return h.renderAudienceForm(c, frame.StatusOf(err), id, f)
}

// definitionOf reads the submitted form.
func definitionOf(c *gin.Context) (frame.Form, campaign.Definition, error) {
	f, err := frame.FormOf(c)
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
func ruleOfForm(f frame.Form) (campaign.Rule, error) {
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
		if values := frame.SplitNames(f.Get(l.field)); len(values) > 0 {
			rule.All = append(rule.All, campaign.Rule{Fact: l.fact, Values: values})
		}
		if values := frame.SplitNames(f.Get("not_" + l.field)); len(values) > 0 {
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
	again, err := ruleOfForm(frame.Form{Values: values})
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
