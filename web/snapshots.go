package web

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/contact"
)

// snapshotPage is a snapshot: its receipt, its members, and the files that were made of it.
type snapshotPage struct {
	page
	Snapshot snapshotRow
	Why      string      // of one that failed: what it failed of
	Audience audienceRow // with the rule the snapshot was made with
	Fall     fall
	Members  []memberRow
	Pager    pager
	Exports  []exportRow
	Form     form // for an export
	Formats  []option
}

func (*snapshotPage) template() string { return "snapshot" }

// memberRow is a member; the address is masked.
type memberRow struct {
	CustomerID int64
	Name       string
	Reference  string
	Address    string
	Evidence   string // the rows behind the rule, in words
	ConsentID  int64
}

func (s *Server) showSnapshot(c *gin.Context) error {
	return s.renderSnapshot(c, http.StatusOK, form{})
}

// snapshotOf returns the snapshot in the address and its audience.
func (s *Server) snapshotOf(c *gin.Context) (campaign.Snapshot, campaign.Audience, error) {
	audienceID, err := pathID(c, "id")
	if err != nil {
		return campaign.Snapshot{}, campaign.Audience{}, err
	}
	id, err := pathID(c, "snapshot")
	if err != nil {
		return campaign.Snapshot{}, campaign.Audience{}, err
	}
	snapshot, err := s.Campaigns.SnapshotByID(c.Request.Context(), id)
	if err != nil {
		return snapshot, campaign.Audience{}, err
	}
	if snapshot.AudienceID != audienceID {
		return snapshot, campaign.Audience{}, errNoPage
	}
	audience, err := s.Campaigns.Audience(c.Request.Context(), audienceID)
	audience.Rule, audience.Reach, audience.Version = snapshot.Rule, snapshot.Reach, snapshot.AudienceVersion
	return snapshot, audience, err
}

func (s *Server) renderSnapshot(c *gin.Context, status int, f form) error {
	snapshot, audience, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	w, err := snapshot.Waterfall()
	if err != nil {
		return err
	}
	p := &snapshotPage{Fall: s.fall(c, w, ""), Form: f, Formats: []option{{"xlsx", "XLSX"}, {"csv", "CSV"}}}
	if p.Audience, err = s.audienceRow(c, audience); err != nil {
		return err
	}
	rows, err := s.snapshotRows(ctx, []campaign.Snapshot{snapshot})
	if err != nil {
		return err
	}
	p.Snapshot = rows[0]
	if snapshot.State == campaign.Built {
		if p.Members, p.Pager, err = s.memberRows(c, snapshot); err != nil {
			return err
		}
	}
	if snapshot.State == campaign.Failed {
		p.Why = s.messages.textOr(s.language(c), s.t(c, "snapshot.failed_unknown"), nil, "fault."+snapshot.Error)
	}
	exports, err := s.Campaigns.Exports(ctx, snapshot.ID, 0, 20)
	if err != nil {
		return err
	}
	if p.Exports, err = s.exportRows(ctx, exports); err != nil {
		return err
	}
	p.page = s.page(c, "snapshot.title", "id", snapshot.ID)
	p.Crumbs = s.audienceCrumbs(c, audience)
	return s.renderStatus(c, status, p)
}

func (s *Server) cancelSnapshot(c *gin.Context) error {
	snapshot, _, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	if err := s.Campaigns.CancelSnapshot(c.Request.Context(), viewer(c), snapshot.ID); err != nil {
		return err
	}
	return s.redirect(c, snapshotPath(snapshot), done("snapshot.cancelled"))
}

func (s *Server) memberRows(c *gin.Context, snapshot campaign.Snapshot) ([]memberRow, pager, error) {
	ctx := c.Request.Context()
	members, err := s.Campaigns.Members(ctx, snapshot.ID, listKeyID(c), pageSize+1)
	if err != nil {
		return nil, pager{}, err
	}
	members, pages := pagedByID(c, members, func(m campaign.Member) int64 { return m.CustomerID })
	customers, err := s.customersOf(c, members)
	if err != nil {
		return nil, pager{}, err
	}
	rows := make([]memberRow, len(members))
	for i, m := range members {
		customer := customers[m.CustomerID]
		rows[i] = memberRow{
			CustomerID: m.CustomerID, Name: customer.Name, Reference: customer.Reference, Address: masked(m.Address), Evidence: s.evidenceList(c, m.Reason), ConsentID: m.ConsentID,
		}
	}
	return rows, pages, nil
}

func (s *Server) customersOf(c *gin.Context, members []campaign.Member) (map[int64]contact.Customer, error) {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.CustomerID
	}
	return s.Contacts.CustomersByID(c.Request.Context(), viewer(c), ids)
}

func (s *Server) exportSnapshot(c *gin.Context) error {
	snapshot, _, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	e, file, err := s.Campaigns.Export(c.Request.Context(), viewer(c), campaign.ExportRequest{
		SnapshotID: snapshot.ID, Format: campaign.Format(f.Get("format")), Reason: f.Get("reason"), Text: s.words(c), Zone: s.opts.Zone,
	})
	if err == nil {
		return s.sendExport(c, e, file)
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderSnapshot(c, statusOf(err), f)
}

// sendExport hands over a file that is known to be whole; its hash and number are in the headers.
func (s *Server) sendExport(c *gin.Context, e campaign.Export, file io.ReadCloser) error {
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

func snapshotsSamples() []view {
	built := snapshotRow{Snapshot: campaign.Snapshot{ID: 3, AudienceID: 1, State: campaign.Built, Reason: "autumn", RuleHash: "a91f", AsOf: 1, FinishedAt: 2, Base: 10, Eligible: 2}, By: "Lin"}
	building := built
	building.State, building.Expected = campaign.Building, 20
	failed, cancelled := built, built
	failed.State, cancelled.State = campaign.Failed, campaign.Cancelled
	audience := audienceRow{ID: 1, Name: "Satisfied", Rule: "resolved", Reach: "call", Version: 2}
	full := fall{AsOf: 1, Base: 10, Eligible: 2, Rows: []fallRow{{Kind: "base", Label: "All", Count: "10"}}}
	return []view{
		&snapshotPage{Snapshot: building, Audience: audience},
		&snapshotPage{Snapshot: failed, Audience: audience, Why: "the database is gone"},
		&snapshotPage{Snapshot: cancelled, Audience: audience},
		&snapshotPage{
			Snapshot: built, Audience: audience, Fall: full, Formats: []option{{"csv", "CSV"}}, Form: form{Error: "wrong"}, Pager: pager{Older: "/x"},
			Members: []memberRow{{CustomerID: 4, Name: "张伟", Reference: "C-1", Address: "+86139****8000", Evidence: "resolution 12", ConsentID: 5}, {CustomerID: 5}},
			Exports: []exportRow{{Export: campaign.Export{ID: 1, SnapshotID: 3, Format: campaign.CSV, RowCount: 2, SHA256: "ab", CreatedAt: 1}, By: "Lin"}},
		},
		&snapshotPage{Snapshot: built, Audience: audience, Formats: []option{{"csv", "CSV"}}},
	}
}
