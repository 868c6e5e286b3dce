package followup_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// busy is a server whose work list has callbacks in every state.
func busy(t *testing.T) *webtest.Server {
	t.Helper()
	ts := webtest.NewServer(t)
	batch := make([]contact.Input, 0, 24)
	for i := range 24 {
		in := webtest.SevereContact(i+1, []string{"张伟", "欧阳建国", "刘芳"}[i%3], []string{"宽带报修", "家庭宽带提速办理"}[i%2])
		if i%4 == 0 {
			in = webtest.ComplaintContact(i+1, "王伟强", "上门超时投诉")
		}
		batch = append(batch, in)
	}
	ts.FillDesk(t, batch...)
	caller := ts.Login(t, account.Caller)
	caller.Post("/desk/claim", nil)
	for _, set := range []string{
		fmt.Sprintf("due_at = %d - id * 600000000, state = 'waiting', wait_reason = 'outside_hours' WHERE id %% 5 = 3", ts.Now()),
		fmt.Sprintf("state = 'done', close_reason = 'solved', closed_at = %d WHERE id %% 6 = 4", ts.Now()-1),
		"reserved_for = 1 WHERE id % 7 = 5",
	} {
		webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET "+set).Error)
	}
	return ts
}

// The work list is read and worked with at every width: the state is in sight, the head stays, and rows have two lines at most.
func TestTheWorkListIsReadOnAnySize(t *testing.T) {
	t.Parallel()
	ts := busy(t)
	ts.Login(t, account.Supervisor)
	b := ts.Open(t)
	b.Login("supervisor")
	const tall = `Math.max(...[...document.querySelectorAll("#list tbody tr")].map((r) => r.getBoundingClientRect().height)) > 62`
	const hidden = `[...document.querySelectorAll("#list tbody tr")].some((r) =>
		![...r.querySelectorAll(".tag")].some((e) => e.checkVisibility() && e.getBoundingClientRect().right <= innerWidth))`
	for _, width := range []int64{1440, 1024, 390} {
		b.Resize(width, 800, false)
		b.Visit("/callbacks?state=open")
		b.Fits(fmt.Sprint("the work list at ", width))
		for what, condition := range map[string]string{"a row has more than two lines": tall, "a state is out of sight": hidden} {
			if webtest.Ask(b, chromedp.Evaluate[bool](condition)) {
				t.Errorf("at %d pixels %s", width, what)
			}
		}
	}
	b.Resize(1440, 700, false)
	b.Visit("/callbacks?state=open")
	b.Run(chromedp.Evaluate[chromedp.Void](`void document.querySelector(".worklist").scrollTo(0, 400)`))
	if !webtest.Ask(b, chromedp.Evaluate[bool](`(() => { const box = document.querySelector(".worklist").getBoundingClientRect();
		return Math.abs(document.querySelector(".worklist thead th").getBoundingClientRect().top - box.top) < 2 })()`)) {
		t.Error("the head does not stay")
	}
	b.Look("worklist", "/callbacks?state=open")
	b.Look("callback-acts", "/callbacks/1")
	b.Look("worklist-none", "/callbacks?kind=recovery&state=open")
}

// Many callbacks are cancelled from the list: how many is said first, what was refused is listed, and it is taken back.
func TestManyCallbacksAreCancelledFromTheListAndBroughtBack(t *testing.T) {
	t.Parallel()
	ts := busy(t)
	ts.Login(t, account.Supervisor)
	b := ts.Open(t)
	b.Login("supervisor")
	b.Visit("/callbacks?kind=confirm")
	b.Click(`[data-check-all]`)
	b.Run(chromedp.Evaluate[chromedp.Void](`void (document.querySelector('[name="act"]').value = "cancel")`))
	b.Click(`button[value="chosen"]`)
	b.Wait(`[name="why"]`)
	b.Screenshot("bulk-asked")
	b.Focus(`[name="why"]`)
	b.Type("活动取消")
	b.Click(`button[value="count"]`)
	b.Wait(`.weighed`)
	b.Screenshot("bulk-counted")
	b.Click(`button[value="do"]`)
	b.Wait(`form[action$="/undo"]`)
	b.Screenshot("bulk-done")
	count := func(where string) (n int64) {
		webtest.Must(t, ts.DB.View(t.Context()).Gorm().Table("callbacks").Where(where).Count(&n).Error)
		return n
	}
	cancelled := count("state = 'cancelled'")
	if cancelled == 0 || count("state = 'cancelled' AND close_reason <> 'by_hand'") != 0 {
		t.Errorf("%d are cancelled", cancelled)
	}
	b.Click(`form[action$="/undo"] button`)
	b.Gone(`form[action$="/undo"]`)
	b.Screenshot("bulk-undone")
	if left := count("state = 'cancelled'"); left != 0 {
		t.Errorf("%d are cancelled still", left)
	}
}

// A saved filter is what the list begins with, and what is searched for is in no address and no filter.
func TestAFilterIsSavedAndASearchIsNot(t *testing.T) {
	t.Parallel()
	ts := busy(t)
	boss := ts.Login(t, account.Supervisor)
	found := boss.Post("/callbacks?state=any", url.Values{"q": {"王伟"}}).Page(200)
	if rows := found.Find("#list tbody tr").Length(); rows != 6 {
		t.Errorf("%d rows are of that name", rows)
	}
	found.Find("a[href], form[action]").Each(func(_ int, e *goquery.Selection) {
		if address := e.AttrOr("href", "") + e.AttrOr("action", ""); strings.Contains(address, "王") || strings.Contains(address, "%E7") {
			t.Errorf("the search is in %s", address)
		}
	})
	boss.Post("/callbacks/filters", url.Values{"name": {"投诉"}, "query": {"kind=complaint&q=王伟&x=1"}, "first": {"1"}})
	r := boss.Get("/callbacks")
	if to := r.Header.Get("Location"); to != "/callbacks?kind=complaint" {
		t.Errorf("the list begins with %q", to)
	}
	if p := boss.Post("/callbacks/filters", url.Values{"name": {""}}).Page(422); p.Find("#e-name").Length() != 1 {
		t.Error("a filter without a name is not refused in words")
	}
	boss.Post("/callbacks/filters/1/delete", nil)
	if r := boss.Get("/callbacks"); r.Status != 200 {
		t.Errorf("without the filter: %d", r.Status)
	}
}

// What a supervisor types for one callback and may not stays in the form of that act.
func TestARefusedActKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	ts := busy(t)
	boss := ts.Login(t, account.Supervisor)
	night := ts.Now().In(time.FixedZone("", 8*60*60)).Add(13 * time.Hour).Format("2006-01-02T15:04")
	page := boss.Post("/callbacks/2/move", url.Values{"at": {night}, "why": {"客户要求"}}).Page(422)
	form := page.Find(`form[action$="/move"]`)
	if form.Find(".error").Length() == 0 || form.Find(`[name="why"]`).AttrOr("value", "") != "客户要求" {
		t.Error("the form of the act has neither what is wrong nor what was typed")
	}
	if page.Find(`form[action$="/cancel"] .error`).Length() != 0 {
		t.Error("another form says it too")
	}
	for _, act := range callback.ActKinds() {
		if r := boss.Post("/callbacks/2/"+string(act), url.Values{}); r.Status != 422 {
			t.Errorf("%s without a reason: %d", act, r.Status)
		}
	}
}
