package web

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

//go:embed templates
var templateFiles embed.FS

// view is a page: a struct that embeds page and names its template, the file templates/pages/<name>.html, which defines "main"
// and may define "scripts".
type view interface {
	template() string
	frame() *page
}

// views are the parsed templates, one set per language and page: layout, partials and the page.
type views struct {
	sets map[string]map[string]*template.Template // language → name
}

// loadViews parses every page and executes every sample in every language. It fails for a template without a sample and for a
// sample without a template.
func (s *Server) loadViews(samples []view) (views, error) {
	v := views{sets: map[string]map[string]*template.Template{}}
	for _, lang := range account.Languages() {
		sets, err := s.parseViews(lang)
		if err != nil {
			return views{}, err
		}
		v.sets[lang] = sets
		for _, sample := range samples {
			*sample.frame() = s.samplePage(lang, sample.frame())
			if err := v.execute(&bytes.Buffer{}, lang, sample); err != nil {
				return views{}, fmt.Errorf("sample of page %s: %w", sample.template(), err)
			}
		}
		for name := range sets {
			if !slices.ContainsFunc(samples, func(p view) bool { return p.template() == name }) {
				return views{}, fmt.Errorf("page %s has no struct among the samples", name)
			}
		}
	}
	return v, nil
}

func (s *Server) parseViews(lang string) (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(s.funcs(lang)).Option("missingkey=error").
		ParseFS(templateFiles, "templates/*.html", "templates/partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	files, err := fs.Glob(templateFiles, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	sets := make(map[string]*template.Template, len(files))
	for _, file := range files {
		set, err := base.Clone()
		if err == nil {
			set, err = set.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
		sets[strings.TrimSuffix(path.Base(file), ".html")] = set
	}
	return sets, nil
}

// execute writes a page whole. Layout is "app", the frame with the rail, or "bare" for people without a login.
func (v views) execute(w *bytes.Buffer, lang string, p view) error {
	set, ok := v.sets[lang][p.template()]
	if !ok {
		return fmt.Errorf("%s names the template %q, which there is not", reflect.TypeOf(p), p.template())
	}
	layout := "app"
	if p.frame().Bare {
		layout = "bare"
	}
	if err := set.ExecuteTemplate(w, layout, p); err != nil {
		return fmt.Errorf("execute page %s: %w", p.template(), err)
	}
	return nil
}

// render writes a page with status 200.
func (s *Server) render(c *gin.Context, p view) error { return s.renderStatus(c, http.StatusOK, p) }

// renderStatus writes a page to a buffer first, so that a failing one leaves no half page behind.
func (s *Server) renderStatus(c *gin.Context, status int, p view) error {
	var b bytes.Buffer
	if err := s.views.execute(&b, s.language(c), p); err != nil {
		return err
	}
	retryLater(c, status)
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}
