package permission_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact/imports"
	"aftercall/internal/permission/hours"
	"aftercall/internal/webtest"
	"aftercall/tasks/policy"
	pages "aftercall/web/permission"
)

func TestAFileOverTheLimitIsAnsweredWithTheLimit(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.Login(t, account.Admin)
	for _, door := range []struct {
		Path  string
		limit int
		says  string
	}{
		{"/imports", imports.MaxUpload, "64 MiB"},
		{pages.HolidaysPath, hours.MaxCalendarFile, "1 MiB"},
		{"/suppressions/import", pages.MaxListBody, "8 MiB"},
		{"/consents/import", pages.MaxListBody, "8 MiB"},
		{"/policies/import", policy.MaxBytes, "128 KiB"},
	} {
		t.Run(door.Path, func(t *testing.T) {
			c := c.In(t)
			over := "phone\n" + strings.Repeat("\n", door.limit)
			sizes := map[string]string{"a little too large": over}
			if door.limit < imports.MaxUpload {
				sizes["far too large"] = strings.Repeat(over, 6)
			}
			for name, body := range sizes {
				r := c.SendFile(door.Path, "list.csv", body)
				page := r.Page(http.StatusRequestEntityTooLarge)
				if text := page.Find("main").Text(); !strings.Contains(text, door.says) {
					t.Errorf("%s, %s: the limit of %s is not said: %q", door.Path, name, door.says, strings.Join(strings.Fields(text), " "))
				}
			}
			if door.Path == "/policies/import" {
				return
			}
			header := http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
			empty := c.Do(http.MethodPost, door.Path, strings.NewReader("--b--\r\n"), header)
			if text := empty.Page(http.StatusUnprocessableEntity).Find("main").Text(); !strings.Contains(text, "choose a file") {
				t.Errorf("%s without a file: %q", door.Path, text)
			}
		})
	}
}

func TestAnUploadThatIsCutIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nid,name\n" + strings.Repeat("1,Zhang\n", 1000)
	r := c.Do(http.MethodPost, "/imports", strings.NewReader(body), http.Header{"Content-Type": {"multipart/form-data; boundary=b"}})
	if text := r.Page(http.StatusUnprocessableEntity).Find("main").Text(); !strings.Contains(text, "did not arrive whole") {
		t.Errorf("%q", text)
	}
	if runs, err := ts.Imports.Runs(t.Context(), 0, 10); err != nil || len(runs) != 0 {
		t.Errorf("%d imports are left, %v", len(runs), err)
	}
}

// Not parallel: the folder of temporary files is the process's.
func TestNoUploadLeavesATemporaryFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	row := []byte("T-1,Zhang Wei,13912348000,resolved\n")
	large := append([]byte("id,name,phone,status\n"), bytes.Repeat(row, 40<<20/len(row))...)
	if r := c.Upload("large.csv", large); r.Status != http.StatusSeeOther {
		t.Errorf("40 MiB: %d", r.Status)
	}
	cut := io.MultiReader(strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n"),
		bytes.NewReader(large))
	c.Do(http.MethodPost, "/imports", cut, http.Header{"Content-Type": {"multipart/form-data; boundary=b"}})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}
