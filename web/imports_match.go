package web

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
)

// matchPage is where a person says what the columns of a file mean.
type matchPage struct {
	page
	Run      imports.Run
	Preview  imports.Preview
	Columns  []matchColumn
	Values   []matchValues
	Fields   []option // what a column can mean
	Sources  []contact.Source
	Saved    []option // mappings that were kept
	Form     form
	Problems []fieldProblem
}

func (*matchPage) template() string { return "import_match" }

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
	Options []option
}

// matchValue is a value of the file and ours.
type matchValue struct{ From, To string }

func matchSamples() []view {
	return []view{
		&matchPage{},
		&matchPage{
			Run: imports.Run{ID: 1, Filename: "tickets.csv"}, Preview: imports.Preview{Header: []string{"id"}, Lines: 3},
			Columns: []matchColumn{{Heading: "id", Example: "T-1", Field: "external_id"}}, Fields: []option{{"", "skip"}, {"external_id", "id"}},
			Values:  []matchValues{{Field: "status", Heading: "state", Rows: []matchValue{{"closed", "resolved"}}, Options: []option{{"resolved", "Resolved"}}}},
			Sources: []contact.Source{{ID: 1, Name: "s"}}, Saved: []option{{"1", "mine"}},
			Form: form{Error: "e"}, Problems: []fieldProblem{{Name: "zone", Problem: "unknown", Value: "x"}},
		},
	}
}

// matchImport shows the columns of an uploaded file, matched by a saved mapping or by guess.
func (s *Server) matchImport(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	m := imports.Mapping{Zone: s.opts.Zone.String()}
	guess := true
	if saved, err := strconv.ParseInt(c.Query("mapping"), 10, 64); err == nil {
		kept, err := s.Imports.Mapping(c.Request.Context(), saved)
		if err != nil {
			return err
		}
		if m, err = imports.ParseMapping([]byte(kept.Body)); err != nil {
			return err
		}
		guess = false
	}
	return s.renderMatch(c, id, http.StatusOK, m, guess, form{Values: url.Values{}}, nil)
}

// beginImport reads the matched columns. It shows the page again to match values, to read the file another way, or with what is
// wrong; otherwise the import begins.
func (s *Server) beginImport(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	preview, err := s.Imports.Preview(c.Request.Context(), id, formatOf(f))
	if err != nil {
		return err
	}
	m := mappingOf(f, preview.Header)
	if f.Get("do") == "read" || unmatched(f, m, preview) {
		return s.renderMatch(c, id, http.StatusOK, m, false, f, nil)
	}
	if err := s.startImport(c, id, m, f); err != nil {
		return s.renderMatch(c, id, statusOf(err), m, false, f, err)
	}
	return s.redirect(c, fmt.Sprintf("/imports/%d", id), done("imports.begun"))
}

func (s *Server) startImport(c *gin.Context, id int64, m imports.Mapping, f form) error {
	ctx := c.Request.Context()
	if err := m.Check(); err != nil {
		return err
	}
	if name := strings.TrimSpace(f.Get("save_as")); name != "" {
		if err := s.Imports.SaveMapping(ctx, name, m); err != nil {
			return err
		}
	}
	source, err := s.Contacts.EnsureSource(ctx, f.Get("source"))
	if err != nil {
		return err
	}
	_, err = s.Imports.Begin(ctx, id, imports.NewRun{
		SourceID: source.ID, UserID: viewer(c).UserID, Mapping: m,
		ShiftToNow: f.Get("shift") != "", WithoutAnswers: f.Get("without_answers") != "",
	})
	return err
}

// renderMatch shows the page. An error that nobody can mend on it is returned.
func (s *Server) renderMatch(c *gin.Context, id int64, status int, m imports.Mapping, guess bool, f form, cause error) error {
	ctx := c.Request.Context()
	if cause != nil {
		var unmendable error
		if f, unmendable = s.refusedForm(c, f, cause); unmendable != nil {
			return unmendable
		}
	}
	run, err := s.Imports.Run(ctx, id)
	if err != nil {
		return err
	}
	if run.State != imports.Draft {
		return s.redirect(c, fmt.Sprintf("/imports/%d", id))
	}
	p := &matchPage{Run: run, Problems: s.fieldProblems(c, cause)}
	if p.Preview, err = s.Imports.Preview(ctx, id, m); err != nil {
		return err
	}
	if p.Sources, err = s.Contacts.Sources(ctx); err != nil {
		return err
	}
	if p.Saved, err = s.savedMappings(c); err != nil {
		return err
	}
	fields := fieldsOf(m, p.Preview.Header)
	if guess {
		fields = imports.Guess(p.Preview.Header)
	}
	p.Columns = matchColumns(p.Preview, fields)
	p.Values = s.matchValues(c, m, p.Preview, fields)
	p.Fields = s.fieldOptions(c)
	p.Form = withMapping(f, m)
	p.page = s.page(c, "imports.match_title", "file", run.Filename)
	p.Crumbs = []crumb{{Text: s.t(c, "imports.title"), Href: "/imports"}}
	return s.renderStatus(c, status, p)
}

func (s *Server) savedMappings(c *gin.Context) ([]option, error) {
	saved, err := s.Imports.Mappings(c.Request.Context())
	if err != nil || len(saved) == 0 {
		return nil, err
	}
	options := []option{{"", s.t(c, "imports.saved_none")}}
	for _, m := range saved {
		options = append(options, option{strconv.FormatInt(m.ID, 10), m.Name})
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
func (s *Server) matchValues(c *gin.Context, m imports.Mapping, p imports.Preview, fields []string) []matchValues {
	var list []matchValues
	for _, field := range codedFields {
		for i, f := range fields {
			if f != field || len(p.Values[i]) == 0 {
				continue
			}
			v := matchValues{Field: field, Heading: p.Header[i], Options: s.codeOptions(c, field)}
			for _, from := range p.Values[i] {
				v.Rows = append(v.Rows, matchValue{from, translated(m, field, from)})
			}
			list = append(list, v)
		}
	}
	return list
}

// unmatched reports whether a column has values that are not ours and that nobody was asked about yet.
func unmatched(f form, m imports.Mapping, p imports.Preview) bool {
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

func (s *Server) codeOptions(c *gin.Context, field string) []option {
	switch field {
	case "status":
		return enumOptions(s, c, "imports.choose", "status", contact.Statuses())
	case "channel":
		return enumOptions(s, c, "imports.leave_empty", "channel", contact.Channels())
	}
	return enumOptions(s, c, "imports.leave_empty", "severity", contact.Severities())
}

// extraFields are what a column can mean beside the fields of a contact.
var extraFields = []string{
	"handled.agent", "handled.team", "took.agent", "took.team", "on_site.agent", "on_site.team",
	"answer.csat", "answer.nps", "answer.ces", "attribute",
}

func (s *Server) fieldOptions(c *gin.Context) []option {
	options := []option{{"", s.t(c, "imports.skip_column")}}
	for _, field := range append(imports.Fields(), extraFields...) {
		options = append(options, option{field, s.messages.textOr(s.language(c), field, nil, "imports.field."+field, "field."+field)})
	}
	return options
}
