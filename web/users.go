package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

const usersPath = "/settings/users"

// usersPage lists the people who can log in and has the form for one more.
type usersPage struct {
	page
	Users []userRow
	Pager pager
	Form  form
	Roles []option
}

// userRow is a user with the names of their teams.
type userRow struct {
	account.User
	Teams string
}

func (*usersPage) template() string { return "users" }

// passwordPage is the form for a new password of one user.
type passwordPage struct {
	page
	User account.User
	Form form
}

func (*passwordPage) template() string { return "password" }

func (s *Server) usersRoutes() []route {
	admin := []account.Role{account.Admin}
	return []route{
		{method: http.MethodGet, path: usersPath, roles: admin, handle: s.showUsers},
		{method: http.MethodPost, path: usersPath, roles: admin, handle: s.addUser},
		{method: http.MethodPost, path: usersPath + "/:id/disable", roles: admin, handle: s.disableUser},
		{method: http.MethodPost, path: usersPath + "/:id/enable", roles: admin, handle: s.enableUser},
		{method: http.MethodGet, path: usersPath + "/:id/password", roles: admin, handle: s.showPassword},
		{method: http.MethodPost, path: usersPath + "/:id/password", roles: admin, handle: s.setPassword},
	}
}

func usersSamples() []view {
	rows := []userRow{
		{User: account.User{ID: 1, Login: "wang", Name: "Wang Min", Role: account.Caller}, Teams: "A"},
		{User: account.User{ID: 2, Login: "li", Role: account.Admin, DisabledAt: 1}},
	}
	wrong := form{Errors: map[string]string{"login": "is taken", "password": "is short"}, Error: "wrong"}
	return []view{
		&usersPage{},
		&usersPage{Users: rows, Pager: pager{Older: "/x", Newer: "/y", Newest: "/z"}, Form: wrong, Roles: []option{{Value: "admin", Label: "Admin"}}},
		&passwordPage{User: rows[0].User, Form: wrong},
	}
}

func (s *Server) showUsers(c *gin.Context) error { return s.renderUsers(c, http.StatusOK, form{}) }

func (s *Server) renderUsers(c *gin.Context, status int, f form) error {
	users, err := s.Accounts.Users(c.Request.Context(), listKey(c), pageSize+1)
	if err != nil {
		return err
	}
	p := &usersPage{Form: f}
	users, p.Pager = paged(c, users, func(u account.User) string { return u.Login })
	if p.Users, err = s.userRows(c.Request.Context(), users); err != nil {
		return err
	}
	for _, role := range account.Roles() {
		p.Roles = append(p.Roles, option{Value: string(role), Label: s.t(c, "role."+string(role))})
	}
	p.page = s.page(c, "users.title")
	return s.renderStatus(c, status, p)
}

func (s *Server) userRows(ctx context.Context, users []account.User) ([]userRow, error) {
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	teams, err := s.Accounts.TeamsOfUsers(ctx, ids)
	if err != nil {
		return nil, err
	}
	var teamIDs []int64
	for _, of := range teams {
		teamIDs = append(teamIDs, of...)
	}
	names, err := s.Accounts.TeamNames(ctx, teamIDs)
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

func (s *Server) addUser(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	user, err := s.Accounts.AddUser(c.Request.Context(), account.NewUser{
		Login: f.Get("login"), Name: f.Get("name"), Password: f.Get("password"), Role: account.Role(f.Get("role")), Teams: splitNames(f.Get("teams")),
	})
	if err == nil {
		return s.redirect(c, usersPath, done("users.added", "name", user.Name))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderUsers(c, statusOf(err), f)
}

// splitNames splits a list typed with Western or Chinese commas.
func splitNames(list string) []string {
	var names []string
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",;，、；", r) }) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (s *Server) disableUser(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Accounts.DisableUser(c.Request.Context(), id); err != nil {
		return err
	}
	return s.redirect(c, usersPath, done("users.disabled").undo(usersPath+"/"+c.Param("id")+"/enable"))
}

func (s *Server) enableUser(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	if err := s.Accounts.EnableUser(c.Request.Context(), id); err != nil {
		return err
	}
	return s.redirect(c, usersPath, done("users.enabled"))
}

func (s *Server) showPassword(c *gin.Context) error {
	return s.renderPassword(c, http.StatusOK, form{})
}

func (s *Server) renderPassword(c *gin.Context, status int, f form) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	user, err := s.Accounts.User(c.Request.Context(), id)
	if err != nil {
		return err
	}
	p := &passwordPage{page: s.page(c, "password.title"), User: user, Form: f}
	p.Crumbs = []crumb{{Text: s.t(c, "users.title"), Href: usersPath}}
	return s.renderStatus(c, status, p)
}

func (s *Server) setPassword(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	err = s.Accounts.SetPassword(c.Request.Context(), id, f.Get("password"))
	if err == nil {
		return s.redirect(c, usersPath, done("password.done"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderPassword(c, statusOf(err), f)
}
