package desk_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// A caller claims, dials, records a talk with its survey, and finishes, without touching the mouse.
func TestCallbackIsWorkedByKeyboardAlone(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Next()
	b.Wait(".outcome .step-now")

	b.Press("1")             // reached
	b.Wait(".outcome .talk") // the talk's questions open
	b.Press("2")             // not solved
	rate(b, "2")
	b.Press("1", "3") // two reasons
	b.Press(kb.F4)
	b.Run(chromedp.KeyEvent("网速 1234 仍慢")) // digits in a note are text
	if note := b.Value(`[name="note"]`); note != "网速 1234 仍慢" {
		t.Errorf("the note is %q", note)
	}
	b.WaitText("[data-saved]", "draft saved")
	b.Next()
	b.Wait(`form[action="/desk/2/finish"]`)

	desk, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if desk.Callback.CloseReason != callback.Reason(callback.NotSolved) ||
		desk.Attempts[0].Answers != `{"rating":2,"solved":false,"reasons":["waited","attitude"]}` {
		t.Errorf("recorded as %q with %s", desk.Callback.CloseReason, desk.Attempts[0].Answers)
	}
	pressAlone(b, "2") // no answer: one key and the end
	b.Wait(".desk-empty")
	desk, err = ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 2)
	if err != nil || desk.Callback.WaitReason != callback.Reason(callback.NoAnswer) {
		t.Errorf("the second one waits for %q, %v", desk.Callback.WaitReason, err)
	}
}

// pressAlone presses the digit of a call nobody took, once the desk hears it: not in the first moment of a callback.
func pressAlone(b *webtest.Browser, digit string) {
	b.Wait(`label[data-alone][data-key="Digit` + digit + `"]`)
	b.Press(digit)
}

func TestDialAsksPermissionAtThatMoment(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Next()
	b.Wait(".outcome .step-now")
	ts.Advance(6 * time.Hour) // 20:05
	b.Press(kb.F2)
	b.Wait("#desk-problem")
	if got := b.Text("#desk-problem"); got != "This customer may not be called now. Outside calling hours." {
		t.Errorf("the desk says %q", got)
	}
}

// skipped is a contact that gets less than a callback and a survey.
func skipped(number int) contact.Input {
	in := webtest.SevereContact(number, "赵磊", "账单")
	switch number % 3 {
	case 0:
		in.OpenedAt, in.ResolvedAt = 0, webtest.Now.Add(-8*24*time.Hour)
	case 1:
		in.AutoClosed = new(true)
	default:
		in.Severity = contact.Low
	}
	return in
}

func TestDeskAndListsInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Caller)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("desk-nothing", "/desk")
	b.Look("decisions-empty", "/decisions")
	b.Look("tasks-empty", "/tasks")
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"),
		webtest.SevereContact(3, "欧阳明月", "账单争议"), webtest.SevereContact(4, "孙丽", "资费咨询"),
		webtest.SevereContact(5, "Anna Schmidt", "Router"), skipped(6), skipped(7), skipped(8))
	b.Look("desk-ready", "/desk")
	admin := account.Viewer{UserID: 2, Name: "The admin", Role: account.Admin}
	for _, o := range []callback.Outcome{
		{CallResult: callback.NoAnswer, NoteForNext: "上午在开会，下午打"},
		{
			CallResult: callback.Reached, BusinessResult: callback.Appointment,
			AppointmentAt: webtest.Now.Add(3 * time.Hour), AppointmentFor: callback.ForMe,
		},
		{CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "很满意", Answers: callback.Answers{Rating: new(5)}},
	} {
		desk, err := ts.Callbacks.Claim(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		ts.Advance(3 * time.Minute)
		if _, err := ts.Callbacks.Finish(t.Context(), admin, desk.Callback.ID, desk.Callback.Fence, o); err != nil {
			t.Fatal(err)
		}
	}
	desk, err := ts.Callbacks.Claim(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	typed := callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.NotSolved,
		Answers: callback.Answers{Rating: new(2), Reasons: []string{"waited"}}, Note: "晚上七点后网速仍慢，要求装维班长回电。",
	}
	if _, err := ts.Callbacks.SaveDraft(t.Context(), admin, desk.Callback.ID, desk.Callback.Fence, typed); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"desk-held": "/desk", "tasks": "/tasks", "day": "/day", "callbacks": "/callbacks",
		"callback": "/callbacks/1", "decisions": "/decisions", "decision-list": "/decisions/list",
		"callbacks-none": "/callbacks?" + url.Values{"state": {"cancelled"}}.Encode(),
	} {
		b.Look(name, path)
	}
	for _, size := range []struct{ width, height int64 }{{1440, 900}, {1024, 768}, {390, 844}} {
		b.Resize(size.width, size.height, size.width == 1440)
		b.Visit("/desk")
		b.Fits(fmt.Sprintf("desk at %d", size.width))
		b.Screenshot(fmt.Sprintf("desk-held-%d", size.width))
		b.Click(`[name="business_result"][value="appointment"]`)
		b.Wait(".appointment .choice")
		b.Fits(fmt.Sprintf("appointment at %d", size.width))
		b.Screenshot(fmt.Sprintf("desk-appointment-%d", size.width))
	}
}
