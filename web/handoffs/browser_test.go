package handoffs_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
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
