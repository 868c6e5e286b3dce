package desk_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/delivery"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/script"
)

var boss = account.Viewer{UserID: 99, Role: account.Admin}

// prepared is a browser on a desk that holds a callback, with phrases and steps of help.
func prepared(t *testing.T) (*webtest.Server, *webtest.Browser) {
	t.Helper()
	ts := webtest.NewServer(t)
	ctx := t.Context()
	webtest.Must(t, ts.Scripts.SetCentrePhrases(ctx, boss, "客户已确认修复\n"+strings.Repeat("其他\n", 8)+"第十句"))
	help, err := ts.Scripts.Draft(ctx, boss, script.Match{Kind: script.Help, Language: "zh-CN", Category: "宽带报修"})
	webtest.Must(t, err)
	help, err = ts.Scripts.Save(ctx, boss, help.ID, help.Revision, script.Written{Body: "请客户重启光猫，等两分钟\n看光信号灯是否变绿"})
	webtest.Must(t, err)
	_, err = ts.Scripts.Publish(ctx, boss, help.ID, help.Revision)
	webtest.Must(t, err)
	in := webtest.SevereContact(1, "张伟", "宽带报修")
	in.Customer.Tags = []string{"长者"}
	ts.FillDesk(t, in)
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Next()
	b.Wait(".outcome")
	return ts, b
}

func TestAPhraseIsPutWhereTheCaretWas(t *testing.T) {
	t.Parallel()
	_, b := prepared(t)
	b.Press("1", "2") // not solved
	b.Press(kb.F4)
	b.Run(chromedp.KeyEvent("甲乙"), chromedp.KeyEvent(kb.ArrowLeft))
	b.Press(kb.F6)
	b.Wait("#phrases")
	b.Press("1")
	b.Gone("#phrases")
	if note := b.Value(`[name="note"]`); note != "甲客户已确认修复乙" {
		t.Errorf("the note is %q", note)
	}
	b.Run(chromedp.KeyEvent("。")) // goes on behind what was put in
	b.Press(kb.F6)
	b.Wait("#phrases")
	b.Press("0", "1") // the second page
	b.Gone("#phrases")
	if note := b.Value(`[name="note"]`); note != "甲客户已确认修复。第十句乙" {
		t.Errorf("the note is %q", note)
	}
	b.WaitText("[data-saved]", "draft saved")
}

func TestDigitsOfThePhrasesAreNotTheDesks(t *testing.T) {
	t.Parallel()
	_, b := prepared(t)
	b.Press(kb.F6)
	b.Wait("#phrases")
	b.Press("2")
	b.Gone("#phrases")
	if chosen := webtest.Ask(b, chromedp.Evaluate[bool](`document.querySelector("[name=call_result]:checked") !== null`)); chosen {
		t.Error("the digit chose a call result as well")
	}
	if note := b.Value(`[name="note"]`); note != "其他" {
		t.Errorf("the note is %q", note)
	}
}

func TestTheStepsOfHelpThatWereTriedAreKept(t *testing.T) {
	t.Parallel()
	ts, b := prepared(t)
	b.Gone(".desk-help")
	b.Press("1", "2")
	b.Wait(".desk-help")
	b.Run(chromedp.KeyEvent("2", chromedp.KeyModifiers(chromedp.ModifierAlt)))
	b.WaitText("[data-saved]", "draft saved")
	b.Screenshot("desk-help")
	b.Visit("/desk") // with what was typed
	b.Wait(`[name="help"]:checked`)
	b.Press(kb.F4)
	b.Run(chromedp.KeyEvent("还是慢"))
	b.Next()
	b.Wait(".desk-empty")
	desk, err := ts.Callbacks.ByID(t.Context(), boss, 1)
	webtest.Must(t, err)
	if got := desk.Attempts[0].HelpSteps(); len(got) != 1 || got[0] != "看光信号灯是否变绿" {
		t.Errorf("the attempt keeps %q", got)
	}
}

func TestACustomersTagAsksForTheShortForm(t *testing.T) {
	t.Parallel()
	_, b := prepared(t)
	b.Wait(".short-form")
	b.Gone(".full-form")
	b.Screenshot("desk-short")
	b.Run(chromedp.KeyEvent("l", chromedp.KeyModifiers(chromedp.ModifierAlt)))
	b.Wait(".full-form")
	b.Gone(".short-form")
}

// Who agreed to offers before is made one after the service part; who did not, when they agree in the call. Nobody who complains is.
func TestTheOfferComesAfterTheServicePartAndWithConsent(t *testing.T) {
	t.Parallel()
	for name, agreed := range map[string]bool{"agreed before": true, "agrees in the call": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := webtest.NewServer(t)
			ctx := t.Context()
			offer, err := ts.Scripts.Draft(ctx, boss, script.Match{Kind: "confirm", Language: "zh-CN"})
			webtest.Must(t, err)
			const body = "【开场】\n我是{centre}的{caller}。\n【询问】\n修好了吗？\n【推介】\n有个宽带优惠。\n【结束】\n再见。"
			offer, err = ts.Scripts.Save(ctx, boss, offer.ID, offer.Revision, script.Written{Body: body})
			webtest.Must(t, err)
			_, err = ts.Scripts.Publish(ctx, boss, offer.ID, offer.Revision)
			webtest.Must(t, err)
			ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
			if agreed {
				webtest.Must(t, ts.Permission.RecordByHand(ctx, boss, permission.ConsentEvent{
					CustomerID: 1, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Basis: "consent",
					Evidence: "合同",
					Wording:  "同意接收优惠信息",
				}))
			}
			ts.Login(t, account.Caller)
			b := ts.Open(t)
			b.Login("caller")
			b.Visit("/desk")
			b.Next()
			b.Wait(".outcome")
			const said = `[data-scene="offer"]`
			b.Gone(said)
			b.Press("1", "1") // reached, solved
			if !agreed {
				b.Gone(said)
				b.Press(kb.F7)
			}
			b.Wait(said)
			webtest.Ask(b, chromedp.Evaluate[any](`document.querySelector('[data-flags~="hide"]').click()`))
			b.Gone(said)
		})
	}
}

func TestThePBXRingsOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	ts, b := prepared(t)
	var status atomic.Int32
	status.Store(http.StatusAccepted)
	pbx := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	t.Cleanup(pbx.Close)
	webtest.Must(t, ts.PBX.Set(t.Context(), boss, delivery.PBXSettings{
		On: true, Method: http.MethodPost, URL: pbx.URL, Body: `{"to":"{number}","from":"{extension}"}`, Link: "tel",
		Hosts: []string{"127.0.0.1"},
	}))
	b.Press(kb.F2)
	b.WaitText("#desk-problem", "extension of your telephone")
	if link := webtest.Ask(b, chromedp.Evaluate[string](`document.querySelector("[data-own-phone]").href`)); link != "tel:+8613912348001" {
		t.Errorf("the caller's own telephone is offered %q", link)
	}
	webtest.Must(t, ts.Accounts.SetExtension(t.Context(), account.Viewer{UserID: 1}, "8001"))
	b.Press(kb.F2)
	b.WaitText("#desk-ringing", "pick up your telephone")
	b.Screenshot("desk-ringing")
	status.Store(http.StatusForbidden)
	b.Press(kb.F2)
	b.WaitText("#desk-problem", "refused the call")
	desk, err := ts.Callbacks.ByID(t.Context(), boss, 1)
	webtest.Must(t, err)
	if len(desk.Attempts) != 1 {
		t.Errorf("%d attempts were counted", len(desk.Attempts))
	}
}

// Two tabs of one desk have one call made; the second one says so, and has another one made when it is meant.
func TestTheOtherTabRingsNoSecondTime(t *testing.T) {
	t.Parallel()
	ts, b := prepared(t)
	var calls atomic.Int32
	pbx := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(pbx.Close)
	webtest.Must(t, ts.PBX.Set(t.Context(), boss, delivery.PBXSettings{
		On: true, Method: http.MethodPost, URL: pbx.URL, Body: `{"to":"{number}"}`, Link: "tel", Hosts: []string{"127.0.0.1"},
	}))
	webtest.Must(t, ts.Accounts.SetExtension(t.Context(), account.Viewer{UserID: 1}, "8001"))
	other := ts.Open(t)
	other.Login("caller")
	openDesk(other)
	other.Wait(".outcome .step-now")
	rings := func() int { // whatever the PBX makes of it
		t.Helper()
		desk, err := ts.Callbacks.Current(t.Context(), account.Viewer{UserID: 1, Role: account.Caller})
		webtest.Must(t, err)
		return desk.Rings()
	}
	b.Press(kb.F2)
	b.Wait("#desk-ringing") // it has answered
	other.Press(kb.F2)
	other.WaitText("#desk-problem", "Another page has had this call made")
	if n := rings(); n != 1 || calls.Load() > 1 {
		t.Fatalf("%d calls were asked for, and the PBX got %d", n, calls.Load())
	}
	other.Press(kb.F2)
	other.Wait("#desk-ringing")
	if n := rings(); n != 2 {
		t.Errorf("dialled again on purpose, %d calls were asked for", n)
	}
}

// The customer has reported something newer while the caller was reading: one key puts the callback off and takes the next.
func TestANewerContactIsOneKeyFromTheNextCustomer(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟", "刘芳")
	newer := webtest.SevereContact(3, "张伟", "宽带报修")
	newer.Customer, newer.Status = webtest.SevereContact(1, "张伟", "").Customer, contact.Open
	newer.OpenedAt, newer.ResolvedAt = ts.Now(), 0
	ts.AddContacts(t, newer)
	b.Press(kb.F2)
	b.WaitText("#desk-problem", "newer contact")
	b.Wait("#desk-way-out")
	b.Screenshot("desk-newer-way-out")
	b.Chord("n", chromedp.ModifierAlt)
	b.Wait(`[data-outcome][data-id="2"]`)
	b.WaitText(".flash", "Put off until the newer contact is resolved")
	desk, err := ts.Callbacks.ByID(t.Context(), boss, 1)
	if err != nil || desk.Callback.WaitReason != callback.ReasonNewer || len(desk.Attempts) != 0 {
		t.Errorf("what was put off is %+v, %v", desk.Callback, err)
	}
}
