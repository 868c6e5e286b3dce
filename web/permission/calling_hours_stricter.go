package permission

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

const stricterPath = hoursPath + "/stricter"

// stricterPage is the form for what a country or a subdivision of one demands beyond the caps.
type stricterPage struct {
	frame.Page
	New     bool
	Region  string
	Fields  []demandField
	Limits  []string // the hard limits in words
	Form    frame.Form
	BasedOn int
}

func (*stricterPage) Template() string { return "calling_hours_stricter" }

// stricterRow is what one region demands, in words.
type stricterRow struct{ Region, Demands, Href string }

// demandField is the field of one demand. Usual says what holds where it is empty.
type demandField struct{ Name, Label, Value, Usual string }

// stricterSetting is one of the caps that a region may tighten, by the name the cap has.
type stricterSetting struct {
	Name   string // its text is "stricter.<name>"
	demand func(*permission.Stricter) *int
	usual  func(permission.Caps) int
	longer bool // a higher value is the stricter one
}

var stricterSettings = []stricterSetting{
	{
		"attempts_per_day", func(d *permission.Stricter) *int { return &d.AttemptsPerDay },
		func(c permission.Caps) int { return c.AttemptsPerDay }, false,
	},
	{
		"marketing_calls_per_month", func(d *permission.Stricter) *int { return &d.MarketingCallsPerMonth },
		func(c permission.Caps) int { return c.MarketingCallsPerMonth }, false,
	},
	{
		"refusal_quiet_days", func(d *permission.Stricter) *int { return &d.RefusalQuietDays },
		func(c permission.Caps) int { return c.RefusalQuietDays }, true,
	},
}

func stricterAt(rules permission.Rules, region string) int {
	return slices.IndexFunc(rules.Stricter, func(d permission.Stricter) bool { return d.Region == region })
}

func (h *handlers) stricterRows(c *gin.Context, rules permission.Rules) []stricterRow {
	rows := make([]stricterRow, len(rules.Stricter))
	for i, demands := range rules.Stricter {
		rows[i] = stricterRow{
			Region: h.regionName(c, demands.Region), Demands: h.demandsInWords(c, demands),
			Href: stricterPath + "?" + url.Values{"region": {demands.Region}}.Encode(),
		}
	}
	return rows
}

// demandsInWords reads as in "4 marketing calls in 30 days · no marketing for 60 days after a refusal".
func (h *handlers) demandsInWords(c *gin.Context, demands permission.Stricter) string {
	var parts []string
	for _, setting := range stricterSettings {
		if n := *setting.demand(&demands); n > 0 {
			parts = append(parts, h.T(c, "stricter."+setting.Name, "count", n))
		}
	}
	return strings.Join(parts, " · ")
}

func (h *handlers) showStricter(c *gin.Context) error {
	return h.renderStricter(c, http.StatusOK, frame.Form{Values: url.Values{"region": {c.Query("region")}, "new": {c.Query("new")}}})
}

func (h *handlers) renderStricter(c *gin.Context, status int, f frame.Form) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	p := &stricterPage{New: f.Get("new") != "", Region: f.Get("region"), Form: f, BasedOn: f.BasedOn(rules.Version)}
	var demands permission.Stricter
	if at := stricterAt(rules, p.Region); at >= 0 {
		demands = rules.Stricter[at]
	} else if !p.New && c.Request.Method == http.MethodGet { // what was typed of one that is gone meanwhile comes back
		return frame.ErrNoPage
	}
	for _, setting := range stricterSettings {
		field := demandField{Name: setting.Name, Label: h.T(c, "caps."+setting.Name)}
		if n := *setting.demand(&demands); !f.Values.Has(setting.Name) && n > 0 {
			field.Value = strconv.Itoa(n) // else as it was typed, and be it nothing
		}
		field.Usual = h.T(c, "stricter.usual", "what", h.T(c, "stricter."+setting.Name, "count", setting.usual(rules.Caps)))
		p.Fields = append(p.Fields, field)
	}
	p.Limits = []string{h.T(c, "stricter.limit_fr"), h.T(c, "stricter.limit_fl")}
	p.Page = h.Page(c, "stricter.new")
	if !p.New {
		p.Page = h.Page(c, "stricter.edit", "what", h.regionName(c, p.Region))
	}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "hours.title"), Href: hoursPath}}
	return h.RenderStatus(c, status, p)
}

// publishStricter publishes the rules with the demands of one region changed or added.
func (h *handlers) publishStricter(c *gin.Context, f frame.Form) error {
	demands, err := typedStricter(f)
	if err == nil {
		err = h.publishRules(c, f, func(rules *permission.Rules) error {
			at, lax := stricterAt(*rules, demands.Region), laxer(demands, rules.Caps)
			switch {
			case len(lax) > 0:
				return fault.InvalidFields(lax...)
			case at < 0 && f.Get("new") == "":
				return frame.ErrNoPage
			case at < 0:
				rules.Stricter = append(rules.Stricter, demands)
			case f.Get("new") != "":
				return fault.InvalidFields(fault.Field{
					Name: "region", Code: "has_demands", Problem: "has its own demands already", Value: demands.Region,
				})
			default:
				rules.Stricter[at] = demands
			}
			return nil
		})
	}
	return h.afterPublishing(c, f, err, h.stricterPart(c, f), h.renderStricter)
}

// stricterPart is the demands of the region that a form is about, as its fields have them.
func (h *handlers) stricterPart(c *gin.Context, f frame.Form) rulesPart {
	region := strings.ToUpper(strings.TrimSpace(f.Get("region")))
	part := rulesPart{there: func(rules permission.Rules) bool { return stricterAt(rules, region) >= 0 }}
	for _, setting := range stricterSettings {
		part.fields = append(part.fields, rulesField{setting.Name, h.T(c, "caps."+setting.Name), func(rules permission.Rules) string {
			at := stricterAt(rules, region)
			if at < 0 || *setting.demand(&rules.Stricter[at]) == 0 {
				return ""
			}
			return strconv.Itoa(*setting.demand(&rules.Stricter[at]))
		}})
	}
	return part
}

var errNothingStricter = fault.New(fault.Invalid, "nothing_stricter",
	"none of the values is stricter there: give one, or remove the country")

// typedStricter reads the form; an empty field demands nothing.
func typedStricter(f frame.Form) (permission.Stricter, error) {
	demands := permission.Stricter{Region: strings.ToUpper(strings.TrimSpace(f.Get("region")))}
	var problems []fault.Field
	if demands.Region == "" {
		problems = append(problems, fault.Field{Name: "region", Code: "required", Problem: "is required"})
	}
	for _, setting := range stricterSettings {
		text := strings.TrimSpace(f.Get(setting.Name))
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			problems = append(problems,
				fault.Field{Name: setting.Name, Code: "not_a_number", Problem: "is not a whole number", Value: text})
		}
		if err == nil && n == 0 { // which would count as empty
			problems = append(problems,
				fault.Field{Name: setting.Name, Code: "empty_or_more", Problem: "must be empty, or 1 or more", Value: text})
		}
		*setting.demand(&demands) = n
	}
	switch {
	case len(problems) > 0:
		return demands, fault.InvalidFields(problems...)
	case demands == permission.Stricter{Region: demands.Region}:
		return demands, errNothingStricter
	}
	return demands, nil
}

// laxer returns the demands that are less strict than what holds everywhere. As strict may be: it stays when everywhere is eased.
func laxer(demands permission.Stricter, caps permission.Caps) []fault.Field {
	var problems []fault.Field
	for _, setting := range stricterSettings {
		n, usual := *setting.demand(&demands), setting.usual(caps)
		if n > 0 && (setting.longer && n < usual || !setting.longer && n > usual) {
			problems = append(problems, fault.Field{
				Name: setting.Name, Code: "not_stricter", Problem: "is laxer than everywhere",
				Value: strconv.Itoa(n), Args: map[string]any{"usual": usual},
			})
		}
	}
	return problems
}

func (h *handlers) removeStricter(c *gin.Context, f frame.Form) error {
	err := h.publishRules(c, f, func(rules *permission.Rules) error {
		at := stricterAt(*rules, f.Get("region"))
		if at < 0 {
			return frame.ErrNoPage
		}
		rules.Stricter = slices.Delete(rules.Stricter, at, at+1)
		return nil
	})
	return h.afterPublishing(c, f, err, h.stricterPart(c, f).removed(), h.renderStricter)
}
