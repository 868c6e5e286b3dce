package audiences

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/contact"
	"aftercall/web/frame"
)

// snapshotPage is a snapshot: its receipt, its members, and the files that were made of it.
type snapshotPage struct {
	frame.Page
	Snapshot  snapshotRow
	Why       string      // of one that failed: what it failed of
	Audience  audienceRow // with the rule the snapshot was made with
	Waterfall waterfall
	Members   []memberRow
	Pager     frame.Pager
	Exports   []exportRow
	Form      frame.Form // for an export
	Formats   []frame.Option
}

func (*snapshotPage) Template() string { return "snapshot" }

// MostExpected is up to how many customers are counted to show how far a snapshot is.
func (*snapshotPage) MostExpected() int { return campaign.MostExpected }

// memberRow is a member; the address is masked.
type memberRow struct {
	CustomerID int64
	Name       string
	Reference  string
	Address    string
	Evidence   string // the rows behind the rule, in words
	ConsentID  int64
}

func (h *handlers) showSnapshot(c *gin.Context) error {
	return h.renderSnapshot(c, http.StatusOK, frame.Form{})
}

// snapshotOf returns the snapshot in the address and its audience.
func (h *handlers) snapshotOf(c *gin.Context) (campaign.Snapshot, campaign.Audience, error) {
	audienceID, err := frame.PathID(c, "id")
	if err != nil {
		return campaign.Snapshot{}, campaign.Audience{}, err
	}
	id, err := frame.PathID(c, "snapshot")
	if err != nil {
		return campaign.Snapshot{}, campaign.Audience{}, err
	}
	snapshot, err := h.campaigns.SnapshotByID(c.Request.Context(), id)
	if err != nil {
		return snapshot, campaign.Audience{}, err
	}
	if snapshot.AudienceID != audienceID {
		return snapshot, campaign.Audience{}, frame.ErrNoPage
	}
	audience, err := h.campaigns.Audience(c.Request.Context(), audienceID)
	audience.Rule, audience.Reach, audience.Version = snapshot.Rule, snapshot.Reach, snapshot.AudienceVersion
	return snapshot, audience, err
}

func (h *handlers) renderSnapshot(c *gin.Context, status int, f frame.Form) error {
	snapshot, audience, err := h.snapshotOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	w, err := snapshot.Waterfall()
	if err != nil {
		return err
	}
	p := &snapshotPage{Waterfall: h.waterfall(c, w, ""), Form: f, Formats: []frame.Option{
		{Value: "xlsx", Label: "XLSX"},
		{Value: "csv", Label: "CSV"},
	}}
	if p.Audience, err = h.audienceRow(c, audience); err != nil {
		return err
	}
	rows, err := h.snapshotRows(ctx, []campaign.Snapshot{snapshot})
	if err != nil {
		return err
	}
	p.Snapshot = rows[0]
	if snapshot.State == campaign.Built {
		if p.Members, p.Pager, err = h.memberRows(c, snapshot); err != nil {
			return err
		}
	}
	if snapshot.State == campaign.Failed {
		p.Why = h.Catalogue.TextOr(h.Lang(c), h.T(c, "snapshot.failed_unknown"), nil, "fault."+snapshot.Error)
	}
	exports, err := h.campaigns.Exports(ctx, snapshot.ID, 0, 20)
	if err != nil {
		return err
	}
	if p.Exports, err = h.exportRows(ctx, exports); err != nil {
		return err
	}
	p.Page = h.Page(c, "snapshot.title", "id", snapshot.ID).About("snapshot", snapshot.ID)
	p.Crumbs = h.audienceCrumbs(c, audience)
	return h.RenderStatus(c, status, p)
}

func (h *handlers) cancelSnapshot(c *gin.Context) error {
	snapshot, _, err := h.snapshotOf(c)
	if err != nil {
		return err
	}
	if err := h.campaigns.CancelSnapshot(c.Request.Context(), frame.Viewer(c), snapshot.ID); err != nil {
		return err
	}
	return h.Redirect(c, snapshotPath(snapshot), frame.Done("snapshot.cancelled"))
}

func (h *handlers) memberRows(c *gin.Context, snapshot campaign.Snapshot) ([]memberRow, frame.Pager, error) {
	ctx := c.Request.Context()
	members, err := h.campaigns.Members(ctx, snapshot.ID, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return nil, frame.Pager{}, err
	}
	members, pages := frame.PagedByID(c, members, func(m campaign.Member) int64 { return m.CustomerID })
	customers, err := h.customersOf(c, members)
	if err != nil {
		return nil, frame.Pager{}, err
	}
	rows := make([]memberRow, len(members))
	for i, m := range members {
		customer := customers[m.CustomerID]
		rows[i] = memberRow{
			CustomerID: m.CustomerID, Name: customer.Name, Reference: customer.Reference,
			Address: masked(m.Address), Evidence: h.evidenceList(c, m.Reason), ConsentID: m.ConsentID,
		}
	}
	return rows, pages, nil
}

func (h *handlers) customersOf(c *gin.Context, members []campaign.Member) (map[int64]contact.Customer, error) {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.CustomerID
	}
	return h.contacts.CustomersByID(c.Request.Context(), frame.Viewer(c), ids)
}

func (h *handlers) exportSnapshot(c *gin.Context) error {
	snapshot, _, err := h.snapshotOf(c)
	if err != nil {
		return err
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	e, file, err := h.campaigns.Export(c.Request.Context(), frame.Viewer(c), campaign.ExportRequest{
		SnapshotID: snapshot.ID, Format: campaign.Format(f.Get("format")), Reason: f.Get("reason"), Text: h.words(c), Zone: h.Zone,
	})
	if err == nil {
		return h.sendExport(c, e, file)
	}
	return h.Again(c, f, err, h.renderSnapshot)
}

// sendExport hands over a file that is known to be whole; its hash and number are in the headers.
func (h *handlers) sendExport(c *gin.Context, e campaign.Export, file io.ReadCloser) error {
	defer func() { _ = file.Close() }() // it is temporary; nothing can be done about a failure
	kinds := map[campaign.Format]string{
		campaign.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		campaign.CSV:  "text/csv; charset=utf-8",
	}
	c.DataFromReader(http.StatusOK, e.SizeBytes, kinds[e.Format], file, map[string]string{
		"Content-Disposition": mime.FormatMediaType("attachment", map[string]string{"filename": e.FileName()}),
		"Cache-Control":       "no-store",
		"X-Export":            strconv.FormatInt(e.ID, 10),
		"X-Content-Sha256":    e.SHA256,
	})
	return nil
}
