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
	"aftercall/internal/fault"
	"aftercall/internal/table"
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
	p.Doors = frame.FilterOptions(h.Site, c, "audit.any_door", "audit.door_", []account.Door{account.ByPage, account.ByAPI, account.ByCommand})
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
	"user": usersPath + "/%d", "callback": "/callbacks/%d", "contact": "/contacts/%d", "customer": "/customers/%d", "policy": "/policies/%d",
	"script": "/scripts/%d", "outcome_set": "/settings/outcomes/versions/%d", "permission_rules": "/settings/calling-hours/versions/%d",
	"skill": skillsPath + "/%d", "token": tokensPath, "audience": "/audiences/%d", "import": "/imports/%d", "job": "/jobs",
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

// exportAudit sends the list as a file, CSV or a workbook.
func (h *handlers) exportAudit(c *gin.Context) error {
	name := "audit-" + h.Now().In(h.Zone).Format("20060102-1504")
	head := []string{
		"audit.when", "audit.who", "audit.token", "audit.action", "audit.thing", "audit.thing_id", "audit.detail", "audit.door", "audit.network",
	}
	for i, key := range head {
		head[i] = h.T(c, key)
	}
	book, err := h.auditBook(c, name)
	if err != nil {
		return err
	}
	if err := book.row(head...); err != nil {
		return err
	}
	var pending []account.AuditLine
	flush := func() error {
		rows, err := h.auditRows(c, pending)
		if err != nil {
			return err
		}
		for _, r := range rows {
			id := ""
			if r.SubjectID != 0 {
				id = strconv.FormatInt(r.SubjectID, 10)
			}
			err := book.row(r.At.In(h.Zone).Format("2006-01-02 15:04:05"), r.By, r.Token, r.Did, r.What, id, strings.Join(r.Details, "; "),
				h.doorName(c, r.AuditLine), r.Network)
			if err != nil {
				return err
			}
		}
		pending = pending[:0]
		return nil
	}
	_, err = h.accounts.ExportAudit(c.Request.Context(), frame.Viewer(c), h.auditFilter(auditQueryOf(c)), func(l account.AuditLine) error {
		if pending = append(pending, l); len(pending) < 500 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = book.send()
	}
	return err
}

// sheet is a file of rows that is being written.
type sheet struct {
	row  func(cells ...string) error
	send func() error
}

// auditBook begins the file that was asked for.
func (h *handlers) auditBook(c *gin.Context, name string) (sheet, error) {
	switch format := c.DefaultQuery("format", "csv"); format {
	case "csv":
		var b strings.Builder
		w := table.NewCSVWriter(&b)
		return sheet{row: w.Row, send: func() error {
			if err := w.Flush(); err != nil {
				return err
			}
			return frame.SendText(c, name+".csv", b.String())
		}}, nil
	case "xlsx":
		return workbook(c, name, h.T(c, "audit.title")), nil
	default:
		return sheet{}, fault.InvalidFields(fault.Field{Name: "format", Code: "unknown_value", Problem: "must be csv or xlsx", Value: format})
	}
}

// mostInBook is how many lines a workbook takes: it is kept in memory.
const mostInBook = 20_000

// workbook begins a workbook of one sheet.
func workbook(c *gin.Context, name, title string) sheet {
	book := table.BookSheet{Name: title}
	return sheet{
		row: func(cells ...string) error {
			if len(book.Rows) > mostInBook {
				return fault.New(fault.TooLarge, "audit_book_long", "a workbook takes 20,000 lines: narrow the list, or take CSV")
			}
			row := make([]any, len(cells))
			for i, cell := range cells {
				row[i] = cell
			}
			book.Rows = append(book.Rows, row)
			return nil
		},
		send: func() error { return frame.SendBook(c, name+".xlsx", book) },
	}
}

// auditNames are the names of the teams and skills that details name by their numbers.
type auditNames struct{ teams, skills map[int64]string }

func (h *handlers) auditNames(c *gin.Context, lines []account.AuditLine) (auditNames, error) {
	var teams []int64
	for _, line := range lines {
		for _, d := range line.Details() {
			if d.Name == "teams" {
				teams = append(teams, append(numbers(d.Was), numbers(d.Value)...)...)
			}
		}
	}
	names, err := h.accounts.TeamNames(c.Request.Context(), teams)
	if err != nil {
		return auditNames{}, err
	}
	skills, err := h.accounts.SkillNames(c.Request.Context())
	return auditNames{names, skills}, err
}

func numbers(list string) (ids []int64) {
	for _, word := range strings.Split(list, ",") {
		if id, err := strconv.ParseInt(strings.TrimSpace(word), 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// auditDetail puts one value of a detail into words.
func (h *handlers) auditDetail(c *gin.Context, d account.DetailValue, names auditNames) string {
	if d.Name == "" {
		return d.Value
	}
	value := func(text string) string { return h.auditValue(c, d.Name, text, names) }
	said := value(d.Value)
	if d.Changed {
		said = value(d.Was) + " → " + said
	}
	return h.Catalogue.TextOr(h.Lang(c), d.Name, nil, "audit.detail_"+d.Name) + h.T(c, "audit.colon") + said
}

// auditValues says where the words of a value of that name are.
var auditValues = map[string]string{
	"role": "role.", "scope": "scope.", "purpose": "purpose.", "kind": "audit.kind_", "action": "audit.action_", "door": "audit.door_",
	"field": "audit.field_", "callback_kind": "callback_kind.", "on": "audit.value_", "recorded": "audit.value_", "own_calls": "audit.value_",
	"secret_changed": "audit.value_",
}

func (h *handlers) auditValue(c *gin.Context, name, text string, names auditNames) string {
	of := map[string]map[int64]string{"teams": names.teams, "skills": names.skills}[name]
	switch {
	case text == "" && name == "teams":
		return h.T(c, "users.all_teams")
	case text == "":
		return h.T(c, "audit.nothing")
	case of != nil:
		words := strings.Split(text, ",")
		for i, word := range words {
			if id, err := strconv.ParseInt(word, 10, 64); err == nil && of[id] != "" {
				words[i] = of[id]
			}
		}
		return strings.Join(words, h.T(c, "users.comma"))
	case name == "changed":
		words := strings.Split(text, ", ")
		for i, word := range words {
			words[i] = h.Catalogue.TextOr(h.Lang(c), word, nil, "users.field_"+word)
		}
		return strings.Join(words, h.T(c, "users.comma"))
	}
	if prefix, ok := auditValues[name]; ok {
		return h.Catalogue.TextOr(h.Lang(c), text, nil, prefix+text)
	}
	return text
}
