package imports_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
)

// caseFile returns a small input that went wrong once. They are kept beside the project; where they are not, the test is skipped, but not
// in CI, which has them.
func caseFile(t *testing.T, path ...string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared", "cases"}, path...)...))
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("no cases: %v", err)
	}
	return body
}

func TestFilesThatWentWrongAreMatchedAndCheckedOnThePage(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	for _, path := range [][]string{
		{"18-dates", "f.csv"}, {"17-ratings", "f.csv"}, {"06-dup-headers", "f.csv"}, {"11-sheets", "two.xlsx"},
		{"10-merged", "title.xlsx"}, {"40-placeholder", "f.csv"}, {"36-cut-utf8", "f.csv"},
	} {
		name := path[0]
		match := c.Upload(path[1], caseFile(t, path...)).Header.Get("Location")
		b.Look("case-"+name+"-match", match)
		form := matchForm(c.Get(match))
		form.Set("source", "客服系统")
		form.Set("do", "check")
		if r := c.Post(match, form); r.Status != 303 {
			t.Errorf("%s: %d %s", name, r.Status, r.Page(r.Status).Find(".problems, .error").Text())
			continue
		}
		run := strings.TrimSuffix(match, "/match")
		var id int64
		_, err := fmt.Sscanf(run, "/imports/%d", &id)
		webtest.Must(t, err)
		webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
		b.Look("case-"+name+"-checked", run)
		if r := c.Post(run+"/begin", nil); r.Status != 303 {
			t.Errorf("%s: %d", name, r.Status)
		}
		webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
		b.Look("case-"+name+"-done", run)
	}
}
