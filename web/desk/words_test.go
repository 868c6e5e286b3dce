package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// atDesk opens a browser in which the caller has claimed the first of the contacts' callbacks.
func atDesk(t *testing.T, names ...string) (*webtest.Server, *webtest.Browser) {
	t.Helper()
	ts := webtest.NewServer(t)
	for i, name := range names {
		ts.FillDesk(t, webtest.SevereContact(i+1, name, "宽带报修"))
	}
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Next()
	b.Wait(".outcome .step-now")
	return ts, b
}

// openDesk opens the desk and waits until it hears keys.
func openDesk(b *webtest.Browser) {
	b.Visit("/desk")
	b.Until(`document.querySelector("[data-shortcuts]")?.hidden === false`)
}

// recorded returns the last attempt on a callback as an administrator sees it.
func recorded(t *testing.T, ts *webtest.Server, id int64) callback.Attempt {
	t.Helper()
	desk, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, id)
	if err != nil || len(desk.Attempts) == 0 {
		t.Fatalf("callback %d has %d attempts, %v", id, len(desk.Attempts), err)
	}
	return desk.Attempts[0]
}

// logOut ends every session, as its time does.
func logOut(t *testing.T, ts *webtest.Server) {
	t.Helper()
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("DELETE FROM login_sessions").Error)
}

// The draft waited for a second of silence, and submitting cancelled it: what a refused outcome said was nowhere.
func TestARefusedOutcomeIsKeptWithItsLastWords(t *testing.T) {
	t.Parallel()
	_, b := atDesk(t, "张伟")
	b.Press("1", "2") // reached, not solved: a note is needed
	b.Focus(`[name="comment"]`)
	b.Type("等了三天")
	b.Next()
	b.Wait(`.note .error`)
	b.Until(`document.activeElement.name === "note"`) // the first thing that is wrong
	b.Visit("/desk")
	if words := b.Value(`[name="comment"]`); words != "等了三天" {
		t.Errorf("after the refusal the comment is %q", words)
	}
}

func TestARefusedFormIsKeptWithoutScriptsToo(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{
		"call_result": {"reached"}, "business_result": {"appointment"}, "appointment_at": {"2026-11-2"}, "comment": {"等了三天"},
	})
	caller.Post(action, form).Page(http.StatusUnprocessableEntity)
	page := caller.Get("/desk").Page(http.StatusOK)
	if words := page.Find(`[name="comment"]`).Text(); words != "等了三天" {
		t.Errorf("the comment is %q", words)
	}
	if half, _ := page.Find(`[name="appointment_at"]`).Attr("value"); half != "2026-11-2" {
		t.Errorf("half a date is %q", half)
	}
	for _, path := range []string{action, "/desk/claim", "/desk/1/skip", "/desk/1/undo"} {
		if r := caller.Get(path); r.Header.Get("Location") != "/desk" {
			t.Errorf("%s, typed again, is %d to %q", path, r.Status, r.Header.Get("Location"))
		}
	}
}

func TestWordsSurviveLeavingWithinASecond(t *testing.T) {
	t.Parallel()
	_, b := atDesk(t, "张伟")
	b.Press(kb.F4)
	b.Type("下午三点后再打")
	b.Visit("/tasks")
	b.Run(chromedp.Evaluate[chromedp.Void](`localStorage.clear()`)) // another computer
	b.Visit("/desk")
	b.Until(`document.querySelector('[name="note"]')?.value === "下午三点后再打" || (location.reload(), false)`)
}

// A login that is over took the whole outcome with it.
func TestLoggingInAgainHappensInPlace(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟", "刘芳")
	b.Press("1", "1")
	rate(b, "5")
	logOut(t, ts)
	b.Press(kb.F4)
	b.Type("很满意")
	b.Next()
	b.Wait("#desk-login")
	b.Focus(`#desk-login [name="login"]`)
	b.Type("caller")
	b.Press(kb.Tab)
	b.Type("wrong horse")
	b.Press(kb.Enter)
	b.WaitText("[data-login-error]", "wrong")
	b.Type(webtest.Password)
	b.Press(kb.Enter)
	b.Wait(`[data-outcome][data-id="2"]`)
	if a := recorded(t, ts, 1); a.Note != "很满意" || a.BusinessResult != callback.Solved {
		t.Errorf("recorded is %+v", a)
	}
}

// Another person logs in at the same browser: they get none of it, and it is not recorded as theirs.
func TestSomebodyElsesLoginTakesNothingOver(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	ts.Login(t, account.Supervisor)
	b.Press(kb.F4)
	b.Type("张伟的话")
	b.Visit("/tasks")
	logOut(t, ts)
	b.Login("supervisor")
	b.Visit("/desk")
	b.Wait(".desk-empty")
	if kept := webtest.Ask(b, chromedp.Evaluate[string](`document.body.innerText`)); strings.Contains(kept, "张伟的话") {
		t.Error("the supervisor reads what the caller typed")
	}
}

func TestAnOutcomeFinishedOfflineIsSentLater(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟", "刘芳")
	b.Press("1", "1")
	rate(b, "4")
	b.Offline(true)
	b.Press(kb.F4)
	b.Type("断线时写的")
	b.WaitText("[data-saved]", "kept here")
	b.WaitText("#desk-problem", "The connection is lost")
	b.Next()
	b.WaitText("#desk-problem", "This outcome is kept")
	b.Offline(false)
	b.Wait(`[data-outcome][data-id="2"]`)
	b.Gone("#desk-problem")
	if a := recorded(t, ts, 1); a.Note != "断线时写的" {
		t.Errorf("recorded is %+v", a)
	}
}

// The tab is closed while the outcome waits: the next page of the desk sends it.
func TestAnOutcomeThatWaitedIsSentByTheNextPage(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Run(chromedp.Evaluate[chromedp.Void](`localStorage.setItem("desk:" + document.querySelector("[data-desk]").dataset.user + ":1",
		JSON.stringify({ fence: "1", at: Date.now() * 2, url: "/desk/1/finish",
			body: "fence=1&call_result=wrong_number&note=" + encodeURIComponent("断线前写的") }))`))
	b.Visit("/desk")
	b.Wait(".desk-empty")
	if a := recorded(t, ts, 1); a.Note != "断线前写的" {
		t.Errorf("recorded is %+v", a)
	}
	if left := webtest.Ask(b, chromedp.Evaluate[int](`localStorage.length`)); left != 0 {
		t.Errorf("%d entries are left in the browser", left)
	}
}

// The answer was lost on its way, not the outcome: sending it once more is no stale claim.
func TestAnOutcomeThatArrivedTwiceIsRecordedOnce(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"call_result": {"no_answer"}, "note": {"响铃"}})
	caller.Post(action, form)
	again := caller.Post(action, form)
	if to := again.Header.Get("Location"); to != "/desk" {
		t.Errorf("the second time leads to %q", to)
	}
	if drafts := caller.Get("/tasks").Page(http.StatusOK).Find("#drafts").Length(); drafts != 0 {
		t.Error("what was recorded is kept as a draft too")
	}
}

func TestWordsInTheBrowserGoAtLogout(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Offline(true)
	b.Press(kb.F4)
	b.Type("未保存")
	b.WaitText("[data-saved]", "kept here")
	b.Offline(false)
	b.Click(".menu summary")
	b.Click(`form[action="/logout"] button`)
	b.Wait(".login")
	if left := webtest.Ask(b, chromedp.Evaluate[int](`localStorage.length`)); left != 0 {
		t.Errorf("%d entries are left in the browser", left)
	}
	desk, err := ts.Callbacks.Current(t.Context(), account.Viewer{UserID: 1, Role: account.Caller})
	if err != nil || desk.Draft.Note != "未保存" {
		t.Errorf("the server has %q, %v", desk.Draft.Note, err)
	}
}

// The draft and the logout went out together, and the server took no draft of who had logged out.
func TestLoggingOutWaitsForWhatWasTyped(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Run(chromedp.Evaluate[chromedp.Void](`(() => {
		const send = window.fetch;
		const slow = (url) => (String(url).includes("/draft") ? new Promise((resolve) => setTimeout(resolve, 700)) : Promise.resolve());
		window.fetch = (url, options) => slow(url).then(() => send(url, options));
	})()`))
	b.Press(kb.F4)
	b.Type("退出前写的")
	b.Click(".menu summary")
	b.Click(`form[action="/logout"] button`)
	b.Wait(".login")
	desk, err := ts.Callbacks.Current(t.Context(), account.Viewer{UserID: 1, Role: account.Caller})
	if err != nil || desk.Draft.Note != "退出前写的" {
		t.Errorf("the server has %q, %v", desk.Draft.Note, err)
	}
	if left := webtest.Ask(b, chromedp.Evaluate[int](`localStorage.length`)); left != 0 {
		t.Errorf("%d entries are left in the browser", left)
	}
}

// Who stayed after a logout that could not save was, at the next one, taken at their word of before: what they typed since was lost.
func TestWhatIsTypedAfterAFailedLogoutIsWaitedFor(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Run(chromedp.Evaluate[chromedp.Void](`(() => {
		const send = window.fetch;
		const slow = () => new Promise((resolve, reject) => window.away ? reject(new TypeError("away")) : setTimeout(resolve, 700));
		window.away = true;
		window.fetch = (url, options) => (String(url).includes("/draft") ? slow() : Promise.resolve()).then(() => send(url, options));
	})()`))
	const logout = `document.querySelector('form[action="/logout"]').requestSubmit()`
	b.Press(kb.F4)
	b.Type("第一句")
	b.Run(chromedp.Evaluate[chromedp.Void](logout))
	b.WaitText("#desk-problem", "not saved")
	b.Press(kb.F4)
	b.Type("，第二句")
	b.Run(chromedp.Evaluate[chromedp.Void](`window.away = false; ` + logout))
	b.Wait(".login")
	desk, err := ts.Callbacks.Current(t.Context(), account.Viewer{UserID: 1, Role: account.Caller})
	if err != nil || desk.Draft.Note != "第一句，第二句" {
		t.Errorf("the server has %q, %v", desk.Draft.Note, err)
	}
}

// Two tabs of one desk show the same words: the older ones would be saved over the newer every minute.
func TestAnotherTabOfTheDeskShowsWhatIsTyped(t *testing.T) {
	t.Parallel()
	_, b := atDesk(t, "张伟")
	b.Run(chromedp.Evaluate[chromedp.Void](`(() => {
		const key = "desk:" + document.querySelector("[data-desk]").dataset.user + ":1";
		const newValue = JSON.stringify({ fence: "1", at: Date.now(), body: "call_result=reached&note=" + encodeURIComponent("另一页写的") });
		localStorage.setItem(key, newValue);
		dispatchEvent(new StorageEvent("storage", { key, newValue }));
	})()`))
	if note := b.Value(`[name="note"]`); note != "另一页写的" {
		t.Errorf("the note is %q", note)
	}
	b.Wait(".talk")
}

// Refusing and complaining end the questions: what was answered before is not recorded, whatever the browser sends.
func TestNobodyWhoRefusedIsAskedHowSatisfiedTheyAre(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Press("1", "1")
	rate(b, "5") // solved, very satisfied …
	b.Click(`[name="business_result"][value="declined"]`)
	for _, hidden := range []string{".rating", ".consent", ".reasons"} {
		b.Gone(hidden)
	}
	b.Next()
	b.Wait(".desk-empty")
	if a := recorded(t, ts, 1); a.BusinessResult != callback.Declined || strings.Contains(a.Answers, "rating") {
		t.Errorf("recorded is %+v", a)
	}
}
