package desk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/survey"
	"aftercall/tasks/callback"
)

// fillRecovery makes a recovery of a customer who has been here before, and is dissatisfied with words.
func fillRecovery(t *testing.T, ts *webtest.Server) {
	t.Helper()
	var contacts []contact.Input
	for i := range 8 {
		in := webtest.SevereContact(i+1, "欧阳明月", []string{"宽带报修", "资费咨询", "移机"}[i%3])
		in.Customer = webtest.SevereContact(1, "欧阳明月", "").Customer
		in.Complaint = new(i == 6)
		if in.Severity = contact.Low; i > 4 {
			in.Status, in.ResolvedAt = contact.Open, clock.Instant(0)
		}
		contacts = append(contacts, in)
	}
	ts.FillDesk(t, contacts...)
	ctx, ticket := t.Context(), outbox.Ticket{}
	webtest.Must(t, ts.Surveys.RecordCall(ctx, ticket, survey.CallAnswers{
		AttemptID: 1, ResolutionID: 1, CustomerID: 1, CallerID: 9, AnsweredAt: ts.Now(), Language: "zh-CN",
		Rating: new(1), Reasons: []string{"waited", "attitude"}, Comment: "等了三天没有人来，打了四次电话，每次都要重新说一遍。",
	}))
	resolutions, err := contact.ResolutionsByID(ts.DB.View(context.Background()), []int64{1})
	webtest.Must(t, err)
	webtest.Must(t, ts.Callbacks.Recover(ctx, ticket, callback.LowScore{
		ResponseID: 1, CustomerID: 1, Resolution: resolutions[1], Value: 1, Scale: "1-5", AnsweredAt: ts.Now(), MaxAge: 24 * time.Hour,
	}))
	ts.Advance(25 * time.Hour)
	ts.FillDesk(t, webtest.Example("another"))
}

// Every state of the desk fits where callers sit: 1440 and 1024 pixels, and a phone.
func TestEveryStateOfTheDeskFits(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	fillRecovery(t, ts)
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	b.Visit("/desk")
	webtest.Ask(b, chromedp.Evaluate[bool](`fetch("/language", {method: "POST", redirect: "manual",
		body: new URLSearchParams({language: "zh-CN"})}).then(() => true)`, chromedp.EvalAwaitPromise))
	openDesk(b)
	b.Next()
	b.Wait(".outcome .step-now")
	text := webtest.Ask(b, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
	for _, want := range []string{"已逾期", "等太久", "服务态度", "每次都要重新说一遍", "其他工单", "GD-0008"} {
		if !strings.Contains(text, want) {
			t.Errorf("the desk does not say %s", want)
		}
	}
	look := func(name string) {
		for i, size := range []struct{ width, height int64 }{{1440, 900}, {1024, 768}, {390, 844}} {
			b.Resize(size.width, size.height, i%2 == 0)
			shot := fmt.Sprintf("%s-%d", name, size.width)
			b.Fits(shot)
			b.Screenshot(shot)
		}
		b.Resize(1280, 800, false)
	}
	look("recovery")
	b.Press(kb.F9)
	look("recovery-skip")
	b.Press(kb.Escape)
	b.Wait(`.outcome label[data-key="Digit1"]`)
	b.Press("1", "5")
	b.Next()
	b.Wait(".note .error")
	look("recovery-refused")
	b.Chord("p", chromedp.ModifierAlt)
	look("recovery-pause")
	b.Press("1")
	b.WaitText("[data-pause]", ":")
	b.Press("?")
	b.Wait("#shortcuts[open]")
	look("recovery-keys")
	b.Press(kb.Escape)
	logOut(t, ts)
	b.Press(kb.F4)
	b.Type("要求")
	b.Wait("#desk-login")
	look("recovery-login")
	b.Run(chromedp.KeyEvent("caller"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(webtest.Password), chromedp.KeyEvent(kb.Enter))
	b.Gone("#desk-login")
	b.Offline(true)
	b.Press(kb.F4)
	b.Type("装维班长回电")
	b.WaitText("#desk-problem", "连接已断开")
	look("recovery-offline")
	b.Offline(false)
	b.Gone("#desk-problem")
	b.Next()
	b.WaitText(".desk-empty h2", "暂停中")
	look("paused")
}
