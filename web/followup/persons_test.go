package followup_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/webtest"
)

func TestRecordsAreMergedSeparatedAndTakenBack(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Supervisor)
	ann, bob := ts.AddCustomer(t, "C-1", "张伟", "13911110001"), ts.AddCustomer(t, "C-2", "李娜", "13911110002")
	page := fmt.Sprintf("/customers/%d", ann)
	if body := c.Get(page).Body; !strings.Contains(body, "No other record is known") || strings.Contains(body, page+"/split") {
		t.Error("a customer without other records may be separated from nobody")
	}
	found := c.Post(page+"/merge/search", url.Values{"search": {"139 1111 0002"}})
	from := found.Page(http.StatusOK).Find("input[name=from]").AttrOr("value", "")
	if from == "" || found.Header.Get("Location") != "" || !strings.Contains(found.Body, "李娜") {
		t.Fatalf("a number finds nobody: %s", found.Body)
	}
	form := url.Values{"search": {"13911110002"}, "from": {from}, "reason": {""}}
	short := c.Post(page+"/merge", form)
	if short.Status != http.StatusUnprocessableEntity || !strings.Contains(short.Body, "2 to 190") || !strings.Contains(short.Body, "李娜") {
		t.Errorf("without a reason: %d", short.Status)
	}
	form.Set("reason", "电话核实是本人")
	merged := c.Post(page+"/merge", form)
	body := c.Follow(merged).Body
	if merged.Header.Get("Location") != page {
		t.Errorf("%d %s", merged.Status, merged.Header.Get("Location"))
	}
	for _, text := range []string{"1 record joined this person", "2 records", "李娜", "电话核实是本人", "Merged: 1 record joined"} {
		if !strings.Contains(body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	split := c.Post(page+"/split", url.Values{"record": {strconv.FormatInt(bob, 10)}, "reason": {"不是本人"}})
	if body = c.Follow(split).Body; !strings.Contains(body, "1 record is a person of its own now") || !strings.Contains(body, "不是本人") {
		t.Errorf("separating: %d", split.Status)
	}
	undo := page + "/changes/2/undo"
	body = c.Follow(c.Post(undo, nil)).Body
	if !strings.Contains(body, "The change was taken back") || !strings.Contains(body, "Taken back") {
		t.Error("a separation is not taken back")
	}
	if body = c.Follow(c.Post(undo, nil)).Body; !strings.Contains(body, "changed who is the same person") {
		t.Error("taking a change back twice is not refused in words")
	}
	all := c.Post(page+"/split", url.Values{"record": {strconv.FormatInt(ann, 10), strconv.FormatInt(bob, 10)}, "reason": {"不是本人"}})
	if all.Status != http.StatusUnprocessableEntity || !strings.Contains(all.Body, "Leave at least one record") {
		t.Errorf("separating all of them: %d", all.Status)
	}
	none := c.Post(page+"/merge", url.Values{"search": {"13911110001"}, "reason": {"不是本人"}})
	if none.Status != http.StatusUnprocessableEntity {
		t.Errorf("merging with nobody: %d", none.Status)
	}
}

// Two people whom one mailbox made one customer.
func TestACustomerIsTakenApartAndThatIsTakenBack(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Supervisor)
	customer := ts.AddCustomer(t, "C-1", "张伟", "13911110001")
	if body := c.Get(fmt.Sprintf("/customers/%d", customer)).Body; strings.Contains(body, "/apart") {
		t.Error("a customer with one contact is offered to be taken apart")
	}
	source := contacttest.Source(t, ts.Contacts, "shop")
	var ids []int64
	for i, name := range []string{"李娜", "王芳"} {
		done := contacttest.Take(t, ts.Contacts, source.ID, contact.Input{
			ExternalID: fmt.Sprint("S-", i),
			Customer:   contact.InputCustomer{Reference: "S", Name: name, Emails: []string{"shop@example.com"}},
		})
		ids = append(ids, done[0].ContactID)
	}
	one, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, ids[0])
	webtest.Must(t, err)
	page := fmt.Sprintf("/customers/%d", one.CustomerID)
	if body := c.Get(page).Body; !strings.Contains(body, page+"/apart") {
		t.Error("the page does not offer to take them apart")
	}
	if body := c.Get(page + "/apart").Body; !strings.Contains(body, "S-0") || !strings.Contains(body, "shop@example.com") {
		t.Error("contacts and addresses are not there to choose")
	}
	form := url.Values{"contact": {strconv.FormatInt(ids[0], 10)}, "name": {"王芳"}, "reason": {"不是同一个人"}}
	same := c.Post(page+"/apart", form)
	if same.Status != http.StatusUnprocessableEntity || !strings.Contains(same.Body, "the name of the customer they leave") {
		t.Errorf("under the same name: %d", same.Status)
	}
	none := c.Post(page+"/apart", url.Values{"name": {"李娜"}, "reason": {"不是同一个人"}})
	if none.Status != http.StatusUnprocessableEntity || !strings.Contains(none.Body, "Choose the contacts") {
		t.Errorf("nothing chosen: %d", none.Status)
	}
	form.Set("name", "李娜")
	done := c.Post(page+"/apart", form)
	body := c.Follow(done).Body
	if done.Header.Get("Location") != page || !strings.Contains(body, "1 contact is another customer") ||
		!strings.Contains(body, "不是同一个人") || strings.Contains(body, "S-0") {
		t.Errorf("taken apart: %d", done.Status)
	}
	body = c.Follow(c.Post(page+"/changes/1/undo", nil)).Body
	if !strings.Contains(body, "The change was taken back") || !strings.Contains(body, "S-0") {
		t.Error("it is not taken back")
	}
}

func TestWhoAnswersHandoffsSeesThePersonAndChangesNothing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	id := ts.AddCustomer(t, "C-1", "张伟", "13911110001")
	ts.AddCustomer(t, "C-2", "李娜", "13911110001")
	c := ts.Login(t, account.Handler)
	page := fmt.Sprintf("/customers/%d", id)
	if body := c.Get(page).Body; !strings.Contains(body, "李娜") || strings.Contains(body, page+"/merge") {
		t.Error("a handler does not see the same person, or may merge")
	}
	for _, path := range []string{"/merge", "/split", "/apart", "/changes/1/undo"} {
		t.Run(path, func(t *testing.T) {
			c := c.In(t)
			if r := c.Post(page+path, nil); r.Status != http.StatusForbidden {
				t.Errorf("%s: %d", path, r.Status)
			}
		})
	}
}

func TestASharedLineIsSaid(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	var id int64
	for i := range 7 {
		id = ts.AddCustomer(t, fmt.Sprint("C-", i), "前台", "01065551234")
	}
	c := ts.Login(t, account.Supervisor)
	if body := c.Get(fmt.Sprintf("/customers/%d", id)).Body; !strings.Contains(body, "is on 7 customers") {
		t.Error("the page does not say that the number is a shared line")
	}
}
