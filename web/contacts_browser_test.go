package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/outbox"
)

func TestContactsInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.look("contacts-empty", "/contacts")
	complaint, open := example("GD-20261122-021"), contact.Input{ExternalID: "GD-20261122-022", Status: contact.Pending, Channel: contact.WeChat}
	complaint.Complaint = true
	ids := ts.addContacts(t, example("GD-20261122-020"), complaint, open)
	again := example("GD-20261122-020")
	again.Category = "资费咨询"
	ts.addContacts(t, again, contact.Input{ExternalID: "GD-20261122-021", Status: contact.Reopened})
	b.look("contacts", "/contacts")
	b.look("contacts-none", "/contacts?q=nobody")
	b.look("contact", fmt.Sprintf("/contacts/%d", ids[0]))
	b.look("contact-anonymous", fmt.Sprintf("/contacts/%d", ids[2]))
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	fatal(t, err)
	b.look("customer", fmt.Sprintf("/customers/%d", found[ids[0]].CustomerID))
}

func TestImportsInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.look("imports-empty", "/imports")
	file, err := os.ReadFile(filepath.Join("..", "docs", "examples", "contacts.csv"))
	fatal(t, err)
	match := c.upload("工单导出 2026-11.csv", append(file, []byte("GD-9,未知,x,12,,,,,,,,昨天,,,,,,,\nGD-10,已办结,李明,12,,,电话,,,一般,否,2026-11-20 09:30,2026-11-20 09:10,,,,,,\n")...)).header.Get("Location")
	b.look("imports-match", match)
	form := matchForm(c.get(match))
	form.Set("source", "客服系统")
	if r := c.post(match, form); r.status != 303 {
		t.Fatal(r.status)
	}
	run := strings.TrimSuffix(match, "/match")
	b.look("import-waiting", run)
	var id int64
	_, err = fmt.Sscanf(run, "/imports/%d", &id)
	fatal(t, err)
	fatal(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	b.look("import-done", run)
	bad := c.upload("again.csv", file).header.Get("Location")
	form.Set("zone", "Mars/Olympus")
	c.post(bad, form)
	b.look("imports", "/imports")
	if r, err := ts.Imports.Run(t.Context(), id); err != nil || r.State != imports.Done {
		t.Errorf("%+v %v", r, err)
	}
}
