package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/permission/lists"
	"aftercall/internal/table"
)

// maxListBody is what a list of suppressions or consents may have in one upload, which is read while the browser waits: some
// 100,000 rows. Longer ones are split.
const maxListBody = 8 << 20

// listPage takes a list of suppressions or of consents as a file, and reports what became of it.
type listPage struct {
	page
	What   string // "suppressions" or "consents": of its texts and addresses
	Form   form
	Report *listReport
}

func (*listPage) template() string { return "list_import" }

// listReport is what became of a file, in words.
type listReport struct {
	lists.Report
	File  string
	Wrong []fieldProblem
	CSV   string // the same to keep
}

// take is a use case that records a list.
type take func(context.Context, account.Viewer, io.Reader, lists.Reading) (lists.Report, error)

func (s *Server) permissionImportRoutes() []route {
	keepers, people := []account.Role{account.Supervisor}, []account.Role{account.Supervisor, account.Marketing}
	suppress := func(c *gin.Context) error { return s.takeList(c, "suppressions", s.Lists.ImportSuppressions) }
	consent := func(c *gin.Context) error { return s.takeList(c, "consents", s.Lists.ImportConsents) }
	return []route{
		{method: http.MethodGet, path: "/suppressions/import", roles: keepers, handle: s.showList("suppressions")},
		{method: http.MethodPost, path: "/suppressions/import", roles: keepers, body: uploadBody(maxListBody), handle: suppress},
		{method: http.MethodGet, path: "/suppressions/sample.csv", roles: keepers, handle: sampleOf("suppressions", sampleSuppressions)},
		{method: http.MethodGet, path: "/consents/import", roles: people, handle: s.showList("consents")},
		{method: http.MethodPost, path: "/consents/import", roles: people, body: uploadBody(maxListBody), handle: consent},
		{method: http.MethodGet, path: "/consents/sample.csv", roles: people, handle: sampleOf("consents", sampleConsents)},
		{method: http.MethodPost, path: "/permission/report.csv", roles: people, handle: sendReport},
	}
}

func permissionImportSamples() []view {
	report := &listReport{
		Report: lists.Report{Rows: 5, Added: 2, Covered: 1, Partly: 1, Bad: 1}, File: "list.csv", CSV: "line",
		Wrong: []fieldProblem{{Line: 3, Name: "phone", Problem: "is no number", Value: "12"}, {Line: 4}},
	}
	return []view{
		&listPage{What: "suppressions"}, &listPage{What: "consents", Form: form{Error: "wrong", Errors: map[string]string{"file": "wrong"}}},
		&listPage{What: "consents", Report: report}, &listPage{What: "suppressions", Report: &listReport{File: "list.csv"}},
	}
}

// The samples have every column there is.
const (
	sampleSuppressions = "phone,email,scope,until,reason,note\n13912348000,,everything,,customer_request,工单 T-1\n,ann@example.com,marketing,2027-12-31,register,\n"
	sampleConsents     = "source,reference,phone,email,purpose,channel,word,basis,wording,at,expires_at,evidence,key\n" +
		"crm,C-1001,,,marketing_call,phone,given,consent,v3,2026-11-20T10:00:00+08:00,,录音 8812,K-1\n" +
		",,13912348000,,marketing_message,sms,withdrawn,request,,2026-11-21,,,K-2\n"
)

func sampleOf(name, text string) func(*gin.Context) error {
	return func(c *gin.Context) error { return sendCSV(c, name+"-sample.csv", text) }
}

func (s *Server) showList(what string) func(*gin.Context) error {
	return func(c *gin.Context) error { return s.renderList(c, http.StatusOK, &listPage{What: what}) }
}

func (s *Server) renderList(c *gin.Context, status int, p *listPage) error {
	p.page = s.page(c, p.What+".import")
	p.Crumbs = []crumb{{Text: s.t(c, "permission.title"), Href: permissionPath}}
	if p.What == "suppressions" {
		p.Crumbs = []crumb{{Text: s.t(c, "suppressions.title"), Href: suppressionsPath}}
	}
	return s.renderStatus(c, status, p)
}

// takeList answers with the report itself: nothing of it is kept here.
func (s *Server) takeList(c *gin.Context, what string, take take) error {
	name, file, err := sentFile(c, maxListBody)
	if err != nil {
		return s.refuseList(c, what, err)
	}
	leave, err := table.Turn(c.Request.Context())
	if err != nil {
		return s.refuseList(c, what, err)
	}
	defer leave()
	report, err := take(c.Request.Context(), viewer(c), file, lists.Reading{Region: s.Contacts.Region(), Zone: s.opts.Zone})
	if err != nil {
		return s.refuseList(c, what, err)
	}
	shown := &listReport{Report: report, File: name, Wrong: s.problemsInFile(c, report.Issues, nil)}
	shown.CSV = s.reportCSV(c, shown.Wrong)
	return s.renderList(c, http.StatusOK, &listPage{What: what, Report: shown})
}

func (s *Server) refuseList(c *gin.Context, what string, cause error) error {
	f, unmendable := s.refusedForm(c, form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	for name, text := range f.Errors {
		if name != "file" { // about the file as a whole, such as a header without the columns
			f.Error = text
		}
	}
	return s.renderList(c, statusOf(cause), &listPage{What: what, Form: f})
}

// reportCSV is the report as a file, in the reader's language.
func (s *Server) reportCSV(c *gin.Context, wrong []fieldProblem) string {
	rows := [][]string{{s.t(c, "imports.line"), s.t(c, "imports.field"), s.t(c, "imports.problem"), s.t(c, "imports.value")}}
	for _, w := range wrong {
		rows = append(rows, []string{strconv.Itoa(w.Line), w.Name, w.Problem, w.Value})
	}
	return csvText(rows)
}

// sendReport gives the report of the page back as a file: it is kept nowhere else.
func sendReport(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	return sendCSV(c, "report.csv", f.Get("csv"))
}
