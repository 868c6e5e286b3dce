package admin

import (
	"net/http"
	"net/url"

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
	Phone    frame.Form // the extension
	Phrases  bool       // the viewer may have canned phrases
}

func (*mePage) Template() string { return "me" }

func (h *handlers) meRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/me", Roles: frame.Everyone(), Handle: h.showMe},
		{Method: http.MethodPost, Path: "/me/extension", Roles: frame.Everyone(), Handle: frame.Posted(h.changeMyExtension)},
		{Method: http.MethodPost, Path: "/me/password", Roles: frame.Everyone(), Handle: frame.Posted(h.changeMyPassword)},
		{Method: http.MethodPost, Path: "/me/sessions", Roles: frame.Everyone(), Handle: h.endMyOtherSessions},
	}
}

func (h *handlers) showMe(c *gin.Context) error { return h.renderMe(c, http.StatusOK, mePage{}) }

// renderMe shows the viewer's account with the form that came back refused.
func (h *handlers) renderMe(c *gin.Context, status int, p mePage) error {
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
	p.Page, p.User, p.Sessions, p.Phrases = h.Page(c, "me.title"), user, sessions, h.Reachable(v, "/phrases")
	if p.Phone.Values == nil {
		p.Phone = frame.Form{Values: url.Values{"extension": {user.Extension}}}
	}
	for _, id := range v.TeamIDs {
		p.Teams = append(p.Teams, names[id])
	}
	return h.RenderStatus(c, status, &p)
}

// changeMyExtension keeps which telephone rings when the desk dials.
func (h *handlers) changeMyExtension(c *gin.Context, f frame.Form) error {
	err := h.accounts.SetExtension(c.Request.Context(), frame.Viewer(c), f.Get("extension"))
	if err == nil {
		return h.Redirect(c, "/me", frame.Done("flash.saved"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderMe(c, status, mePage{Phone: f})
	})
}

func (h *handlers) changeMyPassword(c *gin.Context, f frame.Form) error {
	err := h.accounts.ChangeOwnPassword(c.Request.Context(), frame.Viewer(c), h.SessionToken(c), f.Get("old_password"), f.Get("password"))
	if err == nil {
		return h.Redirect(c, "/me", frame.Done("me.password_changed"))
	}
	return h.Again(c, f, err, func(c *gin.Context, status int, f frame.Form) error {
		return h.renderMe(c, status, mePage{Form: f})
	})
}

func (h *handlers) endMyOtherSessions(c *gin.Context) error {
	if err := h.accounts.RevokeOtherSessions(c.Request.Context(), frame.Viewer(c), h.SessionToken(c)); err != nil {
		return err
	}
	return h.Redirect(c, "/me", frame.Done("me.sessions_ended"))
}
