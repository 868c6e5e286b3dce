package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// invited takes in a resolved contact and sends its survey. It returns the message.
func (ts *testServer) invited(t testing.TB, language string) survey.Outgoing {
	t.Helper()
	ctx := t.Context()
	if err := ts.Surveys.EnsureBuiltIn(ctx); err != nil {
		t.Fatal(err)
	}
	source, err := ts.Contacts.EnsureSource(ctx, "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := ts.Contacts.Take(ctx, source.ID, []contact.Input{{
		ExternalID: "T-" + language, Status: contact.Resolved, Category: "宽带报修", ResolvedAt: ts.now.Add(-time.Hour),
		Customer:     contact.InputCustomer{Reference: language, Name: "张伟", Emails: []string{"a-" + language + "@example.com"}, Language: language},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	id := outcomes[0].Resolutions[0]
	found, err := contact.ResolutionsByID(ts.DB.View(ctx), []int64{id})
	if err != nil {
		t.Fatal(err)
	}
	out, send, err := ts.Surveys.Invite(ctx, outbox.Ticket{}, survey.Plan{Resolution: found[id]})
	if err != nil || !send {
		t.Fatalf("not sent: %q, %v", out.Reason, err)
	}
	if err := ts.Surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
		t.Fatal(err)
	}
	return out
}

// rows returns how many rows a table has.
func (ts *testServer) rows(t testing.TB, table string) int64 {
	t.Helper()
	var n int64
	if err := ts.DB.View(t.Context()).Gorm().Table(table).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAMailScannerRecordsNothingAndAPersonDoes(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	c := ts.anonymous(t)
	links := []string{out.URL, out.OptOutURL}
	for _, rating := range []string{"1", "2", "3", "4", "5"} {
		link := out.URL + "?rating=" + rating
		if !strings.Contains(out.HTML, "?rating="+rating) {
			t.Errorf("the message has no button for %s", rating)
		}
		links = append(links, link)
	}
	for _, link := range links {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			if r := c.do(method, link, nil, nil); r.status != http.StatusOK {
				t.Errorf("%s %s: status %d", method, link, r.status)
			}
		}
	}
	if n := ts.rows(t, "responses") + ts.rows(t, "suppressions") + ts.rows(t, "consent_events"); n != 0 {
		t.Fatalf("the scanner wrote %d rows", n)
	}
	page := c.get(out.URL + "?rating=2").page(http.StatusOK)
	if got := textsOf(page, ".survey-option.chosen"); !slices.Equal(got, []string{"不满意2"}) {
		t.Errorf("preselected %v", got)
	}
	c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})
	if n := ts.rows(t, "responses"); n != 1 {
		t.Errorf("%d responses after a person's tap", n)
	}
}

func TestACustomerAnswersWithoutScripts(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "en")
	c := ts.anonymous(t)
	first := c.get(out.URL).page(http.StatusOK)
	if got := textsOf(first, "h1"); !slices.Equal(got, []string{"How satisfied are you with this service?"}) {
		t.Errorf("asks %v", got)
	}
	if n := first.Find("button.survey-option").Length(); n != 5 {
		t.Errorf("%d options", n)
	}
	second := c.follow(c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})).page(http.StatusOK)
	if second.Find("input[name=reasons]").Length() == 0 {
		t.Error("a low score is not asked for reasons")
	}
	if second.Find("input[name=consent][checked]").Length() != 0 {
		t.Error("the consent is ticked already")
	}
	refused := c.post(out.URL, url.Values{"screen": {"2"}, "comment": {strings.Repeat("长", survey.MaxComment+1)}}).page(http.StatusUnprocessableEntity)
	if got := textsOf(refused, ".survey-question .error"); len(got) != 1 {
		t.Errorf("complaints %v", got)
	}
	end := c.follow(c.post(out.URL, url.Values{"screen": {"2"}, "reasons": {"waited"}, "solved": {"0"}, "comment": {"<b>slow</b>"}})).page(http.StatusOK)
	if got := textsOf(end, ".survey-end h1"); !slices.Equal(got, []string{"Thank you!"}) {
		t.Errorf("ends with %v", got)
	}
	edit := c.get(out.URL + "?screen=2").page(http.StatusOK)
	if got := edit.Find("textarea").Text(); got != "<b>slow</b>" {
		t.Errorf("the comment comes back as %q", got)
	}
	ts.now = ts.now.Add(24*time.Hour + time.Microsecond)
	if got := c.get(out.URL).page(http.StatusOK).Find("[data-end=answered]").Length(); got != 1 {
		t.Error("after the edit window the link still asks")
	}
	c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"5"}}).page(http.StatusConflict)
}

func TestEveryEndOfALinkIsAPageForTheCustomer(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	c := ts.anonymous(t)
	end := func(r testResponse, status int, want string) {
		t.Helper()
		if got, _ := r.page(status).Find("[data-end]").Attr("data-end"); got != want {
			t.Errorf("the page is %q, want %q", got, want)
		}
		if r.header.Get("X-Robots-Tag") == "" || r.header.Get("Referrer-Policy") != "same-origin" || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", r.header)
		}
	}
	end(c.get("/s/0123456789abcdefghijkl"), http.StatusNotFound, "unknown")
	end(c.get("/s/%3Cscript%3E"), http.StatusNotFound, "unknown")
	end(c.get("/p/short"), http.StatusNotFound, "unknown")
	ts.now = ts.now.Add(14*24*time.Hour + time.Microsecond)
	end(c.get(out.URL), http.StatusOK, "expired")
}

func TestALinkSpeaksTheCustomersLanguageUntilTheyChoose(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	c := ts.anonymous(t) // asks for English
	if lang, _ := c.get(out.URL).page(http.StatusOK).Find("html").Attr("lang"); lang != "zh-CN" {
		t.Errorf("speaks %s", lang)
	}
	c.post("/language", url.Values{"language": {"en"}, "back": {"/s/x"}})
	if lang, _ := c.get(out.URL).page(http.StatusOK).Find("html").Attr("lang"); lang != "en" {
		t.Errorf("speaks %s after English was chosen", lang)
	}
}

func TestAScriptThatPostsOverAndOverIsSlowedDown(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	c := ts.anonymous(t)
	post := func() int { return c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"3"}}).status }
	for range 30 {
		if got := post(); got != http.StatusSeeOther {
			t.Fatalf("status %d", got)
		}
	}
	if r := c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"3"}}); r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") != "60" {
		t.Errorf("status %d, %v", r.status, r.header)
	}
	ts.now = ts.now.Add(time.Minute)
	if got := post(); got != http.StatusSeeOther {
		t.Errorf("status %d a minute later", got)
	}
}

func TestLinksNobodyWasSentAreForgottenAtOnce(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	c := ts.anonymous(t)
	for i := range 70 { // no customer behind the same address is slowed down by them, and no memory is filled
		if r := c.post(fmt.Sprintf("/s/%022d", i), url.Values{"screen": {"1"}, "rating": {"3"}}); r.status != http.StatusNotFound {
			t.Fatalf("status %d", r.status)
		}
	}
	if n := len(ts.posts.counts); n != 0 {
		t.Errorf("%d links that lead nowhere are remembered", n)
	}
	c.get(out.URL).page(http.StatusOK)
}

func TestKeptMessagesHaveLinksThatWork(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	log := delivery.NewLog(ts.DB, func() clock.Instant { return ts.now })
	for range 2 {
		if _, err := log.Send(t.Context(), delivery.Message{ID: out.MessageID, Channel: out.Channel, To: out.To, Subject: out.Subject, Text: "请评价:https://cs.example.com" + out.URL + "。"}); err != nil {
			t.Fatal(err)
		}
	}
	page := ts.login(t, account.Admin).get("/messages").page(http.StatusOK)
	if href, _ := page.Find(".kept a").Attr("href"); href != "https://cs.example.com"+out.URL {
		t.Errorf("the link is %q", href)
	}
	if n := page.Find("tbody tr").Length(); n != 1 {
		t.Errorf("%d messages", n)
	}
}
