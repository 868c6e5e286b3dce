package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
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
		t.Run(foreign, func(t *testing.T) {
			c := c.In(t)
			r = c.Post("/login", url.Values{"login": {"admin"}, "password": {webtest.Password}, "next": {foreign}})
			if r.Header.Get("Location") != "/" {
				t.Errorf("next %q led to %s", foreign, r.Header.Get("Location"))
			}
		})
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
	ts.Advance(account.SessionIdle)
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
		t.Run(lang, func(t *testing.T) {
			ts.MoveTo(webtest.Now.Add(time.Minute - time.Second))
			c := ts.Anonymous(t)
			c.Lang = lang
			c.Post("/login", wrong)
			ts.MuchTried(t)
			ts.MoveTo(webtest.Now.Add(time.Minute))
			r := c.Post("/login", wrong)
			got := webtest.TextsOf(r.Page(http.StatusTooManyRequests), ".error.whole")
			if len(got) != 1 || got[0] != text || r.Header.Get("Retry-After") != "899" {
				t.Errorf("%s: %q, after %s s", lang, got, r.Header.Get("Retry-After"))
			}
			if kept, _ := r.Page(http.StatusTooManyRequests).Find("#f-login").Attr("value"); kept != "admin" {
				t.Errorf("the login typed is now %q", kept)
			}
		})
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
