package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// A caller opens from my tasks what they have had: with what was said, with the number masked, and without what a supervisor may do.
func TestARowOfMyTasksOpensWithAMaskedNumber(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"call_result": {"no_answer"}, "note": {"响铃一分钟"}})
	held := caller.Get("/tasks?list=in_progress").Page(http.StatusOK)
	if href, _ := held.Find("table.mine a").Attr("href"); href != "/desk" {
		t.Errorf("what is in hand opens at %q", href)
	}
	if phone := caller.Get("/callbacks/1").Page(http.StatusOK).Find(".facts").Text(); !strings.Contains(phone, "+8613912348001") {
		t.Errorf("the number in hand is shown as %q", phone)
	}
	form.Set("then", "stop")
	caller.Follow(caller.Post(action, form))
	list := caller.Get("/tasks?list=in_progress").Page(http.StatusOK)
	href, _ := list.Find("table.mine a").Attr("href")
	if href != "/callbacks/1" || strings.TrimSpace(list.Find(".tabs [aria-current] .count").Text()) != "1" {
		t.Fatalf("the row opens at %q, the tab counts %q", href, list.Find(".tabs [aria-current] .count").Text())
	}
	page := caller.Get(href).Page(http.StatusOK)
	if text := page.Find("#main").Text(); !strings.Contains(text, "+86139••••8001") || !strings.Contains(text, "响铃一分钟") ||
		strings.Contains(text, "13912348001") {
		t.Errorf("the callback says %q", text)
	}
	if page.Find("form[action*=reassign], form[action*=cancel], a[href^='/contacts/']").Length() > 0 {
		t.Error("a caller is offered what only a supervisor may do")
	}
	if r := caller.Get("/callbacks/2"); r.Status != http.StatusNotFound {
		t.Errorf("a colleague's callback: %d", r.Status)
	}
	if r := caller.Get("/tasks?list=nosuch"); r.Status != http.StatusNotFound {
		t.Errorf("a list there is none of: %d", r.Status)
	}
	if r := caller.Get("/tasks?list=done&date=yesterday"); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", r.Status)
	}
}
