package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// deskForm is the desk's form as the browser would send it back, with what is chosen.
func deskForm(t testing.TB, page webtest.Response, chosen url.Values) (action string, form url.Values) {
	t.Helper()
	doc := page.Page(http.StatusOK)
	f := doc.Find("form[data-outcome]")
	action, _ = f.Attr("action")
	fence, _ := f.Find(`[name="fence"]`).Attr("value")
	chosen.Set("fence", fence)
	return action, chosen
}

func TestCallbackIsWorkedWithoutScripts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)

	empty := caller.Get("/desk").Page(http.StatusOK)
	if text := empty.Find("h2").First().Text(); !strings.Contains(text, "1 callback is ready") {
		t.Fatalf("the desk says %q", text)
	}
	desk := caller.Follow(caller.Post("/desk/claim", nil))
	if phone := desk.Page(http.StatusOK).Find(".phone").Text(); phone != "139 1234 8001" {
		t.Errorf("the number of the claimed customer is shown as %q, want it whole", phone)
	}
	action, form := deskForm(t, desk,
		url.Values{"call_result": {"reached"}, "business_result": {"not_solved"}, "rating": {"2"}, "reasons": {"waited"}})
	refusedPage := caller.Post(action, form).Page(http.StatusUnprocessableEntity)
	if problems := webtest.TextsOf(refusedPage, ".outcome .error"); len(problems) == 0 {
		t.Error("not solved without a note is not refused in words")
	}
	if _, kept := refusedPage.Find(`[name="rating"][value="2"]`).Attr("checked"); !kept {
		t.Error("what was chosen is lost")
	}
	form.Set("note", "晚上七点后网速仍慢")
	after := caller.Follow(caller.Post(action, form)).Page(http.StatusOK)
	if flash := strings.TrimSpace(after.Find(".flash").Text()); !strings.Contains(flash, "no next one") {
		t.Errorf("the flash says %q", flash)
	}
	if text := after.Find(".desk-foot").Text(); !strings.Contains(strings.Join(strings.Fields(text), " "), "Finished 1") {
		t.Errorf("today's figures say %q", text)
	}
	callback, err := ts.Callbacks.ByID(t.Context(), account.Viewer{Role: account.Admin}, 1)
	if err != nil || callback.Callback.CloseReason != "not_solved" || callback.Attempts[0].Answers == "" {
		t.Errorf("the callback is %+v, %v", callback.Callback, err)
	}
}

func TestAnExtensionIsShownToTheCallerAndDialledAfterAPause(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	in := webtest.ComplaintContact(1, "张伟", "宽带报修")
	in.Customer.Phones = []string{"010-65551234 转 801（老板）"}
	ts.FillDesk(t, in)
	caller := ts.Login(t, account.Caller)
	desk := caller.Follow(caller.Post("/desk/claim", nil))
	page := desk.Page(http.StatusOK)
	if phone := page.Find(".phone").Text(); phone != "+86 10 6555 1234 ext. 801 老板" {
		t.Errorf("the number is shown as %q", phone)
	}
	_, form := deskForm(t, desk, url.Values{})
	action, _ := page.Find("form[data-dial]").Attr("action")
	if to := caller.Post(action, form).Header.Get("Location"); to != "tel:+861065551234,801" {
		t.Errorf("it is dialled as %q", to)
	}
}

func TestStaleOutcomeIsKeptAndShown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller := ts.Login(t, account.Caller)
	desk := caller.Follow(caller.Post("/desk/claim", nil))
	action, form := deskForm(t, desk, url.Values{"call_result": {"reached"}, "business_result": {"solved"}, "note": {"客户很满意"}})
	ts.Advance(callback.Lease)
	if _, err := ts.Callbacks.Claim(t.Context(), account.Viewer{UserID: 99, Role: account.Caller}); err != nil {
		t.Fatal(err)
	}
	mine := caller.Follow(caller.Post(action, form)).Page(http.StatusOK)
	if text := mine.Find("#drafts").Text(); !strings.Contains(text, "客户很满意") {
		t.Errorf("what was typed is not shown: %q", text)
	}
	if text := mine.Find(".flash").Text(); !strings.Contains(text, "not yours any more") {
		t.Errorf("the flash says %q", text)
	}
}

// The last attempt that is passed on does not come back, and the caller is not told that it does.
func TestPassingOnTheLastAttemptSaysThatItIsClosed(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	if err := ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET max_attempts = 1").Error; err != nil {
		t.Fatal(err)
	}
	caller := ts.Login(t, account.Caller)
	action, form := deskForm(t, caller.Follow(caller.Post("/desk/claim", nil)), url.Values{"skip_reason": {string(callback.SkipLater)}})
	desk := strings.TrimSuffix(action, "/finish")
	caller.Post(desk+"/dial", form)
	after := caller.Follow(caller.Post(desk+"/skip", form)).Page(http.StatusOK)
	if text := after.Find(".flash").Text(); !strings.Contains(text, "closed as unreachable") {
		t.Errorf("the flash says %q", text)
	}
}

func TestEmptyDeskSaysWhyAndWhen(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.MoveTo(webtest.Now.Add(7 * time.Hour)) // 21:05
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	doc := ts.Login(t, account.Caller).Get("/desk").Page(http.StatusOK)
	rows := webtest.TextsOf(doc, ".desk-empty tbody tr")
	if len(rows) != 1 || !strings.Contains(rows[0], "2") || !strings.Contains(rows[0], "tomorrow 09:00") {
		t.Errorf("the empty desk says %q", rows)
	}
}

func TestEveryNumberOfTheDecisionsLeadsToAsManyRows(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	old, closed, plain := webtest.SevereContact(2, "刘芳", "移机"), webtest.SevereContact(3, "赵磊", "账单"), webtest.SevereContact(4, "孙丽", "资费咨询")
	old.ResolvedAt = webtest.Now.Add(-8 * 24 * time.Hour)
	old.OpenedAt = clock.Instant(0)
	closed.AutoClosed = new(true)
	plain.Severity = contact.Low
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), old, closed, plain)
	ts.AddContacts(t, webtest.SevereContact(5, "李敏", "移机"), webtest.SevereContact(6, "周涛", "账单")) // not decided about yet
	boss := ts.Login(t, account.Supervisor)
	doc := boss.Get("/decisions").Page(http.StatusOK)
	links := 0
	doc.Find(".sum td.num").Each(func(_ int, number *goquery.Selection) {
		if number.Find("a").Length() != 1 {
			t.Errorf("%q leads nowhere", number.Text())
		}
	})
	got := webtest.TextsOf(doc, ".sum tr.base td.num, .sum tr:nth-last-child(2) td.num")
	if !slices.Equal(got, []string{"6", "−2", "6", "−2"}) {
		t.Errorf("resolved, and not decided yet: %q", got)
	}
	doc.Find("main a").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		text := strings.Trim(a.Text(), " −")
		if b := a.Find("b"); b.Length() > 0 {
			text = b.Text()
		}
		want, err := strconv.Atoi(text)
		if err != nil || !strings.HasPrefix(href, "/decisions/list") {
			return
		}
		links++
		if got := boss.Get(href).Page(http.StatusOK).Find("tbody tr").Length(); got != want {
			t.Errorf("%s shows %d rows, want %d", href, got, want)
		}
	})
	if links < 10 {
		t.Errorf("only %d numbers are links", links)
	}
	for path, want := range map[string]int{
		"/decisions/list?kind=callback&state=resolved&rule=severe":  1, // of every resolution, those the rule decided
		"/decisions/list?kind=callback&state=undecided&rule=severe": 2, // no rule has
		"/decisions/list?state=undecided":                           2,
	} {
		t.Run(path, func(t *testing.T) {
			boss := boss.In(t)
			if got := boss.Get(path).Page(http.StatusOK).Find("tbody tr").Length(); got != want {
				t.Errorf("%s shows %d rows, want %d", path, got, want)
			}
		})
	}
}
