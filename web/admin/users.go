package admin

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/web/frame"
)

const usersPath = "/settings/users"

// usersPage lists the people who can log in and has the form for one more.
type usersPage struct {
	frame.Page
	Users []userRow
	Pager frame.Pager
	Form  frame.Form
	Roles []frame.Option
}

// userRow is a user with the names of their teams.
type userRow struct {
	account.User
	Teams string
}

func (*usersPage) Template() string { return "users" }

// passwordPage is the form for a new password of one user.
type passwordPage struct {
	frame.Page
	User account.User
	Form frame.Form
}

func (*passwordPage) Template() string { return "password" }

func (h *handlers) usersRoutes() []frame.Route {
	admin := []account.Role{account.Admin}
	return []frame.Route{
		{Method: http.MethodGet, Path: usersPath, Roles: admin, Handle: h.showUsers},
		{Method: http.MethodPost, Path: usersPath, Roles: admin, Handle: frame.Posted(h.addUser)},
		{Method: http.MethodPost, Path: usersPath + "/:id/disable", Roles: admin, Handle: frame.Numbered(h.disableUser)},
		{Method: http.MethodPost, Path: usersPath + "/:id/enable", Roles: admin, Handle: frame.Numbered(h.enableUser)},
		{Method: http.MethodGet, Path: usersPath + "/:id/password", Roles: admin, Handle: h.showPassword},
		{Method: http.MethodPost, Path: usersPath + "/:id/password", Roles: admin, Handle: frame.Numbered(h.setPassword)},
	}
}

func (h *handlers) showUsers(c *gin.Context) error {
	return h.renderUsers(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderUsers(c *gin.Context, status int, f frame.Form) error {
	users, err := h.accounts.Users(c.Request.Context(), frame.ListKey(c), frame.PageSize+1)
	if err != nil {
		return err
	}
	p := &usersPage{Form: f}
	users, p.Pager = frame.Paged(c, users, func(u account.User) string { return u.Login })
	if p.Users, err = h.userRows(c.Request.Context(), users); err != nil {
		return err
	}
	for _, role := range account.Roles() {
		p.Roles = append(p.Roles, frame.Option{Value: string(role), Label: h.T(c, "role."+string(role))})
	}
	p.Page = h.Page(c, "users.title")
	return h.RenderStatus(c, status, p)
}

func (h *handlers) userRows(ctx context.Context, users []account.User) ([]userRow, error) {
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	teams, err := h.accounts.TeamsOfUsers(ctx, ids)
	if err != nil {
		return nil, err
	}
	var teamIDs []int64
	for _, of := range teams {
		teamIDs = append(teamIDs, of...)
	}
	names, err := h.accounts.TeamNames(ctx, teamIDs)
	if err != nil {
		return nil, err
	}
	rows := make([]userRow, len(users))
	for i, u := range users {
		var of []string
		for _, id := range teams[u.ID] {
			of = append(of, names[id])
		}
		rows[i] = userRow{User: u, Teams: strings.Join(of, " · ")}
	}
	return rows, nil
}

func (h *handlers) addUser(c *gin.Context, f frame.Form) error {
	user, err := h.accounts.AddUser(c.Request.Context(), account.NewUser{
		Login: f.Get("login"), Name: f.Get("name"), Password: f.Get("password"),
		Role: account.Role(f.Get("role")), Teams: frame.SplitNames(f.Get("teams")),
	})
	if err == nil {
		return h.Redirect(c, usersPath, frame.Done("users.added", "name", user.Name))
	}
	return h.Again(c, f, err, h.renderUsers)
}

func (h *handlers) disableUser(c *gin.Context, id int64) error {
	if err := h.accounts.DisableUser(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, usersPath, frame.Done("users.disabled").Undo(usersPath+"/"+c.Param("id")+"/enable"))
}

func (h *handlers) enableUser(c *gin.Context, id int64) error {
	if err := h.accounts.EnableUser(c.Request.Context(), id); err != nil {
		return err
	}
	return h.Redirect(c, usersPath, frame.Done("users.enabled"))
}

func (h *handlers) showPassword(c *gin.Context) error {
	return h.renderPassword(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderPassword(c *gin.Context, status int, f frame.Form) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	user, err := h.accounts.User(c.Request.Context(), id)
	if err != nil {
		return err
	}
	p := &passwordPage{Page: h.Page(c, "password.title"), User: user, Form: f}
	p.Crumbs = []frame.Crumb{{Text: h.T(c, "users.title"), Href: usersPath}}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) setPassword(c *gin.Context, id int64) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = h.accounts.SetPassword(c.Request.Context(), id, f.Get("password"))
	if err == nil {
		return h.Redirect(c, usersPath, frame.Done("password.done"))
	}
	return h.Again(c, f, err, h.renderPassword)
}
