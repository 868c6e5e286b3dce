package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for name, header := range map[string]http.Header{
		"Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"sibling":        {"Sec-Fetch-Site": {"same-site"}},
		"Origin":         {"Origin": {"https://evil.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.In(t)
			if r := c.Do(http.MethodPost, "/logout", nil, header); r.Status != http.StatusForbidden {
				t.Errorf("status %d, want 403", r.Status)
			}
		})
	}
	c.Get("/me").Page(http.StatusOK)
	own := http.Header{"Origin": {ts.URL}, "Sec-Fetch-Site": {"same-origin"}}
	if r := c.Do(http.MethodPost, "/logout", nil, own); r.Status != http.StatusSeeOther {
		t.Errorf("our own form: status %d", r.Status)
	}
}

func TestEveryAnswerIsLockedDown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Anonymous(t)
	for _, path := range []string{"/login", "/nowhere", "/healthz", "/api/v1/nothing"} {
		t.Run(path, func(t *testing.T) {
			c := c.In(t)
			h := c.Get(path).Header
			for name, want := range map[string]string{
				"Content-Security-Policy": web.ContentPolicy, "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
			} {
				if h.Get(name) != want {
					t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
				}
			}
		})
	}
	if strings.Contains(web.ContentPolicy, "unsafe") || !strings.Contains(web.ContentPolicy, "default-src 'none'") {
		t.Errorf("policy %q", web.ContentPolicy)
	}
}

func TestNothingInlineInAnyTemplate(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	for _, r := range ts.Routes() {
		if r.Method != http.MethodGet || strings.ContainsAny(r.Path, ":*") || r.Path == "/favicon.ico" {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			admin := admin.In(t)
			response := admin.Get(r.Path)
			if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || response.Status != http.StatusOK {
				return
			}
			doc := response.Page(http.StatusOK)
			if n := doc.Find("[style], style, script:not([src]), [onclick], [onchange], [onsubmit]").Length(); n > 0 {
				t.Errorf("%s has %d inline styles or scripts, which the policy refuses", r.Path, n)
			}
			if doc.Find("title").Text() == "" || doc.Find("main").Length() != 1 || doc.Find("h1").Length() == 0 {
				t.Errorf("%s lacks a title, a main or a heading", r.Path)
			}
		})
	}
}

func TestAFormOverItsLimitIsAnsweredWithTheLimit(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for path, says := range map[string]string{"/login": "16 KiB", "/me/password": "1 MiB"} {
		t.Run(path, func(t *testing.T) {
			c := c.In(t)
			text := c.Post(path, url.Values{
				"login": {strings.Repeat("x", frame.DefaultBody)},
			}).Page(http.StatusRequestEntityTooLarge).Find("main").Text()
			if !strings.Contains(text, "more than "+says) {
				t.Errorf("%s: the limit of %s is not said: %q", path, says, strings.Join(strings.Fields(text), " "))
			}
		})
	}
}
