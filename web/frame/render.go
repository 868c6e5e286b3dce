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

// views are the parsed templates, one set per language and page: layout, partials and the page.
type views struct {
	sets map[string]map[string]*template.Template // language → name
}

// loadViews parses every page and executes every sample in every language. It fails for a template without a sample and for a
// sample without a template.
func (s *Site) loadViews(areas []fs.FS, samples []View) (views, error) {
	v := views{sets: map[string]map[string]*template.Template{}}
	for _, lang := range account.Languages() {
		sets, err := s.parseViews(areas, lang)
		if err != nil {
			return views{}, err
		}
		v.sets[lang] = sets
		for _, sample := range samples {
			*sample.Frame() = s.samplePage(lang, sample.Frame())
			if err := v.execute(&bytes.Buffer{}, lang, sample); err != nil {
				return views{}, fmt.Errorf("sample of page %s: %w", sample.Template(), err)
			}
		}
		for name := range sets {
			if !slices.ContainsFunc(samples, func(p View) bool { return p.Template() == name }) {
				return views{}, fmt.Errorf("page %s has no struct among the samples", name)
			}
		}
	}
	return v, nil
}

func (s *Site) parseViews(areas []fs.FS, lang string) (map[string]*template.Template, error) {
	layout, err := template.New("").Funcs(s.funcs(lang)).Option("missingkey=error").
		ParseFS(files, "templates/layout/*.html", "templates/partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	sets := map[string]*template.Template{}
	for _, area := range areas {
		if err := addPages(sets, layout, area); err != nil {
			return nil, fmt.Errorf("parse pages: %w", err)
		}
	}
	return sets, nil
}

// addPages parses the pages of an area, each with the layout and the area's own partials. Two pages of one name are refused.
func addPages(sets map[string]*template.Template, layout *template.Template, area fs.FS) error {
	pages, err := fs.Glob(area, "templates/*.html")
	if err != nil {
		return err
	}
	partials, err := fs.Glob(area, "templates/partials/*.html")
	if err != nil {
		return err
	}
	shared, err := layout.Clone() // the area's partials are parsed once, not for every page
	if err == nil && len(partials) > 0 {
		shared, err = shared.ParseFS(area, partials...)
	}
	if err != nil {
		return err
	}
	for _, page := range pages {
		set, err := shared.Clone()
		if err == nil {
			set, err = set.ParseFS(area, page)
		}
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(path.Base(page), ".html")
		if sets[name] != nil {
			return fmt.Errorf("two areas have a page %s", name)
		}
		sets[name] = set
	}
	return nil
}

// execute writes a page whole. Layout is "app", the frame with the rail, or "bare" for people without a login.
func (v views) execute(w *bytes.Buffer, lang string, p View) error {
	set, ok := v.sets[lang][p.Template()]
	if !ok {
		return fmt.Errorf("%s names the template %q, which there is not", reflect.TypeOf(p), p.Template())
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
