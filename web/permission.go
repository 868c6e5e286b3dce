package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

const permissionPath = "/permission"

// permissionPage counts the customers we may contact, and those we may not by first reason.
type permissionPage struct {
	page
	AsOf clock.Instant
	Sums []permissionSum
}

func (*permissionPage) template() string { return "permission" }

// permissionSum is one purpose and channel: base − those against whom something stands = those who may be contacted.
type permissionSum struct {
	Way           string
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
	page
	Rows  []standingRow
	Pager pager
	Teams bool // only customers of the viewer's teams are listed, and the number counted all
}

func (*standingsPage) template() string { return "standings" }

// standingRow is one customer and what stands against contact.
type standingRow struct {
	ID   int64
	Name string
	Why  []whyLine
	From clock.Instant
}

// Path is where the customer's consents are.
func (r standingRow) Path() string { return customerPermissionPath(r.ID) }

func (s *Server) permissionRoutes() []route {
	people := []account.Role{account.Supervisor, account.Marketing}
	return []route{
		{method: http.MethodGet, path: permissionPath, roles: people, handle: s.showPermission},
		{method: http.MethodGet, path: permissionPath + "/customers", roles: people, handle: s.listStandings},
	}
}

func permissionSamples() []view {
	line := permissionLine{Text: "Refused", Count: 3, Width: 30, Href: "/x"}
	return []view{
		&permissionPage{}, &permissionPage{AsOf: 1},
		&permissionPage{AsOf: 1, Sums: []permissionSum{{Way: "survey", Base: line, Allowed: line, Against: []permissionLine{line, {Text: "a", Count: 1}}}, {Way: "call"}}},
		&standingsPage{},
		&standingsPage{Rows: []standingRow{{1, "Ann", []whyLine{{Text: "refused", Href: "/x"}, {Text: "asked"}}, 5}, {ID: 2, Name: "Li"}}, Teams: true, Pager: pager{Older: "/x"}},
	}
}

func (s *Server) showPermission(c *gin.Context) error {
	counts, asOf, err := s.Permission.StandingCounts(c.Request.Context())
	if err != nil {
		return err
	}
	p := &permissionPage{AsOf: asOf}
	for _, w := range ways {
		if sum := s.permissionSum(c, w, counts); sum.Base.Count > 0 {
			p.Sums = append(p.Sums, sum)
		}
	}
	p.page = s.page(c, "permission.title")
	return s.render(c, p)
}

func (s *Server) permissionSum(c *gin.Context, w way, counts []permission.StandingCount) permissionSum {
	sum := permissionSum{Way: s.wayName(c, w), Base: permissionLine{Width: 100}}
	for _, n := range counts {
		if n.Purpose != w.purpose || n.Channel != w.channel {
			continue
		}
		sum.Base.Count += n.Customers
		query := url.Values{"purpose": {string(w.purpose)}, "channel": {string(w.channel)}, "reason": {string(n.First)}}
		line := permissionLine{Count: n.Customers, Href: permissionPath + "/customers?" + query.Encode()}
		if n.First == "" {
			sum.Allowed = line
			continue
		}
		line.Text = s.t(c, "reason."+string(n.First))
		sum.Against = append(sum.Against, line)
	}
	slices.SortFunc(sum.Against, func(a, b permissionLine) int { return b.Count - a.Count })
	for i := range sum.Against {
		sum.Against[i].Width = 100 * float64(sum.Against[i].Count) / float64(sum.Base.Count)
	}
	sum.Allowed.Width = 100 * float64(sum.Allowed.Count) / float64(max(1, sum.Base.Count))
	return sum
}

func (s *Server) listStandings(c *gin.Context) error {
	w := way{permission.Purpose(c.Query("purpose")), permission.Channel(c.Query("channel"))}
	if !slices.Contains(ways, w) {
		return errNoPage
	}
	ctx, first := c.Request.Context(), permission.Code(c.Query("reason"))
	list, err := s.Permission.StandingsBy(ctx, viewer(c), w.purpose, w.channel, first, listKeyID(c), pageSize+1)
	if err != nil {
		return err
	}
	p := &standingsPage{Teams: !viewer(c).SeesAllTeams()}
	list, p.Pager = pagedByID(c, list, func(row permission.Standing) int64 { return row.CustomerID })
	ids := make([]int64, len(list))
	for i, row := range list {
		ids[i] = row.CustomerID
	}
	customers, err := s.Contacts.CustomersByID(ctx, viewer(c), ids)
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
			shown.Why = append(shown.Why, s.whyLine(c, reason, row.CustomerID))
		}
		p.Rows = append(p.Rows, shown)
	}
	verdict := s.t(c, "permission.allowed")
	if first != "" {
		verdict = s.messages.textOr(s.language(c), string(first), nil, "reason."+string(first))
	}
	p.page = s.page(c, "permission.list", "way", s.wayName(c, w), "reason", verdict)
	p.Crumbs = []crumb{{Text: s.t(c, "permission.title"), Href: permissionPath}}
	return s.render(c, p)
}
