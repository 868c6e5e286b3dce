package desk_test

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// My tasks fit a small screen with the state in sight, a row opens by a click anywhere, and the search is a key away.
func TestMyTasksAreWorkedOnAnySize(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"),
		webtest.SevereContact(3, "欧阳建国", "家庭宽带提速办理"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"call_result": {"no_answer"}, "then": {"stop"}})
	caller.Follow(caller.Post(action, form))
	stop := url.Values{"call_result": {"wrong_number"}, "then": {"stop"}}
	action, form = deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), stop)
	caller.Follow(caller.Post(action, form))
	action, form = deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"call_result": {"no_answer"}, "note": {"响铃一分钟"}})
	ts.Advance(callback.Lease)
	if _, err := ts.Callbacks.Claim(t.Context(), account.Viewer{UserID: 99, Role: account.Caller}); err != nil {
		t.Fatal(err)
	}
	caller.Follow(caller.Post(action, form))
	b := ts.Open(t)
	b.Login("caller")
	const hidden = `[...document.querySelectorAll(".mine td.state")].map((e) => e.getBoundingClientRect())
		.some((r) => r.right > innerWidth || r.width == 0)`
	for _, list := range worklist.MineLists() {
		for _, width := range []int64{1440, 1024, 390} {
			b.Resize(width, 800, false)
			b.Visit("/tasks?list=" + string(list))
			b.Fits(string(list))
			if webtest.Ask(b, chromedp.Evaluate[bool](hidden)) {
				t.Errorf("%s at %d pixels: the state is out of sight", list, width)
			}
		}
	}
	b.Look("tasks-in-progress", "/tasks?list=in_progress")
	b.Look("tasks-drafts", "/tasks?list=drafts")
	b.Look("tasks-today", "/tasks")
	b.Resize(1280, 800, false)
	b.Visit("/tasks?list=done")
	b.Click(".mine td.state")
	b.Wait(`.facts`)
	b.Screenshot("callback-of-a-caller")
	b.Visit("/tasks")
	b.Press("/")
	b.Run(chromedp.KeyEvent("8001\r"))
	b.Wait(".found")
	b.Screenshot("lookup")
	b.Resize(390, 844, false)
	b.Fits("lookup")
	b.Screenshot("lookup-phone")
	caller.Follow(caller.Post("/desk/claim", nil))
	desk := caller.Get("/desk")
	b.Resize(1280, 900, false)
	if action, _ := deskForm(t, desk, url.Values{}); action != "" {
		b.Visit(action[:len(action)-len("finish")] + "customer")
		b.Look("customer-correct", action[:len(action)-len("finish")]+"customer")
	}
}
