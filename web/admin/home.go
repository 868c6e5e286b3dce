package admin

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/web/frame"
)

func (h *handlers) homeRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/", Roles: frame.Everyone(), Handle: h.home},
		{Method: http.MethodPost, Path: "/language", Public: true, Handle: h.chooseLanguage},
		{Method: http.MethodPost, Path: "/theme", Public: true, Handle: h.chooseTheme},
	}
}

func (h *handlers) home(c *gin.Context) error {
	c.Redirect(http.StatusSeeOther, h.Landing(frame.Viewer(c)))
	return nil
}

// chooseLanguage keeps the language in this browser and, for those who are logged in, with the user.
func (h *handlers) chooseLanguage(c *gin.Context) error {
	chosen := c.PostForm("language")
	if !slices.Contains(account.Languages(), chosen) {
		return fault.InvalidFields(fault.Field{Name: "language", Code: "unknown_value", Problem: "must be zh-CN or en", Value: chosen})
	}
	h.SetCookie(c, frame.LanguageCookie, chosen, frame.ChoiceLife)
	if v := frame.Viewer(c); v.UserID != 0 {
		if err := h.accounts.SetLanguage(c.Request.Context(), v, chosen); err != nil {
			return err
		}
	}
	return h.Redirect(c, frame.LocalPath(c.PostForm("back")))
}

// chooseTheme keeps light or dark in this browser; anything else follows the system again.
func (h *handlers) chooseTheme(c *gin.Context) error {
	switch chosen := c.PostForm("theme"); chosen {
	case "light", "dark":
		h.SetCookie(c, frame.ThemeCookie, chosen, frame.ChoiceLife)
	default:
		h.ClearCookie(c, frame.ThemeCookie)
	}
	return h.Redirect(c, frame.LocalPath(c.PostForm("back")))
}
