package imports

import (
	"fmt"
	"net/http"

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

func (h *handlers) importsRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/imports", Roles: admin, Handle: h.listImports},
		{Method: http.MethodPost, Path: "/imports", Roles: admin, Body: frame.UploadBody(imports.MaxUpload), Handle: h.uploadImport},
		{Method: http.MethodGet, Path: "/imports/:id", Roles: admin, Handle: frame.Numbered(h.showImport)},
		{Method: http.MethodGet, Path: "/imports/:id/match", Roles: admin, Handle: frame.Numbered(h.matchImport)},
		{Method: http.MethodPost, Path: "/imports/:id/match", Roles: admin, Handle: frame.Numbered(h.beginImport)},
		{Method: http.MethodPost, Path: "/imports/:id/begin", Roles: admin, Handle: frame.Numbered(h.beginChecked)},
		{Method: http.MethodPost, Path: "/imports/:id/rematch", Roles: admin, Handle: frame.Numbered(h.rematchImport)},
		{Method: http.MethodGet, Path: "/imports/:id/rejected", Roles: admin, Handle: frame.Numbered(h.sendRejected)},
		{Method: http.MethodPost, Path: "/imports/:id/stop", Roles: admin, Handle: h.stopImport},
		{Method: http.MethodPost, Path: "/imports/:id/resume", Roles: admin, Handle: h.resumeImport},
		{Method: http.MethodPost, Path: "/imports/:id/discard", Roles: admin, Handle: frame.Numbered(h.discardImport)},
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
	p.Page = h.Page(c, "imports.title").About("import", 0)
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
	return h.Again(c, frame.Form{}, cause, h.renderImports)
}
