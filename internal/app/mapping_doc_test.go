package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"aftercall/internal/contact/imports"
	"aftercall/internal/contact/imports/values"
)

var (
	testName = regexp.MustCompile("^`(Test\\w+)`$")
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// testsOfTree returns the names of all tests.
func testsOfTree(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		for _, match := range testFunc.FindAllStringSubmatch(string(body), -1) {
			names[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// The name of a test is read in one look; what it cannot say stands above it.
func TestNamesOfTestsAreShort(t *testing.T) {
	t.Parallel()
	for name := range testsOfTree(t) {
		if len(name) > 60 {
			t.Errorf("%s has %d characters", name, len(name))
		}
	}
}

// Every shape of docs/mapping.md names a test that there is.
func TestEveryShapeOfAFileHasItsTest(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(read(t, filepath.Join(top, "docs", "mapping.md")), "\n## Shapes\n")
	if !found {
		t.Fatal("docs/mapping.md has no shapes")
	}
	tests, shapes, seen := testsOfTree(t), 0, map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| shape") {
			continue
		}
		shapes++
		match := testName.FindStringSubmatch(strings.TrimSpace(cells[len(cells)-1]))
		if len(cells) != 3 || match == nil || !tests[match[1]] {
			t.Errorf("no shape, what we do and a test that there is: %s", line)
		}
		if seen[cells[0]] {
			t.Errorf("stands there twice: %s", line)
		}
		seen[cells[0]] = true
	}
	if shapes < 80 {
		t.Errorf("%d shapes, want 80 at least", shapes)
	}
}

// docs/mapping.md names every key, field and part of a format.
func TestMappingIsDocumentedWhole(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(top, "docs", "mapping.md"))
	names := imports.Fields()
	for _, of := range []any{imports.Mapping{}, imports.Participant{}, imports.Answer{}} {
		for i := range reflect.TypeOf(of).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("yaml"), ",")
			names = append(names, name)
		}
	}
	parts, whole := values.Tokens()
	for _, name := range append(append(names, parts...), whole...) {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/mapping.md does not name %s", name)
		}
	}
}
