package admin

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/web/frame"
)

const usersImportPath = usersPath + "/import"

// usersImportPage takes a file of users, says what it would do, and shows the links of whom it added.
type usersImportPage struct {
	frame.Page
	Form  frame.Form
	Wrong []frame.FieldProblem // of the file, by line
	Plan  *usersPlan
	Done  *usersDone
}

func (*usersImportPage) Template() string { return "users-import" }

// usersPlan is what a file would do, and the file again for the button that does it.
type usersPlan struct {
	Rows          []planRow
	Added, Edited int
	Same          int
	NewTeams      []string
	Key, Lines    string
}

// planRow is what a file does with one user, in words.
type planRow struct {
	account.PlannedUser
	Teams, Skills, Changes string
	HeldAll                int
}

// usersDone is what a file did, with the links that are shown this once.
type usersDone struct {
	Edited int
	Links  []onceFor
	CSV    string
	Hours  int
}

func (h *handlers) usersImportRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	upload, text := frame.UploadBody(account.MaxUserFile), int64(8*account.MaxUserFile)
	return []frame.Route{
		{Method: http.MethodGet, Path: usersImportPath, Roles: admin, Handle: h.showUsersImport},
		{Method: http.MethodGet, Path: usersImportPath + "/sample.csv", Roles: admin, Handle: h.sampleUsers},
		{Method: http.MethodPost, Path: usersImportPath, Roles: admin, Body: upload, Handle: h.readUsers},
		{Method: http.MethodPost, Path: usersImportPath + "/apply", Roles: admin, Body: text, Handle: frame.Posted(h.importUsers)},
		{Method: http.MethodPost, Path: usersImportPath + "/links.csv", Roles: admin, Body: text, Handle: frame.Posted(h.sendLinks)},
	}
}

func (h *handlers) showUsersImport(c *gin.Context) error {
	return h.renderUsersImport(c, http.StatusOK, &usersImportPage{})
}

func (h *handlers) renderUsersImport(c *gin.Context, status int, p *usersImportPage) error {
	p.Page = h.Page(c, "users.import_title")
	p.Crumbs = h.userCrumbs(c)
	return h.RenderStatus(c, status, p)
}

// readUsers reads an uploaded file and says what it would do. Nothing is stored yet.
func (h *handlers) readUsers(c *gin.Context) error {
	_, file, err := frame.SentFile(c, account.MaxUserFile)
	if err != nil {
		return h.refuseUsers(c, err)
	}
	lines, err := account.ReadUserFile(c.Request.Context(), file)
	if err != nil {
		return h.refuseUsers(c, err)
	}
	return h.renderPlan(c, http.StatusOK, lines, "")
}

// renderPlan says what lines would do, with why they were not done just now.
func (h *handlers) renderPlan(c *gin.Context, status int, lines []account.UserLine, refused string) error {
	plan, err := h.accounts.PlanUsers(c.Request.Context(), frame.Viewer(c), lines)
	if err != nil {
		return h.refuseUsers(c, err)
	}
	again, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	shown := &usersPlan{
		Added: plan.Count(account.UserAdded), Edited: plan.Count(account.UserEdited), Same: plan.Count(account.UserSame),
		NewTeams: plan.NewTeams, Key: plan.Key, Lines: string(again),
	}
	for _, u := range plan.Users {
		if u.What == account.UserSame {
			continue
		}
		row := planRow{PlannedUser: u, Teams: strings.Join(u.After.Teams, " · "), Skills: strings.Join(u.Skills, " · ")}
		changes := make([]string, len(u.Changes))
		for i, name := range u.Changes {
			changes[i] = h.T(c, "users.field_"+name)
		}
		row.Changes = strings.Join(changes, h.T(c, "users.comma"))
		_, row.HeldAll = heldRows(0, u.Held)
		shown.Rows = append(shown.Rows, row)
	}
	return h.renderUsersImport(c, status, &usersImportPage{Plan: shown, Form: frame.Form{Error: refused}})
}

// importUsers does what the page said, and answers with the links: they are in this answer and nowhere else.
func (h *handlers) importUsers(c *gin.Context, f frame.Form) error {
	var lines []account.UserLine
	if err := json.Unmarshal([]byte(f.Get("lines")), &lines); err != nil {
		return h.refuseUsers(c, fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read"))
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	plan, err := h.accounts.PlanUsers(ctx, viewer, lines)
	if err != nil {
		return h.refuseUsers(c, err)
	}
	invited, err := h.accounts.ImportUsers(ctx, viewer, lines, f.Get("key"))
	if fault.Is(err, fault.Conflict) {
		return h.renderPlan(c, http.StatusConflict, lines, h.FaultText(c, err))
	}
	if err != nil {
		return h.refuseUsers(c, err)
	}
	done := &usersDone{Edited: plan.Count(account.UserEdited), Hours: int(account.LinkLife.Hours())}
	var b strings.Builder
	w := table.NewCSVWriter(&b)
	_ = w.Row("login", "name", "link") // a strings.Builder takes everything
	for _, one := range invited {
		link := h.linkFor(c, one.User, one.Secret)
		done.Links = append(done.Links, *link)
		_ = w.Row(link.Login, link.Name, link.URL)
	}
	_ = w.Flush()
	done.CSV = b.String()
	return h.renderUsersImport(c, http.StatusOK, &usersImportPage{Done: done})
}

// sendLinks sends what the page has back as a file: the service itself does not know the links any more.
func (h *handlers) sendLinks(c *gin.Context, f frame.Form) error {
	return frame.SendText(c, "password-links.csv", f.Get("csv"))
}

// SampleUsers shows how a file is written.
const SampleUsers = "login,name,role,teams,language,extension,skills\n" +
	"wangmin,王敏,caller,回访一组,zh-CN,8001,\nlina,李娜,supervisor,回访一组;回访二组,,,\nzhaoqiang,赵强,handler,装维一班,,-,\n"

func (h *handlers) sampleUsers(c *gin.Context) error {
	return frame.SendText(c, "users-sample.csv", SampleUsers)
}

// refuseUsers shows the page with what is wrong with a file, line by line.
func (h *handlers) refuseUsers(c *gin.Context, cause error) error {
	f, unmendable := h.RefusedForm(c, frame.Form{}, cause)
	if unmendable != nil {
		return unmendable
	}
	p := &usersImportPage{Form: f}
	if flt, _ := fault.Of(cause); len(flt.Fields) > 0 && f.Errors["file"] == "" {
		p.Wrong = h.ProblemsInWords(c, flt.Fields, flt.Args)
	}
	return h.renderUsersImport(c, frame.StatusOf(cause), p)
}
