package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact/imports"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
)

func TestImportsInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("imports-empty", "/imports")
	file := []byte(webtest.ReadExample(t, "contacts.csv"))
	match := c.Upload(
		"工单导出 2026-11.csv",
		append(file, []byte("GD-9,未知,x,12,,,,,,,,昨天,,,,,,,\nGD-10,已办结,李明,12,,,电话,,,一般,否,2026-11-20 09:30,2026-11-20 09:10,,,,,,\n")...),
	).Header.Get(
		"Location",
	)
	b.Look("imports-match", match)
	form := matchForm(c.Get(match))
	form.Set("source", "客服系统")
	form.Set("do", "begin")
	if r := c.Post(match, form); r.Status != 303 {
		t.Fatal(r.Status)
	}
	run := strings.TrimSuffix(match, "/match")
	b.Look("import-waiting", run)
	var id int64
	_, err := fmt.Sscanf(run, "/imports/%d", &id)
	webtest.Must(t, err)
	webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	b.Look("import-done", run)
	bad := c.Upload("again.csv", file).Header.Get("Location")
	form.Set("zone", "Mars/Olympus")
	c.Post(bad, form)
	b.Look("imports", "/imports")
	if r, err := ts.Imports.Run(t.Context(), id); err != nil || r.State != imports.Done {
		t.Errorf("%+v %v", r, err)
	}
}
