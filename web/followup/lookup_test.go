package followup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// A customer rings a caller back: who they are, what is open for them and whose it is, without a number that need not be read out.
func TestACallerLooksUpWhoRingsBack(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	caller, supervisor := ts.Login(t, account.Caller), ts.Login(t, account.Supervisor)
	search := func(c *webtest.Client, typed string) string {
		t.Helper()
		r := c.Post("/customers", url.Values{"q": {typed}})
		return strings.Join(strings.Fields(r.Page(http.StatusOK).Find("#main").Text()), " ")
	}
	for _, typed := range []string{"8001", "1234 8001", "13912348001", "伟", "K-1", "GD-0001"} {
		text := search(caller, typed)
		if !strings.Contains(text, "张伟") || !strings.Contains(text, "+86139••••8001") || strings.Contains(text, "12348001") ||
			!strings.Contains(text, "whoever comes first") || !strings.Contains(text, "GD-0001") || strings.Contains(text, "刘芳") {
			t.Errorf("%q shows %q", typed, text)
		}
	}
	caller.Follow(caller.Post("/desk/claim", nil))
	if text := search(caller, "8001"); !strings.Contains(text, "+8613912348001") || !strings.Contains(text, "in your hands") {
		t.Errorf("in hand: %q", text)
	}
	if text := search(supervisor, "张伟"); !strings.Contains(text, "The caller has it") || strings.Contains(text, "12348001") {
		t.Errorf("a supervisor reads %q", text)
	}
	if text := search(caller, "801"); !strings.Contains(text, "nobody of that description") {
		t.Errorf("three digits show %q", text)
	}
	if r := supervisor.Post("/customers", url.Values{"q": {"GD-0002"}}); r.Header.Get("Location") != "/contacts/2" {
		t.Errorf("the id of a contact leads to %q", r.Header.Get("Location"))
	}
	header := caller.Get("/tasks").Page(http.StatusOK).Find("form.search")
	if method, _ := header.Attr("method"); method != "post" {
		t.Errorf("what is typed in the header is sent by %q: it would stand in an address", method)
	}
}
