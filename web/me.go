package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

// mePage is the viewer's own account: password and sessions.
type mePage struct {
	page
	User     account.User
	Teams    []string
	Sessions []account.Session
	Form     form
}

func (*mePage) template() string { return "me" }

func (s *Server) meRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/me", roles: everyone(), handle: s.showMe},
		{method: http.MethodPost, path: "/me/password", roles: everyone(), handle: s.changeMyPassword},
		{method: http.MethodPost, path: "/me/sessions", roles: everyone(), handle: s.endMyOtherSessions},
	}
}

func meSamples() []view {
	return []view{
		&mePage{User: account.User{Login: "wang"}},
		&mePage{
			User: account.User{Login: "wang", Role: account.Caller}, Teams: []string{"A", "B"}, Sessions: []account.Session{{CreatedAt: 1, UserAgent: "x"}},
			Form: form{Errors: map[string]string{"password": "short"}, Error: "no"},
		},
	}
}

func (s *Server) showMe(c *gin.Context) error { return s.renderMe(c, http.StatusOK, form{}) }

func (s *Server) renderMe(c *gin.Context, status int, f form) error {
	ctx, v := c.Request.Context(), viewer(c)
	user, err := s.Accounts.User(ctx, v.UserID)
	if err != nil {
		return err
	}
	sessions, err := s.Accounts.Sessions(ctx, v.UserID)
	if err != nil {
		return err
	}
	names, err := s.Accounts.TeamNames(ctx, v.TeamIDs)
	if err != nil {
		return err
	}
	p := &mePage{page: s.page(c, "me.title"), User: user, Sessions: sessions, Form: f}
	for _, id := range v.TeamIDs {
		p.Teams = append(p.Teams, names[id])
	}
	return s.renderStatus(c, status, p)
}

func (s *Server) changeMyPassword(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	err = s.Accounts.ChangeOwnPassword(c.Request.Context(), viewer(c), s.sessionToken(c), f.Get("old_password"), f.Get("password"))
	if err == nil {
		return s.redirect(c, "/me", done("me.password_changed"))
	}
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return s.renderMe(c, statusOf(err), f)
}

func (s *Server) endMyOtherSessions(c *gin.Context) error {
	if err := s.Accounts.RevokeOtherSessions(c.Request.Context(), viewer(c), s.sessionToken(c)); err != nil {
		return err
	}
	return s.redirect(c, "/me", done("me.sessions_ended"))
}
