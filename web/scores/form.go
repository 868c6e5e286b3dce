package scores

import (
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/figures"
	"aftercall/web/frame"
)

// scoreForm makes the line of filters: period, team, channel, category, comparison, and where asked for the time that counts.
func (h *handlers) scoreForm(c *gin.Context, f scoreFilter, withTime bool) (scoreForm, error) {
	form := scoreForm{Action: f.Path, Dates: f.Period == periodCustom, From: f.From, To: f.To}
	form.add(h, c, "period", f.Period, frame.EnumOptions(h.Site, c, "scores.period_", scorePeriods()))
	for _, d := range []figures.Dimension{figures.Team, figures.Channel, figures.Category} {
		options, err := h.memberOptions(c, f, d)
		if err != nil {
			return scoreForm{}, err
		}
		if len(options) > 2 || f.Where[d] != "" { // one member is no choice
			form.add(h, c, string(d), f.Where[d], options)
		}
	}
	compare := ""
	if !f.Compare {
		compare = "none"
	}
	form.add(h, c, "compare", compare,
		[]frame.Option{{Value: "", Label: h.T(c, "scores.compare_before")}, {Value: "none", Label: h.T(c, "scores.compare_none")}})
	if withTime {
		form.add(h, c, "time", string(f.Time),
			frame.EnumOptions(h.Site, c, "scores.group_", []figures.TimeBase{figures.ByAnswered, figures.ByResolved}))
	}
	if withTime {
		form.add(h, c, "incidents", string(f.Incidents), frame.FilterOptions(h.Site, c, "scores.incidents_all", "scores.incidents_",
			[]figures.IncidentScope{figures.WithoutIncidents, figures.OnlyIncidents}))
	}
	form.keep(f)
	err := h.addChips(c, f, &form)
	return form, err
}

func (form *scoreForm) add(h *handlers, c *gin.Context, name, value string, options []frame.Option) {
	form.Fields = append(form.Fields, scoreField{Name: name, Label: h.T(c, "scores.filter_"+name), Value: value, Options: options})
}

// has reports whether the line has a select of the name.
func (form *scoreForm) has(name string) bool {
	for _, field := range form.Fields {
		if field.Name == name {
			return true
		}
	}
	return false
}

// keep puts the rest of the filter into hidden fields, so that the form does not lose it.
func (form *scoreForm) keep(f scoreFilter) {
	values := f.values()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !form.has(name) && name != "from" && name != "to" {
			form.Hidden = append(form.Hidden, hiddenField{name, values.Get(name)})
		}
	}
}

// addChips names the members the page is narrowed to that have no select.
func (h *handlers) addChips(c *gin.Context, f scoreFilter, form *scoreForm) error {
	for _, d := range filterDimensions() {
		member, narrowed := f.Where[d]
		if !narrowed || form.has(string(d)) && member != "" {
			continue
		}
		names, err := h.memberNames(c, d, []string{member})
		if err != nil {
			return err
		}
		text := h.T(c, "scores.chip", "dimension", h.T(c, "scores.by_"+string(d)), "member", names[member])
		form.Chips = append(form.Chips, scoreLink{Text: text, Href: f.without(d).at(f.Path)})
	}
	return nil
}
