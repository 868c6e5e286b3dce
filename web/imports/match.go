package imports

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

// matchPage is where a person says what the columns of a file mean, and sees what that makes of its first rows.
type matchPage struct {
	frame.Page
	Run       imports.Run
	Preview   imports.Preview
	How       []string // how the file was read
	First     []table.Row
	Columns   []matchColumn
	Values    []matchValues
	Fields    []frame.Option // what a column can mean
	Sources   []contact.Source
	Saved     []frame.Option // mappings that were kept
	Sheets    []frame.Option // of a workbook with several
	Remembers string         // the import whose mapping this is; "" where it is none
	Tried     *imports.Run   // what became of the first rows; nil where they cannot be tried yet
	Others    []groupRow     // problems that belong to no column
	Form      frame.Form
	Problems  []frame.FieldProblem
}

func (*matchPage) Template() string { return "import_match" }

// matchColumn is one column of the file and what it means.
type matchColumn struct {
	Index   int
	Heading string
	Example string
	Field   string
	Groups  []groupRow // what is wrong with its values
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

// matchImport shows the columns of an uploaded file, matched as the same columns were before, by a saved mapping, or by guess.
func (h *handlers) matchImport(c *gin.Context, id int64) error {
	ctx, asked := c.Request.Context(), matching{form: frame.Form{Values: url.Values{}}}
	run, err := h.imports.Run(ctx, id)
	if err != nil {
		return err
	}
	saved, err := strconv.ParseInt(c.Query("mapping"), 10, 64)
	switch {
	case err == nil:
		kept, err := h.imports.Mapping(ctx, saved)
		if err != nil {
			return err
		}
		asked.mapping, err = imports.ParseMapping([]byte(kept.Body))
		if err != nil {
			return err
		}
	case run.Mapping != "":
		if asked.mapping, err = imports.ParseMapping([]byte(run.Mapping)); err != nil {
			return err
		}
		asked.form.Values.Set("source", run.Report().Source)
	default:
		asked.mapping, asked.guess = imports.Mapping{Zone: h.Zone.String()}, true
	}
	return h.renderMatch(c, run, http.StatusOK, asked, nil)
}

// matching is what is known of the meaning of columns so far.
type matching struct {
	mapping imports.Mapping
	guess   bool // the mapping is to be guessed, or remembered
	form    frame.Form
}

// beginImport reads the matched columns. It shows the page again to match values, to read the file another way, or with what is
// wrong; otherwise the file is looked through, or its import begins.
func (h *handlers) beginImport(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	run, err := h.imports.Run(ctx, id)
	if err != nil {
		return err
	}
	if date := f.Get("use_date"); date != "" {
		f.Values.Set("date", date)
	}
	preview, err := h.imports.Preview(ctx, id, formatOf(f))
	if err != nil {
		return err
	}
	asked := matching{mapping: mappingOf(f, preview.Header), form: f}
	do := f.Get("do")
	if do != "check" && do != "begin" || f.Get("use_date") != "" || unmatched(f, asked.mapping, preview) {
		return h.renderMatch(c, run, http.StatusOK, asked, nil)
	}
	asked.mapping.HeaderLine = preview.HeaderLine
	if err := h.startImport(c, id, asked, do == "check"); err != nil {
		return h.renderMatch(c, run, frame.StatusOf(err), asked, err)
	}
	message := frame.Done("imports.begun")
	if do == "check" {
		message = frame.Done("imports.check_begun")
	}
	return h.Redirect(c, fmt.Sprintf("/imports/%d", id), message)
}

func (h *handlers) startImport(c *gin.Context, id int64, asked matching, check bool) error {
	ctx, f, m := c.Request.Context(), asked.form, asked.mapping
	if err := m.Check(); err != nil {
		return err
	}
	if name := strings.TrimSpace(f.Get("save_as")); name != "" {
		if err := h.imports.SaveMapping(ctx, name, m); err != nil {
			return err
		}
	}
	n := imports.NewRun{
		Source: strings.TrimSpace(f.Get("source")), UserID: frame.Viewer(c).UserID, Mapping: m,
		ShiftToNow: f.Get("shift") != "", WithoutAnswers: f.Get("without_answers") != "",
	}
	if check {
		source, err := h.contacts.SourceNamed(ctx, n.Source)
		if err != nil {
			return err
		}
		n.SourceID = source.ID
		_, err = h.imports.Check(ctx, id, n)
		return err
	}
	source, err := h.contacts.EnsureSource(ctx, n.Source)
	if err != nil {
		return err
	}
	n.SourceID = source.ID
	_, err = h.imports.Begin(ctx, id, n)
	return err
}

// renderMatch shows the page. An error that nobody can mend on it is returned.
func (h *handlers) renderMatch(c *gin.Context, run imports.Run, status int, asked matching, cause error) error {
	ctx := c.Request.Context()
	if cause != nil {
		var unmendable error
		if asked.form, unmendable = h.RefusedForm(c, asked.form, cause); unmendable != nil {
			return unmendable
		}
	}
	if !run.IsDraft() {
		return h.Redirect(c, fmt.Sprintf("/imports/%d", run.ID))
	}
	p := &matchPage{Run: run, Problems: h.FieldProblems(c, cause)}
	var err error
	if p.Preview, err = h.imports.Preview(ctx, run.ID, asked.mapping); err != nil {
		return err
	}
	if p.Sources, err = h.contacts.Sources(ctx); err != nil {
		return err
	}
	if p.Saved, err = h.savedMappings(c); err != nil {
		return err
	}
	fields, err := h.meanings(c, p, &asked)
	if err != nil {
		return err
	}
	p.How = h.howRead(c, p.Preview.Found, 0)
	p.Sheets = h.sheetOptions(c, p.Preview.Found)
	p.First = p.Preview.Rows[:min(len(p.Preview.Rows), 3)]
	p.Columns = matchColumns(p.Preview, fields)
	p.Values = h.matchValues(c, asked.mapping, p.Preview, fields)
	p.Fields = h.fieldOptions(c)
	p.Form = withMapping(asked.form, asked.mapping)
	if p.Form.Get("header_line") == "" {
		p.Form.Values.Set("header_line", strconv.Itoa(p.Preview.HeaderLine))
	}
	if p.Form.Get("sheet") == "" && len(p.Sheets) > 0 {
		p.Form.Values.Set("sheet", p.Preview.Found.Sheet)
	}
	if err := h.try(c, p, asked); err != nil {
		return err
	}
	p.Page = h.Page(c, "imports.match_title", "file", run.Filename)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "imports.title"), Href: "/imports"}}
	return h.RenderStatus(c, status, p)
}

// meanings returns what each column means: as it was chosen, as the same columns meant the last time, or by guess.
func (h *handlers) meanings(c *gin.Context, p *matchPage, asked *matching) ([]string, error) {
	if !asked.guess {
		return fieldsOf(asked.mapping, p.Preview.Header), nil
	}
	before, m, known, err := h.imports.Remembered(c.Request.Context(), p.Preview.Header)
	if err != nil {
		return nil, err
	}
	if !known {
		fields := imports.Guess(p.Preview.Header, p.Preview.Values, h.contacts.Region())
		guessed := asked.form
		for i, field := range fields {
			guessed.Values.Set("column."+strconv.Itoa(i), field)
		}
		zone := asked.mapping.Zone
		asked.mapping = mappingOf(guessed, p.Preview.Header)
		asked.mapping.Zone = zone
		return fields, nil
	}
	m.Delimiter, m.Encoding, m.Sheet, m.HeaderLine = "", "", "", 0 // this file was read without them
	asked.mapping = m
	for _, s := range p.Sources {
		if s.ID == before.SourceID {
			asked.form.Values.Set("source", s.Name)
		}
	}
	p.Remembers = h.T(c, "imports.remembers", "file", before.Filename, "date", h.Format(h.Lang(c)).Moment(before.StartedAt))
	return fieldsOf(m, p.Preview.Header), nil
}
