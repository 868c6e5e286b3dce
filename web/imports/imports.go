package imports

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
	"aftercall/web/frame"
)

// importsPage lists the imports with their progress, and takes a file.
type importsPage struct {
	frame.Page
	Runs    []importRow
	Sources []contact.Source
	Pager   frame.Pager
	Form    frame.Form
	Active  bool // a run is being worked on: the page looks again by itself
}

func (*importsPage) Template() string { return "imports" }

// importRow is one run with the name of its source.
type importRow struct {
	imports.Run
	Source string
	Since  clock.Instant // waiting for a worker since; none if it is not
}

// importPage shows one run: how far it is, what came of it, and the report of its rows.
type importPage struct {
	frame.Page
	Run    importRow
	Issues []issueRow
	More   string // address of the next part of the report
	Cause  string // why it failed
}

func (*importPage) Template() string { return "import" }

// issueRow is one line of the report in the reader's language.
type issueRow struct {
	imports.Issue
	Text string
}

func (h *handlers) importsRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/imports", Roles: admin, Handle: h.listImports},
		{Method: http.MethodPost, Path: "/imports", Roles: admin, Body: frame.UploadBody(imports.MaxUpload), Handle: h.uploadImport},
		{Method: http.MethodGet, Path: "/imports/:id", Roles: admin, Handle: h.showImport},
		{Method: http.MethodGet, Path: "/imports/:id/match", Roles: admin, Handle: h.matchImport},
		{Method: http.MethodPost, Path: "/imports/:id/match", Roles: admin, Handle: h.beginImport},
		{Method: http.MethodPost, Path: "/imports/:id/stop", Roles: admin, Handle: h.stopImport},
		{Method: http.MethodPost, Path: "/imports/:id/resume", Roles: admin, Handle: h.resumeImport},
		{Method: http.MethodPost, Path: "/imports/:id/discard", Roles: admin, Handle: h.discardImport},
	}
}

func (h *handlers) importRow(run imports.Run, source string) importRow {
	return importRow{run, source, run.WaitingSince(h.Now())}
}

func (h *handlers) listImports(c *gin.Context) error {
	return h.renderImports(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderImports(c *gin.Context, status int, f frame.Form) error {
	ctx := c.Request.Context()
	runs, err := h.imports.Runs(ctx, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &importsPage{Form: f}
	if p.Sources, err = h.contacts.Sources(ctx); err != nil {
		return err
	}
	names := map[int64]string{}
	for _, source := range p.Sources {
		names[source.ID] = source.Name
	}
	rows := make([]importRow, len(runs))
	for i, run := range runs {
		rows[i] = h.importRow(run, names[run.SourceID])
		p.Active = p.Active || run.IsActive()
	}
	p.Runs, p.Pager = frame.PagedByID(c, rows, func(r importRow) int64 { return r.ID })
	p.Page = h.Page(c, "imports.title")
	return h.RenderStatus(c, status, p)
}

func (h *handlers) uploadImport(c *gin.Context) error {
	name, file, err := frame.SentFile(c, imports.MaxUpload)
	if err != nil {
		return h.refuseUpload(c, err)
	}
	run, err := h.imports.Upload(c.Request.Context(), frame.Viewer(c), name, file)
	if err != nil {
		return h.refuseUpload(c, err)
	}
	c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d/match", run.ID))
	return nil
}

func (h *handlers) refuseUpload(c *gin.Context, cause error) error {
	f, unmendable := h.RefusedForm(c, frame.Form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	return h.renderImports(c, frame.StatusOf(cause), f)
}

// issuesShown is how many lines of the report a page shows.
const issuesShown = 200

func (h *handlers) showImport(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	run, err := h.imports.Run(ctx, id)
	if err != nil {
		return err
	}
	if run.State == imports.Draft {
		c.Redirect(http.StatusSeeOther, fmt.Sprintf("/imports/%d/match", id))
		return nil
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // anything else is the beginning
	issues, err := h.imports.Issues(ctx, id, after, issuesShown+1)
	if err != nil {
		return err
	}
	names, err := h.contacts.SourceNames(ctx, []int64{run.SourceID})
	if err != nil {
		return err
	}
	p := &importPage{Run: h.importRow(run, names[run.SourceID])}
	if run.Error != "" {
		p.Cause = h.Catalogue.TextOr(h.Lang(c), run.Error, nil, "fault."+run.Error)
	}
	if len(issues) > issuesShown {
		issues = issues[:issuesShown]
		p.More = fmt.Sprintf("/imports/%d?after=%d#report", id, issues[issuesShown-1].ID)
	}
	for _, i := range issues {
		text := h.Catalogue.TextOr(h.Lang(c), i.Problem, map[string]any{"field": i.Field, "value": i.Value}, "problem."+i.Code)
		i.Field = h.Catalogue.TextOr(h.Lang(c), i.Field, nil, "field."+i.Field)
		p.Issues = append(p.Issues, issueRow{i, text})
	}
	p.Page = h.Page(c, "imports.one", "file", run.Filename)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "imports.title"), Href: "/imports"}}
	return h.Render(c, p)
}

func (h *handlers) stopImport(c *gin.Context) error {
	return h.changeImport(c, h.imports.Stop, frame.Done("imports.stopped"))
}

func (h *handlers) resumeImport(c *gin.Context) error {
	return h.changeImport(c, h.imports.Resume, frame.Done("imports.resumed"))
}

func (h *handlers) changeImport(c *gin.Context, change func(context.Context, int64) error, message frame.Flash) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := change(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, fmt.Sprintf("/imports/%d", id), message)
}

func (h *handlers) discardImport(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.imports.Discard(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, "/imports", frame.Done("imports.discarded"))
}
