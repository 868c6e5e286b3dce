package followup_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/outbox"
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

// matchForm is the form of the page as it is before anybody touches it.
func matchForm(r webtest.Response) url.Values {
	form := url.Values{}
	page := r.Page(http.StatusOK).Find("form.match")
	page.Find("input[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		if field.Is("select") {
			value = field.Find("option[selected]").AttrOr("value", "")
		}
		if field.AttrOr("type", "") != "checkbox" {
			form.Add(name, value)
		}
	})
	return form
}

func TestAFileIsUploadedMatchedAndImported(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	body, err := os.ReadFile(filepath.Join("..", "docs", "examples", "contacts.csv"))
	webtest.Must(t, err)
	uploaded := c.Upload("contacts.csv", body)
	match := uploaded.Header.Get("Location")
	if uploaded.Status != http.StatusSeeOther || !strings.HasSuffix(match, "/match") {
		t.Fatalf("%d %s", uploaded.Status, match)
	}
	form := matchForm(c.Get(match))
	form.Set("source", "客服系统")
	form.Set("save_as", "工单导出")
	unasked := maps.Clone(form)
	unasked.Del("from.status")
	unasked.Del("to.status")
	if asked := webtest.TextsOf(c.Post(match, unasked).Page(http.StatusOK), "h2"); !slices.Contains(asked, "What each status means") {
		t.Errorf("nobody is asked what a status means: %v", asked)
	}
	begun := c.Post(match, form)
	if begun.Status != http.StatusSeeOther {
		t.Fatalf("not begun: %d %s", begun.Status, begun.Page(begun.Status).Find(".problems, .error").Text())
	}
	run := strings.TrimSuffix(match, "/match")
	if r := c.Get(run); r.Status != http.StatusOK || !strings.Contains(r.Body, "Waiting") {
		t.Errorf("before the worker: %d", r.Status)
	}
	var id int64
	_, err = fmt.Sscanf(run, "/imports/%d", &id)
	webtest.Must(t, err)
	webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	done, err := ts.Imports.Run(t.Context(), id)
	webtest.Must(t, err)
	if done.State != imports.Done || done.Accepted != 5 || done.Resolved != 4 || done.Rejected != 0 {
		t.Errorf("%+v", done)
	}
	if r := c.Get("/imports"); !strings.Contains(r.Body, "contacts.csv") || !strings.Contains(r.Body, "客服系统") {
		t.Error("the list does not show the import")
	}
	second := c.Upload("contacts.csv", body).Header.Get("Location")
	if r := c.Get(second); !strings.Contains(r.Body, "工单导出") {
		t.Error("the saved mapping is not offered")
	}
}

func TestAFileThatCannotBeReadIsRefusedInWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	if r := c.Upload("cat.png", []byte("\x89PNG\r\n\x1a\n\x00\x00")); r.Status != http.StatusUnprocessableEntity ||
		!strings.Contains(r.Body, "neither a text file") {
		t.Errorf("a picture: %d", r.Status)
	}
	if r := c.Post("/imports", url.Values{}); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", r.Status)
	}
	match := c.Upload("x.csv", []byte("a,b\n1,2\n")).Header.Get("Location")
	r := c.Post(match, url.Values{"column.0": {""}, "source": {""}, "zone": {"Mars/Olympus"}})
	if r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "Contact number") ||
		!strings.Contains(r.Body, "not a time zone") {
		t.Errorf("nothing matched: %d %s", r.Status, r.Body)
	}
}
