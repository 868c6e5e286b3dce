package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

type loginPage struct {
	frame.Page
	Form frame.Form
	Next string // where to go afterwards
}

func (*loginPage) Template() string { return "login" }

func (h *handlers) loginRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: frame.LoginPath, Public: true, Handle: h.showLogin},
		{Method: http.MethodPost, Path: frame.LoginPath, Public: true, Body: 16 << 10, Handle: frame.Posted(h.login)},
		{Method: http.MethodPost, Path: "/logout", Public: true, Handle: h.logout},
	}
}

func (h *handlers) showLogin(c *gin.Context) error {
	next := frame.LocalPath(c.Query("next"))
	if frame.Viewer(c).Role != "" {
		return h.Redirect(c, next)
	}
	return h.Render(c, &loginPage{Page: h.BarePage(c, "login.title"), Next: next})
}

// login begins a new session, whatever session the browser had before: a token never survives a login.
func (h *handlers) login(c *gin.Context, f frame.Form) error {
	ctx := c.Request.Context()
	entry, err := h.accounts.Login(ctx, account.Attempt{
		Login: f.Get("login"), Password: f.Get("password"), IP: c.ClientIP(), UserAgent: c.Request.UserAgent(),
		Devices: frame.Cookie(c, h.DeviceCookie()),
	})
	if err != nil {
		return h.refuseLogin(c, f, err)
	}
	if old := h.SessionToken(c); old != "" {
		if err := h.accounts.Logout(ctx, old); err != nil {
			return err
		}
	}
	h.SetCookie(c, h.SessionCookie(), entry.Session, account.SessionLife)
	h.SetCookie(c, h.DeviceCookie(), entry.Devices, account.DeviceLife)
	return h.Redirect(c, frame.LocalPath(f.Get("next")))
}

func (h *handlers) refuseLogin(c *gin.Context, f frame.Form, err error) error {
	f, unmendable := h.RefusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	status := frame.StatusOf(err)
	if fault.Is(err, fault.Unauthenticated) {
		status = http.StatusUnprocessableEntity // 401 asks browsers for another way to log in
	}
	return h.RenderStatus(c, status, &loginPage{Page: h.BarePage(c, "login.title"), Form: f, Next: frame.LocalPath(f.Get("next"))})
}

func (h *handlers) logout(c *gin.Context) error {
	if token := h.SessionToken(c); token != "" {
		if err := h.accounts.Logout(c.Request.Context(), token); err != nil {
			return err
		}
	}
	h.ClearCookie(c, h.SessionCookie())
	return h.Redirect(c, frame.LoginPath, frame.Done("login.logged_out"))
}
