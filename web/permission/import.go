package permission

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/permission/lists"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

// maxListBody is what a list of suppressions or consents may have in one upload, which is read while the browser waits: some
// 100,000 rows. Longer ones are split.
const maxListBody = 8 << 20

// listPage takes a list of suppressions or of consents as a file, and reports what became of it.
type listPage struct {
	frame.Page
	What   string // "suppressions" or "consents": of its texts and addresses
	Form   frame.Form
	Report *listReport
}

func (*listPage) Template() string { return "list_import" }

// listReport is what became of a file, in words.
type listReport struct {
	lists.Report
	File  string
	Wrong []frame.FieldProblem
	CSV   string // the same to keep
}

// importer is a use case that records a list.
type importer func(context.Context, account.Viewer, io.Reader, lists.Reading) (lists.Report, error)

func (h *handlers) permissionImportRoutes() []frame.Route {
	keepers, people := []account.Role{account.Supervisor}, []account.Role{account.Supervisor, account.Marketing}
	suppress := func(c *gin.Context) error { return h.importList(c, "suppressions", h.lists.ImportSuppressions) }
	consent := func(c *gin.Context) error { return h.importList(c, "consents", h.lists.ImportConsents) }
	return []frame.Route{
		{Method: http.MethodGet, Path: "/suppressions/import", Roles: keepers, Handle: h.showList("suppressions")},
		{Method: http.MethodPost, Path: "/suppressions/import", Roles: keepers, Body: frame.UploadBody(maxListBody), Handle: suppress},
		{Method: http.MethodGet, Path: "/suppressions/sample.csv", Roles: keepers, Handle: sampleOf("suppressions", sampleSuppressions)},
		{Method: http.MethodGet, Path: "/consents/import", Roles: people, Handle: h.showList("consents")},
		{Method: http.MethodPost, Path: "/consents/import", Roles: people, Body: frame.UploadBody(maxListBody), Handle: consent},
		{Method: http.MethodGet, Path: "/consents/sample.csv", Roles: people, Handle: sampleOf("consents", sampleConsents)},
		{Method: http.MethodPost, Path: "/permission/report.csv", Roles: people, Handle: sendReport},
	}
}

// The samples have every column there is.
const (
	sampleSuppressions = "phone,email,scope,until,reason,note\n" +
		"13912348000,,everything,,customer_request,工单 T-1\n" +
		",ann@example.com,marketing,2027-12-31,register,\n"
	sampleConsents = "source,reference,phone,email,purpose,channel,word,basis,wording,at,expires_at,evidence,key\n" +
		"crm,C-1001,,,marketing_call,phone,given,consent,v3,2026-11-20T10:00:00+08:00,,录音 8812,K-1\n" +
		",,13912348000,,marketing_message,sms,withdrawn,request,,2026-11-21,,,K-2\n"
)

func sampleOf(name, text string) func(*gin.Context) error {
	return func(c *gin.Context) error { return frame.SendText(c, name+"-sample.csv", text) }
}

func (h *handlers) showList(what string) func(*gin.Context) error {
	return func(c *gin.Context) error { return h.renderList(c, http.StatusOK, &listPage{What: what}) }
}

func (h *handlers) renderList(c *gin.Context, status int, p *listPage) error {
	p.Page = h.Page(c, p.What+".import")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "permission.title"), Href: permissionPath}}
	if p.What == "suppressions" {
		p.Crumbs = []frame.Crumb{{Text: h.T(c, "suppressions.title"), Href: frame.SuppressionsPath}}
	}
	return h.RenderStatus(c, status, p)
}

// importList answers with the report itself: nothing of it is kept here.
func (h *handlers) importList(c *gin.Context, what string, run importer) error {
	name, file, err := frame.SentFile(c, maxListBody)
	if err != nil {
		return h.refuseList(c, what, err)
	}
	leave, err := table.Turn(c.Request.Context())
	if err != nil {
		return h.refuseList(c, what, err)
	}
	defer leave()
	report, err := run(c.Request.Context(), frame.Viewer(c), file, lists.Reading{Region: h.contacts.Region(), Zone: h.Zone})
	if err != nil {
		return h.refuseList(c, what, err)
	}
	shown := &listReport{Report: report, File: name, Wrong: h.problemsInFile(c, report.Issues, nil)}
	shown.CSV = h.reportCSV(c, shown.Wrong)
	return h.renderList(c, http.StatusOK, &listPage{What: what, Report: shown})
}

func (h *handlers) refuseList(c *gin.Context, what string, cause error) error {
	f, unmendable := h.RefusedForm(c, frame.Form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	for name, text := range f.Errors {
		if name != "file" { // about the file as a whole, such as a header without the columns
			f.Error = text
		}
	}
	return h.renderList(c, frame.StatusOf(cause), &listPage{What: what, Form: f})
}

// reportCSV is the report as a file, in the reader's language.
func (h *handlers) reportCSV(c *gin.Context, wrong []frame.FieldProblem) string {
	rows := [][]string{{h.T(c, "imports.line"), h.T(c, "imports.field"), h.T(c, "imports.problem"), h.T(c, "imports.value")}}
	for _, w := range wrong {
		rows = append(rows, []string{strconv.Itoa(w.Line), w.Name, w.Problem, w.Value})
	}
	return frame.CSVText(rows)
}

// sendReport gives the report of the page back as a file: it is kept nowhere else.
func sendReport(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	return frame.SendText(c, "report.csv", f.Get("csv"))
}

// problemsInFile are those of the lines of a file, in the order of the file. A column goes by the name that stands in the file.
func (h *handlers) problemsInFile(c *gin.Context, fields []fault.Field, values map[string]any) []frame.FieldProblem {
	list := h.ProblemsInWords(c, fields, values)
	for i, field := range fields {
		list[i].Name = field.Name
	}
	slices.SortStableFunc(list, func(a, b frame.FieldProblem) int { return cmp.Compare(a.Line, b.Line) })
	return list
}
