package handoffs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
)

// settle lets what was recorded at the desk take effect.
func settle(t *testing.T, ts *webtest.Server) {
	t.Helper()
	ts.Advance(callback.UndoTime)
	ts.Work(t, callback.JobOutcome, survey.JobAnswered, callback.JobClosed, callback.JobOffer)
}

// said records at the desk that the customer was reached, and whether it is solved, by keys alone.
func said(b *webtest.Browser, solved string) {
	b.Press("1")
	b.Wait(".outcome .talk")
	b.Press(solved)
	b.Press(kb.F4)
	b.Run(chromedp.KeyEvent("客户说的"))
	b.WaitText("[data-saved]", "draft saved")
}

// Not solved at the desk, a handoff, its reply, the second call, solved: four people in four windows.
func TestWhatIsNotSolvedIsSolvedByFourPeople(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	windows := map[account.Role]*webtest.Browser{}
	for _, role := range []account.Role{account.Caller, account.Handler, account.Supervisor, account.Admin} {
		if role == account.Caller {
			ts.Login(t, role)
		} else {
			ts.Login(t, role, "装维一班")
		}
		windows[role] = ts.Open(t)
		windows[role].Login(string(role))
	}
	caller, handler := windows[account.Caller], windows[account.Handler]
	supervisor, admin := windows[account.Supervisor], windows[account.Admin]

	caller.Visit("/desk")
	caller.Next()
	caller.Wait(".outcome .step-now")
	said(caller, "2")
	caller.WaitText(".then-handoff", "装维一班")
	caller.Next()
	caller.Wait(".desk-empty")
	settle(t, ts)

	handler.Visit("/")
	handler.Wait(`a[data-row][href="/handoffs/1"]`) // they land where their work is
	handler.Press("j", kb.Enter)
	handler.Wait(".said")
	handler.Click(`form[action="/handoffs/1/claim"] button`)
	handler.Wait(`form[action="/handoffs/1/release"]`)
	handler.Run(chromedp.SendKeys(chromedp.CSS(`form[action="/handoffs/1/reply"] [name=words]`), "换了光猫"))
	handler.Visit("/handoffs/1") // what is typed is not lost
	if kept := handler.Value(`form[action="/handoffs/1/reply"] [name=words]`); kept != "换了光猫" {
		t.Errorf("what was typed is %q", kept)
	}
	supervisor.Visit("/handoffs?state=taken")
	supervisor.Wait(`a[data-row][href="/handoffs/1"]`)
	handler.Click(`[name=remedy][value=fixed]`)
	handler.Click(`form[action="/handoffs/1/reply"] button.go`)
	handler.Wait(".reply")
	ts.Advance(time.Hour) // the gap between two calls
	ts.Work(t, callback.JobOffer)

	caller.Visit("/tasks?list=in_progress")
	caller.WaitText("#handoffs", "换了光猫")
	caller.Visit("/desk")
	caller.Next()
	caller.WaitText("#desk-reply", "换了光猫")
	said(caller, "1")
	caller.Next()
	caller.Wait(".desk-empty")
	settle(t, ts)

	supervisor.Visit("/handoffs?state=closed")
	supervisor.Wait(`a[data-row][href="/handoffs/1"]`)
	admin.Visit("/handoffs/1")
	admin.WaitText("#log", "换了光猫")
	sheet, err := ts.Handoffs.ByID(t.Context(), handoff.ByUser(account.Viewer{Role: account.Admin}), 1)
	webtest.Must(t, err)
	if sheet.Handoff.State != handoff.Closed || sheet.Handoff.Result != handoff.Solved {
		t.Errorf("in the end it is %s %s", sheet.Handoff.State, sheet.Handoff.Result)
	}
}

// What people look at, in both languages and themes, on a desk and on a phone.
func TestHandoffsInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("handoffs-empty", "/handoffs")
	b.Look("working-hours-empty", "/settings/working-hours")
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), webtest.ComplaintContact(2, "刘芳", "移机"))
	chief := account.Viewer{UserID: 1, Role: account.Admin}
	var first handoff.Handoff
	for resolution, said := range map[int64]string{2: "约好的时间没人来，打了三次电话", 1: "还是上不了网，光猫红灯一直闪"} {
		h, err := ts.Handoffs.Open(t.Context(), chief, handoff.Opening{
			Kind: handoff.Unsolved, ResolutionID: resolution, Said: said, Note: "客户晚上七点后在家", Links: []string{"https://pic.example.com/1"},
		})
		webtest.Must(t, err)
		if resolution == 1 {
			first = h
		}
	}
	by := handoff.ByUser(chief)
	b.Look("handoff-open", "/handoffs/1")
	taken, err := ts.Handoffs.Claim(t.Context(), by, first.ID, first.Version)
	webtest.Must(t, err)
	_, err = ts.Handoffs.SendBack(t.Context(), by, first.ID, taken.Version, handoff.FilledWrongly, "没写是哪台设备")
	webtest.Must(t, err)
	webtest.Must(t, ts.Couriers.AddContact(t.Context(), chief, courier.NewContact{
		TeamID: first.TeamID, Name: "王班长", Way: courier.BySMS, Address: "+8613912348000", Language: "zh-CN",
	}))
	ts.Advance(72 * time.Hour)
	ts.Work(t, handoff.JobWatch, courier.JobTell)
	b.Login("admin") // the session is over
	b.Look("handoffs", "/handoffs")
	b.Look("handoff-sent-back", "/handoffs/1")
	b.Look("working-hours", "/settings/working-hours")
	b.Look("board-told", "/board")
	out, sends, err := ts.Couriers.Begin(t.Context(), outbox.Ticket{}, 1)
	if err != nil || !sends {
		t.Fatalf("no link: %t %v", sends, err)
	}
	_, token, _ := strings.Cut(out.Text, "/h/")
	b.LookAtPhone("handoff-link", "/h/"+token)
	b.LookAtPhone("handoff-link-unknown", "/h/0123456789abcdefghijkl")
}
