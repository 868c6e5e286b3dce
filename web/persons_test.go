package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
)

// addCustomer takes a contact of a customer in and returns the customer's id.
func (ts *testServer) addCustomer(t testing.TB, reference, name, phone string) int64 {
	t.Helper()
	in := example("T-" + reference)
	in.Customer = contact.InputCustomer{Reference: reference, Name: name, Phones: []string{phone}}
	ids := ts.addContacts(t, in)
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	fatal(t, err)
	return found[ids[0]].CustomerID
}

func TestRecordsAreMergedSeparatedAndTakenBack(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Supervisor)
	ann, bob := ts.addCustomer(t, "C-1", "张伟", "13911110001"), ts.addCustomer(t, "C-2", "李娜", "13911110002")
	page := fmt.Sprintf("/customers/%d", ann)
	if body := c.get(page).body; !strings.Contains(body, "No other record is known") || strings.Contains(body, page+"/split") {
		t.Error("a customer without other records may be separated from nobody")
	}
	found := c.post(page+"/merge/search", url.Values{"search": {"139 1111 0002"}})
	from := found.page(http.StatusOK).Find("input[name=from]").AttrOr("value", "")
	if from == "" || found.header.Get("Location") != "" || !strings.Contains(found.body, "李娜") {
		t.Fatalf("a number finds nobody: %s", found.body)
	}
	form := url.Values{"search": {"13911110002"}, "from": {from}, "reason": {""}}
	short := c.post(page+"/merge", form)
	if short.status != http.StatusUnprocessableEntity || !strings.Contains(short.body, "2 to 190") || !strings.Contains(short.body, "李娜") {
		t.Errorf("without a reason: %d", short.status)
	}
	form.Set("reason", "电话核实是本人")
	merged := c.post(page+"/merge", form)
	body := c.follow(merged).body
	if merged.header.Get("Location") != page {
		t.Errorf("%d %s", merged.status, merged.header.Get("Location"))
	}
	for _, text := range []string{"1 record joined this person", "2 records", "李娜", "电话核实是本人", "Merged: 1 record joined"} {
		if !strings.Contains(body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	split := c.post(page+"/split", url.Values{"record": {strconv.FormatInt(bob, 10)}, "reason": {"不是本人"}})
	if body = c.follow(split).body; !strings.Contains(body, "1 record is a person of its own now") || !strings.Contains(body, "不是本人") {
		t.Errorf("separating: %d", split.status)
	}
	undo := page + "/changes/2/undo"
	if body = c.follow(c.post(undo, nil)).body; !strings.Contains(body, "The change was taken back") || !strings.Contains(body, "Taken back") {
		t.Error("a separation is not taken back")
	}
	if body = c.follow(c.post(undo, nil)).body; !strings.Contains(body, "changed who is the same person") {
		t.Error("taking a change back twice is not refused in words")
	}
	all := c.post(page+"/split", url.Values{"record": {strconv.FormatInt(ann, 10), strconv.FormatInt(bob, 10)}, "reason": {"不是本人"}})
	if all.status != http.StatusUnprocessableEntity || !strings.Contains(all.body, "Leave at least one record") {
		t.Errorf("separating all of them: %d", all.status)
	}
	none := c.post(page+"/merge", url.Values{"search": {"13911110001"}, "reason": {"不是本人"}})
	if none.status != http.StatusUnprocessableEntity {
		t.Errorf("merging with nobody: %d", none.status)
	}
}

func TestWhoAnswersHandoffsSeesThePersonAndChangesNothing(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	id := ts.addCustomer(t, "C-1", "张伟", "13911110001")
	ts.addCustomer(t, "C-2", "李娜", "13911110001")
	c := ts.login(t, account.Handler)
	page := fmt.Sprintf("/customers/%d", id)
	if body := c.get(page).body; !strings.Contains(body, "李娜") || strings.Contains(body, page+"/merge") {
		t.Error("a handler does not see the same person, or may merge")
	}
	for _, path := range []string{"/merge", "/split", "/changes/1/undo"} {
		if r := c.post(page+path, nil); r.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func TestASharedLineIsSaid(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	var id int64
	for i := range 7 {
		id = ts.addCustomer(t, fmt.Sprint("C-", i), "前台", "01065551234")
	}
	c := ts.login(t, account.Supervisor)
	if body := c.get(fmt.Sprintf("/customers/%d", id)).body; !strings.Contains(body, "is on 7 customers") {
		t.Error("the page does not say that the number is a shared line")
	}
}
