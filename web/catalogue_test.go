package web_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

// here is the folder of the areas, each with its templates and its texts.
var here = os.DirFS(".")

// catalogue reads the files of a language that a pattern names: key → its texts, of all plural forms. A key that is there twice fails
// the test.
func catalogue(t *testing.T, area, lang string) map[string][]string {
	t.Helper()
	files, err := fs.Glob(here, area+"/locales/*."+lang+".json")
	if err != nil || len(files) == 0 && area == "*" {
		t.Fatalf("catalogues of %s: %v %v", lang, files, err)
	}
	all := map[string][]string{}
	for _, file := range files {
		body, err := fs.ReadFile(here, file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(body, &messages); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, message := range messages {
			if _, twice := all[key]; twice {
				t.Errorf("%s: the key %s is in another file too", file, key)
			}
			all[key] = formsOf(message)
		}
	}
	return all
}

func formsOf(message any) []string {
	switch message := message.(type) {
	case string:
		return []string{message}
	case map[string]any:
		var forms []string
		for _, form := range message {
			text, _ := form.(string)
			forms = append(forms, text)
		}
		return forms
	}
	return nil
}

var placeholder = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

func placeholders(texts []string) []string {
	names := map[string]bool{}
	for _, text := range texts {
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			names[match[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestCataloguesSayTheSameInEveryLanguage(t *testing.T) {
	t.Parallel()
	languages := account.Languages()
	first := catalogue(t, "*", languages[0])
	for _, lang := range languages[1:] {
		other := catalogue(t, "*", lang)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(other))); diff != "" {
			t.Errorf("keys (-%s +%s):\n%s", languages[0], lang, diff)
		}
		for key, texts := range other {
			if diff := cmp.Diff(placeholders(first[key]), placeholders(texts)); first[key] != nil && diff != "" {
				t.Errorf("placeholders of %s (-%s +%s):\n%s", key, languages[0], lang, diff)
			}
			if slices.Contains(texts, "") || slices.Contains(first[key], "") {
				t.Errorf("%s has an empty text", key)
			}
		}
	}
}

var keyInFile = regexp.MustCompile(`(?m)^  "([^"]+)":`)

// Two files that are read side by side, line by line.
func TestFilesOfACatalogueHaveTheSameKeysInTheSameOrder(t *testing.T) {
	t.Parallel()
	languages := account.Languages()
	files, err := fs.Glob(here, "*/locales/*."+languages[0]+".json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		want, err := fs.ReadFile(here, file)
		webtest.Must(t, err)
		for _, lang := range languages[1:] {
			other := strings.Replace(file, "."+languages[0]+".", "."+lang+".", 1)
			got, err := fs.ReadFile(here, other)
			webtest.Must(t, err)
			if diff := cmp.Diff(found(keyInFile, string(want)), found(keyInFile, string(got))); diff != "" {
				t.Errorf("keys of %s (+) beside %s (-):\n%s", other, file, diff)
			}
		}
	}
}

func TestWhatAContactHasGoesByOneNameOnEveryPage(t *testing.T) {
	t.Parallel()
	for _, lang := range account.Languages() {
		texts := catalogue(t, "*", lang)
		for _, what := range []string{"category", "channel", "product", "severity", "source"} {
			own := texts["contacts."+what]
			for _, key := range []string{"scores.by_" + what, "policy_field.contact." + what} {
				if own == nil || !strings.EqualFold(own[0], strings.Join(texts[key], "")) {
					t.Errorf("%s: contacts.%s is %q, %s is %q", lang, what, own, key, texts[key])
				}
			}
		}
	}
}

// halfWidth is Western punctuation beside a Chinese character.
var halfWidth = regexp.MustCompile(`\p{Han}[,;:?!]|[,;!?]\p{Han}|\(\p{Han}|\p{Han}\)`)

func TestChineseIsWrittenWithItsOwnPunctuation(t *testing.T) {
	t.Parallel()
	for key, texts := range catalogue(t, "*", "zh-CN") {
		for _, text := range texts {
			if found := halfWidth.FindString(text); found != "" {
				t.Errorf("%s: %q in %q", key, found, text)
			}
		}
	}
}

// keyInTemplate finds {{t "key"}} and (t "key"), but not keys that are put together.
var keyInTemplate = regexp.MustCompile(`[({]t "([^"]+)"`)

// An area has its templates and texts beside it and stands on the frame alone: what another area says is not there for it.
func TestEveryKeyOfATemplateHasATextInItsAreaOrTheFrame(t *testing.T) {
	t.Parallel()
	seen := 0
	err := fs.WalkDir(here, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".html") {
			return err
		}
		area, _, _ := strings.Cut(name, "/")
		own, shared := catalogue(t, area, "en"), catalogue(t, "frame", "en")
		body, err := fs.ReadFile(here, name)
		for _, match := range keyInTemplate.FindAllStringSubmatch(string(body), -1) {
			if seen++; own[match[1]] == nil && shared[match[1]] == nil {
				t.Errorf("%s: no text for %s", name, match[1])
			}
		}
		return err
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d keys, %v", seen, err)
	}
}

func TestEveryAreaOpensOnTheFrameAlone(t *testing.T) {
	t.Parallel()
	site := func() *frame.Site {
		s, err := frame.New(frame.Options{Language: "en", Now: clocktest.Fixed(webtest.Now)}, nil)
		webtest.Must(t, err)
		return s
	}
	for _, area := range web.Areas(site()) {
		if err := site().Open(area); err != nil {
			t.Errorf("the area of %s: %v", area.Routes[0].Path, err)
		}
	}
}

// A key that is in two files, or twice in one, would be read as one of them by chance.
func TestAKeyThatIsPresentTwiceIsRefused(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"two files":      {"locales/a.en.json": {Data: []byte(`{"x.a": "1"}`)}, "locales/b.en.json": {Data: []byte(`{"x.a": "2"}`)}},
		"one file":       {"locales/a.en.json": {Data: []byte(`{"x.a": "1", "x.a": "2"}`)}},
		"as the frame's": {"locales/a.en.json": {Data: []byte(`{"error.title": "x"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			site, err := frame.New(frame.Options{Language: "en", Now: clocktest.Fixed(webtest.Now)}, nil)
			webtest.Must(t, err)
			if err := site.Open(frame.Area{Files: files}); err == nil || !strings.Contains(err.Error(), "is in") {
				t.Error(err)
			}
		})
	}
}

func TestEveryKeyInTheCodeHasAText(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "*", "en")
	need := func(position token.Position, key string) {
		if texts[key] == nil {
			t.Errorf("%s: no text for %s", position, key)
		}
	}
	said := 0
	needIn := func(position token.Position, key string) { // the area of the code
		area, _, _ := strings.Cut(filepath.ToSlash(strings.TrimPrefix(position.Filename, "../web/")), "/")
		if catalogue(t, area, "en")[key] == nil && catalogue(t, "frame", "en")[key] == nil {
			t.Errorf("%s: no text for %s", position, key)
		}
	}
	for _, call := range calls(t, "..") {
		switch call.name {
		case "fault.New", "fault.Wrap": // (kind, code, message), (err, kind, code, message)
			if code, ok := call.text(len(call.args) - 2); ok && (len(call.args) == 3 || len(call.args) == 4) {
				need(call.position, "fault."+code)
			}
		case "h.T", "s.T", "h.Page", "s.Page", "h.BarePage", "s.BarePage":
			if key, ok := call.text(1); ok {
				said++
				needIn(call.position, key)
			}
		case "frame.FilterOptions":
			if key, ok := call.text(2); ok {
				needIn(call.position, key)
			}
		case "frame.Done", "frame.Refused":
			if key, ok := call.text(0); ok {
				said++
				needIn(call.position, key)
			}
		}
	}
	if said < 100 {
		t.Errorf("only %d keys were found: are texts asked for by another name?", said)
	}
}

func TestEveryProblemOfAFieldHasAText(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "*", "en")
	walkGo(t, "..", func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if ok {
				name := nameOf(literal.Type)
				ok = strings.HasSuffix(name, "fault.Field") || name == "Flaw" || strings.HasSuffix(name, ".Flaw")
			}
			if !ok {
				return true
			}
			for _, element := range literal.Elts {
				pair, ok := element.(*ast.KeyValueExpr)
				if !ok || nameOf(pair.Key) != "Code" {
					continue
				}
				if code, ok := stringOf(pair.Value); ok && texts["problem."+code] == nil {
					t.Errorf("%s: no text for problem.%s", files.Position(pair.Pos()), code)
				}
			}
			return true
		})
	})
}

// call is a call of a function by name, with its arguments.
type call struct {
	name     string
	args     []ast.Expr
	position token.Position
}

func (c call) text(i int) (string, bool) {
	if i < 0 || i >= len(c.args) {
		return "", false
	}
	return stringOf(c.args[i])
}

func calls(t *testing.T, root string) []call {
	t.Helper()
	var list []call
	walkGo(t, root, func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				list = append(list, call{name: nameOf(c.Fun), args: c.Args, position: files.Position(c.Pos())})
			}
			return true
		})
	})
	return list
}

// walkGo parses every file of the module that is not a test.
func walkGo(t *testing.T, root string, visit func(*token.FileSet, *ast.File)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "data") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		visit(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	}
	return ""
}

func stringOf(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
