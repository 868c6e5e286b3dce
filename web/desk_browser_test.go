package web

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
)

// A caller claims, dials, records a talk with its survey, and finishes, without touching the mouse.
func TestCallbackIsWorkedByKeyboardAlone(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.fillDesk(t, complaintContact(1, "张伟", "宽带报修"), severeContact(2, "刘芳", "移机"))
	ts.login(t, account.Caller)
	b := ts.open(t)
	b.login("caller")
	b.visit("/desk")
	b.next()
	b.wait(".outcome")

	b.press("1")                // reached
	b.wait(".outcome .talk")    // the talk's questions open
	b.press("2", "2", "1", "3") // not solved; dissatisfied; two reasons
	b.press(kb.F4)
	b.run(chromedp.KeyEvent("网速 1234 仍慢")) // digits in a note are text
	if note := b.value(`[name="note"]`); note != "网速 1234 仍慢" {
		t.Errorf("the note is %q", note)
	}
	b.waitText("[data-saved]", "draft saved")
	b.next()
	b.wait(`form[action="/desk/2/finish"]`)

	desk, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if desk.Callback.CloseReason != callback.Reason(callback.NotSolved) || desk.Attempts[0].Answers != `{"rating":2,"solved":false,"reasons":["waited","attitude"]}` {
		t.Errorf("recorded as %q with %s", desk.Callback.CloseReason, desk.Attempts[0].Answers)
	}
	b.press("2") // no answer: one key and the end
	b.next()
	b.wait(".desk-empty")
	if desk, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 2); err != nil || desk.Callback.WaitReason != callback.Reason(callback.NoAnswer) {
		t.Errorf("the second one waits for %q, %v", desk.Callback.WaitReason, err)
	}
}

func TestDialAsksPermissionAtThatMoment(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.fillDesk(t, severeContact(1, "张伟", "宽带报修"))
	ts.login(t, account.Caller)
	b := ts.open(t)
	b.login("caller")
	b.visit("/desk")
	b.next()
	b.wait("[data-dial]")
	ts.now = ts.now.Add(6 * time.Hour) // 20:05
	b.press(kb.F2)
	b.wait("#desk-problem")
	if got := b.text("#desk-problem"); got != "This customer may not be called now. Outside calling hours." {
		t.Errorf("the desk says %q", got)
	}
}

// skipped is a contact that gets less than a callback and a survey.
func skipped(number int) contact.Input {
	in := severeContact(number, "赵磊", "账单")
	switch number % 3 {
	case 0:
		in.OpenedAt, in.ResolvedAt = 0, testNow.Add(-8*24*time.Hour)
	case 1:
		in.AutoClosed = true
	default:
		in.Severity = contact.Low
	}
	return in
}

// next presses the key of the page's next action.
func (b *browser) next() {
	b.t.Helper()
	b.run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

func TestDeskAndListsInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Caller)
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.look("desk-nothing", "/desk")
	b.look("decisions-empty", "/decisions")
	b.look("tasks-empty", "/tasks")
	ts.fillDesk(t, complaintContact(1, "张伟", "宽带报修"), severeContact(2, "刘芳", "移机"), severeContact(3, "欧阳明月", "账单争议"), severeContact(4, "孙丽", "资费咨询"), severeContact(5, "Anna Schmidt", "Router"), skipped(6), skipped(7), skipped(8))
	b.look("desk-ready", "/desk")
	admin := account.Viewer{UserID: 2, Name: "The admin", Role: account.Admin}
	for _, o := range []callback.Outcome{
		{CallResult: callback.NoAnswer, NoteForNext: "上午在开会，下午打"},
		{CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: testNow.Add(3 * time.Hour), AppointmentFor: callback.ForMe},
		{CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "很满意", Answers: callback.Answers{Rating: new(5)}},
	} {
		desk, err := ts.Callbacks.Claim(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		ts.now = ts.now.Add(3 * time.Minute)
		if err := ts.Callbacks.Finish(t.Context(), admin, desk.Callback.ID, desk.Callback.Fence, o); err != nil {
			t.Fatal(err)
		}
	}
	desk, err := ts.Callbacks.Claim(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ts.Callbacks.SaveDraft(t.Context(), admin, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NotSolved, Answers: callback.Answers{Rating: new(2), Reasons: []string{"waited"}}, Note: "晚上七点后网速仍慢，要求装维班长回电。"}); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"desk-held": "/desk", "tasks": "/tasks", "day": "/day", "callbacks": "/callbacks", "callback": "/callbacks/1", "decisions": "/decisions", "decision-list": "/decisions/list",
		"callbacks-none": "/callbacks?" + url.Values{"state": {"cancelled"}}.Encode(),
	} {
		b.look(name, path)
	}
	b.resize(1024, 768, false)
	b.visit("/desk")
	b.fits("desk at 1024")
	b.screenshot("desk-held-1024")
}
