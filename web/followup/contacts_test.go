package followup_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

func TestContactsAreFoundAndTold(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Supervisor)
	if r := c.Get("/contacts"); r.Status != http.StatusOK || !strings.Contains(r.Body, "No contacts yet") {
		t.Errorf("an empty list: %d", r.Status)
	}
	ids := ts.AddContacts(t, webtest.Example("T-1"), webtest.Example("T-2"))
	again := webtest.Example("T-1")
	again.Category = "资费"
	ts.AddContacts(t, again)
	ts.AddContacts(t, contact.Input{ExternalID: "T-1", Status: contact.Reopened})

	if r := c.Get("/contacts?status=reopened"); !strings.Contains(r.Body, "T-1") || strings.Contains(r.Body, "T-2") {
		t.Error("the filter of the status does not filter")
	}
	if r := c.Get("/contacts?q=" + url.QueryEscape("13912348000")); strings.Count(r.Body, "data-href=\"/contacts/") != 2 {
		t.Error("a phone number does not find the contacts of its customers")
	}
	if r := c.Get("/contacts?q=T-2"); r.Status != http.StatusSeeOther || r.Header.Get("Location") != fmt.Sprintf("/contacts/%d", ids[1]) {
		t.Errorf("a contact's number leads to %d %s", r.Status, r.Header.Get("Location"))
	}
	page := c.Get(fmt.Sprintf("/contacts/%d", ids[0])).Body
	for _, text := range []string{"Resolved", "Reopened", "changed at the source: 宽带报修 → 资费", "Taken in from 客服系统", "not usable", "李强"} {
		if !strings.Contains(page, text) {
			t.Errorf("the contact's page does not say %q", text)
		}
	}
	if r := c.Get("/contacts/999"); r.Status != http.StatusNotFound {
		t.Errorf("a contact there is none of: %d", r.Status)
	}
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	webtest.Must(t, err)
	customer := c.Get(fmt.Sprintf("/customers/%d", found[ids[0]].CustomerID)).Body
	if !strings.Contains(customer, "Same person") || !strings.Contains(customer, "T-1") {
		t.Error("the customer's page lacks the same person or the contact")
	}
}

func TestAContactsPageShowsItsContactPerson(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	with, odd := webtest.Example("T-1"), webtest.Example("T-2")
	with.ContactName, with.ContactPhone = "李阿姨", "138 1777 2001"
	odd.ContactPhone = "找门卫"
	ids := ts.AddContacts(t, with, odd)
	c := ts.Login(t, account.Supervisor)
	for i, want := range []string{"李阿姨 +86138••••2001", "找门卫 not usable"} {
		text := strings.Join(strings.Fields(c.Get(fmt.Sprintf("/contacts/%d", ids[i])).Page(http.StatusOK).Find("dl.facts").Text()), " ")
		if !strings.Contains(text, want) {
			t.Errorf("the page says %q, not %q", text, want)
		}
	}
}

func TestContactsOfOtherTeamsAreNotShown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	other := webtest.Example("T-2")
	other.Participants = []contact.InputParticipant{{Agent: "赵磊", Team: "三线组"}}
	ids := ts.AddContacts(t, webtest.Example("T-1"), other)
	c := ts.Login(t, account.Supervisor, "二线组")
	if r := c.Get("/contacts"); !strings.Contains(r.Body, "T-1") || strings.Contains(r.Body, "T-2") {
		t.Error("the list is not narrowed to the viewer's teams")
	}
	if r := c.Get(fmt.Sprintf("/contacts/%d", ids[1])); r.Status != http.StatusNotFound {
		t.Errorf("another team's contact: %d", r.Status)
	}
}
