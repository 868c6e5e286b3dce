package imports

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact/imports"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

// importPage shows one run: how far it is, what came or would come of it, and the report of its rows.
type importPage struct {
	frame.Page
	Run      importRow
	Report   reportView
	Issues   []issueRow
	More     string // address of the next part of the report
	Cause    string // why it failed
	Contacts string // address of the contacts it brought or changed; "" where there are none
}

func (*importPage) Template() string { return "import" }

// issueRow is one line of the report in the reader's language.
type issueRow struct {
	imports.Issue
	Text string
}

// issuesShown is how many lines of the report a page shows.
const issuesShown = 200

func (h *handlers) showImport(c *gin.Context, id int64) error {
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
	p := &importPage{Run: h.importRow(run, cmp.Or(names[run.SourceID], run.Report().Source))}
	if run.Error != "" {
		p.Cause = h.Catalogue.TextOr(h.Lang(c), run.Error, nil, "fault."+run.Error)
	}
	if len(issues) > issuesShown {
		issues = issues[:issuesShown]
		p.More = fmt.Sprintf("/imports/%d?after=%d#report", id, issues[issuesShown-1].ID)
	}
	for _, i := range issues {
		text := h.problemText(c, i.Code, i.Problem, i.Field)
		i.Field = h.fieldName(c, i.Field)
		p.Issues = append(p.Issues, issueRow{i, text})
	}
	p.Report = h.reportOf(c, run)
	if run.Accepted+run.Updated > 0 && run.State != imports.Checked && run.State != imports.Checking {
		p.Contacts = fmt.Sprintf("/contacts?import=%d", id)
	}
	p.Page = h.Page(c, "imports.one", "file", run.Filename).About("import", run.ID)
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

func (h *handlers) discardImport(c *gin.Context, id int64) error {
	if err := h.imports.Discard(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, "/imports", frame.Done("imports.discarded"))
}

// beginChecked imports a file that was looked through, as it was matched then.
func (h *handlers) beginChecked(c *gin.Context, id int64) error {
	ctx := c.Request.Context()
	run, err := h.imports.Run(ctx, id)
	if err != nil {
		return err
	}
	m, err := imports.ParseMapping([]byte(run.Mapping))
	if err != nil {
		return err
	}
	source, err := h.contacts.EnsureSource(ctx, run.Report().Source)
	if err != nil {
		return err
	}
	_, err = h.imports.Begin(ctx, id, imports.NewRun{
		SourceID: source.ID, Source: source.Name, UserID: frame.Viewer(c).UserID, Mapping: m,
		ShiftToNow: run.ShiftToNow, WithoutAnswers: run.WithoutAnswers,
	})
	if err != nil {
		return err
	}
	return h.Redirect(c, fmt.Sprintf("/imports/%d", id), frame.Done("imports.begun"))
}

// rematchImport matches the file of a run anew.
func (h *handlers) rematchImport(c *gin.Context, id int64) error {
	draft, err := h.imports.Rematch(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	return h.Redirect(c, fmt.Sprintf("/imports/%d/match", draft.ID), frame.Done("imports.rematched"))
}

// sendRejected answers with the rows that were not taken, as a file that can be mended and imported.
func (h *handlers) sendRejected(c *gin.Context, id int64) error {
	if _, err := h.imports.Run(c.Request.Context(), id); err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="rejected-%d.csv"`, id))
	c.Header("Content-Type", "text/csv; charset=utf-8")
	if _, err := c.Writer.WriteString("\ufeff"); err != nil { // for Excel, which otherwise guesses the encoding
		return fmt.Errorf("send rejected rows: %w", err)
	}
	reason := func(r imports.Reason) string {
		return h.fieldName(c, r.Field) + " " + h.problemText(c, r.Code, r.Problem, r.Field)
	}
	return h.imports.WriteRejected(c.Request.Context(), id, table.NewCSVWriter(c.Writer), h.T(c, "imports.reason"), reason)
}
