package followup_test

import (
	"fmt"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

func TestContactsInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("contacts-empty", "/contacts")
	complaint := webtest.Example("GD-20261122-021")
	complaint.Complaint = new(true)
	open := contact.Input{ExternalID: "GD-20261122-022", Status: contact.Pending, Channel: contact.WeChat}
	ids := ts.AddContacts(t, webtest.Example("GD-20261122-020"), complaint, open)
	again := webtest.Example("GD-20261122-020")
	again.Category = "资费咨询"
	ts.AddContacts(t, again, contact.Input{ExternalID: "GD-20261122-021", Status: contact.Reopened})
	b.Look("contacts", "/contacts")
	b.Look("contacts-none", "/contacts?q=nobody")
	b.Look("contact", fmt.Sprintf("/contacts/%d", ids[0]))
	b.Look("contact-anonymous", fmt.Sprintf("/contacts/%d", ids[2]))
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	webtest.Must(t, err)
	b.Look("customer", fmt.Sprintf("/customers/%d", found[ids[0]].CustomerID))
}
