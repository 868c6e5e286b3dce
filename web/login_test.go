package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
)

func TestLoginLeadsWhereOneWasGoing(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	c := ts.anonymous(t)

	r := c.get("/settings/users?older=a")
	if want := "/login?next=%2Fsettings%2Fusers%3Folder%3Da"; r.header.Get("Location") != want {
		t.Fatalf("led to %s, want %s", r.header.Get("Location"), want)
	}
	next, _ := c.follow(r).page(http.StatusOK).Find("input[name=next]").Attr("value")

	wrong := c.post("/login", url.Values{"login": {"admin"}, "password": {"wrong horse"}, "next": {next}}).page(http.StatusUnprocessableEntity)
	if kept, _ := wrong.Find("#f-login").Attr("value"); kept != "admin" || wrong.Find("#f-password[value='']").Length() != 1 {
		t.Errorf("after a wrong password the login is %q", kept)
	}
	if got := textsOf(wrong, ".error.whole"); len(got) != 1 || got[0] != "Login or password is wrong." {
		t.Errorf("errors %q", got)
	}
	r = c.post("/login", url.Values{"login": {"admin"}, "password": {testPassword}, "next": {next}})
	if r.header.Get("Location") != next {
		t.Errorf("led to %s, want %s", r.header.Get("Location"), next)
	}
	for _, foreign := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""} {
		r = c.post("/login", url.Values{"login": {"admin"}, "password": {testPassword}, "next": {foreign}})
		if r.header.Get("Location") != "/" {
			t.Errorf("next %q led to %s", foreign, r.header.Get("Location"))
		}
	}
}

func TestTheSessionCookie(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	again := c.post("/login", url.Values{"login": {"admin"}, "password": {testPassword}})
	cookie := again.header.Get("Set-Cookie")
	for _, part := range []string{"aftercall=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie lacks %s: %s", part, cookie)
		}
	}
	sessions, err := ts.Accounts.Sessions(t.Context(), 1)
	if err != nil || len(sessions) != 1 {
		t.Errorf("logging in again leaves %d sessions, want the new one: %v", len(sessions), err)
	}
	c.get("/me").page(http.StatusOK)
	ts.now = ts.now.Add(account.SessionIdle)
	if r := c.get("/me"); !strings.HasPrefix(r.header.Get("Location"), "/login") {
		t.Errorf("an idle session gets status %d to %q", r.status, r.header.Get("Location"))
	}
	c.post("/login", url.Values{"login": {"admin"}, "password": {testPassword}})
	c.get("/me").page(http.StatusOK)
	if got := textsOf(c.follow(c.post("/logout", nil)).page(http.StatusOK), ".flash p"); len(got) != 1 || got[0] != "You are logged out." {
		t.Errorf("after logout: %q", got)
	}
	if r := c.get("/me"); r.status != http.StatusSeeOther {
		t.Errorf("after logout /me has status %d", r.status)
	}
}

func TestWhoTypedTooManyWrongPasswordsIsToldWhenToTryAgain(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	wrong := url.Values{"login": {"admin"}, "password": {"wrong horse"}}
	for lang, text := range map[string]string{
		"en":    "Too many wrong passwords. Try again in 15 min, from 14:21 on. If you forgot it, an administrator can set a new one.",
		"zh-CN": "密码输错次数过多，请 15 分钟后（14:21 起）再试。忘记密码请找管理员重置。",
	} {
		ts.now = testNow.Add(time.Minute - time.Second)
		c := ts.anonymous(t)
		c.lang = lang
		c.post("/login", wrong)
		ts.muchTried(t)
		ts.now = testNow.Add(time.Minute)
		r := c.post("/login", wrong)
		if got := textsOf(r.page(http.StatusTooManyRequests), ".error.whole"); len(got) != 1 || got[0] != text || r.header.Get("Retry-After") != "899" {
			t.Errorf("%s: %q, after %s s", lang, got, r.header.Get("Retry-After"))
		}
		if kept, _ := r.page(http.StatusTooManyRequests).Find("#f-login").Attr("value"); kept != "admin" {
			t.Errorf("the login typed is now %q", kept)
		}
	}
}

func TestAStrangerCannotLockAnOwnerOut(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	owner, stranger := ts.login(t, account.Admin), ts.anonymous(t)
	owner.post("/logout", nil)
	stranger.post("/login", url.Values{"login": {"admin"}, "password": {"wrong horse"}})
	ts.muchTried(t)
	right := url.Values{"login": {"admin"}, "password": {testPassword}}
	if r := stranger.post("/login", right); r.status != http.StatusTooManyRequests {
		t.Errorf("a stranger at the same address: status %d", r.status)
	}
	if r := owner.post("/login", right); r.status != http.StatusSeeOther {
		t.Errorf("the owner: status %d", r.status)
	}
	for _, cookie := range owner.post("/login", right).header.Values("Set-Cookie") {
		for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, part) || strings.Contains(cookie, "admin") {
				t.Errorf("cookie without %s: %s", part, cookie)
			}
		}
	}
}

func TestMyPasswordCannotBeGuessedInAnOpenSession(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Caller)
	guess := func() testResponse {
		return c.post("/me/password", url.Values{"old_password": {"wrong horse"}, "password": {"battery staple"}})
	}
	guess().page(http.StatusUnprocessableEntity)
	ts.muchTried(t)
	r := guess()
	if got := textsOf(r.page(http.StatusTooManyRequests), ".error.whole"); len(got) != 1 || r.header.Get("Retry-After") != "900" {
		t.Errorf("%q, after %s s", got, r.header.Get("Retry-After"))
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	for name, header := range map[string]http.Header{
		"Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"sibling":        {"Sec-Fetch-Site": {"same-site"}},
		"Origin":         {"Origin": {"https://evil.example"}},
	} {
		if r := c.do(http.MethodPost, "/logout", nil, header); r.status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, r.status)
		}
	}
	c.get("/me").page(http.StatusOK)
	if r := c.do(http.MethodPost, "/logout", nil, http.Header{"Origin": {ts.url}, "Sec-Fetch-Site": {"same-origin"}}); r.status != http.StatusSeeOther {
		t.Errorf("our own form: status %d", r.status)
	}
}

func TestEveryAnswerIsLockedDown(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.anonymous(t)
	for _, path := range []string{"/login", "/nowhere", "/healthz", "/api/v1/nothing"} {
		h := c.get(path).header
		for name, want := range map[string]string{
			"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
	if strings.Contains(contentPolicy, "unsafe") || !strings.Contains(contentPolicy, "default-src 'none'") {
		t.Errorf("policy %q", contentPolicy)
	}
}

func TestNothingInlineInAnyTemplate(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	admin := ts.login(t, account.Admin)
	for _, r := range ts.routes {
		if r.method != http.MethodGet || strings.ContainsAny(r.path, ":*") || r.path == "/favicon.ico" {
			continue
		}
		response := admin.get(r.path)
		if !strings.HasPrefix(response.header.Get("Content-Type"), "text/html") || response.status != http.StatusOK {
			continue
		}
		doc := response.page(http.StatusOK)
		if n := doc.Find("[style], style, script:not([src]), [onclick], [onchange], [onsubmit]").Length(); n > 0 {
			t.Errorf("%s has %d inline styles or scripts, which the policy refuses", r.path, n)
		}
		if doc.Find("title").Text() == "" || doc.Find("main").Length() != 1 || doc.Find("h1").Length() == 0 {
			t.Errorf("%s lacks a title, a main or a heading", r.path)
		}
	}
}

func TestAFormOverItsLimitIsAnsweredWithTheLimit(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	for path, says := range map[string]string{"/login": "16 KiB", "/me/password": "1 MiB"} {
		text := c.post(path, url.Values{"login": {strings.Repeat("x", defaultBody)}}).page(http.StatusRequestEntityTooLarge).Find("main").Text()
		if !strings.Contains(text, "more than "+says) {
			t.Errorf("%s: the limit of %s is not said: %q", path, says, strings.Join(strings.Fields(text), " "))
		}
	}
}
