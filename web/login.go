package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

const loginPath = "/login"

type loginPage struct {
	page
	Form form
	Next string // where to go afterwards
}

func (*loginPage) template() string { return "login" }

func (s *Server) loginRoutes() []route {
	return []route{
		{method: http.MethodGet, path: loginPath, public: true, handle: s.showLogin},
		{method: http.MethodPost, path: loginPath, public: true, body: 16 << 10, handle: s.login},
		{method: http.MethodPost, path: "/logout", public: true, handle: s.logout},
	}
}

func loginSamples() []view {
	return []view{
		&loginPage{page: page{Bare: true}},
		&loginPage{page: page{Bare: true}, Form: form{Error: "wrong"}, Next: "/jobs"},
	}
}

func (s *Server) showLogin(c *gin.Context) error {
	next := localPath(c.Query("next"))
	if viewer(c).Role != "" {
		return s.redirect(c, next)
	}
	return s.render(c, &loginPage{page: s.barePage(c, "login.title"), Next: next})
}

// login begins a new session, whatever session the browser had before: a token never survives a login.
func (s *Server) login(c *gin.Context) error {
	f, err := formOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	entry, err := s.Accounts.Login(ctx, account.Attempt{
		Login: f.Get("login"), Password: f.Get("password"), IP: c.ClientIP(), UserAgent: c.Request.UserAgent(),
		Devices: cookie(c, s.deviceCookie()),
	})
	if err != nil {
		return s.refuseLogin(c, f, err)
	}
	if old := s.sessionToken(c); old != "" {
		if err := s.Accounts.Logout(ctx, old); err != nil {
			return err
		}
	}
	s.setCookie(c, s.sessionCookie(), entry.Session, account.SessionLife)
	s.setCookie(c, s.deviceCookie(), entry.Devices, account.DeviceLife)
	return s.redirect(c, localPath(f.Get("next")))
}

func (s *Server) refuseLogin(c *gin.Context, f form, err error) error {
	f, unmendable := s.refusedForm(c, f, err)
	if unmendable != nil {
		return unmendable
	}
	status := statusOf(err)
	if fault.Is(err, fault.Unauthenticated) {
		status = http.StatusUnprocessableEntity // 401 asks browsers for another way to log in
	}
	return s.renderStatus(c, status, &loginPage{page: s.barePage(c, "login.title"), Form: f, Next: localPath(f.Get("next"))})
}

func (s *Server) logout(c *gin.Context) error {
	if token := s.sessionToken(c); token != "" {
		if err := s.Accounts.Logout(c.Request.Context(), token); err != nil {
			return err
		}
	}
	s.clearCookie(c, s.sessionCookie())
	return s.redirect(c, loginPath, done("login.logged_out"))
}
