package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// audiencesPage lists the audiences with their newest snapshots.
type audiencesPage struct {
	page
	Audiences []audienceRow
}

// audienceRow is an audience in the reader's words.
type audienceRow struct {
	ID       int64
	Name     string
	Rule     string // read out
	Reach    string
	Version  int
	Snapshot *campaign.Snapshot // the newest; nil for none
}

func (*audiencesPage) template() string { return "audiences" }

// audiencePage shows who an audience reaches, who not, and why.
type audiencePage struct {
	page
	Audience  audienceRow
	Counting  bool // a newer count is being made
	Fall      fall
	Form      form // for a new snapshot
	Snapshots []snapshotRow
}

func (*audiencePage) template() string { return "audience" }

func (s *Server) audiencesRoutes() []route {
	marketing := []account.Role{account.Marketing}
	return []route{
		{method: http.MethodGet, path: "/audiences", roles: marketing, handle: s.showAudiences},
		{method: http.MethodPost, path: "/audiences", roles: marketing, handle: s.createAudience},
		{method: http.MethodGet, path: "/audiences/new", roles: marketing, handle: s.showNewAudience},
		{method: http.MethodGet, path: "/audiences/:id", roles: marketing, handle: s.showAudience},
		{method: http.MethodPost, path: "/audiences/:id", roles: marketing, handle: s.changeAudience},
		{method: http.MethodGet, path: "/audiences/:id/edit", roles: marketing, handle: s.showEditAudience},
		{method: http.MethodGet, path: "/audiences/:id/customers", roles: marketing, handle: s.showExamples},
		{method: http.MethodGet, path: "/audiences/:id/explain", roles: marketing, handle: s.explainCustomer},
		{method: http.MethodPost, path: "/audiences/:id/snapshots", roles: marketing, handle: s.makeSnapshot},
		{method: http.MethodGet, path: "/audiences/:id/snapshots/:snapshot", roles: marketing, handle: s.showSnapshot},
		{method: http.MethodPost, path: "/audiences/:id/snapshots/:snapshot/exports", roles: marketing, handle: s.exportSnapshot},
		{method: http.MethodPost, path: "/audiences/:id/snapshots/:snapshot/cancel", roles: marketing, handle: s.cancelSnapshot},
	}
}

func (s *Server) showAudiences(c *gin.Context) error {
	audiences, err := s.Campaigns.Audiences(c.Request.Context())
	if err != nil {
		return err
	}
	newest, err := s.Campaigns.NewestSnapshots(c.Request.Context())
	if err != nil {
		return err
	}
	p := &audiencesPage{}
	for _, a := range audiences {
		row, err := s.audienceRow(c, a)
		if err != nil {
			return err
		}
		if snapshot, ok := newest[a.ID]; ok {
			row.Snapshot = &snapshot
		}
		p.Audiences = append(p.Audiences, row)
	}
	p.page = s.page(c, "audiences.title")
	return s.render(c, p)
}

func (s *Server) audienceRow(c *gin.Context, a campaign.Audience) (audienceRow, error) {
	rule, err := campaign.ParseRule(a.Rule)
	if err != nil {
		return audienceRow{}, err
	}
	return audienceRow{
		ID: a.ID, Name: s.audienceName(c, a), Rule: rule.Sentence(s.words(c)), Reach: s.t(c, "reach."+string(a.Channel)), Version: a.Version,
	}, nil
}

// audienceName returns the name of an audience; that of a built-in one is translated until somebody gives it another.
func (s *Server) audienceName(c *gin.Context, a campaign.Audience) string {
	if a.BuiltIn() {
		return s.t(c, "audience.built_in."+a.Name)
	}
	return a.Name
}

// words returns the texts of the reader's language, for sentences that features put together.
func (s *Server) words(c *gin.Context) campaign.Text {
	return func(key string, args map[string]any) string { return s.t(c, key, flatten(args)...) }
}

func (s *Server) showAudience(c *gin.Context) error {
	return s.renderAudience(c, http.StatusOK, form{})
}

func (s *Server) renderAudience(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	audience, err := s.Campaigns.Audience(ctx, id)
	if err != nil {
		return err
	}
	w, counting, err := s.Campaigns.Count(ctx, id)
	if err != nil {
		return err
	}
	snapshots, err := s.Campaigns.Snapshots(ctx, id, 10)
	if err != nil {
		return err
	}
	p := &audiencePage{Counting: counting, Fall: s.fall(c, w, "/audiences/"+strconv.FormatInt(id, 10)+"/customers"), Form: f}
	if p.Audience, err = s.audienceRow(c, audience); err != nil {
		return err
	}
	if p.Snapshots, err = s.snapshotRows(ctx, snapshots); err != nil {
		return err
	}
	p.page = s.page(c, "audience.title", "name", p.Audience.Name)
	p.Crumbs = []crumb{{Text: s.t(c, "audiences.title"), Href: "/audiences"}}
	return s.renderStatus(c, status, p)
}

func (s *Server) makeSnapshot(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	snapshot, err := s.Campaigns.Snapshot(c.Request.Context(), viewer(c), id, f.Get("reason"))
	if err == nil {
		return s.redirect(c, snapshotPath(snapshot), done("snapshot.begun"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderAudience(c, statusOf(err), f)
}

// snapshotRow is a snapshot and who made it.
type snapshotRow struct {
	campaign.Snapshot
	By string
}

// Path is the address of its page.
func (r snapshotRow) Path() string { return snapshotPath(r.Snapshot) }

func snapshotPath(snapshot campaign.Snapshot) string {
	return "/audiences/" + strconv.FormatInt(snapshot.AudienceID, 10) + "/snapshots/" + strconv.FormatInt(snapshot.ID, 10)
}

// idsBy returns an id of each row.
func idsBy[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

func (s *Server) snapshotRows(ctx context.Context, snapshots []campaign.Snapshot) ([]snapshotRow, error) {
	names, err := s.Accounts.UserNames(ctx, idsBy(snapshots, func(made campaign.Snapshot) int64 { return made.CreatedBy }))
	if err != nil {
		return nil, err
	}
	rows := make([]snapshotRow, len(snapshots))
	for i, snapshot := range snapshots {
		rows[i] = snapshotRow{Snapshot: snapshot, By: names[snapshot.CreatedBy]}
	}
	return rows, nil
}

func audiencesSamples() []view {
	snapshot := campaign.Snapshot{ID: 3, AudienceID: 1, State: campaign.Built, Eligible: 12, AsOf: 1, RuleHash: "a91f"}
	running := snapshot
	running.State, running.Expected = campaign.Building, 4
	row := audienceRow{ID: 1, Name: "Satisfied", Rule: "resolved in the last 90 days", Reach: "call", Version: 2, Snapshot: &snapshot}
	other := row
	other.Snapshot = nil
	full := fall{
		AsOf: 1, Hash: "a91f", PolicyVersion: 1, Base: 10, Eligible: 2,
		Rows: []fallRow{{Kind: "base", Label: "All", Count: "10", Bar: bar{Width: 100}}, {Kind: "out", Label: "No consent", Count: "−8", Only: 3, Earliest: clock.Instant(1), Href: "/x", Bar: bar{X: 20, Width: 80}}},
	}
	wrong := form{Errors: map[string]string{"reason": "is required"}, Error: "wrong"}
	return []view{
		&audiencesPage{},
		&audiencesPage{Audiences: []audienceRow{row, other}},
		&audiencePage{Audience: row, Fall: full, Form: wrong, Counting: true, Snapshots: []snapshotRow{{Snapshot: snapshot, By: "Lin"}, {Snapshot: running}}},
		&audiencePage{Audience: other},
	}
}
