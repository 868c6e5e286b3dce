package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// page is what every page has: the frame around it. Page structs embed it and get it from Server.page.
type page struct {
	Title     string
	Crumbs    []crumb // above the page; the title follows by itself
	Lang      string
	Theme     string // "light", "dark", or "" for the system's
	Path      string // with the query; where the language and theme switches come back to
	Viewer    account.Viewer
	Centre    string
	Rail      []railItem
	Search    bool          // the viewer may search contacts
	Query     string        // what is in the search field
	Clock     clock.Instant // of a demo; 0 otherwise
	Flash     *flash
	Bare      bool // without rail and header: login, public pages
	Languages []languageOption
}

func (p *page) frame() *page { return p }

// crumb is a link above the page.
type crumb struct{ Text, Href string }

type languageOption struct {
	Code, Name string
	Current    bool
}

func languageOptions(current string) []languageOption {
	names := map[string]string{"zh-CN": "中文", "en": "English"}
	var options []languageOption
	for _, code := range account.Languages() {
		options = append(options, languageOption{Code: code, Name: names[code], Current: code == current})
	}
	return options
}

// page returns the frame of a page whose title is the text of a key; args are its names and values in turn. It takes the flash
// message, so call it once per response, when nothing can fail any more but rendering.
func (s *Server) page(c *gin.Context, titleKey string, args ...any) page {
	v := viewer(c)
	p := page{
		Title: s.t(c, titleKey, args...), Lang: s.language(c), Theme: theme(c), Path: c.Request.URL.RequestURI(),
		Viewer: v, Centre: s.opts.CentreName, Rail: s.rail(v, c.Request.URL.Path), Search: s.reachable(v, searchPath),
		Flash: s.takeFlash(c), Bare: v.Role == "",
	}
	if c.Request.URL.Path == searchPath {
		p.Query = c.Query("q")
	}
	if s.opts.Demo {
		p.Clock = s.now()
	}
	p.Languages = languageOptions(p.Lang)
	return p
}

// barePage is page without rail and header, also for those who are logged in.
func (s *Server) barePage(c *gin.Context, titleKey string) page {
	p := s.page(c, titleKey)
	p.Bare = true
	return p
}

// samplePage fills the frame of a sample, so that the layout is executed with everything in it.
func (s *Server) samplePage(lang string, given *page) page {
	v := account.Viewer{UserID: 1, Name: "Wang Min", Role: account.Admin, Language: lang}
	return page{
		Title: "Title", Crumbs: []crumb{{Text: "Up", Href: "/"}}, Lang: lang, Theme: "dark", Path: "/", Viewer: v, Centre: "Centre",
		Rail: s.rail(v, "/jobs"), Search: true, Clock: clock.Instant(1), Bare: given.Bare, Languages: languageOptions(lang),
		Flash: &flash{Kind: flashOK, Key: "flash.saved", UndoURL: "/undo"},
	}
}

func theme(c *gin.Context) string {
	switch t, _ := c.Cookie(themeCookie); t {
	case "light", "dark":
		return t
	}
	return ""
}

// localPath returns where to go back to if it is a path of ours, or "/": never another site.
func localPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
