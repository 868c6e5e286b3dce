package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/web/frame"
)

// mePage is the viewer's own account: password and sessions.
type mePage struct {
	frame.Page
	User     account.User
	Teams    []string
	Sessions []account.Session
	Form     frame.Form
}

func (*mePage) Template() string { return "me" }

func (h *handlers) meRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/me", Roles: frame.Everyone(), Handle: h.showMe},
		{Method: http.MethodPost, Path: "/me/password", Roles: frame.Everyone(), Handle: h.changeMyPassword},
		{Method: http.MethodPost, Path: "/me/sessions", Roles: frame.Everyone(), Handle: h.endMyOtherSessions},
	}
}

func (h *handlers) showMe(c *gin.Context) error { return h.renderMe(c, http.StatusOK, frame.Form{}) }

func (h *handlers) renderMe(c *gin.Context, status int, f frame.Form) error {
	ctx, v := c.Request.Context(), frame.Viewer(c)
	user, err := h.accounts.User(ctx, v.UserID)
	if err != nil {
		return err
	}
	sessions, err := h.accounts.Sessions(ctx, v.UserID)
	if err != nil {
		return err
	}
	names, err := h.accounts.TeamNames(ctx, v.TeamIDs)
	if err != nil {
		return err
	}
	p := &mePage{Page: h.Page(c, "me.title"), User: user, Sessions: sessions, Form: f}
	for _, id := range v.TeamIDs {
		p.Teams = append(p.Teams, names[id])
	}
	return h.RenderStatus(c, status, p)
}

func (h *handlers) changeMyPassword(c *gin.Context) error {
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	err = h.accounts.ChangeOwnPassword(c.Request.Context(), frame.Viewer(c), h.SessionToken(c), f.Get("old_password"), f.Get("password"))
	if err == nil {
		return h.Redirect(c, "/me", frame.Done("me.password_changed"))
	}
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	return h.renderMe(c, frame.StatusOf(err), f)
}

func (h *handlers) endMyOtherSessions(c *gin.Context) error {
	if err := h.accounts.RevokeOtherSessions(c.Request.Context(), frame.Viewer(c), h.SessionToken(c)); err != nil {
		return err
	}
	return h.Redirect(c, "/me", frame.Done("me.sessions_ended"))
}
