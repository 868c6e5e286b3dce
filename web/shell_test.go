package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/webtest"
	"aftercall/web"
	"aftercall/web/frame"
)

func TestLanguageIsTheUsersThenTheBrowsers(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	title := func(c *webtest.Client, path string) string {
		return c.Get(path).Page(http.StatusOK).Find("h1").First().Text()
	}
	for accept, want := range map[string]string{
		"": "登录", "zh": "登录", "zh-Hans-SG,en;q=0.1": "登录", "en-GB,zh;q=0.5": "Log in", "de": "登录", "de,en;q=0.3": "Log in", "%%%": "登录",
	} {
		t.Run(accept, func(t *testing.T) {
			c := ts.Anonymous(t)
			c.Lang = accept
			if got := title(c, "/login"); got != want {
				t.Errorf("Accept-Language %q: %q, want %q", accept, got, want)
			}
		})
	}
	c := ts.Login(t, account.Admin)
	r := c.Post("/language", url.Values{"language": {"zh-CN"}, "back": {"/settings/users"}})
	if r.Header.Get("Location") != "/settings/users" {
		t.Errorf("led to %q", r.Header.Get("Location"))
	}
	if got := title(c, "/settings/users"); got != "用户" {
		t.Errorf("after the switch: %q", got)
	}
	user, err := ts.Accounts.User(t.Context(), 1)
	if err != nil || user.Language != "zh-CN" {
		t.Errorf("kept %q %v", user.Language, err)
	}
}

func TestThemeIsKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	c := webtest.NewServer(t).Anonymous(t)
	for _, want := range []string{"dark", "light", ""} {
		t.Run(want, func(t *testing.T) {
			c := c.In(t)
			c.Post("/theme", url.Values{"theme": {want}})
			if got, _ := c.Get("/login").Page(http.StatusOK).Find("html").Attr("data-theme"); got != want {
				t.Errorf("theme %q, want %q", got, want)
			}
		})
	}
}

func TestErrorsAreToldByWhoseFaultTheyAre(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	secret := errors.New("dial tcp 10.1.2.3: secret")
	for name, test := range map[string]struct {
		err    error
		status int
		text   string
	}{
		"ours": {secret, 500, "Something went wrong here. It is in our log; trying again may help."},
		"wrapped": {
			fmt.Errorf("close: %w", fault.Wrap(secret, fault.Conflict, "last_admin", "the last administrator")),
			409, "This is the last administrator: they cannot be disabled",
		},
		"fields": {
			fault.InvalidFields(fault.Field{Line: 3, Name: "login", Code: "required", Problem: "is required"}),
			422, "Some fields are not right.",
		},
		"unknown code": {fault.New(fault.TooMany, "never_translated", "wait a little"), 429, "wait a little"},
		"busy": {
			fmt.Errorf("log in: %w", fault.New(fault.Unavailable, "login_busy", "busy").RetryIn(4001*time.Millisecond)),
			503, "Many people are logging in right now. Try again in a few seconds.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer := func(accept string) *httptest.ResponseRecorder {
				w := httptest.NewRecorder()
				c, engine := gin.CreateTestContext(w)
				engine.ContextWithFallback = true
				c.Request = httptest.NewRequestWithContext(frame.WithLang(t.Context(), "en"), http.MethodGet, "/somewhere", nil)
				c.Request.Header.Set("Accept", accept)
				ts.Fail(c, test.err)
				return w
			}
			page := answer("text/html")
			body := page.Body.String()
			if page.Code != test.status || !strings.Contains(body, test.text) || strings.Contains(body, "secret") {
				t.Errorf("status %d, want %d; body %s", page.Code, test.status, body)
			}
			w := answer("application/json")
			var p frame.Problem
			err := json.Unmarshal(w.Body.Bytes(), &p)
			if err != nil || w.Code != test.status || p.Status != test.status || p.Title == "" ||
				strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%s as JSON: %d %s %v", name, w.Code, w.Body, err)
			}
			if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %s", kind)
			}
			for _, h := range []http.Header{page.Header(), w.Header()} {
				if after := h.Get("Retry-After"); (name == "busy") != (after == "5") {
					t.Errorf("try again after %q seconds", after)
				}
			}
		})
	}
	if r := admin.Get("/nowhere"); r.Status != http.StatusNotFound || r.Page(404).Find(".rail a").Length() == 0 {
		t.Errorf("a page that does not exist: %d", r.Status)
	}
}

func TestAFlashIsShownOnce(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	ts.Login(t, account.Caller)
	page := admin.Follow(admin.Post("/settings/users/2/disable", nil)).Page(http.StatusOK)
	if undo, _ := page.Find(".flash form").Attr("action"); undo != "/settings/users/2/enable" {
		t.Errorf("undo leads to %q", undo)
	}
	if n := admin.Get("/settings/users").Page(http.StatusOK).Find(".flash").Length(); n != 0 {
		t.Error("the message is shown twice")
	}
	for _, forged := range []string{"!!", "e30", "eyJrIjoib2siLCJ0IjoibmV2ZXIuc2VlbiJ9"} {
		t.Run(forged, func(t *testing.T) {
			c := ts.Anonymous(t)
			r := c.Do(http.MethodGet, "/login", nil, http.Header{"Cookie": {"flash=" + forged}})
			if r.Page(http.StatusOK).Find(".flash").Length() != 0 {
				t.Errorf("a forged message %q is shown", forged)
			}
		})
	}
}

func TestTheLogKnowsNoAddresses(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	db := dbtest.SQLite(t)
	s, err := web.New(webtest.NewServices(db, clocktest.Fixed(webtest.Now)),
		frame.Options{Language: "en", Now: clocktest.Fixed(webtest.Now), Log: slog.New(slog.NewJSONHandler(&lines, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/settings/users/13912348000/password?q=13912348000", "/nowhere/13912348000"} {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	}
	if strings.Contains(lines.String(), "13912348000") {
		t.Errorf("the log has an address: %s", lines.String())
	}
	if diff := cmp.Diff(2, strings.Count(lines.String(), `"msg":"request"`)); diff != "" {
		t.Errorf("lines (-want +got):\n%s\n%s", diff, lines.String())
	}
}

func TestAssetsNeverChange(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Anonymous(t)
	href, _ := c.Get("/login").Page(http.StatusOK).Find("link[rel=stylesheet]").Attr("href")
	r := c.Get(href)
	if r.Status != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", href, r.Status, r.Header)
	}
	if strings.Index(r.Body, "--ink:") > strings.Index(r.Body, ".card {") {
		t.Error("the tokens do not come first")
	}
	if r := c.Get("/static/000000000000/app.css"); strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
		t.Error("an old address is cached for ever")
	}
	if r := c.Get(strings.TrimSuffix(href, "app.css") + "../server.go"); r.Status != http.StatusNotFound {
		t.Errorf("a file outside: %d", r.Status)
	}
}
