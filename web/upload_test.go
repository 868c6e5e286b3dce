package web

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
	"aftercall/tasks/policy"
)

func TestAFileOverTheLimitIsAnsweredWithTheLimit(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	c := ts.login(t, account.Admin)
	for _, door := range []struct {
		path  string
		limit int
		says  string
	}{
		{"/imports", imports.MaxUpload, "64 MiB"},
		{holidaysPath, hours.MaxCalendarFile, "1 MiB"},
		{"/suppressions/import", maxListBody, "8 MiB"},
		{"/consents/import", maxListBody, "8 MiB"},
		{"/policies/import", policy.MaxBytes, "128 KiB"},
	} {
		over := "phone\n" + strings.Repeat("\n", door.limit)
		sizes := map[string]string{"a little too large": over}
		if door.limit < imports.MaxUpload {
			sizes["far too large"] = strings.Repeat(over, 6)
		}
		for name, body := range sizes {
			r := c.sendFile(door.path, "list.csv", body)
			page := r.page(http.StatusRequestEntityTooLarge)
			if text := page.Find("main").Text(); !strings.Contains(text, door.says) {
				t.Errorf("%s, %s: the limit of %s is not said: %q", door.path, name, door.says, strings.Join(strings.Fields(text), " "))
			}
		}
		if door.path == "/policies/import" {
			continue
		}
		if text := c.do(http.MethodPost, door.path, strings.NewReader("--b--\r\n"), http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}).
			page(http.StatusUnprocessableEntity).Find("main").Text(); !strings.Contains(text, "choose a file") {
			t.Errorf("%s without a file: %q", door.path, text)
		}
	}
}

func TestAnUploadThatIsCutIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nid,name\n" + strings.Repeat("1,Zhang\n", 1000)
	r := c.do(http.MethodPost, "/imports", strings.NewReader(body), http.Header{"Content-Type": {"multipart/form-data; boundary=b"}})
	if text := r.page(http.StatusUnprocessableEntity).Find("main").Text(); !strings.Contains(text, "did not arrive whole") {
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
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	row := []byte("T-1,Zhang Wei,13912348000,resolved\n")
	large := append([]byte("id,name,phone,status\n"), bytes.Repeat(row, 40<<20/len(row))...)
	if r := c.upload("large.csv", large); r.status != http.StatusSeeOther {
		t.Errorf("40 MiB: %d", r.status)
	}
	cut := io.MultiReader(strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n"), bytes.NewReader(large))
	c.do(http.MethodPost, "/imports", cut, http.Header{"Content-Type": {"multipart/form-data; boundary=b"}})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}
