package web

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

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
)

// catalogue reads all files of a language: key → its texts, of all plural forms.
func catalogue(t *testing.T, lang string) map[string][]string {
	t.Helper()
	files, err := fs.Glob(localeFiles, "locales/*."+lang+".json")
	if err != nil || len(files) == 0 {
		t.Fatalf("catalogues of %s: %v %v", lang, files, err)
	}
	all := map[string][]string{}
	for _, file := range files {
		body, err := localeFiles.ReadFile(file)
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
	first := catalogue(t, languages[0])
	for _, lang := range languages[1:] {
		other := catalogue(t, lang)
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

func TestWhatAContactHasGoesByOneNameOnEveryPage(t *testing.T) {
	t.Parallel()
	for _, lang := range account.Languages() {
		texts := catalogue(t, lang)
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
	for key, texts := range catalogue(t, "zh-CN") {
		for _, text := range texts {
			if found := halfWidth.FindString(text); found != "" {
				t.Errorf("%s: %q in %q", key, found, text)
			}
		}
	}
}

// keyInTemplate finds {{t "key"}} and (t "key"), but not keys that are put together.
var keyInTemplate = regexp.MustCompile(`[({]t "([^"]+)"`)

func TestEveryKeyOfATemplateHasAText(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "en")
	err := fs.WalkDir(templateFiles, "templates", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := templateFiles.ReadFile(name)
		for _, match := range keyInTemplate.FindAllStringSubmatch(string(body), -1) {
			if texts[match[1]] == nil {
				t.Errorf("%s: no text for %s", name, match[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryKeyInTheCodeHasAText(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "en")
	need := func(position token.Position, key string) {
		if texts[key] == nil {
			t.Errorf("%s: no text for %s", position, key)
		}
	}
	for _, call := range calls(t, "..") {
		switch call.name {
		case "fault.New", "fault.Wrap": // (kind, code, message), (err, kind, code, message)
			if code, ok := call.text(len(call.args) - 2); ok && (len(call.args) == 3 || len(call.args) == 4) {
				need(call.position, "fault."+code)
			}
		case "s.t", "s.page", "s.barePage":
			if key, ok := call.text(1); ok {
				need(call.position, key)
			}
		case "done", "refused":
			if key, ok := call.text(0); ok {
				need(call.position, key)
			}
		}
	}
}

func TestEveryProblemOfAFieldHasAText(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "en")
	walkGo(t, "..", func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok || !strings.HasSuffix(nameOf(literal.Type), "fault.Field") {
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
