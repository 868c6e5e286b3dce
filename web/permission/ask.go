package permission

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

const permissionPath = "/permission"

// permissionPage counts the customers we may contact, and those we may not by first reason.
type permissionPage struct {
	frame.Page
	AsOf clock.Instant
	Sums []permissionSum
}

func (*permissionPage) Template() string { return "permission" }

// permissionSum is one purpose and channel: base − those against whom something stands = those who may be contacted.
type permissionSum struct {
	Purpose       string
	Base, Allowed permissionLine
	Against       []permissionLine
}

// permissionLine is one number, its share of the base in percent, and where it leads.
type permissionLine struct {
	Text  string
	Count int
	Width float64
	Href  string
}

// standingsPage lists the customers behind one number.
type standingsPage struct {
	frame.Page
	Rows  []standingRow
	Pager frame.Pager
	Teams bool // only customers of the viewer's teams are listed, and the number counted all
}

func (*standingsPage) Template() string { return "standings" }

// standingRow is one customer and what stands against contact.
type standingRow struct {
	ID   int64
	Name string
	Why  []frame.WhyLine
	From clock.Instant
}

// Path is where the customer's consents are.
func (r standingRow) Path() string { return frame.CustomerPermissionPath(r.ID) }

func (h *handlers) permissionRoutes() []frame.Route {
	people := []account.Role{account.Supervisor, account.Marketing}
	return []frame.Route{
		{Method: http.MethodGet, Path: permissionPath, Roles: people, Handle: h.showPermission},
		{Method: http.MethodGet, Path: permissionPath + "/customers", Roles: people, Handle: h.listStandings},
	}
}

func (h *handlers) showPermission(c *gin.Context) error {
	counts, asOf, err := h.permission.StandingCounts(c.Request.Context())
	if err != nil {
		return err
	}
	p := &permissionPage{AsOf: asOf}
	for _, purpose := range frame.PurposeChannels {
		if sum := h.permissionSum(c, purpose, counts); sum.Base.Count > 0 {
			p.Sums = append(p.Sums, sum)
		}
	}
	p.Page = h.Page(c, "permission.title")
	return h.Render(c, p)
}

func (h *handlers) permissionSum(c *gin.Context, purpose frame.PurposeChannel, counts []permission.StandingCount) permissionSum {
	sum := permissionSum{Purpose: h.PurposeChannelName(c, purpose), Base: permissionLine{Width: 100}}
	for _, n := range counts {
		if n.Purpose != purpose.Purpose || n.Channel != purpose.Channel {
			continue
		}
		sum.Base.Count += n.Customers
		query := url.Values{"purpose": {string(purpose.Purpose)}, "channel": {string(purpose.Channel)}, "reason": {string(n.First)}}
		line := permissionLine{Count: n.Customers, Href: permissionPath + "/customers?" + query.Encode()}
		if n.First == "" {
			sum.Allowed = line
			continue
		}
		line.Text = h.T(c, "reason."+string(n.First))
		sum.Against = append(sum.Against, line)
	}
	slices.SortFunc(sum.Against, func(a, b permissionLine) int { return b.Count - a.Count })
	for i := range sum.Against {
		sum.Against[i].Width = 100 * float64(sum.Against[i].Count) / float64(sum.Base.Count)
	}
	sum.Allowed.Width = 100 * float64(sum.Allowed.Count) / float64(max(1, sum.Base.Count))
	return sum
}

func (h *handlers) listStandings(c *gin.Context) error {
	purpose := frame.PurposeChannel{Purpose: permission.Purpose(c.Query("purpose")), Channel: permission.Channel(c.Query("channel"))}
	if !slices.Contains(frame.PurposeChannels, purpose) {
		return frame.ErrNoPage
	}
	ctx, first := c.Request.Context(), permission.Code(c.Query("reason"))
	list, err := h.permission.StandingsBy(ctx, frame.Viewer(c),
		purpose.Purpose, purpose.Channel, first, frame.ListKeyID(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &standingsPage{Teams: !frame.Viewer(c).SeesAllTeams()}
	list, p.Pager = frame.PagedByID(c, list, func(row permission.Standing) int64 { return row.CustomerID })
	ids := make([]int64, len(list))
	for i, row := range list {
		ids[i] = row.CustomerID
	}
	customers, err := h.contacts.CustomersByID(ctx, frame.Viewer(c), ids)
	if err != nil {
		return err
	}
	for _, row := range list {
		lasting, err := row.Lasting()
		if err != nil {
			return err
		}
		shown := standingRow{ID: row.CustomerID, Name: customers[row.CustomerID].DisplayName(), From: row.AllowedFrom}
		for _, reason := range lasting {
			shown.Why = append(shown.Why, h.WhyLine(c, reason, row.CustomerID))
		}
		p.Rows = append(p.Rows, shown)
	}
	verdict := h.T(c, "permission.allowed")
	if first != "" {
		verdict = h.Catalogue.TextOr(h.Lang(c), string(first), nil, "reason."+string(first))
	}
	p.Page = h.Page(c, "permission.list", "purpose", h.PurposeChannelName(c, purpose), "reason", verdict)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "permission.title"), Href: permissionPath}}
	return h.Render(c, p)
}
