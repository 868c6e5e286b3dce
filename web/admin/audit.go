package admin

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/web/frame"
)

// auditPage is who did what to what, when, and from where.
type auditPage struct {
	frame.Page
	Lines    []auditRow
	Pager    frame.Pager
	Filter   auditQuery
	Narrowed bool
	Who      string // the name of the user or token it is narrowed to
	Own      bool   // the viewer reads what their people did, not all of it
	Export   string // where the list is a file; empty for who may not have it
	Actions  []frame.Option
	Kinds    []frame.Option
	Doors    []frame.Option
}

func (*auditPage) Template() string { return "audit" }

// auditQuery is what the address narrows the list to, as it was typed.
type auditQuery struct {
	User, Token, Door, Action, Kind, ID, From, To string
}

// auditRow is a line of the audit in the reader's words.
type auditRow struct {
	account.AuditLine
	Did, What, Href string // the act; the thing, and its page if there is one
	From            string
	Details         []string
}

func (h *handlers) auditRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: frame.AuditPath, Roles: []account.Role{account.Supervisor}, Handle: h.showAudit},
		{Method: http.MethodGet, Path: frame.AuditPath + "/export", Roles: []account.Role{account.Admin}, Handle: h.exportAudit},
	}
}

func (h *handlers) showAudit(c *gin.Context) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	p := &auditPage{Filter: auditQueryOf(c)}
	filter := h.auditFilter(p.Filter)
	lines, err := h.accounts.AuditEntries(ctx, viewer, filter, auditKey(frame.ListKey(c)), frame.PageSize+1)
	if err != nil {
		return err
	}
	lines, p.Pager = frame.Paged(c, lines, func(l account.AuditLine) string { return fmt.Sprintf("%d-%d", l.At, l.ID) })
	if p.Lines, err = h.auditRows(c, lines); err != nil {
		return err
	}
	p.Narrowed = p.Filter != auditQuery{}
	if err := h.nameWho(c, p, filter); err != nil {
		return err
	}
	p.Actions, p.Kinds = h.auditOptions(c, "audit.any_action", "audit.action_"), h.auditOptions(c, "audit.any_kind", "audit.kind_")
	doors := []account.Door{account.ByPage, account.ByAPI, account.ByCommand}
	p.Doors = frame.FilterOptions(h.Site, c, "audit.any_door", "audit.door_", doors)
	p.Own = !viewer.Is(account.Admin) && len(viewer.TeamIDs) > 0
	if viewer.Is(account.Admin) {
		p.Export = frame.AuditPath + "/export?" + c.Request.URL.RawQuery
	}
	p.Page = h.Page(c, "audit.title")
	return h.Render(c, p)
}

func auditQueryOf(c *gin.Context) auditQuery {
	return auditQuery{
		User: c.Query("user"), Token: c.Query("token"), Door: c.Query("door"), Action: c.Query("action"), Kind: c.Query("kind"),
		ID: c.Query("id"), From: c.Query("from"), To: c.Query("to"),
	}
}

// auditFilter reads what was typed; what is no number and no day narrows nothing.
func (h *handlers) auditFilter(q auditQuery) account.AuditFilter {
	number := func(text string) int64 {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	day := func(text string, plus int) clock.Instant {
		at, err := time.ParseInLocation(time.DateOnly, text, h.Zone)
		if err != nil || at.Year() < 1990 || at.Year() > 2200 {
			return 0
		}
		return clock.At(at.AddDate(0, 0, plus))
	}
	return account.AuditFilter{
		UserID: number(q.User), TokenID: number(q.Token), Door: account.Door(q.Door), Action: q.Action, SubjectKind: q.Kind,
		SubjectID: number(q.ID), From: day(q.From, 0), Until: day(q.To, 1),
	}
}

// auditKey reads a place in the list; what is none is its beginning.
func auditKey(text string) account.AuditKey {
	at, id, _ := strings.Cut(text, "-")
	instant, errAt := strconv.ParseInt(at, 10, 64)
	number, errID := strconv.ParseInt(id, 10, 64)
	if errAt != nil || errID != nil {
		return account.AuditKey{}
	}
	return account.AuditKey{At: clock.Instant(instant), ID: number}
}

// nameWho says in the page whom the list is narrowed to.
func (h *handlers) nameWho(c *gin.Context, p *auditPage, f account.AuditFilter) error {
	if f.UserID != 0 {
		names, err := h.accounts.UserNames(c.Request.Context(), []int64{f.UserID})
		if err != nil {
			return err
		}
		p.Who = names[f.UserID]
	}
	for _, line := range p.Lines {
		if f.TokenID != 0 {
			p.Who = line.Token
		}
	}
	return nil
}

// auditOptions are the words there are below a prefix, by word.
func (h *handlers) auditOptions(c *gin.Context, anyKey, prefix string) []frame.Option {
	options := []frame.Option{{Label: h.T(c, anyKey)}}
	for _, key := range h.Catalogue.Keys(prefix) {
		options = append(options, frame.Option{Value: strings.TrimPrefix(key, prefix), Label: h.T(c, key)})
	}
	slices.SortStableFunc(options[1:], func(a, b frame.Option) int { return strings.Compare(a.Label, b.Label) })
	return options
}

// auditRows puts lines into words.
func (h *handlers) auditRows(c *gin.Context, lines []account.AuditLine) ([]auditRow, error) {
	names, err := h.auditNames(c, lines)
	if err != nil {
		return nil, err
	}
	rows := make([]auditRow, len(lines))
	for i, line := range lines {
		row := auditRow{AuditLine: line, Did: h.Catalogue.TextOr(h.Lang(c), line.Action, nil, "audit.action_"+line.Action)}
		row.What, row.Href = h.auditThing(c, line)
		row.From = frame.Joined(" · ", h.doorName(c, line), line.Network)
		for _, d := range line.Details() {
			row.Details = append(row.Details, h.auditDetail(c, d, names))
		}
		rows[i] = row
	}
	return rows, nil
}

func (h *handlers) doorName(c *gin.Context, line account.AuditLine) string {
	if line.Door == "" {
		return ""
	}
	return h.T(c, "audit.door_"+string(line.Door))
}

// auditPages are the pages of things by their kind; a %d is their number.
var auditPages = map[string]string{
	"user": usersPath + "/%d", "callback": "/callbacks/%d", "contact": "/contacts/%d", "customer": "/customers/%d",
	"policy": "/policies/%d", "script": "/scripts/%d", "outcome_set": "/settings/outcomes/versions/%d",
	"permission_rules": "/settings/calling-hours/versions/%d",
	"skill":            skillsPath + "/%d", "token": tokensPath, "audience": "/audiences/%d", "import": "/imports/%d", "job": "/jobs",
	"suppression": "/suppressions/%d", "attribute": "/settings/attributes", "phrases": "/phrases",
}

// auditThing names what a line is about, and where it can be looked at.
func (h *handlers) auditThing(c *gin.Context, line account.AuditLine) (name, href string) {
	if line.SubjectKind == "" {
		return "", ""
	}
	name = h.Catalogue.TextOr(h.Lang(c), line.SubjectKind, nil, "audit.kind_"+line.SubjectKind)
	if line.Whom != "" {
		name += " " + line.Whom
	} else if line.SubjectID != 0 {
		name += " " + strconv.FormatInt(line.SubjectID, 10)
	}
	path, known := auditPages[line.SubjectKind]
	if strings.HasSuffix(line.Action, ".deleted") || strings.HasSuffix(line.Action, ".removed") || !known {
		return name, ""
	}
	if strings.Contains(path, "%d") {
		if line.SubjectID == 0 {
			return name, ""
		}
		return name, fmt.Sprintf(path, line.SubjectID)
	}
	return name, path
}
