package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
)

const hoursPath = "/settings/calling-hours"

// hoursPage shows the rules in force: calling hours, caps, who published them and what changed before.
type hoursPage struct {
	page
	Rules    rulesRow
	Profiles []profileRow
	Caps     []capRow
	CapsForm form
	Stricter []stricterRow
	MayEdit  bool
	Check    hoursCheck
	History  []rulesRow
	Pager    pager
}

func (*hoursPage) template() string { return "calling_hours" }

// rulesRow is one version of the rules.
type rulesRow struct {
	permission.RulesVersion
	By      string
	Current bool
}

// Path is the address of the version.
func (r rulesRow) Path() string { return hoursPath + "/versions/" + strconv.Itoa(r.Version) }

// profileRow is the calling hours of one class in one country in words.
type profileRow struct {
	Country, Class, Week, Href string
}

// capRow is one cap: what is in force, what a centre starts with, how far it may go, and where the numbers come from.
type capRow struct {
	capSetting
	Value, Usual, Least, Most int
}

// rulesPage shows one version of the rules and what it changed, and takes it back into force.
type rulesPage struct {
	page
	Rules    rulesRow
	Profiles []profileRow
	Caps     []capRow
	Stricter []stricterRow
	Changes  []string // against the version before; none for the first
	Back     []string // what publishing it again would change
	MayEdit  bool
	Form     form
	BasedOn  int
}

func (*rulesPage) template() string { return "calling_hours_version" }

func (s *Server) callingHoursRoutes() []route {
	admin, readers := []account.Role{account.Admin}, []account.Role{account.Supervisor}
	return []route{
		{method: http.MethodGet, path: hoursPath, roles: readers, handle: s.showHours},
		{method: http.MethodPost, path: hoursPath + "/caps", roles: admin, handle: s.publishCaps},
		{method: http.MethodPost, path: hoursPath + "/check", roles: readers, handle: s.checkHours},
		{method: http.MethodGet, path: hoursPath + "/profile", roles: admin, handle: s.showProfile},
		{method: http.MethodPost, path: hoursPath + "/profile", roles: admin, handle: s.publishProfile},
		{method: http.MethodPost, path: hoursPath + "/profile/remove", roles: admin, handle: s.removeProfile},
		{method: http.MethodGet, path: stricterPath, roles: admin, handle: s.showStricter},
		{method: http.MethodPost, path: stricterPath, roles: admin, handle: s.publishStricter},
		{method: http.MethodPost, path: stricterPath + "/remove", roles: admin, handle: s.removeStricter},
		{method: http.MethodGet, path: hoursPath + "/versions/:id", roles: readers, handle: s.showRules},
		{method: http.MethodPost, path: hoursPath + "/versions/:id/publish", roles: admin, handle: s.rollBackRules},
	}
}

func (s *Server) showHours(c *gin.Context) error {
	return s.renderHours(c, http.StatusOK, form{}, hoursCheck{})
}

func (s *Server) renderHours(c *gin.Context, status int, caps form, check hoursCheck) error {
	ctx := c.Request.Context()
	rules, row, err := s.newestRules(ctx)
	if err != nil {
		return err
	}
	versions, err := s.Permission.RulesVersions(ctx, int(listKeyID(c)), pageSize+1)
	if err != nil {
		return err
	}
	p := &hoursPage{Rules: row, MayEdit: viewer(c).Is(account.Admin), Check: check}
	p.Profiles, p.Caps, p.Stricter = s.profileRows(c, rules), capRows(rules), s.stricterRows(c, rules)
	versions, p.Pager = pagedByID(c, versions, func(v permission.RulesVersion) int64 { return int64(v.Version) })
	if p.History, err = s.rulesRows(ctx, versions, rules.Version); err != nil {
		return err
	}
	p.CapsForm = capsTyped(caps, rules)
	p.Check.Purposes = options(s, c, "purpose", permission.Purposes())
	p.page = s.page(c, "hours.title")
	return s.renderStatus(c, status, p)
}

// newestRules returns the rules in force, whoever published them and in whatever process.
func (s *Server) newestRules(ctx context.Context) (permission.Rules, rulesRow, error) {
	versions, err := s.Permission.RulesVersions(ctx, 0, 1)
	if err != nil || len(versions) == 0 {
		rules := s.Permission.Rules()
		return rules, rulesRow{RulesVersion: permission.RulesVersion{Version: rules.Version}, Current: true}, err
	}
	rules, err := s.Permission.RulesVersion(ctx, versions[0].Version)
	if err != nil {
		return permission.Rules{}, rulesRow{}, err
	}
	rows, err := s.rulesRows(ctx, versions, rules.Version)
	if err != nil {
		return permission.Rules{}, rulesRow{}, err
	}
	return rules, rows[0], nil
}

func (s *Server) rulesRows(ctx context.Context, versions []permission.RulesVersion, current int) ([]rulesRow, error) {
	names, err := s.Accounts.UserNames(ctx, idsBy(versions, func(v permission.RulesVersion) int64 { return v.PublishedBy }))
	if err != nil {
		return nil, err
	}
	rows := make([]rulesRow, len(versions))
	for i, v := range versions {
		rows[i] = rulesRow{RulesVersion: v, By: names[v.PublishedBy], Current: v.Version == current}
	}
	return rows, nil
}

// profileRows are the profiles by country, those of everywhere else first.
func (s *Server) profileRows(c *gin.Context, rules permission.Rules) []profileRow {
	rows := make([]profileRow, 0, len(rules.Profiles))
	for _, p := range rules.Profiles {
		query := url.Values{"region": {p.Region}, "class": {string(p.Class)}}
		rows = append(rows, profileRow{
			Country: s.regionName(c, p.Region), Class: s.t(c, "hours.class_"+string(p.Class)), Week: s.weekInWords(c, p),
			Href: hoursPath + "/profile?" + query.Encode(),
		})
	}
	return rows
}

func (s *Server) showRules(c *gin.Context) error { return s.renderRules(c, http.StatusOK, form{}) }

func (s *Server) renderRules(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	ctx, version := c.Request.Context(), int(id)
	rules, err := s.Permission.RulesVersion(ctx, version)
	if err != nil {
		return err
	}
	lines, err := s.Permission.RulesVersions(ctx, version+1, 1)
	if err != nil {
		return err
	}
	newest, current, err := s.newestRules(ctx)
	if err != nil {
		return err
	}
	rows, err := s.rulesRows(ctx, lines, current.Version)
	if err != nil {
		return err
	}
	p := &rulesPage{Rules: rows[0], Form: f, BasedOn: current.Version}
	p.Profiles, p.Caps, p.Stricter = s.profileRows(c, rules), capRows(rules), s.stricterRows(c, rules)
	p.MayEdit = viewer(c).Is(account.Admin) && !p.Rules.Current
	p.Back = s.changesInWords(c, newest, rules)
	if version > 1 {
		before, err := s.Permission.RulesVersion(ctx, version-1)
		if err != nil {
			return err
		}
		p.Changes = s.changesInWords(c, before, rules)
	}
	p.page = s.page(c, "hours.version", "n", version)
	p.Crumbs = []crumb{{Text: s.t(c, "hours.title"), Href: hoursPath}}
	return s.renderStatus(c, status, p)
}

// rollBackRules publishes an old version again, as the newest.
func (s *Server) rollBackRules(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	old, err := s.Permission.RulesVersion(c.Request.Context(), int(id))
	if err == nil {
		err = s.publishRules(c, f, func(rules *permission.Rules) error {
			*rules = old
			return nil
		})
	}
	return s.afterPublishing(c, f, err, s.renderRules)
}

func callingHoursSamples() []view {
	version := rulesRow{RulesVersion: permission.RulesVersion{Version: 3, Note: "summer", PublishedBy: 1, PublishedAt: 1}, By: "Li", Current: true}
	old := version
	old.Current, old.By, old.Note = false, "", ""
	profiles, caps := []profileRow{{"FR", "marketing", "Mon–Fri 10:00-13:00", "/x"}}, capRows(permission.DefaultRules())
	wrong := form{Error: "changed", Errors: map[string]string{"attempts_per_day": "wrong", "day_0": "wrong", "note": "wrong"}}
	choices, demands := []option{{"a", "A"}}, []stricterRow{{"FR", "60 days", "/x"}}
	answer := &checkAnswer{Phone: "+86139", Zones: "Asia/Shanghai", Customer: 3, Open: true, ClosesAt: 5, May: mayRow{Allowed: true}}
	closed := &checkAnswer{Phone: "+86139", OpensAt: 5, May: mayRow{Why: []whyLine{{Text: "outside hours"}}, From: 5}}
	return []view{
		&hoursPage{}, &hoursPage{Check: hoursCheck{Answer: closed}},
		&hoursPage{
			Rules: version, Profiles: profiles, Caps: caps, CapsForm: wrong, Stricter: demands, MayEdit: true,
			Check: hoursCheck{Form: wrong, Purposes: choices, Answer: answer}, History: []rulesRow{version, old}, Pager: pager{Older: "/x"},
		},
		&rulesPage{Rules: old, Profiles: profiles, Caps: caps, Stricter: demands, Changes: []string{"a"}, Back: []string{"b"}, MayEdit: true, Form: wrong, BasedOn: 3},
		&rulesPage{Rules: version},
		&profilePage{New: true, Classes: choices, Days: []dayField{{"day_0", "Monday", ""}}, Limits: []string{"x"}, Form: wrong, BasedOn: 3},
		&profilePage{Region: "FR", Class: hours.MarketingClass, Days: []dayField{{"day_0", "Monday", "09:00-20:00"}}},
		&stricterPage{New: true, Fields: []demandField{{"attempts_per_day", "calls", "", "3 calls"}}, Limits: []string{"x"}, Form: wrong, BasedOn: 3},
		&stricterPage{Region: "FR", Fields: []demandField{{"refusal_quiet_days", "quiet", "60", "0 days"}}},
	}
}
