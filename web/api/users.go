package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// userView is a user as another system reads them.
type userView struct {
	ID          int64         `json:"id"`
	Login       string        `json:"login"`
	Name        string        `json:"name"`
	Role        string        `json:"role" enum:"admin,supervisor,caller,marketing,handler"`
	Teams       []string      `json:"teams" doc:"By name; none means all teams."`
	Language    string        `json:"language" doc:"zh-CN or en; empty for the centre's."`
	Extension   string        `json:"extension" doc:"Of their own telephone at the PBX; empty for none."`
	Skills      []string      `json:"skills" doc:"By name."`
	State       string        `json:"state" enum:"active,invited,off" doc:"invited: has set no password yet; off: disabled."`
	LastLoginAt clock.Instant `json:"last_login_at,omitzero"`
	CreatedAt   clock.Instant `json:"created_at"`

	PasswordLink string `json:"password_link,omitempty" doc:"By which they set their password, once, within 72 hours. It is shown once."`
}

// userList is a part of the users, by login.
type userList struct {
	Users []userView `json:"users"`
	Next  string     `json:"next,omitempty" doc:"What to ask for next, as after; absent at the end."`
}

// userInput is what can be said of a user. What is absent stays as it is.
type userInput struct {
	Login     string    `json:"login" doc:"By which they log in, and are known here; required. It never changes."`
	Name      *string   `json:"name,omitempty" doc:"The login when absent of a new user."`
	Role      *string   `json:"role,omitempty" enum:"supervisor,caller,marketing,handler" doc:"Caller when absent of a new user."`
	Teams     *[]string `json:"teams,omitempty" doc:"By name, all of them; unknown ones are made. [] means all teams."`
	Language  *string   `json:"language,omitempty" doc:"zh-CN or en; \"\" for the centre's."`
	Extension *string   `json:"extension,omitempty" doc:"\"\" for none."`
	Skills    *[]string `json:"skills,omitempty" doc:"By name, all of them; there must be such skills."`
}

// mostUsers is how many users one answer lists.
const mostUsers = 200

var errUsersScope = fault.New(fault.Forbidden, "users_scope", "this API token needs the scope users:manage")

// managing is a handler for tokens that may manage users.
func (a *API) managing(handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if !frame.Viewer(c).May(account.ManageUsers) {
			return errUsersScope
		}
		return handle(c)
	}
}

// onUser is managing for a user by id, whom the answer shows as they are afterwards.
func (a *API) onUser(do func(c *gin.Context, u account.Managed) error) func(*gin.Context) error {
	return a.managing(func(c *gin.Context) error {
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		user, err := a.accounts.UserFor(c.Request.Context(), frame.Viewer(c), id)
		if err != nil {
			return err
		}
		if err := do(c, user); err != nil {
			return err
		}
		return a.answerUser(c, http.StatusOK, id, "")
	})
}

func (a *API) answerUser(c *gin.Context, status int, id int64, link string) error {
	user, err := a.accounts.UserFor(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	views, err := a.userViews(c, []account.Managed{user})
	if err != nil {
		return err
	}
	views[0].PasswordLink = link
	c.JSON(status, views[0])
	return nil
}

func (a *API) userViews(c *gin.Context, users []account.Managed) ([]userView, error) {
	var teamIDs []int64
	for _, u := range users {
		teamIDs = append(teamIDs, u.TeamIDs...)
	}
	teams, err := a.accounts.TeamNames(c.Request.Context(), teamIDs)
	if err != nil {
		return nil, err
	}
	skills, err := a.accounts.SkillNames(c.Request.Context())
	if err != nil {
		return nil, err
	}
	named := func(names map[int64]string, ids []int64) []string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = names[id]
		}
		slices.Sort(list)
		return list
	}
	views := make([]userView, len(users))
	for i, u := range users {
		views[i] = userView{
			ID: u.ID, Login: u.Login, Name: u.Name, Role: string(u.Role), Teams: named(teams, u.TeamIDs), Language: u.Language,
			Extension: u.Extension, Skills: named(skills, u.SkillIDs), State: string(u.State()), LastLoginAt: u.LastLoginAt,
			CreatedAt: u.CreatedAt,
		}
	}
	return views, nil
}

func (a *API) listUsers(c *gin.Context) error {
	limit, err := queryNumber(c, "limit", mostUsers)
	if err != nil {
		return err
	}
	n := int(max(1, min(limit, mostUsers)))
	filter := account.UserFilter{Role: account.Role(c.Query("role")), State: account.UserState(c.Query("state"))}
	users, err := a.accounts.ListUsers(c.Request.Context(), frame.Viewer(c), filter, c.Query("after"), n+1)
	if err != nil {
		return err
	}
	var list userList
	if len(users) > n {
		users = users[:n]
		list.Next = users[n-1].Login
	}
	if list.Users, err = a.userViews(c, users); err != nil {
		return err
	}
	c.JSON(http.StatusOK, list)
	return nil
}

// edited is what an input makes of a user.
func (a *API) edited(c *gin.Context, e account.UserEdit, in userInput) (account.UserEdit, error) {
	set := func(to, value *string) {
		if value != nil {
			*to = *value
		}
	}
	set(&e.Name, in.Name)
	set((*string)(&e.Role), in.Role)
	set(&e.Language, in.Language)
	set(&e.Extension, in.Extension)
	if in.Teams != nil {
		e.Teams = *in.Teams
	}
	if in.Skills == nil {
		return e, nil
	}
	names, err := a.accounts.SkillNames(c.Request.Context())
	if err != nil {
		return e, err
	}
	ids := make(map[string]int64, len(names))
	for id, name := range names {
		ids[name] = id
	}
	var wrong fault.Problems
	e.SkillIDs = nil
	for _, name := range *in.Skills {
		if ids[name] == 0 {
			wrong.Refuse("skills", "skill_no_such", "is no skill of this centre", fault.Shorten(name, 60))
		}
		e.SkillIDs = append(e.SkillIDs, ids[name])
	}
	if len(wrong) > 0 {
		return e, fault.InvalidFields(wrong...)
	}
	return e, nil
}

// takeUser adds the user that a body names by login, or makes who is there what it says.
func (a *API) takeUser(c *gin.Context) error {
	if _, refusal := bodyKind(c, oneJSON); refusal != nil {
		return frame.ProblemJSON(c, *refusal)
	}
	in, err := readOne[userInput](c)
	if err != nil {
		return err
	}
	ctx, viewer := c.Request.Context(), frame.Viewer(c)
	user, known, err := a.accounts.UserByLogin(ctx, viewer, in.Login)
	if err != nil {
		return err
	}
	was := account.UserEdit{Role: account.Caller}
	if known {
		if was, err = a.asEdit(c, user); err != nil {
			return err
		}
	}
	e, err := a.edited(c, was, in)
	if err != nil {
		return err
	}
	if known {
		if err := a.accounts.EditUser(ctx, viewer, user.ID, e); err != nil {
			return err
		}
		return a.answerUser(c, http.StatusOK, user.ID, "")
	}
	added, secret, err := a.accounts.Invite(ctx, viewer, account.NewUser{
		Login: in.Login, Name: e.Name, Role: e.Role, Teams: e.Teams, Language: e.Language, Extension: e.Extension, SkillIDs: e.SkillIDs,
	})
	if err != nil {
		return err
	}
	c.Header("Location", Base+"/users/"+strconv.FormatInt(added.ID, 10))
	return a.answerUser(c, http.StatusCreated, added.ID, a.passwordLink(c, secret))
}

// asEdit is what a user is, as an edit would have it.
func (a *API) asEdit(c *gin.Context, u account.Managed) (account.UserEdit, error) {
	teams, err := a.accounts.TeamNames(c.Request.Context(), u.TeamIDs)
	e := account.UserEdit{
		Name: u.Name, Role: u.Role, Language: u.Language, Extension: u.Extension, SkillIDs: u.SkillIDs, Revision: u.Revision,
	}
	for _, id := range u.TeamIDs {
		e.Teams = append(e.Teams, teams[id])
	}
	return e, err
}

func (a *API) passwordLink(c *gin.Context, secret string) string {
	origin := url.URL{Scheme: "http", Host: c.Request.Host}
	if a.Origin != nil {
		origin = *a.Origin
	}
	return origin.JoinPath(frame.SetPasswordPath, secret).String()
}

func (a *API) disableUser(c *gin.Context, u account.Managed) error {
	return a.accounts.DisableUser(c.Request.Context(), u.ID)
}

func (a *API) enableUser(c *gin.Context, u account.Managed) error {
	return a.accounts.EnableUser(c.Request.Context(), u.ID)
}

func (a *API) linkUser(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	secret, err := a.accounts.LinkPassword(c.Request.Context(), frame.Viewer(c), id)
	if err != nil {
		return err
	}
	return a.answerUser(c, http.StatusOK, id, a.passwordLink(c, secret))
}
