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
	"aftercall/internal/permission/hours"
	"aftercall/web/frame"
)

// profilePage is the form for the calling hours of one class in one country.
type profilePage struct {
	frame.Page
	New     bool
	Profile profileRow
	Region  string
	Class   hours.Class
	Classes []frame.Option
	Days    []dayField
	Limits  []string // the hard limits in words
	Fixed   bool     // the hours of everywhere else cannot be removed
	Form    frame.Form
	BasedOn int
}

func (*profilePage) Template() string { return "calling_hours_profile" }

// dayField is the field of one kind of day.
type dayField struct{ Name, Label, Value string }

func dayFieldName(kind int) string { return "day_" + strconv.Itoa(kind) }

func profileOf(rules permission.Rules, region string, class hours.Class) (hours.Profile, bool) {
	i := slices.IndexFunc(rules.Profiles, func(p hours.Profile) bool { return p.Region == region && p.Class == class })
	if i < 0 {
		return hours.Profile{}, false
	}
	return rules.Profiles[i], true
}

// usualProfile returns the hours of everywhere else: what a new country begins with.
func usualProfile(rules permission.Rules, class hours.Class) hours.Profile {
	p, _ := profileOf(rules, "", class)
	return p
}

func (h *handlers) showProfile(c *gin.Context) error {
	return h.renderProfile(c, http.StatusOK,
		frame.Form{Values: url.Values{"region": {c.Query("region")}, "class": {c.Query("class")}, "new": {c.Query("new")}}})
}

func (h *handlers) renderProfile(c *gin.Context, status int, f frame.Form) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	p := &profilePage{New: f.Get("new") != "", Region: f.Get("region"), Class: hours.Class(f.Get("class")), Form: f}
	p.BasedOn = f.BasedOn(rules.Version)
	if !slices.Contains(classes, p.Class) {
		p.Class = hours.MarketingClass
	}
	profile, known := profileOf(rules, p.Region, p.Class)
	switch {
	case p.New && !known:
		profile = usualProfile(rules, p.Class)
	case !known && c.Request.Method == http.MethodGet: // what was typed of one that is gone meanwhile comes back
		return frame.ErrNoPage
	}
	for kind := range dayKinds {
		value := profile.Days[kind].String()
		if f.Values.Has(dayFieldName(kind)) {
			value = f.Get(dayFieldName(kind)) // as it was typed, and be it nothing
		}
		p.Days = append(p.Days, dayField{dayFieldName(kind), h.dayName(c, kind), value})
	}
	p.Classes = make([]frame.Option, len(classes))
	for i, class := range classes {
		p.Classes[i] = frame.Option{Value: string(class), Label: h.T(c, "hours.class_"+string(class))}
	}
	p.Limits = []string{h.T(c, "hours.limit_all"), h.T(c, "hours.limit_fr"), h.T(c, "hours.limit_fl")}
	p.Fixed = p.Region == "" || p.New
	p.Page = h.Page(c, "hours.new_profile")
	if !p.New {
		p.Page = h.Page(c, "hours.edit_profile", "what", h.profileName(c, hours.Profile{Region: p.Region, Class: p.Class}))
	}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "hours.title"), Href: hoursPath}}
	return h.RenderStatus(c, status, p)
}

// publishProfile publishes the rules with one profile changed or added.
func (h *handlers) publishProfile(c *gin.Context, f frame.Form) error {
	profile, err := typedProfile(f)
	if err == nil {
		err = h.publishRules(c, f, func(rules *permission.Rules) error {
			_, known := profileOf(*rules, profile.Region, profile.Class)
			if f.Get("new") != "" && known {
				return fault.InvalidFields(fault.Field{
					Name: "region", Code: "has_profile", Problem: "has its own calling hours already", Value: profile.Region,
				})
			}
			rules.Profiles = slices.DeleteFunc(slices.Clone(rules.Profiles), func(p hours.Profile) bool {
				return p.Region == profile.Region && p.Class == profile.Class
			})
			rules.Profiles = append(rules.Profiles, profile)
			return nil
		})
	}
	return h.afterPublishing(c, f, err, h.profilePart(c, f), h.renderProfile)
}

// profilePart is the hours of the class and country that a form is about, as its fields have them.
func (h *handlers) profilePart(c *gin.Context, f frame.Form) rulesPart {
	kept := func(rules permission.Rules) (hours.Profile, bool) {
		return profileOf(rules, strings.ToUpper(strings.TrimSpace(f.Get("region"))), hours.Class(f.Get("class")))
	}
	part := rulesPart{there: func(rules permission.Rules) bool { _, there := kept(rules); return there }}
	for kind := range dayKinds {
		part.fields = append(part.fields, rulesField{
			dayFieldName(kind), h.dayName(c, kind),
			func(rules permission.Rules) string { p, _ := kept(rules); return p.Days[kind].String() },
		})
	}
	return part
}

// typedProfile reads the form; what is no time names the day it stands at.
func typedProfile(f frame.Form) (hours.Profile, error) {
	p := hours.Profile{Region: strings.ToUpper(strings.TrimSpace(f.Get("region"))), Class: hours.Class(f.Get("class"))}
	var problems []fault.Field
	if f.Get("new") != "" && p.Region == "" {
		problems = append(problems, fault.Field{Name: "region", Code: "required", Problem: "is required"})
	}
	for kind := range dayKinds {
		text := f.Get(dayFieldName(kind))
		periods, err := hours.ParsePeriods(text)
		if err != nil {
			problems = append(problems, fault.Field{
				Name: dayFieldName(kind), Code: "not_periods",
				Problem: "must be written as in 09:00-12:00, 13:30-20:00", Value: text,
			})
		}
		p.Days[kind] = periods
	}
	if len(problems) > 0 {
		return p, fault.InvalidFields(problems...)
	}
	return p, nil
}

func (h *handlers) removeProfile(c *gin.Context, f frame.Form) error {
	region, class := f.Get("region"), hours.Class(f.Get("class"))
	err := h.publishRules(c, f, func(rules *permission.Rules) error {
		if _, known := profileOf(*rules, region, class); !known || region == "" {
			return frame.ErrNoPage
		}
		rules.Profiles = slices.DeleteFunc(slices.Clone(rules.Profiles),
			func(p hours.Profile) bool { return p.Region == region && p.Class == class })
		return nil
	})
	return h.afterPublishing(c, f, err, h.profilePart(c, f).removed(), h.renderProfile)
}

func (h *handlers) publishCaps(c *gin.Context, f frame.Form) error {
	caps, err := typedCaps(f)
	if err == nil {
		err = h.publishRules(c, f, func(rules *permission.Rules) error {
			rules.Caps = caps
			return nil
		})
	}
	part := rulesPart{there: func(permission.Rules) bool { return true }}
	for _, setting := range capSettings {
		part.fields = append(part.fields, rulesField{
			setting.Name, h.T(c, "caps."+setting.Name),
			func(rules permission.Rules) string { return strconv.Itoa(*setting.number(&rules.Caps)) },
		})
	}
	return h.afterPublishing(c, f, err, part, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderHours(c, status, f, hoursCheck{})
	})
}

func typedCaps(f frame.Form) (permission.Caps, error) {
	var caps permission.Caps
	var problems []fault.Field
	for _, setting := range capSettings {
		n, err := strconv.Atoi(strings.TrimSpace(f.Get(setting.Name)))
		if err != nil {
			problems = append(problems,
				fault.Field{Name: setting.Name, Code: "not_a_number", Problem: "is not a whole number", Value: f.Get(setting.Name)})
		}
		*setting.number(&caps) = n
	}
	if len(problems) > 0 {
		return caps, fault.InvalidFields(problems...)
	}
	return caps, nil
}

// capsTyped fills the form of caps with what is in force where nothing was typed.
func capsTyped(f frame.Form, rules permission.Rules) frame.Form {
	if f.Values == nil {
		f.Values = url.Values{}
	}
	for _, setting := range capSettings {
		if !f.Values.Has(setting.Name) {
			f.Values.Set(setting.Name, strconv.Itoa(*setting.number(&rules.Caps)))
		}
	}
	return f
}

func capRows(rules permission.Rules) []capRow {
	usual, rows := permission.DefaultRules().Caps, make([]capRow, len(capSettings))
	least, most := permission.CapLimits()
	for i, setting := range capSettings {
		rows[i] = capRow{setting, *setting.number(&rules.Caps), *setting.number(&usual), *setting.number(&least), *setting.number(&most)}
	}
	return rows
}
