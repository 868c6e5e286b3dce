package web_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	beginOfKey      = regexp.MustCompile(`^[a-z_]+\.([a-z_.]*[_.])?$`)
	printedTemplate = regexp.MustCompile(`printf "([a-z_]+\.[a-z_.]*)%s`)
	// Texts of faults come from every feature, whatever page meets them.
	ofFaults = []string{"fault.", "field.", "problem."}
	// Where an area uses a few of the keys of a prefix only.
	few = map[string][]string{"permission contacts.": {"contacts.phone", "contacts.email"}}
)

// A key that is put together of a prefix and a code cannot be looked up here, but everything below its prefix can: a text that is
// missing when a page is shown is only logged.
func TestWhatAKeyIsPutTogetherOfHasItsTextsInItsAreaOrTheFrame(t *testing.T) {
	t.Parallel()
	all, shared := catalogue(t, "*", "en"), catalogue(t, "frame", "en")
	prefixes := prefixesByArea(t)
	if len(prefixes) < 9 {
		t.Fatalf("only %d areas put keys together: are they written in another way?", len(prefixes))
	}
	for area, list := range prefixes {
		own := catalogue(t, area, "en")
		for _, prefix := range list {
			keys, some := few[area+" "+prefix]
			if !some {
				for key := range all {
					if strings.HasPrefix(key, prefix) {
						keys = append(keys, key)
					}
				}
			}
			for _, key := range keys {
				if own[key] == nil && shared[key] == nil {
					t.Errorf("%s: %s is a text of another area", area, key)
				}
			}
		}
	}
}

// prefixesByArea finds "prefix." in the code and printf "prefix.%s" in the templates of each area.
func prefixesByArea(t *testing.T) map[string][]string {
	t.Helper()
	prefixes := map[string][]string{}
	add := func(name, prefix string) {
		area, inArea, _ := strings.Cut(filepath.ToSlash(name), "/")
		elsewhere := inArea == "" || area == "frame" || area == "api" || slices.Contains(ofFaults, prefix)
		if !elsewhere && !slices.Contains(prefixes[area], prefix) {
			prefixes[area] = append(prefixes[area], prefix)
		}
	}
	walkGo(t, ".", func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok {
				if prefix, ok := stringOf(literal); ok && beginOfKey.MatchString(prefix) {
					add(files.Position(n.Pos()).Filename, prefix)
				}
			}
			return true
		})
	})
	templates, err := fs.Glob(here, "*/templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	partials, err := fs.Glob(here, "*/templates/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(templates, partials...) {
		body, err := fs.ReadFile(here, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, prefix := range found(printedTemplate, string(body)) {
			add(name, prefix)
		}
	}
	return prefixes
}

func found(pattern *regexp.Regexp, text string) []string {
	var list []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		list = append(list, match[1])
	}
	return list
}
