package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

func TestLoginLeadsWhereOneWasGoing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	c := ts.Anonymous(t)

	r := c.Get("/settings/users?older=a")
	if want := "/login?next=%2Fsettings%2Fusers%3Folder%3Da"; r.Header.Get("Location") != want {
		t.Fatalf("led to %s, want %s", r.Header.Get("Location"), want)
	}
	next, _ := c.Follow(r).Page(http.StatusOK).Find("input[name=next]").Attr("value")

	wrong := c.Post("/login", url.Values{
		"login": {"admin"}, "password": {"wrong horse"}, "next": {next},
	}).Page(http.StatusUnprocessableEntity)
	if kept, _ := wrong.Find("#f-login").Attr("value"); kept != "admin" || wrong.Find("#f-password[value='']").Length() != 1 {
		t.Errorf("after a wrong password the login is %q", kept)
	}
	if got := webtest.TextsOf(wrong, ".error.whole"); len(got) != 1 || got[0] != "Login or password is wrong." {
		t.Errorf("errors %q", got)
	}
	r = c.Post("/login", url.Values{"login": {"admin"}, "password": {webtest.Password}, "next": {next}})
	if r.Header.Get("Location") != next {
		t.Errorf("led to %s, want %s", r.Header.Get("Location"), next)
	}
	for _, foreign := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""} {
		r = c.Post("/login", url.Values{"login": {"admin"}, "password": {webtest.Password}, "next": {foreign}})
		if r.Header.Get("Location") != "/" {
			t.Errorf("next %q led to %s", foreign, r.Header.Get("Location"))
		}
	}
}

func TestTheSessionCookie(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	again := c.Post("/login", url.Values{"login": {"admin"}, "password": {webtest.Password}})
	cookie := again.Header.Get("Set-Cookie")
	for _, part := range []string{"aftercall=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie lacks %s: %s", part, cookie)
		}
	}
	sessions, err := ts.Accounts.Sessions(t.Context(), 1)
	if err != nil || len(sessions) != 1 {
		t.Errorf("logging in again leaves %d sessions, want the new one: %v", len(sessions), err)
	}
	c.Get("/me").Page(http.StatusOK)
	ts.Now = ts.Now.Add(account.SessionIdle)
	if r := c.Get("/me"); !strings.HasPrefix(r.Header.Get("Location"), "/login") {
		t.Errorf("an idle session gets status %d to %q", r.Status, r.Header.Get("Location"))
	}
	c.Post("/login", url.Values{"login": {"admin"}, "password": {webtest.Password}})
	c.Get("/me").Page(http.StatusOK)
	got := webtest.TextsOf(c.Follow(c.Post("/logout", nil)).Page(http.StatusOK), ".flash p")
	if len(got) != 1 || got[0] != "You are logged out." {
		t.Errorf("after logout: %q", got)
	}
	if r := c.Get("/me"); r.Status != http.StatusSeeOther {
		t.Errorf("after logout /me has status %d", r.Status)
	}
}

func TestWhoTypedTooManyWrongPasswordsIsToldWhenToTryAgain(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	wrong := url.Values{"login": {"admin"}, "password": {"wrong horse"}}
	for lang, text := range map[string]string{
		"en":    "Too many wrong passwords. Try again in 15 min, from 14:21 on. If you forgot it, an administrator can set a new one.",
		"zh-CN": "密码输错次数过多，请 15 分钟后（14:21 起）再试。忘记密码请找管理员重置。",
	} {
		ts.Now = webtest.Now.Add(time.Minute - time.Second)
		c := ts.Anonymous(t)
		c.Lang = lang
		c.Post("/login", wrong)
		ts.MuchTried(t)
		ts.Now = webtest.Now.Add(time.Minute)
		r := c.Post("/login", wrong)
		got := webtest.TextsOf(r.Page(http.StatusTooManyRequests), ".error.whole")
		if len(got) != 1 || got[0] != text || r.Header.Get("Retry-After") != "899" {
			t.Errorf("%s: %q, after %s s", lang, got, r.Header.Get("Retry-After"))
		}
		if kept, _ := r.Page(http.StatusTooManyRequests).Find("#f-login").Attr("value"); kept != "admin" {
			t.Errorf("the login typed is now %q", kept)
		}
	}
}

func TestAStrangerCannotLockAnOwnerOut(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	owner, stranger := ts.Login(t, account.Admin), ts.Anonymous(t)
	owner.Post("/logout", nil)
	stranger.Post("/login", url.Values{"login": {"admin"}, "password": {"wrong horse"}})
	ts.MuchTried(t)
	right := url.Values{"login": {"admin"}, "password": {webtest.Password}}
	if r := stranger.Post("/login", right); r.Status != http.StatusTooManyRequests {
		t.Errorf("a stranger at the same address: status %d", r.Status)
	}
	if r := owner.Post("/login", right); r.Status != http.StatusSeeOther {
		t.Errorf("the owner: status %d", r.Status)
	}
	for _, cookie := range owner.Post("/login", right).Header.Values("Set-Cookie") {
		for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, part) || strings.Contains(cookie, "admin") {
				t.Errorf("cookie without %s: %s", part, cookie)
			}
		}
	}
}

func TestMyPasswordCannotBeGuessedInAnOpenSession(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Caller)
	guess := func() webtest.Response {
		return c.Post("/me/password", url.Values{"old_password": {"wrong horse"}, "password": {"battery staple"}})
	}
	guess().Page(http.StatusUnprocessableEntity)
	ts.MuchTried(t)
	r := guess()
	if got := webtest.TextsOf(r.Page(http.StatusTooManyRequests), ".error.whole"); len(got) != 1 || r.Header.Get("Retry-After") != "900" {
		t.Errorf("%q, after %s s", got, r.Header.Get("Retry-After"))
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for name, header := range map[string]http.Header{
		"Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"sibling":        {"Sec-Fetch-Site": {"same-site"}},
		"Origin":         {"Origin": {"https://evil.example"}},
	} {
		if r := c.Do(http.MethodPost, "/logout", nil, header); r.Status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, r.Status)
		}
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
		h := c.Get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": web.ContentPolicy, "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
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
		response := admin.Get(r.Path)
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || response.Status != http.StatusOK {
			continue
		}
		doc := response.Page(http.StatusOK)
		if n := doc.Find("[style], style, script:not([src]), [onclick], [onchange], [onsubmit]").Length(); n > 0 {
			t.Errorf("%s has %d inline styles or scripts, which the policy refuses", r.Path, n)
		}
		if doc.Find("title").Text() == "" || doc.Find("main").Length() != 1 || doc.Find("h1").Length() == 0 {
			t.Errorf("%s lacks a title, a main or a heading", r.Path)
		}
	}
}

func TestAFormOverItsLimitIsAnsweredWithTheLimit(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for path, says := range map[string]string{"/login": "16 KiB", "/me/password": "1 MiB"} {
		text := c.Post(path, url.Values{
			"login": {strings.Repeat("x", frame.DefaultBody)},
		}).Page(http.StatusRequestEntityTooLarge).Find("main").Text()
		if !strings.Contains(text, "more than "+says) {
			t.Errorf("%s: the limit of %s is not said: %q", path, says, strings.Join(strings.Fields(text), " "))
		}
	}
}
