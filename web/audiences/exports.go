package audiences

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/web/frame"
)

// exportsPage is the log of every file that left.
type exportsPage struct {
	frame.Page
	Exports []exportRow
	Pager   frame.Pager
}

func (*exportsPage) Template() string { return "exports" }

// exportPage is the receipt of one file.
type exportPage struct {
	frame.Page
	Export   exportRow
	Snapshot campaign.Snapshot
	Left     []leftRow
}

func (*exportPage) Template() string { return "export" }

// leftRow is how many members were left out for a reason.
type leftRow struct {
	Label string
	Count int
}

// exportRow is an export and who made it.
type exportRow struct {
	campaign.Export
	By string
}

// Path is the address of its receipt.
func (r exportRow) Path() string { return "/exports/" + strconv.FormatInt(r.ID, 10) }

// LeftOut is how many members were not written.
func (r exportRow) LeftOut() int { return r.Members - r.RowCount }

// ShortHash is the beginning of the file's hash.
func (r exportRow) ShortHash() string { return r.SHA256[:min(12, len(r.SHA256))] }

func (h *handlers) exportsRoutes() []frame.Route {
	marketing := []account.Role{account.Marketing}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/exports", Roles: marketing, Handle: h.showExports},
		{Method: http.MethodGet, Path: "/exports/:id", Roles: marketing, Handle: frame.Numbered(h.showExport)},
	}
}

func (h *handlers) showExports(c *gin.Context) error {
	ctx := c.Request.Context()
	exports, err := h.campaigns.Exports(ctx, 0, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &exportsPage{}
	exports, p.Pager = frame.PagedByID(c, exports, func(e campaign.Export) int64 { return e.ID })
	if p.Exports, err = h.exportRows(ctx, exports); err != nil {
		return err
	}
	p.Page = h.Page(c, "exports.title")
	return h.Render(c, p)
}

func (h *handlers) showExport(c *gin.Context, id int64) error {
	ctx := c.Request.Context()
	e, err := h.campaigns.ExportByID(ctx, id)
	if err != nil {
		return err
	}
	p := &exportPage{}
	if p.Snapshot, err = h.campaigns.SnapshotByID(ctx, e.SnapshotID); err != nil {
		return err
	}
	rows, err := h.exportRows(ctx, []campaign.Export{e})
	if err != nil {
		return err
	}
	p.Export = rows[0]
	left, err := e.Left()
	if err != nil {
		return err
	}
	for _, step := range left {
		p.Left = append(p.Left, leftRow{Label: h.T(c, "reason."+string(step.Reason)), Count: step.Count})
	}
	p.Page = h.Page(c, "export.title", "id", e.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "exports.title"), Href: "/exports"}}
	return h.Render(c, p)
}

func (h *handlers) exportRows(ctx context.Context, exports []campaign.Export) ([]exportRow, error) {
	names, err := h.accounts.UserNames(ctx, frame.IDsBy(exports, func(made campaign.Export) int64 { return made.CreatedBy }))
	if err != nil {
		return nil, err
	}
	rows := make([]exportRow, len(exports))
	for i, e := range exports {
		rows[i] = exportRow{Export: e, By: names[e.CreatedBy]}
	}
	return rows, nil
}
