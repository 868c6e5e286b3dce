package roster

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

// importPage takes a file of shifts: it is checked whole, then shown, then taken.
type importPage struct {
	frame.Page
	Form   frame.Form
	File   string
	Rows   int
	Wrong  []frame.FieldProblem
	Unread int
	Draft  *importDraft
}

func (*importPage) Template() string { return "roster_import" }

// importDraft is a file that was read and not taken: what it would change, and the file again for the button that takes it.
type importDraft struct {
	People, Days int
	Frees        []freed
	CSV          string
}

func (h *handlers) importRoutes() []frame.Route {
	keepers, path := []account.Role{account.Supervisor}, rosterPath+"/import"
	return []frame.Route{
		{Method: http.MethodGet, Path: path, Roles: keepers, Handle: h.showImport},
		{Method: http.MethodPost, Path: path, Roles: keepers, Body: frame.UploadBody(roster.MaxFile), Handle: h.readFile},
		{Method: http.MethodPost, Path: path + "/take", Roles: keepers, Body: 4 * roster.MaxFile, Handle: frame.Posted(h.takeFile)},
		{Method: http.MethodGet, Path: rosterPath + "/sample.csv", Roles: keepers, Handle: h.sample},
	}
}

func (h *handlers) showImport(c *gin.Context) error {
	return h.renderImport(c, http.StatusOK, &importPage{})
}

func (h *handlers) renderImport(c *gin.Context, status int, p *importPage) error {
	p.Page = h.Page(c, "roster.import")
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "roster.title"), Href: rosterPath}}
	return h.RenderStatus(c, status, p)
}

// sample shows both shapes of a file in one: a row for each day.
func (h *handlers) sample(c *gin.Context) error {
	return frame.SendCSV(c, "roster-sample.csv", [][]string{
		{"login", "date", "shift"},
		{"wangmin", "2026-12-07", "早班"},
		{"wangmin", "2026-12-08", "09:00-12:00, 13:00-18:00"},
		{"wangmin", "2026-12-09", "休"},
		{"liqiang", "2026-12-07", "22:00-06:00"},
		{"liqiang", "2026-12-08", "病假"},
	})
}

// readFile checks a file and shows what taking it would change.
func (h *handlers) readFile(c *gin.Context) error {
	name, file, err := frame.SentFile(c, roster.MaxFile)
	if err != nil {
		return h.refuseFile(c, err)
	}
	leave, err := table.Turn(c.Request.Context())
	if err != nil {
		return h.refuseFile(c, err)
	}
	defer leave()
	read, err := h.roster.ReadFile(c.Request.Context(), frame.Viewer(c), file)
	if err != nil {
		return h.refuseFile(c, err)
	}
	return h.renderRead(c, http.StatusOK, name, read)
}

// renderRead shows what is wrong with a file, or what it would change.
func (h *handlers) renderRead(c *gin.Context, status int, name string, read roster.Read) error {
	p := &importPage{File: name, Rows: read.Rows, Unread: read.Unread}
	if len(read.Wrong) > 0 {
		p.Wrong = h.ProblemsInWords(c, read.Wrong, nil)
		return h.renderImport(c, http.StatusUnprocessableEntity, p)
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	would, err := h.roster.Rehearse(ctx, viewer, roster.Edit{Cells: read.Cells})
	if err != nil {
		return h.refuseFile(c, err)
	}
	frees, err := h.freed(c, would.Freed)
	if err != nil {
		return err
	}
	rows, err := h.roster.Export(ctx, viewer, read.Cells, h.Lang(c))
	if err != nil {
		return h.refuseFile(c, err)
	}
	p.Draft = &importDraft{People: would.People, Days: would.Days, Frees: frees, CSV: frame.CSVText(rows)}
	return h.renderImport(c, status, p)
}

// refuseFile shows why a file is not taken.
func (h *handlers) refuseFile(c *gin.Context, cause error) error {
	f, unmendable := h.RefusedForm(c, frame.Form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	p := &importPage{Form: f}
	if flt, ok := fault.Of(cause); ok {
		for _, field := range flt.Fields {
			if field.Name != "file" {
				p.Wrong, p.Form = h.ProblemsInWords(c, flt.Fields, nil), frame.Form{}
			}
		}
	}
	return h.renderImport(c, frame.StatusOf(cause), p)
}

// takeFile takes a file that was shown. Where more callbacks become anybody's by now, it is shown again.
func (h *handlers) takeFile(c *gin.Context, f frame.Form) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	read, err := h.roster.ReadFile(ctx, viewer, strings.NewReader(f.Get("csv")))
	if err != nil {
		return h.refuseFile(c, err)
	}
	if len(read.Wrong) > 0 {
		return h.renderRead(c, http.StatusUnprocessableEntity, "", read)
	}
	edit := roster.Edit{Cells: read.Cells}
	edit.Known, _ = strconv.Atoi(f.Get("known"))
	came, err := h.roster.Import(ctx, viewer, edit)
	if _, frees := roster.IsFreeing(err); frees {
		return h.renderRead(c, http.StatusConflict, "", read)
	}
	if err != nil {
		return h.refuseFile(c, err)
	}
	to := rosterPath
	if came.Days > 0 {
		to = weekURL(roster.Filter{From: roster.Monday(came.From)})
	}
	return h.Redirect(c, to, h.savedFlash(came, "roster.saved"))
}
