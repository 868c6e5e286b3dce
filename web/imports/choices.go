package imports

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/web/frame"
)

func (h *handlers) savedMappings(c *gin.Context) ([]frame.Option, error) {
	saved, err := h.imports.Mappings(c.Request.Context())
	if err != nil || len(saved) == 0 {
		return nil, err
	}
	options := []frame.Option{{Value: "", Label: h.T(c, "imports.saved_none")}}
	for _, m := range saved {
		options = append(options, frame.Option{Value: strconv.FormatInt(m.ID, 10), Label: m.Name})
	}
	return options, nil
}

func matchColumns(p imports.Preview, fields []string) []matchColumn {
	const examples = 3
	columns := make([]matchColumn, len(p.Header))
	for i, heading := range p.Header {
		shown := slices.Clone(p.Values[i][:min(len(p.Values[i]), examples)])
		for j, value := range shown {
			if p.Found.Workbook && strings.Contains(fields[i], "_at") {
				shown[j] = imports.WorkbookTime(value, p.Found)
			}
			if r := []rune(value); len(r) > 40 {
				shown[j] = string(r[:40]) + "…"
			}
		}
		columns[i] = matchColumn{Index: i, Heading: heading, Example: strings.Join(shown, " · "), Field: fields[i]}
	}
	return columns
}

// codedFields are the fields whose values in a file are other words than ours.
var codedFields = []string{"status", "channel", "severity"}

// matchValues lists the values of the columns that have to be translated, with what the mapping makes of them.
func (h *handlers) matchValues(c *gin.Context, m imports.Mapping, p imports.Preview, fields []string) []matchValues {
	var list []matchValues
	for _, field := range codedFields {
		for i, f := range fields {
			if f != field || len(p.Values[i]) == 0 {
				continue
			}
			v := matchValues{Field: field, Heading: p.Header[i], Options: h.codeOptions(c, field)}
			for _, from := range p.Values[i] {
				v.Rows = append(v.Rows, matchValue{from, translated(m, field, from)})
			}
			list = append(list, v)
		}
	}
	return list
}

// unmatched reports whether a column has values that are not ours and that nobody was asked about yet.
func unmatched(f frame.Form, m imports.Mapping, p imports.Preview) bool {
	for i, field := range fieldsOf(m, p.Header) {
		asked := len(f.Values["from."+field]) > 0
		if asked || !slices.Contains(codedFields, field) {
			continue
		}
		if slices.ContainsFunc(p.Values[i], func(value string) bool { return !isCode(field, value) }) {
			return true
		}
	}
	return false
}

func (h *handlers) codeOptions(c *gin.Context, field string) []frame.Option {
	switch field {
	case "status":
		return frame.FilterOptions(h.Site, c, "imports.choose", "status.", contact.Statuses())
	case "channel":
		return frame.FilterOptions(h.Site, c, "imports.leave_empty", "channel.", contact.Channels())
	}
	return frame.FilterOptions(h.Site, c, "imports.leave_empty", "severity.", contact.Severities())
}

// extraFields are what a column can mean beside the fields of a contact.
var extraFields = []string{
	"handled.agent", "handled.team", "took.agent", "took.team", "on_site.agent", "on_site.team",
	"answer.csat", "answer.nps", "answer.ces", answerComment, "opened_at.join", "first_response_at.join", "resolved_at.join", "attribute",
}

func (h *handlers) fieldOptions(c *gin.Context) []frame.Option {
	options := []frame.Option{{Value: "", Label: h.T(c, "imports.skip_column")}}
	for _, field := range append(imports.Fields(), extraFields...) {
		options = append(options,
			frame.Option{Value: field, Label: h.Catalogue.TextOr(h.Lang(c), field, nil, "imports.field."+field, "field."+field)})
	}
	return options
}
