package frame

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
)

// files are the layout, the partials of all areas, the page of errors, and the texts of what every page shows.
//
//go:embed templates locales
var files embed.FS

// ownArea is the part of the site that is no area's: the page of errors, and the files browsers load.
func (s *Site) ownArea() Area {
	return Area{
		Files:   files,
		Samples: errorSamples(),
		Routes: []Route{
			{Method: http.MethodGet, Path: "/favicon.ico", Public: true, Handle: s.favicon},
			{Method: http.MethodGet, Path: "/static/:version/*file", Public: true, Handle: s.staticFile},
		},
	}
}

// View is a page: a struct that embeds Page and names its template, the file templates/<name>.html of its area, which defines "main"
// and may define "scripts".
type View interface {
	Template() string
	Frame() *Page
}

// views are the templates of the pages, one set per language and page: layout, partials and the page. A set is parsed when its page is
// first shown: all of them would be most of the memory of a service that nobody uses.
type views struct {
	sets    map[string]map[string]func() (*template.Template, error) // language → name
	samples []View
}

// loadViews finds the pages of the areas. It fails for a template without a sample and for a sample without a template.
func (s *Site) loadViews(areas []fs.FS, samples []View) (views, error) {
	v := views{sets: map[string]map[string]func() (*template.Template, error){}, samples: samples}
	for _, lang := range account.Languages() {
		v.sets[lang] = map[string]func() (*template.Template, error){}
		layout := sync.OnceValues(func() (*template.Template, error) {
			return template.New("").Funcs(s.funcs(lang)).Option("missingkey=error").
				ParseFS(files, "templates/layout/*.html", "templates/partials/*.html")
		})
		for _, area := range areas {
			if err := addPages(v.sets[lang], layout, area); err != nil {
				return views{}, fmt.Errorf("find pages: %w", err)
			}
		}
	}
	pages := v.sets[account.Languages()[0]]
	for _, sample := range samples {
		if pages[sample.Template()] == nil {
			return views{}, fmt.Errorf("%s names the template %q, which there is not", reflect.TypeOf(sample), sample.Template())
		}
	}
	for name := range pages {
		if !slices.ContainsFunc(samples, func(p View) bool { return p.Template() == name }) {
			return views{}, fmt.Errorf("page %s has no struct among the samples", name)
		}
	}
	return v, nil
}

// addPages adds the pages of an area, each with the layout and the area's own partials. Two pages of one name are refused.
func addPages(sets map[string]func() (*template.Template, error), layout func() (*template.Template, error), area fs.FS) error {
	pages, err := fs.Glob(area, "templates/*.html")
	if err != nil {
		return err
	}
	partials, err := fs.Glob(area, "templates/partials/*.html")
	if err != nil {
		return err
	}
	shared := sync.OnceValues(func() (*template.Template, error) { return parseOnto(layout, area, partials...) })
	for _, page := range pages {
		name := strings.TrimSuffix(path.Base(page), ".html")
		if sets[name] != nil {
			return fmt.Errorf("two areas have a page %s", name)
		}
		sets[name] = sync.OnceValues(func() (*template.Template, error) { return parseOnto(shared, area, page) })
	}
	return nil
}

// parseOnto returns a copy of what is parsed already with files of an area.
func parseOnto(parsed func() (*template.Template, error), area fs.FS, names ...string) (*template.Template, error) {
	set, err := parsed()
	if err != nil {
		return nil, err
	}
	if set, err = set.Clone(); err != nil || len(names) == 0 {
		return set, err
	}
	return set.ParseFS(area, names...)
}

// CheckPages executes every sample of the areas in every language and returns the first fault of a template. Tests call it, so that
// none of these can fail in front of a user.
func (s *Site) CheckPages() error {
	for _, lang := range account.Languages() {
		for _, sample := range s.views.samples {
			*sample.Frame() = s.samplePage(lang, sample.Frame())
			if err := s.views.execute(&bytes.Buffer{}, lang, sample); err != nil {
				return fmt.Errorf("sample of page %s: %w", sample.Template(), err)
			}
		}
	}
	return nil
}

// execute writes a page whole. Layout is "app", the frame with the rail, or "bare" for people without a login.
func (v views) execute(w *bytes.Buffer, lang string, p View) error {
	parse, ok := v.sets[lang][p.Template()]
	if !ok {
		return fmt.Errorf("%s names the template %q, which there is not", reflect.TypeOf(p), p.Template())
	}
	set, err := parse()
	if err != nil {
		return fmt.Errorf("parse page %s: %w", p.Template(), err)
	}
	layout := "app"
	if p.Frame().Bare {
		layout = "bare"
	}
	if err := set.ExecuteTemplate(w, layout, p); err != nil {
		return fmt.Errorf("execute page %s: %w", p.Template(), err)
	}
	return nil
}

// RenderPart writes a part of a page, which one of its templates defines, with status 200: what a script puts in the place of what it
// shows. The samples of the page execute it too.
func (s *Site) RenderPart(c *gin.Context, p View, part string) error {
	set, err := s.views.sets[s.Lang(c)][p.Template()]()
	if err != nil {
		return fmt.Errorf("parse page %s: %w", p.Template(), err)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, part, p); err != nil {
		return fmt.Errorf("execute %s of page %s: %w", part, p.Template(), err)
	}
	c.Data(http.StatusOK, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// Unmoved answers a request for what the browser has already, by its tag, and reports whether it did. Otherwise the answer will say which
// tag it has: what is shown besides must be in it, such as the language.
func Unmoved(c *gin.Context, tag string) bool {
	quoted := `"` + tag + `"`
	c.Header("ETag", quoted)
	if c.GetHeader("If-None-Match") != quoted {
		return false
	}
	c.Status(http.StatusNotModified)
	c.Writer.WriteHeaderNow()
	return true
}

// Render writes a page with status 200.
func (s *Site) Render(c *gin.Context, p View) error { return s.RenderStatus(c, http.StatusOK, p) }

// RenderStatus writes a page to a buffer first, so that a failing one leaves no half page behind.
func (s *Site) RenderStatus(c *gin.Context, status int, p View) error {
	var b bytes.Buffer
	if err := s.views.execute(&b, s.Lang(c), p); err != nil {
		return err
	}
	RetryAfterStatus(c, status)
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}
