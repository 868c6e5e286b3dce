package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
)

// importsPage lists the imports with their progress, and takes a file.
type importsPage struct {
	page
	Runs    []importRow
	Sources []contact.Source
	Pager   pager
	Form    form
	Active  bool // a run is being worked on: the page looks again by itself
}

func (*importsPage) template() string { return "imports" }

// importRow is one run with the name of its source.
type importRow struct {
	imports.Run
	Source string
	Since  clock.Instant // waiting for a worker since; none if it is not
}

// importPage shows one run: how far it is, what came of it, and the report of its rows.
type importPage struct {
	page
	Run    importRow
	Issues []issueRow
	More   string // address of the next part of the report
	Cause  string // why it failed
}

func (*importPage) template() string { return "import" }

// issueRow is one line of the report in the reader's language.
type issueRow struct {
	imports.Issue
	Text string
}

func (s *Server) importsRoutes() []route {
	admin := []account.Role{account.Admin}
	return []route{
		{method: http.MethodGet, path: "/imports", roles: admin, handle: s.listImports},
		{method: http.MethodPost, path: "/imports", roles: admin, body: uploadBody(imports.MaxUpload), handle: s.uploadImport},
		{method: http.MethodGet, path: "/imports/:id", roles: admin, handle: s.showImport},
		{method: http.MethodGet, path: "/imports/:id/match", roles: admin, handle: s.matchImport},
		{method: http.MethodPost, path: "/imports/:id/match", roles: admin, handle: s.beginImport},
		{method: http.MethodPost, path: "/imports/:id/stop", roles: admin, handle: s.stopImport},
		{method: http.MethodPost, path: "/imports/:id/resume", roles: admin, handle: s.resumeImport},
		{method: http.MethodPost, path: "/imports/:id/discard", roles: admin, handle: s.discardImport},
	}
}

func importsSamples() []view {
	var runs []importRow
	for _, state := range []imports.State{imports.Draft, imports.Waiting, imports.Running, imports.Stopped, imports.Done, imports.Failed} {
		runs = append(runs, importRow{Source: "s", Since: clock.Instant(len(runs) % 2), Run: imports.Run{
			ID: 1, Filename: "tickets.csv", State: state, RowsTotal: 100, RowsRead: 40, Accepted: 30, Duplicates: 5, Updated: 1, Rejected: 4, Warnings: 2,
			Resolved: 20, Rate: 10, StartedAt: 1, ShiftToNow: true, WithoutAnswers: true,
		}})
	}
	views := []view{&importsPage{}, &importsPage{Runs: runs, Sources: []contact.Source{{ID: 1, Name: "s"}}, Pager: pager{Older: "/x"}, Active: true, Form: form{Error: "e"}}}
	for _, run := range runs[1:] {
		views = append(views, &importPage{Run: run, Cause: "cause", More: "/x", Issues: []issueRow{{
			Issue: imports.Issue{Line: 3, Severity: imports.RowRejected, Field: "phone", Value: "12"}, Text: "is not a number",
		}, {Issue: imports.Issue{Line: 4, Severity: imports.RowCorrected, Field: "phone"}, Text: "corrected"}}})
	}
	return append(views, matchSamples()...)
}

func (s *Server) importRow(run imports.Run, source string) importRow {
	return importRow{run, source, run.WaitingSince(s.now())}
}

func (s *Server) listImports(c *gin.Context) error { return s.renderImports(c, http.StatusOK, form{}) }

func (s *Server) renderImports(c *gin.Context, status int, f form) error {
	ctx := c.Request.Context()
	runs, err := s.Imports.Runs(ctx, listKeyID(c), pageSize+1)
	if err != nil {
		return err
	}
	p := &importsPage{Form: f}
	if p.Sources, err = s.Contacts.Sources(ctx); err != nil {
		return err
	}
	names := map[int64]string{}
	for _, source := range p.Sources {
		names[source.ID] = source.Name
	}
	rows := make([]importRow, len(runs))
	for i, run := range runs {
		rows[i] = s.importRow(run, names[run.SourceID])
		p.Active = p.Active || run.IsActive()
	}
	p.Runs, p.Pager = pagedByID(c, rows, func(r importRow) int64 { return r.ID })
	p.page = s.page(c, "imports.title")
	return s.renderStatus(c, status, p)
}

func (s *Server) uploadImport(c *gin.Context) error {
	name, file, err := sentFile(c, imports.MaxUpload)
	if err != nil {
		return s.refuseUpload(c, err)
	}
	run, err := s.Imports.Upload(c.Request.Context(), viewer(c), name, file)
	if err != nil {
		return s.refuseUpload(c, err)
	}
	c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d/match", run.ID))
	return nil
}

func (s *Server) refuseUpload(c *gin.Context, cause error) error {
	f, unmendable := s.refusedForm(c, form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	return s.renderImports(c, statusOf(cause), f)
}

// issuesShown is how many lines of the report a page shows.
const issuesShown = 200

func (s *Server) showImport(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	run, err := s.Imports.Run(ctx, id)
	if err != nil {
		return err
	}
	if run.State == imports.Draft {
		c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d/match", id))
		return nil
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // anything else is the beginning
	issues, err := s.Imports.Issues(ctx, id, after, issuesShown+1)
	if err != nil {
		return err
	}
	names, err := s.Contacts.SourceNames(ctx, []int64{run.SourceID})
	if err != nil {
		return err
	}
	p := &importPage{Run: s.importRow(run, names[run.SourceID])}
	if run.Error != "" {
		p.Cause = s.messages.textOr(s.language(c), run.Error, nil, "fault."+run.Error)
	}
	if len(issues) > issuesShown {
		issues = issues[:issuesShown]
		p.More = fmt.Sprintf("/imports/%d?after=%d#report", id, issues[issuesShown-1].ID)
	}
	for _, i := range issues {
		text := s.messages.textOr(s.language(c), i.Problem, map[string]any{"field": i.Field, "value": i.Value}, "problem."+i.Code)
		i.Field = s.messages.textOr(s.language(c), i.Field, nil, "field."+i.Field)
		p.Issues = append(p.Issues, issueRow{i, text})
	}
	p.page = s.page(c, "imports.one", "file", run.Filename)
	p.Crumbs = []crumb{{Text: s.t(c, "imports.title"), Href: "/imports"}}
	return s.render(c, p)
}

func (s *Server) stopImport(c *gin.Context) error {
	return s.changeImport(c, s.Imports.Stop, done("imports.stopped"))
}

func (s *Server) resumeImport(c *gin.Context) error {
	return s.changeImport(c, s.Imports.Resume, done("imports.resumed"))
}

func (s *Server) changeImport(c *gin.Context, change func(context.Context, int64) error, message flash) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := change(c.Request.Context(), id); err != nil {
		return err
	}
	return s.redirect(c, fmt.Sprintf("/imports/%d", id), message)
}

func (s *Server) discardImport(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Imports.Discard(c.Request.Context(), id); err != nil {
		return err
	}
	return s.redirect(c, "/imports", done("imports.discarded"))
}
