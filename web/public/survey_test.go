package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/webtest"
	"aftercall/survey"
)

func TestAMailScannerRecordsNothingAndAPersonDoes(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	links := []string{out.URL, out.OptOutURL}
	for _, rating := range []string{"1", "2", "3", "4", "5"} {
		link := out.URL + "?rating=" + rating
		if !strings.Contains(out.HTML, "?rating="+rating) {
			t.Errorf("the message has no button for %s", rating)
		}
		links = append(links, link)
	}
	for _, link := range links {
		t.Run(link, func(t *testing.T) {
			c := c.In(t)
			for _, method := range []string{http.MethodHead, http.MethodGet} {
				if r := c.Do(method, link, nil, nil); r.Status != http.StatusOK {
					t.Errorf("%s %s: status %d", method, link, r.Status)
				}
			}
		})
	}
	if n := ts.Rows(t, "responses") + ts.Rows(t, "suppressions") + ts.Rows(t, "consent_events"); n != 0 {
		t.Fatalf("the scanner wrote %d rows", n)
	}
	page := c.Get(out.URL + "?rating=2").Page(http.StatusOK)
	if got := webtest.TextsOf(page, ".survey-option.chosen"); !slices.Equal(got, []string{"不满意2"}) {
		t.Errorf("preselected %v", got)
	}
	c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})
	if n := ts.Rows(t, "responses"); n != 1 {
		t.Errorf("%d responses after a person's tap", n)
	}
}

func TestACustomerAnswersWithoutScripts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "en")
	c := ts.Anonymous(t)
	first := c.Get(out.URL).Page(http.StatusOK)
	if got := webtest.TextsOf(first, "h1"); !slices.Equal(got, []string{"How satisfied are you with this service?"}) {
		t.Errorf("asks %v", got)
	}
	if n := first.Find("button.survey-option").Length(); n != 5 {
		t.Errorf("%d options", n)
	}
	second := c.Follow(c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})).Page(http.StatusOK)
	if second.Find("input[name=reasons]").Length() == 0 {
		t.Error("a low score is not asked for reasons")
	}
	if second.Find("input[name=consent][checked]").Length() != 0 {
		t.Error("the consent is ticked already")
	}
	refused := c.Post(out.URL, url.Values{
		"screen": {"2"}, "comment": {strings.Repeat("长", survey.MaxComment+1)},
	}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(refused, ".survey-question .error"); len(got) != 1 {
		t.Errorf("complaints %v", got)
	}
	end := c.Follow(c.Post(out.URL, url.Values{
		"screen": {"2"}, "reasons": {"waited"}, "solved": {"0"}, "comment": {"<b>slow</b>"},
	})).Page(http.StatusOK)
	if got := webtest.TextsOf(end, ".survey-end h1"); !slices.Equal(got, []string{"Thank you!"}) {
		t.Errorf("ends with %v", got)
	}
	edit := c.Get(out.URL + "?screen=2").Page(http.StatusOK)
	if got := edit.Find("textarea").Text(); got != "<b>slow</b>" {
		t.Errorf("the comment comes back as %q", got)
	}
	ts.Advance(24*time.Hour + time.Microsecond)
	if got := c.Get(out.URL).Page(http.StatusOK).Find("[data-end=answered]").Length(); got != 1 {
		t.Error("after the edit window the link still asks")
	}
	c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"5"}}).Page(http.StatusConflict)
}

func TestEveryEndOfALinkIsAPageForTheCustomer(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	end := func(r webtest.Response, status int, want string) {
		t.Helper()
		if got, _ := r.Page(status).Find("[data-end]").Attr("data-end"); got != want {
			t.Errorf("the page is %q, want %q", got, want)
		}
		if r.Header.Get("X-Robots-Tag") == "" || r.Header.Get("Referrer-Policy") != "same-origin" ||
			r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", r.Header)
		}
	}
	end(c.Get("/s/0123456789abcdefghijkl"), http.StatusNotFound, "unknown")
	end(c.Get("/s/%3Cscript%3E"), http.StatusNotFound, "unknown")
	end(c.Get("/p/short"), http.StatusNotFound, "unknown")
	ts.Advance(14*24*time.Hour + time.Microsecond)
	end(c.Get(out.URL), http.StatusOK, "expired")
}

func TestALinkSpeaksTheCustomersLanguageUntilTheyChoose(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t) // asks for English
	if lang, _ := c.Get(out.URL).Page(http.StatusOK).Find("html").Attr("lang"); lang != "zh-CN" {
		t.Errorf("speaks %s", lang)
	}
	c.Post("/language", url.Values{"language": {"en"}, "back": {"/s/x"}})
	if lang, _ := c.Get(out.URL).Page(http.StatusOK).Find("html").Attr("lang"); lang != "en" {
		t.Errorf("speaks %s after English was chosen", lang)
	}
}

func TestAScriptThatPostsOverAndOverIsSlowedDown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	post := func() int { return c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"3"}}).Status }
	for range 30 {
		if got := post(); got != http.StatusSeeOther {
			t.Fatalf("status %d", got)
		}
	}
	r := c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"3"}})
	if r.Status != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "60" {
		t.Errorf("status %d, %v", r.Status, r.Header)
	}
	ts.Advance(time.Minute)
	if got := post(); got != http.StatusSeeOther {
		t.Errorf("status %d a minute later", got)
	}
}

func TestLinksNobodyWasSentAreForgottenAtOnce(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	c := ts.Anonymous(t)
	for i := range 70 { // no customer behind the same address is slowed down by them
		if r := c.Post(fmt.Sprintf("/s/%022d", i), url.Values{"screen": {"1"}, "rating": {"3"}}); r.Status != http.StatusNotFound {
			t.Fatalf("status %d", r.Status)
		}
	}
	c.Get(out.URL).Page(http.StatusOK)
}
