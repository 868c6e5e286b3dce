package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/account"
)

// exportsPage is the log of every file that left.
type exportsPage struct {
	page
	Exports []exportRow
	Pager   pager
}

func (*exportsPage) template() string { return "exports" }

// exportPage is the receipt of one file.
type exportPage struct {
	page
	Export   exportRow
	Snapshot campaign.Snapshot
	Left     []leftRow
}

func (*exportPage) template() string { return "export" }

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

func (s *Server) exportsRoutes() []route {
	marketing := []account.Role{account.Marketing}
	return []route{
		{method: http.MethodGet, path: "/exports", roles: marketing, handle: s.showExports},
		{method: http.MethodGet, path: "/exports/:id", roles: marketing, handle: s.showExport},
	}
}

func (s *Server) showExports(c *gin.Context) error {
	ctx := c.Request.Context()
	exports, err := s.Campaigns.Exports(ctx, 0, listKeyID(c), pageSize+1)
	if err != nil {
		return err
	}
	p := &exportsPage{}
	exports, p.Pager = pagedByID(c, exports, func(e campaign.Export) int64 { return e.ID })
	if p.Exports, err = s.exportRows(ctx, exports); err != nil {
		return err
	}
	p.page = s.page(c, "exports.title")
	return s.render(c, p)
}

func (s *Server) showExport(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	e, err := s.Campaigns.ExportByID(ctx, id)
	if err != nil {
		return err
	}
	p := &exportPage{}
	if p.Snapshot, err = s.Campaigns.SnapshotByID(ctx, e.SnapshotID); err != nil {
		return err
	}
	rows, err := s.exportRows(ctx, []campaign.Export{e})
	if err != nil {
		return err
	}
	p.Export = rows[0]
	left, err := e.Left()
	if err != nil {
		return err
	}
	for _, step := range left {
		p.Left = append(p.Left, leftRow{Label: s.t(c, "reason."+string(step.Reason)), Count: step.Count})
	}
	p.page = s.page(c, "export.title", "id", e.ID)
	p.Crumbs = []crumb{{Text: s.t(c, "exports.title"), Href: "/exports"}}
	return s.render(c, p)
}

func (s *Server) exportRows(ctx context.Context, exports []campaign.Export) ([]exportRow, error) {
	names, err := s.Accounts.UserNames(ctx, idsBy(exports, func(made campaign.Export) int64 { return made.CreatedBy }))
	if err != nil {
		return nil, err
	}
	rows := make([]exportRow, len(exports))
	for i, e := range exports {
		rows[i] = exportRow{Export: e, By: names[e.CreatedBy]}
	}
	return rows, nil
}

func exportsSamples() []view {
	row := exportRow{Export: campaign.Export{ID: 1, SnapshotID: 3, Format: campaign.CSV, Reason: "autumn", Members: 5, RowCount: 3, SHA256: "abcdef0123456789", SizeBytes: 2000, CreatedAt: 1}, By: "Lin"}
	return []view{
		&exportsPage{},
		&exportsPage{Exports: []exportRow{row}, Pager: pager{Older: "/x"}},
		&exportPage{Export: row, Snapshot: campaign.Snapshot{ID: 3, AudienceID: 1, AsOf: 1}, Left: []leftRow{{"refused", 2}}},
	}
}
