package frame

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// Page is what every page has: the frame around it. Page structs embed it and get it from Site.Page.
type Page struct {
	Title     string
	Crumbs    []Crumb // above the page; the title follows by itself
	Lang      string
	Theme     string // "light", "dark", or "" for the system's
	Path      string // with the query; where the language and theme switches come back to
	Viewer    account.Viewer
	Centre    string
	Rail      []NavigationItem
	Search    bool          // the viewer may look customers up
	Query     string        // what is in the search field
	Clock     clock.Instant // of a demo; 0 otherwise
	Flash     *Flash
	Audit     string // where it is read who did what to what the page shows; see About
	Bare      bool   // without rail and header: login, public pages
	Languages []languageOption
}

// Frame returns the frame of a page that embeds it.
func (p *Page) Frame() *Page { return p }

// AuditPath is the page of who did what.
const AuditPath = "/audit"

// SetPasswordPath begins the address by which a user sets their password, once.
const SetPasswordPath = "/set-password"

// About returns the page with a link to what was done to the thing it shows, or to things of its kind where the id is 0; without it for who
// reads no audit.
func (p Page) About(kind string, id int64) Page {
	if !p.Viewer.Is(account.Supervisor) {
		return p
	}
	query := url.Values{"kind": {kind}}
	if id != 0 {
		query.Set("id", strconv.FormatInt(id, 10))
	}
	p.Audit = AuditPath + "?" + query.Encode()
	return p
}

// Crumb is a link above the page.
type Crumb struct{ Text, Href string }

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

// Page returns the frame of a page whose title is the text of a key; args are its names and values in turn. It takes the flash
// message, so call it once per response, when nothing can fail any more but rendering.
func (s *Site) Page(c *gin.Context, titleKey string, args ...any) Page {
	v := Viewer(c)
	p := Page{
		Title: s.T(c, titleKey, args...), Lang: s.Lang(c), Theme: theme(c), Path: c.Request.URL.RequestURI(),
		Viewer: v, Centre: s.CentreName, Rail: s.navigationOf(v, c.Request.URL.Path), Search: s.Reachable(v, SearchPath),
		Flash: s.popFlash(c), Bare: v.Role == "",
	}
	if s.Demo {
		p.Clock = s.Now()
	}
	p.Languages = languageOptions(p.Lang)
	return p
}

// BarePage is Page without rail and header, also for those who are logged in.
func (s *Site) BarePage(c *gin.Context, titleKey string) Page {
	p := s.Page(c, titleKey)
	p.Bare = true
	return p
}

// samplePage fills the frame of a sample, so that the layout is executed with everything in it.
func (s *Site) samplePage(lang string, given *Page) Page {
	v := account.Viewer{UserID: 1, Name: "Wang Min", Role: account.Admin, Language: lang}
	return Page{
		Title: "Title", Crumbs: []Crumb{{Text: "Up", Href: "/"}}, Lang: lang, Theme: "dark", Path: "/", Viewer: v, Centre: "Centre",
		Rail: s.navigationOf(v, "/jobs"), Search: true, Clock: clock.Instant(1), Bare: given.Bare, Languages: languageOptions(lang),
		Audit: AuditPath,
		Flash: &Flash{Kind: flashOK, Key: "flash.saved", UndoURL: "/undo"},
	}
}

func theme(c *gin.Context) string {
	switch t, _ := c.Cookie(ThemeCookie); t {
	case "light", "dark":
		return t
	}
	return ""
}

// LocalPath returns where to go back to if it is a path of ours, or "/": never another site.
func LocalPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
