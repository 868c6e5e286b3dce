package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/web/frame"
)

const usersPath = "/settings/users"

// usersPage lists the people who can log in and has the form for one more.
type usersPage struct {
	frame.Page
	Users    []userRow
	Pager    frame.Pager
	Filter   account.UserFilter
	Narrowed bool
	More     bool // a search found more than are shown
	Roles    []frame.Option
	Teams    []frame.Option
	States   []frame.Option
	Add      userFields
	Import   bool     // the viewer may import users
	Link     *onceFor // of the user who was added just now
}

// userRow is a user with the names of their teams and skills.
type userRow struct {
	account.Managed
	Teams, Skills string
}

// onceFor is a link that is shown this once, and whom it is for.
type onceFor struct {
	Name, Login, URL string
	Hours            int
}

func (*usersPage) Template() string { return "users" }

func (h *handlers) usersRoutes() []frame.Route {
	managers := []account.Role{account.Supervisor}
	one := usersPath + "/:id"
	return []frame.Route{
		{Method: http.MethodGet, Path: usersPath, Roles: managers, Handle: h.showUsers},
		{Method: http.MethodPost, Path: usersPath, Roles: managers, Handle: frame.Posted(h.addUser)},
		{Method: http.MethodPost, Path: usersPath + "/search", Roles: managers, Handle: frame.Posted(h.searchUsers)},
		{Method: http.MethodGet, Path: one, Roles: managers, Handle: h.showUser},
		{Method: http.MethodPost, Path: one, Roles: managers, Handle: frame.Numbered(h.editUser)},
		{Method: http.MethodGet, Path: one + "/disable", Roles: managers, Handle: frame.Numbered(h.askToDisable)},
		{Method: http.MethodPost, Path: one + "/disable", Roles: managers, Handle: frame.Numbered(h.disableUser)},
		{Method: http.MethodPost, Path: one + "/enable", Roles: managers, Handle: frame.Numbered(h.enableUser)},
		{Method: http.MethodPost, Path: one + "/link", Roles: managers, Handle: frame.Numbered(h.linkPassword)},
		{Method: http.MethodGet, Path: one + "/password", Roles: managers, Handle: h.showPassword},
		{Method: http.MethodPost, Path: one + "/password", Roles: managers, Handle: frame.Numbered(h.setPassword)},
	}
}

func (h *handlers) showUsers(c *gin.Context) error {
	return h.renderUsers(c, http.StatusOK, usersPage{})
}

// renderUsers shows the list that the address is about, or what was searched for.
func (h *handlers) renderUsers(c *gin.Context, status int, p usersPage) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	searched := p.Filter.Text
	p.Filter = account.UserFilter{Role: account.Role(c.Query("role")), State: account.UserState(c.Query("state")), Text: searched}
	p.Filter.TeamID, _ = strconv.ParseInt(c.Query("team"), 10, 64) // anything else means all teams
	after := frame.ListKey(c)
	if searched != "" {
		after = ""
	}
	users, err := h.accounts.ListUsers(ctx, viewer, p.Filter, after, frame.PageSize+1)
	if err != nil {
		return err
	}
	if searched != "" {
		p.More = len(users) > frame.PageSize
		users = users[:min(len(users), frame.PageSize)]
	} else {
		users, p.Pager = frame.Paged(c, users, func(u account.Managed) string { return u.Login })
	}
	if p.Users, err = h.userRows(ctx, users); err != nil {
		return err
	}
	teams, err := h.accounts.TeamsToGive(ctx, viewer)
	if err != nil {
		return err
	}
	p.Narrowed = p.Filter != account.UserFilter{}
	p.Roles = frame.FilterOptions(h.Site, c, "users.any_role", "role.", viewer.GivesRoles())
	p.States = frame.FilterOptions(h.Site, c, "users.any_state", "users.state_", account.UserStates())
	p.Teams = []frame.Option{{Label: h.T(c, "users.any_team")}}
	for _, team := range teams {
		p.Teams = append(p.Teams, frame.Option{Value: strconv.FormatInt(team.ID, 10), Label: team.Name})
	}
	if err := h.fillFields(c, &p.Add, teams); err != nil {
		return err
	}
	p.Import = h.Reachable(viewer, usersPath+"/import")
	p.Page = h.Page(c, "users.title").About("user", 0)
	return h.RenderStatus(c, status, &p)
}

func (h *handlers) userRows(ctx context.Context, users []account.Managed) ([]userRow, error) {
	var teamIDs []int64
	for _, u := range users {
		teamIDs = append(teamIDs, u.TeamIDs...)
	}
	teams, err := h.accounts.TeamNames(ctx, teamIDs)
	if err != nil {
		return nil, err
	}
	skills, err := h.accounts.SkillNames(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]userRow, len(users))
	for i, u := range users {
		rows[i] = userRow{Managed: u, Teams: namesOf(teams, u.TeamIDs), Skills: namesOf(skills, u.SkillIDs)}
	}
	return rows, nil
}

// namesOf joins the names of ids, by name.
func namesOf(names map[int64]string, ids []int64) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = names[id]
	}
	slices.Sort(list)
	return strings.Join(list, " · ")
}

// searchUsers lists the users of whom a part of the name or the login was typed. A name stands in no address of a page.
func (h *handlers) searchUsers(c *gin.Context, f frame.Form) error {
	text := strings.TrimSpace(f.Get("text"))
	if text == "" {
		return h.Redirect(c, usersPath)
	}
	return h.renderUsers(c, http.StatusOK, usersPage{Filter: account.UserFilter{Text: text}})
}

// addUser adds a user with the password that was typed or, without one, with a link, which is in this answer and nowhere else.
func (h *handlers) addUser(c *gin.Context, f frame.Form) error {
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	e, unsure, err := h.typedUser(c, f, account.User{})
	if err != nil {
		return h.refuseUser(c, f, err)
	}
	if unsure.Any() {
		return h.renderUsers(c, http.StatusConflict, usersPage{Add: userFields{Form: f, Unsure: unsure}})
	}
	n := account.NewUser{
		Login: f.Get("login"), Name: e.Name, Password: f.Get("password"), Role: e.Role, Teams: e.Teams, Language: e.Language,
		Extension: e.Extension, SkillIDs: e.SkillIDs,
	}
	if n.Password == "" {
		user, secret, err := h.accounts.Invite(ctx, viewer, n)
		if err != nil {
			return h.refuseUser(c, f, err)
		}
		return h.renderUsers(c, http.StatusCreated, usersPage{Link: h.linkFor(c, user, secret)})
	}
	user, err := h.accounts.AddUser(ctx, n)
	if err != nil {
		return h.refuseUser(c, f, err)
	}
	return h.Redirect(c, usersPath, frame.Done("users.added", "name", user.Name))
}

func (h *handlers) refuseUser(c *gin.Context, f frame.Form, err error) error {
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderUsers(c, status, usersPage{Add: userFields{Form: f}})
	})
}

// linkFor is the link by which a user sets their password.
func (h *handlers) linkFor(c *gin.Context, user account.User, secret string) *onceFor {
	return &onceFor{Name: user.Name, Login: user.Login, URL: h.passwordURL(c, secret), Hours: int(account.LinkLife.Hours())}
}

func (h *handlers) passwordURL(c *gin.Context, secret string) string {
	origin := url.URL{Scheme: "http", Host: c.Request.Host}
	if h.Origin != nil {
		origin = *h.Origin
	}
	return origin.JoinPath(frame.SetPasswordPath, secret).String()
}
