package imports_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/outbox"
	"aftercall/internal/realtest"
	"aftercall/internal/webtest"
)

// caseFile returns a small input that went wrong once.
func caseFile(t *testing.T, path ...string) []byte {
	t.Helper()
	body, err := os.ReadFile(realtest.File(t, append([]string{"cases"}, path...)...))
	webtest.Must(t, err)
	return body
}

func TestFilesThatWentWrongAreMatchedAndCheckedOnThePage(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	look := func(i int, name, path string) {
		if i == 0 || os.Getenv("AFTERCALL_SCREENSHOTS") != "" { // all of them only where somebody looks
			b.Look(name, path)
		}
	}
	for i, path := range [][]string{
		{"18-dates", "f.csv"},
		{"17-ratings", "f.csv"},
		{"06-dup-headers", "f.csv"},
		{"11-sheets", "two.xlsx"},
		{"10-merged", "title.xlsx"},
		{"40-placeholder", "f.csv"},
		{"36-cut-utf8", "f.csv"},
	} {
		t.Run(path[0], func(t *testing.T) {
			c := c.In(t)
			name := path[0]
			match := c.Upload(path[1], caseFile(t, path...)).Header.Get("Location")
			look(i, "case-"+name+"-match", match)
			form := matchForm(c.Get(match))
			form.Set("source", "客服系统")
			form.Set("do", "check")
			if r := c.Post(match, form); r.Status != 303 {
				t.Fatalf("%s: %d %s", name, r.Status, r.Page(r.Status).Find(".problems, .error").Text())
			}
			run := strings.TrimSuffix(match, "/match")
			var id int64
			_, err := fmt.Sscanf(run, "/imports/%d", &id)
			webtest.Must(t, err)
			webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
			look(i, "case-"+name+"-checked", run)
			if r := c.Post(run+"/begin", nil); r.Status != 303 {
				t.Errorf("%s: %d", name, r.Status)
			}
			webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
			look(i, "case-"+name+"-done", run)
		})
	}
}

// And what was rejected comes back as a file.
func TestAFormatOfTimesIsOfferedCheckedAndImported(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	file := "Ticket,Phone,Created Date,Closed Date,Score\n" +
		"N-1,13912340001,04/30/2022 11:00:00 PM,05/01/2022 12:07:46 AM,5\n" +
		"N-2,13912340002,05/13/2022 09:00:00 AM,05/13/2022 10:00:00 AM,4\n" +
		"N-3,13912340003,05/13/2022 09:00:00 AM,sometime,9\n"
	match := c.Upload("311.csv", []byte(file)).Header.Get("Location")
	page := c.Get(match)
	if format := page.Page(200).Find(`button[name=use_date]`).First().AttrOr("value", ""); format != "MM/DD/YYYY hh:mm:ss A" {
		t.Fatalf("offered: %q", format)
	}
	form := matchForm(page)
	form.Set("source", "311")
	form.Set("use_date", "MM/DD/YYYY hh:mm:ss A")
	page = c.Post(match, form)
	if left := page.Page(200).Find("tr.note").Text(); strings.Contains(left, "MM/DD") {
		t.Errorf("still: %s", left)
	}
	form = matchForm(page)
	form.Set("source", "311")
	form.Set("do", "begin")
	if r := c.Post(match, form); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Page(r.Status).Find(".problems").Text())
	}
	run := strings.TrimSuffix(match, "/match")
	var id int64
	_, err := fmt.Sscanf(run, "/imports/%d", &id)
	webtest.Must(t, err)
	webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	done := c.Get(run).Page(200)
	contacts, has := done.Find(`a.tile[href*="import="]`).Attr("href")
	if !has {
		t.Fatal("the result does not lead to its contacts")
	}
	if rows := c.Get(contacts).Page(200).Find("tbody tr").Length(); rows != 2 {
		t.Errorf("%d contacts, want 2", rows)
	}
	rejected := c.Get(run + "/rejected")
	want := "\ufeff" + `"Ticket","Phone","Created Date","Closed Date","Score","Reason"` + "\r\n" +
		`"N-3","13912340003","05/13/2022 09:00:00 AM","sometime","9",`
	if !strings.HasPrefix(rejected.Body, want) || !strings.Contains(rejected.Body, "Closed Date") {
		t.Errorf("%d %q", rejected.Status, rejected.Body)
	}
}
