package permission

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

const hoursPath = "/settings/calling-hours"

// hoursPage shows the rules in force: calling hours, caps, who published them and what changed before.
type hoursPage struct {
	frame.Page
	Profiles []profileRow
	Caps     []capRow
	CapsForm frame.Form
	BasedOn  int // of the form of caps
	Stricter []stricterRow
	MayEdit  bool
	Check    hoursCheck
	History  frame.History
}

func (*hoursPage) Template() string { return "calling_hours" }

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
	frame.Page
	Version  frame.VersionLine
	Profiles []profileRow
	Caps     []capRow
	Stricter []stricterRow
	Changes  []string // against the version before; none for the first
	Back     []string // what publishing it again would change
	MayEdit  bool
	Form     frame.Form
	BasedOn  int
}

func (*rulesPage) Template() string { return "calling_hours_version" }

func (h *handlers) callingHoursRoutes() []frame.Route {
	admin, readers := []account.Role{account.Admin}, []account.Role{account.Supervisor}
	return []frame.Route{
		{Method: http.MethodGet, Path: hoursPath, Roles: readers, Handle: h.showHours},
		{Method: http.MethodPost, Path: hoursPath + "/caps", Roles: admin, Handle: frame.Posted(h.publishCaps)},
		{Method: http.MethodPost, Path: hoursPath + "/check", Roles: readers, Handle: frame.Posted(h.checkHours)},
		{Method: http.MethodGet, Path: hoursPath + "/profile", Roles: admin, Handle: h.showProfile},
		{Method: http.MethodPost, Path: hoursPath + "/profile", Roles: admin, Handle: frame.Posted(h.publishProfile)},
		{Method: http.MethodPost, Path: hoursPath + "/profile/remove", Roles: admin, Handle: frame.Posted(h.removeProfile)},
		{Method: http.MethodGet, Path: stricterPath, Roles: admin, Handle: h.showStricter},
		{Method: http.MethodPost, Path: stricterPath, Roles: admin, Handle: frame.Posted(h.publishStricter)},
		{Method: http.MethodPost, Path: stricterPath + "/remove", Roles: admin, Handle: frame.Posted(h.removeStricter)},
		{Method: http.MethodGet, Path: hoursPath + "/versions/:id", Roles: readers, Handle: h.showRules},
		{Method: http.MethodPost, Path: hoursPath + "/versions/:id/publish", Roles: admin, Handle: frame.Numbered(h.rollBackRules)},
	}
}

func (h *handlers) showHours(c *gin.Context) error {
	return h.renderHours(c, http.StatusOK, frame.Form{}, hoursCheck{})
}

func (h *handlers) renderHours(c *gin.Context, status int, caps frame.Form, check hoursCheck) error {
	rules, err := h.newestRules(c.Request.Context())
	if err != nil {
		return err
	}
	p := &hoursPage{MayEdit: frame.Viewer(c).Is(account.Admin), Check: check}
	if p.History, err = frame.HistoryOf(c, h.accounts, h.permission.RulesVersions, rules.Version, hoursPath); err != nil {
		return err
	}
	p.Profiles, p.Caps, p.Stricter = h.profileRows(c, rules), capRows(rules), h.stricterRows(c, rules)
	p.BasedOn = caps.BasedOn(rules.Version)
	p.CapsForm = capsTyped(caps, rules)
	p.Check.Purposes = frame.EnumOptions(h.Site, c, "purpose.", permission.Purposes())
	p.Page = h.Page(c, "hours.title").About("permission_rules", 0)
	return h.RenderStatus(c, status, p)
}

// newestRules returns the rules in force, whoever published them and in whatever process.
func (h *handlers) newestRules(ctx context.Context) (permission.Rules, error) {
	newest, err := h.permission.RulesVersions(ctx, 0, 1)
	if err != nil || len(newest) == 0 {
		return h.permission.Rules(), err
	}
	return h.permission.RulesVersion(ctx, newest[0].Version)
}

// profileRows are the profiles by country, those of everywhere else first.
func (h *handlers) profileRows(c *gin.Context, rules permission.Rules) []profileRow {
	rows := make([]profileRow, 0, len(rules.Profiles))
	for _, p := range rules.Profiles {
		query := url.Values{"region": {p.Region}, "class": {string(p.Class)}}
		rows = append(rows, profileRow{
			Country: h.regionName(c, p.Region), Class: h.T(c, "hours.class_"+string(p.Class)), Week: h.weekInWords(c, p),
			Href: hoursPath + "/profile?" + query.Encode(),
		})
	}
	return rows
}

func (h *handlers) showRules(c *gin.Context) error {
	return h.renderRules(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderRules(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, version := c.Request.Context(), int(id)
	rules, err := h.permission.RulesVersion(ctx, version)
	if err != nil {
		return err
	}
	lines, err := h.permission.RulesVersions(ctx, version+1, 1)
	if err != nil {
		return err
	}
	newest, err := h.newestRules(ctx)
	if err != nil {
		return err
	}
	rows, err := frame.VersionLines(ctx, h.accounts, lines, newest.Version, hoursPath)
	if err != nil {
		return err
	}
	p := &rulesPage{Version: rows[0], Form: f, BasedOn: f.BasedOn(newest.Version)}
	p.Profiles, p.Caps, p.Stricter = h.profileRows(c, rules), capRows(rules), h.stricterRows(c, rules)
	p.MayEdit = frame.Viewer(c).Is(account.Admin) && !p.Version.Current
	p.Back = h.changesInWords(c, newest, rules)
	if version > 1 {
		before, err := h.permission.RulesVersion(ctx, version-1)
		if err != nil {
			return err
		}
		p.Changes = h.changesInWords(c, before, rules)
	}
	p.Page = h.Page(c, "hours.version", "n", version)
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "hours.title"), Href: hoursPath}}
	return h.RenderStatus(c, status, p)
}

// rollBackRules publishes an old version again, as the newest.
func (h *handlers) rollBackRules(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	old, err := h.permission.RulesVersion(c.Request.Context(), int(id))
	if err == nil {
		err = h.publishRules(c, f, func(rules *permission.Rules) error {
			*rules = old
			return nil
		})
	}
	return h.afterPublishing(c, f, err, rulesPart{}, h.renderRules)
}
