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

// audiencesPage lists the audiences with their newest snapshots.
type audiencesPage struct {
	frame.Page
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

func (*audiencesPage) Template() string { return "audiences" }

// audiencePage shows who an audience reaches, who not, and why.
type audiencePage struct {
	frame.Page
	Audience  audienceRow
	Counting  bool // a newer count is being made
	Waterfall waterfall
	Form      frame.Form // for a new snapshot
	Snapshots []snapshotRow
}

func (*audiencePage) Template() string { return "audience" }

func (h *handlers) audiencesRoutes() []frame.Route {
	marketing := []account.Role{account.Marketing}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/audiences", Roles: marketing, Handle: h.showAudiences},
		{Method: http.MethodPost, Path: "/audiences", Roles: marketing, Handle: h.createAudience},
		{Method: http.MethodGet, Path: "/audiences/new", Roles: marketing, Handle: h.showNewAudience},
		{Method: http.MethodGet, Path: "/audiences/:id", Roles: marketing, Handle: h.showAudience},
		{Method: http.MethodPost, Path: "/audiences/:id", Roles: marketing, Handle: frame.Numbered(h.changeAudience)},
		{Method: http.MethodGet, Path: "/audiences/:id/edit", Roles: marketing, Handle: frame.Numbered(h.showEditAudience)},
		{Method: http.MethodGet, Path: "/audiences/:id/customers", Roles: marketing, Handle: frame.Numbered(h.showExamples)},
		{Method: http.MethodGet, Path: "/audiences/:id/explain", Roles: marketing, Handle: frame.Numbered(h.explainCustomer)},
		{Method: http.MethodPost, Path: "/audiences/:id/snapshots", Roles: marketing, Handle: frame.Numbered(h.makeSnapshot)},
		{Method: http.MethodGet, Path: "/audiences/:id/snapshots/:snapshot", Roles: marketing, Handle: h.showSnapshot},
		{Method: http.MethodPost, Path: "/audiences/:id/snapshots/:snapshot/exports", Roles: marketing, Handle: h.exportSnapshot},
		{Method: http.MethodPost, Path: "/audiences/:id/snapshots/:snapshot/cancel", Roles: marketing, Handle: h.cancelSnapshot},
	}
}

func (h *handlers) showAudiences(c *gin.Context) error {
	audiences, err := h.campaigns.Audiences(c.Request.Context())
	if err != nil {
		return err
	}
	newest, err := h.campaigns.NewestSnapshots(c.Request.Context())
	if err != nil {
		return err
	}
	p := &audiencesPage{}
	for _, a := range audiences {
		row, err := h.audienceRow(c, a)
		if err != nil {
			return err
		}
		if snapshot, ok := newest[a.ID]; ok {
			row.Snapshot = &snapshot
		}
		p.Audiences = append(p.Audiences, row)
	}
	p.Page = h.Page(c, "audiences.title")
	return h.Render(c, p)
}

func (h *handlers) audienceRow(c *gin.Context, a campaign.Audience) (audienceRow, error) {
	rule, err := campaign.ParseRule(a.Rule)
	if err != nil {
		return audienceRow{}, err
	}
	return audienceRow{
		ID: a.ID, Name: h.audienceName(c, a), Rule: rule.Sentence(h.words(c)),
		Reach: h.T(c, "reach."+string(a.Channel)), Version: a.Version,
	}, nil
}

// audienceName returns the name of an audience; that of a built-in one is translated until somebody gives it another.
func (h *handlers) audienceName(c *gin.Context, a campaign.Audience) string {
	if a.BuiltIn() {
		return h.T(c, "audience.built_in."+a.Name)
	}
	return a.Name
}

// words returns the texts of the reader's language, for sentences that features put together.
func (h *handlers) words(c *gin.Context) campaign.Text {
	return func(key string, args map[string]any) string { return h.T(c, key, frame.Flatten(args)...) }
}

func (h *handlers) showAudience(c *gin.Context) error {
	return h.renderAudience(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderAudience(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	audience, err := h.campaigns.Audience(ctx, id)
	if err != nil {
		return err
	}
	w, counting, err := h.campaigns.Count(ctx, id)
	if err != nil {
		return err
	}
	snapshots, err := h.campaigns.Snapshots(ctx, id, 10)
	if err != nil {
		return err
	}
	p := &audiencePage{Counting: counting, Waterfall: h.waterfall(c, w, "/audiences/"+strconv.FormatInt(id, 10)+"/customers"), Form: f}
	if p.Audience, err = h.audienceRow(c, audience); err != nil {
		return err
	}
	if p.Snapshots, err = h.snapshotRows(ctx, snapshots); err != nil {
		return err
	}
	p.Page = h.Page(c, "audience.title", "name", p.Audience.Name).About("audience", p.Audience.ID)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "audiences.title"), Href: "/audiences"}}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) makeSnapshot(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	snapshot, err := h.campaigns.Snapshot(c.Request.Context(), frame.Viewer(c), id, f.Get("reason"))
	if err == nil {
		return h.Redirect(c, snapshotPath(snapshot), frame.Done("snapshot.begun"))
	}
	return h.Again(c, f, err, h.renderAudience)
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

func (h *handlers) snapshotRows(ctx context.Context, snapshots []campaign.Snapshot) ([]snapshotRow, error) {
	names, err := h.accounts.UserNames(ctx, frame.IDsBy(snapshots, func(made campaign.Snapshot) int64 { return made.CreatedBy }))
	if err != nil {
		return nil, err
	}
	rows := make([]snapshotRow, len(snapshots))
	for i, snapshot := range snapshots {
		rows[i] = snapshotRow{Snapshot: snapshot, By: names[snapshot.CreatedBy]}
	}
	return rows, nil
}
