package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const top = "../.." // the folder of the README

var (
	linkTarget = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codeSpan   = regexp.MustCompile("`([^`]+)`")
	listItem   = regexp.MustCompile(`^(\d+\.|-) `)
	comment    = regexp.MustCompile(`(^|\s+)#.*$`)
	// A file or folder of the tree, as text; and the names of its code that a table gives after it.
	place = regexp.MustCompile(`^(cmd|tasks|survey|campaign|web|internal|docs|deploy|scripts)(/[\w.-]+)*$`)
	code  = regexp.MustCompile("((?:`[\\w./]+`(?:, )?)+): ((?:`[A-Z]\\w*`(?:, )?)+)")
)

// section is a heading and what stands below it that does not depend on the language.
type section struct {
	Level    int
	Commands []string // lines of fenced blocks without comments, with the fences
	Tables   []int    // rows of each table
	Items    int      // of lists
	Code     []string // spans in the text, sorted
	Links    []string // targets of links and images, sorted
}

// sections reads a page written in Markdown.
func sections(page string) []section {
	all := []section{{}}
	var fenced, inTable bool
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		s := &all[len(all)-1]
		isFence, isRow := strings.HasPrefix(line, "```"), !fenced && strings.HasPrefix(line, "|")
		switch {
		case isFence || fenced:
			s.Commands = append(s.Commands, comment.ReplaceAllString(line, ""))
			fenced = fenced != isFence
			continue
		case strings.HasPrefix(line, "#"):
			all = append(all, section{Level: len(line) - len(strings.TrimLeft(line, "#"))})
			s = &all[len(all)-1]
		case isRow && inTable:
			s.Tables[len(s.Tables)-1]++
		case isRow:
			s.Tables = append(s.Tables, 1)
		case listItem.MatchString(line):
			s.Items++
		}
		inTable = isRow
		s.Code = append(s.Code, found(codeSpan, line)...)
		s.Links = append(s.Links, found(linkTarget, line)...)
		slices.Sort(s.Code)
		slices.Sort(s.Links)
	}
	return all
}

func found(pattern *regexp.Regexp, line string) []string {
	var texts []string
	for _, match := range pattern.FindAllStringSubmatch(line, -1) {
		texts = append(texts, match[1])
	}
	return texts
}

func read(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Both READMEs have the same headings, commands, tables, steps, code and links; only the words are of their language.
func TestReadmesSayTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	english, chinese := read(t, filepath.Join(top, "README.md")), read(t, filepath.Join(top, "README.zh-CN.md"))
	chinese = strings.Replace(chinese, "(README.md)", "(README.zh-CN.md)", 1) // each leads to the other
	if diff := cmp.Diff(sections(english), sections(chinese)); diff != "" {
		t.Errorf("README.zh-CN.md (+) differs from README.md (-):\n%s", diff)
	}
}

// documents returns every page people read: those beside the README and those in docs.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(top, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(top, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, page := range documents(t) {
		for _, target := range found(linkTarget, read(t, page)) {
			file, _, _ := strings.Cut(target, "#")
			if strings.Contains(target, "://") || file == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), file)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, target)
			}
		}
	}
}

// Files and folders that documents name in the text are there, and so is what is said to be in them.
func TestPlacesInDocumentsAreThere(t *testing.T) {
	t.Parallel()
	for _, page := range documents(t) {
		text := read(t, page)
		for _, span := range found(codeSpan, text) {
			if !place.MatchString(span) {
				continue
			}
			if _, err := os.Stat(filepath.Join(top, span)); err != nil {
				t.Errorf("%s: there is no %s", page, span)
			}
		}
		for _, match := range code.FindAllStringSubmatch(text, -1) {
			for _, folder := range found(codeSpan, match[1]) {
				source := sourceOf(t, folder)
				for _, name := range found(codeSpan, match[2]) {
					if !regexp.MustCompile(`\b` + name + `\b`).MatchString(source) {
						t.Errorf("%s: nothing in %s is called %s", page, folder, name)
					}
				}
			}
		}
	}
}

// sourceOf returns the code of a file, or of a folder without tests.
func sourceOf(t *testing.T, folder string) string {
	t.Helper()
	if strings.HasSuffix(folder, ".go") {
		return read(t, filepath.Join(top, folder))
	}
	files, err := filepath.Glob(filepath.Join(top, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			b.WriteString(read(t, file))
		}
	}
	return b.String()
}

// A page that says less, or something else, is told from one that does not.
func TestDifferencesOfReadmesAreSeen(t *testing.T) {
	t.Parallel()
	const page = "# a\n[b](b.md) `c`\n```sh\nmake run # now\n```\n| d | e |\n|---|---|\n| 1 | 2 |\n\n1. f\n"
	same := strings.NewReplacer("# a", "# 甲", "now", "现在", "| 1 | 2 |", "| 一 | 二 |", "f\n", "己\n").Replace(page)
	if diff := cmp.Diff(sections(page), sections(same)); diff != "" {
		t.Errorf("a translation is taken for a difference:\n%s", diff)
	}
	for from, to := range map[string]string{
		"# a": "## a", "b.md": "c.md", "`c`": "`d`", "make run": "make test", "| 1 | 2 |\n": "", "1. f\n": "", "```sh": "```",
	} {
		t.Run(from, func(t *testing.T) {
			if cmp.Equal(sections(page), sections(strings.Replace(page, from, to, 1))) {
				t.Errorf("%q in the place of %q goes unseen", to, from)
			}
		})
	}
}
