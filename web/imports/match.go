package imports

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/web/frame"
)

// matchPage is where a person says what the columns of a file mean.
type matchPage struct {
	frame.Page
	Run      imports.Run
	Preview  imports.Preview
	Columns  []matchColumn
	Values   []matchValues
	Fields   []frame.Option // what a column can mean
	Sources  []contact.Source
	Saved    []frame.Option // mappings that were kept
	Form     frame.Form
	Problems []frame.FieldProblem
}

func (*matchPage) Template() string { return "import_match" }

// matchColumn is one column of the file and what it means.
type matchColumn struct {
	Index   int
	Heading string
	Example string
	Field   string
}

// matchValues is a column whose values have to be translated: status, channel, severity.
type matchValues struct {
	Field   string
	Heading string
	Rows    []matchValue
	Options []frame.Option
}

// matchValue is a value of the file and ours.
type matchValue struct{ From, To string }

// matchImport shows the columns of an uploaded file, matched by a saved mapping or by guess.
func (h *handlers) matchImport(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	m := imports.Mapping{Zone: h.Zone.String()}
	guess := true
	if saved, err := strconv.ParseInt(c.Query("mapping"), 10, 64); err == nil {
		kept, err := h.imports.Mapping(c.Request.Context(), saved)
		if err != nil {
			return err
		}
		if m, err = imports.ParseMapping([]byte(kept.Body)); err != nil {
			return err
		}
		guess = false
	}
	return h.renderMatch(c, id, http.StatusOK, m, guess, frame.Form{Values: url.Values{}}, nil)
}

// beginImport reads the matched columns. It shows the page again to match values, to read the file another way, or with what is
// wrong; otherwise the import begins.
func (h *handlers) beginImport(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	preview, err := h.imports.Preview(c.Request.Context(), id, formatOf(f))
	if err != nil {
		return err
	}
	m := mappingOf(f, preview.Header)
	if f.Get("do") == "read" || unmatched(f, m, preview) {
		return h.renderMatch(c, id, http.StatusOK, m, false, f, nil)
	}
	if err := h.startImport(c, id, m, f); err != nil {
		return h.renderMatch(c, id, frame.StatusOf(err), m, false, f, err)
	}
	return h.Redirect(c, fmt.Sprintf("/imports/%d", id), frame.Done("imports.begun"))
}

func (h *handlers) startImport(c *gin.Context, id int64, m imports.Mapping, f frame.Form) error {
	ctx := c.Request.Context()
	if err := m.Check(); err != nil {
		return err
	}
	if name := strings.TrimSpace(f.Get("save_as")); name != "" {
		if err := h.imports.SaveMapping(ctx, name, m); err != nil {
			return err
		}
	}
	source, err := h.contacts.EnsureSource(ctx, f.Get("source"))
	if err != nil {
		return err
	}
	_, err = h.imports.Begin(ctx, id, imports.NewRun{
		SourceID: source.ID, UserID: frame.Viewer(c).UserID, Mapping: m,
		ShiftToNow: f.Get("shift") != "", WithoutAnswers: f.Get("without_answers") != "",
	})
	return err
}

// renderMatch shows the page. An error that nobody can mend on it is returned.
func (h *handlers) renderMatch(c *gin.Context, id int64, status int, m imports.Mapping, guess bool, f frame.Form, cause error) error {
	ctx := c.Request.Context()
	if cause != nil {
		var unmendable error
		if f, unmendable = h.RefusedForm(c, f, cause); unmendable != nil {
			return unmendable
		}
	}
	run, err := h.imports.Run(ctx, id)
	if err != nil {
		return err
	}
	if run.State != imports.Draft {
		return h.Redirect(c, fmt.Sprintf("/imports/%d", id))
	}
	p := &matchPage{Run: run, Problems: h.FieldProblems(c, cause)}
	if p.Preview, err = h.imports.Preview(ctx, id, m); err != nil {
		return err
	}
	if p.Sources, err = h.contacts.Sources(ctx); err != nil {
		return err
	}
	if p.Saved, err = h.savedMappings(c); err != nil {
		return err
	}
	fields := fieldsOf(m, p.Preview.Header)
	if guess {
		fields = imports.Guess(p.Preview.Header)
	}
	p.Columns = matchColumns(p.Preview, fields)
	p.Values = h.matchValues(c, m, p.Preview, fields)
	p.Fields = h.fieldOptions(c)
	p.Form = withMapping(f, m)
	p.Page = h.Page(c, "imports.match_title", "file", run.Filename)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "imports.title"), Href: "/imports"}}
	return h.RenderStatus(c, status, p)
}

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
		shown := p.Values[i][:min(len(p.Values[i]), examples)]
		for j, value := range shown {
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
	"answer.csat", "answer.nps", "answer.ces", "attribute",
}

func (h *handlers) fieldOptions(c *gin.Context) []frame.Option {
	options := []frame.Option{{Value: "", Label: h.T(c, "imports.skip_column")}}
	for _, field := range append(imports.Fields(), extraFields...) {
		options = append(options,
			frame.Option{Value: field, Label: h.Catalogue.TextOr(h.Lang(c), field, nil, "imports.field."+field, "field."+field)})
	}
	return options
}
