package web

import (
	"context"
	"fmt"
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
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// fillDesk takes severe contacts and complaints in, plans their follow-up and makes the callbacks ready.
func (ts *testServer) fillDesk(t testing.TB, contacts ...contact.Input) {
	t.Helper()
	ctx := context.Background()
	if err := ts.Surveys.EnsureBuiltIn(ctx); err != nil {
		t.Fatal(err)
	}
	source, err := ts.Contacts.EnsureSource(ctx, "客服系统")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ts.Contacts.Take(ctx, source.ID, contacts); err != nil {
		t.Fatal(err)
	}
	ts.runJobs(t, contact.JobPlan, ts.Decisions.Plan)
	ts.runJobs(t, callback.JobOffer, ts.Callbacks.Offer)
}

// runJobs runs the due jobs of a kind, each once.
func (ts *testServer) runJobs(t testing.TB, kind string, handle func(context.Context, outbox.Ticket, int64) error) {
	t.Helper()
	g := ts.DB.View(context.Background()).Gorm()
	var jobs []outbox.Job
	if err := g.Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, ts.now).Order("id").Find(&jobs).Error; err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if err := g.Exec("UPDATE jobs SET state = ? WHERE id = ?", outbox.Queued, job.ID).Error; err != nil {
			t.Fatal(err)
		}
		if err := handle(context.Background(), outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, At: ts.now}, job.Ref); err != nil {
			t.Fatal(err)
		}
	}
}

// severeContact is a contact that gets a callback.
func severeContact(number int, name, category string) contact.Input {
	return contact.Input{
		ExternalID: fmt.Sprintf("GD-%04d", number), Status: contact.Resolved, OpenedAt: testNow.Add(-20 * time.Hour), ResolvedAt: testNow.Add(-2 * time.Hour),
		Channel: contact.Phone, Category: category, Product: "家庭宽带 500M", Severity: contact.High,
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("K-%d", number), Name: name, Phones: []string{fmt.Sprintf("1391234%04d", 8000+number)}, Zone: "Asia/Shanghai", Language: "zh-CN",
		},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "装维一班"}},
	}
}

func complaintContact(number int, name, category string) contact.Input {
	in := severeContact(number, name, category)
	in.Complaint = true
	return in
}

// deskForm is the desk's form as the browser would send it back, with what is chosen.
func deskForm(t testing.TB, page testResponse, chosen url.Values) (action string, form url.Values) {
	t.Helper()
	doc := page.page(http.StatusOK)
	f := doc.Find("form[data-outcome]")
	action, _ = f.Attr("action")
	fence, _ := f.Find(`[name="fence"]`).Attr("value")
	chosen.Set("fence", fence)
	return action, chosen
}

func TestCallbackIsWorkedWithoutScripts(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.fillDesk(t, complaintContact(1, "张伟", "宽带报修"))
	caller := ts.login(t, account.Caller)

	empty := caller.get("/desk").page(http.StatusOK)
	if text := empty.Find("h2").First().Text(); !strings.Contains(text, "1 callback is ready") {
		t.Fatalf("the desk says %q", text)
	}
	desk := caller.follow(caller.post("/desk/claim", nil))
	if phone := desk.page(http.StatusOK).Find(".phone").Text(); phone != "139 1234 8001" {
		t.Errorf("the number of the claimed customer is shown as %q, want it whole", phone)
	}
	action, form := deskForm(t, desk, url.Values{"call_result": {"reached"}, "business_result": {"not_solved"}, "rating": {"2"}, "reasons": {"waited"}})
	refusedPage := caller.post(action, form).page(http.StatusUnprocessableEntity)
	if problems := textsOf(refusedPage, ".outcome .error"); len(problems) == 0 {
		t.Error("not solved without a note is not refused in words")
	}
	if _, kept := refusedPage.Find(`[name="rating"][value="2"]`).Attr("checked"); !kept {
		t.Error("what was chosen is lost")
	}
	form.Set("note", "晚上七点后网速仍慢")
	after := caller.follow(caller.post(action, form)).page(http.StatusOK)
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

func TestStaleOutcomeIsKeptAndShown(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.fillDesk(t, severeContact(1, "张伟", "宽带报修"))
	caller := ts.login(t, account.Caller)
	desk := caller.follow(caller.post("/desk/claim", nil))
	action, form := deskForm(t, desk, url.Values{"call_result": {"reached"}, "business_result": {"solved"}, "note": {"客户很满意"}})
	ts.now = ts.now.Add(callback.Lease)
	if _, err := ts.Callbacks.Claim(t.Context(), account.Viewer{UserID: 99, Role: account.Caller}); err != nil {
		t.Fatal(err)
	}
	mine := caller.follow(caller.post(action, form)).page(http.StatusOK)
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
	ts := newTestServer(t)
	ts.fillDesk(t, severeContact(1, "张伟", "宽带报修"))
	if err := ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET max_attempts = 1").Error; err != nil {
		t.Fatal(err)
	}
	caller := ts.login(t, account.Caller)
	action, form := deskForm(t, caller.follow(caller.post("/desk/claim", nil)), url.Values{"skip_reason": {string(callback.SkipLater)}})
	desk := strings.TrimSuffix(action, "/finish")
	caller.post(desk+"/dial", form)
	after := caller.follow(caller.post(desk+"/skip", form)).page(http.StatusOK)
	if text := after.Find(".flash").Text(); !strings.Contains(text, "closed as unreachable") {
		t.Errorf("the flash says %q", text)
	}
}

func TestEmptyDeskSaysWhyAndWhen(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.now = testNow.Add(7 * time.Hour) // 21:05
	ts.fillDesk(t, severeContact(1, "张伟", "宽带报修"), severeContact(2, "刘芳", "移机"))
	doc := ts.login(t, account.Caller).get("/desk").page(http.StatusOK)
	if rows := textsOf(doc, ".desk-empty tbody tr"); len(rows) != 1 || !strings.Contains(rows[0], "2") || !strings.Contains(rows[0], "tomorrow 09:00") {
		t.Errorf("the empty desk says %q", rows)
	}
}

func TestEveryNumberOfTheDecisionsLeadsToAsManyRows(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	old, closed, plain := severeContact(2, "刘芳", "移机"), severeContact(3, "赵磊", "账单"), severeContact(4, "孙丽", "资费咨询")
	old.ResolvedAt = testNow.Add(-8 * 24 * time.Hour)
	old.OpenedAt = clock.Instant(0)
	closed.AutoClosed = true
	plain.Severity = contact.Low
	ts.fillDesk(t, severeContact(1, "张伟", "宽带报修"), old, closed, plain)
	ts.addContacts(t, severeContact(5, "李敏", "移机"), severeContact(6, "周涛", "账单")) // not decided about yet
	boss := ts.login(t, account.Supervisor)
	doc := boss.get("/decisions").page(http.StatusOK)
	links := 0
	doc.Find(".sum td.num").Each(func(_ int, number *goquery.Selection) {
		if number.Find("a").Length() != 1 {
			t.Errorf("%q leads nowhere", number.Text())
		}
	})
	if got := textsOf(doc, ".sum tr.base td.num, .sum tr:nth-last-child(2) td.num"); !slices.Equal(got, []string{"6", "−2", "6", "−2"}) {
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
		if got := boss.get(href).page(http.StatusOK).Find("tbody tr").Length(); got != want {
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
		if got := boss.get(path).page(http.StatusOK).Find("tbody tr").Length(); got != want {
			t.Errorf("%s shows %d rows, want %d", path, got, want)
		}
	}
}
