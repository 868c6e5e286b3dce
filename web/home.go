package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

// Cookies that keep a choice of the browser.
const (
	languageCookie = "language"
	themeCookie    = "theme"

	choiceLife = 365 * 24 * time.Hour
)

func (s *Server) homeRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/", roles: everyone(), handle: s.home},
		{method: http.MethodGet, path: "/favicon.ico", public: true, handle: s.favicon},
		{method: http.MethodGet, path: "/static/:version/*file", public: true, handle: s.staticFile},
		{method: http.MethodPost, path: "/language", public: true, handle: s.chooseLanguage},
		{method: http.MethodPost, path: "/theme", public: true, handle: s.chooseTheme},
	}
}

func shellSamples() []view {
	return []view{
		&errorPage{Status: 422, Text: "text", Fields: []fieldProblem{{Line: 3, Name: "phone", Problem: "is too short", Value: "1"}}},
		&errorPage{page: page{Bare: true}, Status: 404, Text: "text"},
		&errorPage{Status: 503, Text: "text", Again: &again{
			Action: "/jobs", Post: true, Fields: []againField{{"a", "b", false}, {"c", "d", true}},
		}},
		&errorPage{Status: 503, Text: "text", Again: &again{Action: "/jobs"}},
		&errorPage{Status: 503, Text: "text", Again: &again{Back: "/imports"}},
	}
}

func (s *Server) home(c *gin.Context) error {
	c.Redirect(http.StatusSeeOther, s.landing(viewer(c)))
	return nil
}

func (s *Server) favicon(c *gin.Context) error {
	c.Redirect(http.StatusMovedPermanently, s.assets.prefix+"mark.svg")
	return nil
}

// chooseLanguage keeps the language in this browser and, for those who are logged in, with the user.
func (s *Server) chooseLanguage(c *gin.Context) error {
	chosen := c.PostForm("language")
	if !slices.Contains(account.Languages(), chosen) {
		return fault.InvalidFields(fault.Field{Name: "language", Code: "unknown_value", Problem: "must be zh-CN or en", Value: chosen})
	}
	s.setCookie(c, languageCookie, chosen, choiceLife)
	if v := viewer(c); v.UserID != 0 {
		if err := s.Accounts.SetLanguage(c.Request.Context(), v, chosen); err != nil {
			return err
		}
	}
	return s.redirect(c, localPath(c.PostForm("back")))
}

// chooseTheme keeps light or dark in this browser; anything else follows the system again.
func (s *Server) chooseTheme(c *gin.Context) error {
	switch chosen := c.PostForm("theme"); chosen {
	case "light", "dark":
		s.setCookie(c, themeCookie, chosen, choiceLife)
	default:
		s.clearCookie(c, themeCookie)
	}
	return s.redirect(c, localPath(c.PostForm("back")))
}
