package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/internal/outbox"
)

// example is a resolved contact, an hour old.
func example(externalID string) contact.Input {
	return contact.Input{
		ExternalID: externalID, Status: contact.Resolved, OpenedAt: testNow.Add(-3 * time.Hour), ResolvedAt: testNow.Add(-time.Hour),
		Channel: contact.Phone, Category: "宽带报修", Product: "家庭宽带 500M", Severity: contact.High, Resolution: "重启光猫后恢复",
		Customer: contact.InputCustomer{Reference: "C-" + externalID, Name: "张伟", Phones: []string{"139 1234 8000", "12"}, Zone: "Asia/Shanghai"},
		Participants: []contact.InputParticipant{
			{Role: contact.TookIt, Agent: "王敏", Team: "一线组"}, {Role: contact.Handled, Agent: "李强", Team: "二线组"},
		},
	}
}

// addContacts takes contacts in and returns their ids.
func (ts *testServer) addContacts(t testing.TB, inputs ...contact.Input) []int64 {
	t.Helper()
	source, err := ts.Contacts.EnsureSource(t.Context(), "客服系统")
	fatal(t, err)
	outcomes, err := ts.Contacts.Take(t.Context(), source.ID, inputs)
	fatal(t, err)
	ids := make([]int64, len(outcomes))
	for i, o := range outcomes {
		if ids[i] = o.ContactID; o.ContactID == 0 {
			t.Fatalf("not taken: %+v", o)
		}
	}
	return ids
}

func TestContactsAreFoundAndTold(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Supervisor)
	if r := c.get("/contacts"); r.status != http.StatusOK || !strings.Contains(r.body, "No contacts yet") {
		t.Errorf("an empty list: %d", r.status)
	}
	ids := ts.addContacts(t, example("T-1"), example("T-2"))
	again := example("T-1")
	again.Category = "资费"
	ts.addContacts(t, again)
	ts.addContacts(t, contact.Input{ExternalID: "T-1", Status: contact.Reopened})

	if r := c.get("/contacts?status=reopened"); !strings.Contains(r.body, "T-1") || strings.Contains(r.body, "T-2") {
		t.Error("the filter of the status does not filter")
	}
	if r := c.get("/contacts?q=" + url.QueryEscape("13912348000")); strings.Count(r.body, "data-href=\"/contacts/") != 2 {
		t.Error("a phone number does not find the contacts of its customers")
	}
	if r := c.get("/contacts?q=T-2"); r.status != http.StatusSeeOther || r.header.Get("Location") != fmt.Sprintf("/contacts/%d", ids[1]) {
		t.Errorf("a contact's number leads to %d %s", r.status, r.header.Get("Location"))
	}
	page := c.get(fmt.Sprintf("/contacts/%d", ids[0])).body
	for _, text := range []string{"Resolved", "Reopened", "changed at the source: 宽带报修 → 资费", "Taken in from 客服系统", "not usable", "李强"} {
		if !strings.Contains(page, text) {
			t.Errorf("the contact's page does not say %q", text)
		}
	}
	if r := c.get("/contacts/999"); r.status != http.StatusNotFound {
		t.Errorf("a contact there is none of: %d", r.status)
	}
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	fatal(t, err)
	customer := c.get(fmt.Sprintf("/customers/%d", found[ids[0]].CustomerID)).body
	if !strings.Contains(customer, "Same person") || !strings.Contains(customer, "T-1") {
		t.Error("the customer's page lacks the same person or the contact")
	}
}

func TestContactsOfOtherTeamsAreNotShown(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	other := example("T-2")
	other.Participants = []contact.InputParticipant{{Agent: "赵磊", Team: "三线组"}}
	ids := ts.addContacts(t, example("T-1"), other)
	c := ts.login(t, account.Supervisor, "二线组")
	if r := c.get("/contacts"); !strings.Contains(r.body, "T-1") || strings.Contains(r.body, "T-2") {
		t.Error("the list is not narrowed to the viewer's teams")
	}
	if r := c.get(fmt.Sprintf("/contacts/%d", ids[1])); r.status != http.StatusNotFound {
		t.Errorf("another team's contact: %d", r.status)
	}
}

// upload posts a file as the form of the imports page does.
func (c *testClient) upload(name string, body []byte) testResponse {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	fatal(c.t, err)
	_, err = part.Write(body)
	fatal(c.t, err)
	fatal(c.t, w.Close())
	return c.do(http.MethodPost, "/imports", &b, http.Header{"Content-Type": {w.FormDataContentType()}})
}

// matchForm is the form of the page as it is before anybody touches it.
func matchForm(r testResponse) url.Values {
	form := url.Values{}
	page := r.page(http.StatusOK).Find("form.match")
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
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	body, err := os.ReadFile(filepath.Join("..", "docs", "examples", "contacts.csv"))
	fatal(t, err)
	uploaded := c.upload("contacts.csv", body)
	match := uploaded.header.Get("Location")
	if uploaded.status != http.StatusSeeOther || !strings.HasSuffix(match, "/match") {
		t.Fatalf("%d %s", uploaded.status, match)
	}
	form := matchForm(c.get(match))
	form.Set("source", "客服系统")
	form.Set("save_as", "工单导出")
	unasked := maps.Clone(form)
	unasked.Del("from.status")
	unasked.Del("to.status")
	if asked := textsOf(c.post(match, unasked).page(http.StatusOK), "h2"); !slices.Contains(asked, "What each status means") {
		t.Errorf("nobody is asked what a status means: %v", asked)
	}
	begun := c.post(match, form)
	if begun.status != http.StatusSeeOther {
		t.Fatalf("not begun: %d %s", begun.status, begun.page(begun.status).Find(".problems, .error").Text())
	}
	run := strings.TrimSuffix(match, "/match")
	if r := c.get(run); r.status != http.StatusOK || !strings.Contains(r.body, "Waiting") {
		t.Errorf("before the worker: %d", r.status)
	}
	var id int64
	_, err = fmt.Sscanf(run, "/imports/%d", &id)
	fatal(t, err)
	fatal(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	done, err := ts.Imports.Run(t.Context(), id)
	fatal(t, err)
	if done.State != imports.Done || done.Accepted != 5 || done.Resolved != 4 || done.Rejected != 0 {
		t.Errorf("%+v", done)
	}
	if r := c.get("/imports"); !strings.Contains(r.body, "contacts.csv") || !strings.Contains(r.body, "客服系统") {
		t.Error("the list does not show the import")
	}
	second := c.upload("contacts.csv", body).header.Get("Location")
	if r := c.get(second); !strings.Contains(r.body, "工单导出") {
		t.Error("the saved mapping is not offered")
	}
}

func TestAFileThatCannotBeReadIsRefusedInWords(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	if r := c.upload("cat.png", []byte("\x89PNG\r\n\x1a\n\x00\x00")); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "neither a text file") {
		t.Errorf("a picture: %d", r.status)
	}
	if r := c.post("/imports", url.Values{}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", r.status)
	}
	match := c.upload("x.csv", []byte("a,b\n1,2\n")).header.Get("Location")
	r := c.post(match, url.Values{"column.0": {""}, "source": {""}, "zone": {"Mars/Olympus"}})
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Contact number") || !strings.Contains(r.body, "not a time zone") {
		t.Errorf("nothing matched: %d %s", r.status, r.body)
	}
}
