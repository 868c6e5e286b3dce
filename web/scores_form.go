package web

import (
	"github.com/gin-gonic/gin"

	"aftercall/internal/figures"
)

// scoreForm makes the line of filters: period, team, channel, category, comparison, and where asked for the time that counts.
func (s *Server) scoreForm(c *gin.Context, f scoreFilter, withTime bool) (scoreForm, error) {
	form := scoreForm{Action: f.path, Dates: f.Period == periodCustom, From: f.From, To: f.To}
	form.add(s, c, "period", f.Period, s.choices(c, "scores.period_", scorePeriods()...))
	for _, d := range []figures.Dimension{figures.Team, figures.Channel, figures.Category} {
		options, err := s.memberOptions(c, f, d)
		if err != nil {
			return scoreForm{}, err
		}
		if len(options) > 2 || f.Where[d] != "" { // one member is no choice
			form.add(s, c, string(d), f.Where[d], options)
		}
	}
	compare := ""
	if !f.Compare {
		compare = "none"
	}
	form.add(s, c, "compare", compare, []option{{Value: "", Label: s.t(c, "scores.compare_before")}, {Value: "none", Label: s.t(c, "scores.compare_none")}})
	if withTime {
		form.add(s, c, "time", string(f.Time), s.choices(c, "scores.group_", string(figures.ByAnswered), string(figures.ByResolved)))
	}
	form.keep(f)
	err := s.addChips(c, f, &form)
	return form, err
}

func (form *scoreForm) add(s *Server, c *gin.Context, name, value string, options []option) {
	form.Fields = append(form.Fields, scoreField{Name: name, Label: s.t(c, "scores.filter_"+name), Value: value, Options: options})
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
	for name, values := range f.values() {
		if !form.has(name) && name != "from" && name != "to" {
			form.Hidden = append(form.Hidden, hiddenField{name, values[0]})
		}
	}
}

// addChips names the members the page is narrowed to that have no select.
func (s *Server) addChips(c *gin.Context, f scoreFilter, form *scoreForm) error {
	for _, d := range filterDimensions() {
		member, narrowed := f.Where[d]
		if !narrowed || form.has(string(d)) && member != "" {
			continue
		}
		names, err := s.memberNames(c, d, []string{member})
		if err != nil {
			return err
		}
		text := s.t(c, "scores.chip", "dimension", s.t(c, "scores.by_"+string(d)), "member", names[member])
		form.Chips = append(form.Chips, scoreLink{Text: text, Href: f.without(d).at(f.path)})
	}
	return nil
}

// choices are options whose texts are keys with a prefix.
func (s *Server) choices(c *gin.Context, prefix string, values ...string) []option {
	options := make([]option, len(values))
	for i, v := range values {
		options[i] = option{Value: v, Label: s.t(c, prefix+v)}
	}
	return options
}
