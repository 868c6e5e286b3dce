package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// setPasswordPage is the form for whoever comes with a link; without a login the link is over.
type setPasswordPage struct {
	frame.Page
	Login string
	Form  frame.Form
}

func (*setPasswordPage) Template() string { return "set-password" }

func (h *handlers) setPasswordRoutes() []frame.Route {
	path := frame.SetPasswordPath + "/:token"
	return []frame.Route{
		{Method: http.MethodGet, Path: path, Public: true, Handle: h.showSetPassword},
		{Method: http.MethodPost, Path: path, Public: true, Body: 16 << 10, Handle: frame.Posted(h.setPasswordByLink)},
	}
}

func (h *handlers) showSetPassword(c *gin.Context) error {
	return h.renderSetPassword(c, http.StatusOK, frame.Form{})
}

func (h *handlers) renderSetPassword(c *gin.Context, status int, f frame.Form) error {
	user, err := h.accounts.UserByLink(c.Request.Context(), c.Param("token"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		status = http.StatusNotFound
	}
	return h.RenderStatus(c, status, &setPasswordPage{Page: h.BarePage(c, "password.set_own"), Login: user.Login, Form: f})
}

func (h *handlers) setPasswordByLink(c *gin.Context, f frame.Form) error {
	from := account.Viewer{}.Through(account.ByPage, c.ClientIP())
	_, err := h.accounts.SetPasswordByLink(c.Request.Context(), from, c.Param("token"), f.Get("password"))
	switch {
	case err == nil:
		return h.Redirect(c, frame.LoginPath, frame.Done("password.set_done"))
	case fault.Is(err, fault.NotFound):
		return h.renderSetPassword(c, http.StatusNotFound, frame.Form{})
	}
	return h.Again(c, f, err, h.renderSetPassword)
}
