package web

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
	"aftercall/internal/clock"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func TestRoutesMustNameTheirRoles(t *testing.T) {
	t.Parallel()
	handle := func(*gin.Context) error { return nil }
	for name, r := range map[string]route{
		"nothing":          {handle: handle},
		"public and roles": {public: true, roles: everyone(), handle: handle},
		"machines":         {roles: []account.Role{account.Machine}, handle: handle},
		"no handler":       {roles: everyone()},
	} {
		if r.check() == nil {
			t.Errorf("a route with %s is accepted", name)
		}
	}
}

func TestLanguageIsTheUsersThenTheBrowsers(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	title := func(c *testClient, path string) string {
		return c.get(path).page(http.StatusOK).Find("h1").First().Text()
	}
	for accept, want := range map[string]string{
		"": "登录", "zh": "登录", "zh-Hans-SG,en;q=0.1": "登录", "en-GB,zh;q=0.5": "Log in", "de": "登录", "de,en;q=0.3": "Log in", "%%%": "登录",
	} {
		c := ts.anonymous(t)
		c.lang = accept
		if got := title(c, "/login"); got != want {
			t.Errorf("Accept-Language %q: %q, want %q", accept, got, want)
		}
	}
	c := ts.login(t, account.Admin)
	if r := c.post("/language", url.Values{"language": {"zh-CN"}, "back": {"/settings/users"}}); r.header.Get("Location") != "/settings/users" {
		t.Errorf("led to %q", r.header.Get("Location"))
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
	c := newTestServer(t).anonymous(t)
	for _, want := range []string{"dark", "light", ""} {
		c.post("/theme", url.Values{"theme": {want}})
		if got, _ := c.get("/login").page(http.StatusOK).Find("html").Attr("data-theme"); got != want {
			t.Errorf("theme %q, want %q", got, want)
		}
	}
}

func TestErrorsAreToldByWhoseFaultTheyAre(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	admin := ts.login(t, account.Admin)
	secret := errors.New("dial tcp 10.1.2.3: secret")
	for name, test := range map[string]struct {
		err    error
		status int
		text   string
	}{
		"ours":    {secret, 500, "Something went wrong here. It is in our log; trying again may help."},
		"wrapped": {fmt.Errorf("close: %w", fault.Wrap(secret, fault.Conflict, "last_admin", "the last administrator")), 409, "The last administrator cannot be disabled."},
		"fields": {
			fault.InvalidFields(fault.Field{Line: 3, Name: "login", Code: "required", Problem: "is required"}), 422, "Some fields are not right.",
		},
		"unknown code": {fault.New(fault.TooMany, "never_translated", "wait a little"), 429, "wait a little"},
		"busy": {
			fmt.Errorf("log in: %w", fault.New(fault.Unavailable, "login_busy", "busy").RetryIn(4001*time.Millisecond)),
			503, "Many people are logging in right now. Try again in a few seconds.",
		},
	} {
		answer := func(accept string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			c, engine := gin.CreateTestContext(w)
			engine.ContextWithFallback = true
			c.Request = httptest.NewRequestWithContext(withLanguage(t.Context(), "en"), http.MethodGet, "/somewhere", nil)
			c.Request.Header.Set("Accept", accept)
			ts.fail(c, test.err)
			return w
		}
		page := answer("text/html")
		if page.Code != test.status || !strings.Contains(page.Body.String(), test.text) || strings.Contains(page.Body.String(), "secret") {
			t.Errorf("%s: status %d, want %d; body %s", name, page.Code, test.status, page.Body)
		}
		w := answer("application/json")
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != test.status || p.Status != test.status || p.Title == "" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s as JSON: %d %s %v", name, w.Code, w.Body, err)
		}
		if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s: content type %s", name, kind)
		}
		for _, h := range []http.Header{page.Header(), w.Header()} {
			if after := h.Get("Retry-After"); (name == "busy") != (after == "5") {
				t.Errorf("%s: try again after %q seconds", name, after)
			}
		}
	}
	if r := admin.get("/nowhere"); r.status != http.StatusNotFound || r.page(404).Find(".rail a").Length() == 0 {
		t.Errorf("a page that does not exist: %d", r.status)
	}
}

func TestAFlashIsShownOnce(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	admin := ts.login(t, account.Admin)
	ts.login(t, account.Caller)
	page := admin.follow(admin.post("/settings/users/2/disable", nil)).page(http.StatusOK)
	if undo, _ := page.Find(".flash form").Attr("action"); undo != "/settings/users/2/enable" {
		t.Errorf("undo leads to %q", undo)
	}
	if n := admin.get("/settings/users").page(http.StatusOK).Find(".flash").Length(); n != 0 {
		t.Error("the message is shown twice")
	}
	for _, forged := range []string{"!!", "e30", "eyJrIjoib2siLCJ0IjoibmV2ZXIuc2VlbiJ9"} {
		c := ts.anonymous(t)
		r := c.do(http.MethodGet, "/login", nil, http.Header{"Cookie": {"flash=" + forged}})
		if r.page(http.StatusOK).Find(".flash").Length() != 0 {
			t.Errorf("a forged message %q is shown", forged)
		}
	}
}

func TestListsLeadBackTheSameWay(t *testing.T) {
	t.Parallel()
	rows := make([]int64, 130)
	for i := range rows {
		rows[i] = int64(len(rows) - i)
	}
	visit := func(address string) (first int64, p pager) {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		var found []int64
		for _, id := range rows {
			if before := listKeyID(c); (before == 0 || id < before) && len(found) <= pageSize {
				found = append(found, id)
			}
		}
		found, p = pagedByID(c, found, func(id int64) int64 { return id })
		return found[0], p
	}
	first, p := visit("/things?state=open")
	if first != 130 || p.Newer != "" || p.Older != "/things?older=81&state=open" {
		t.Fatalf("first page begins at %d: %+v", first, p)
	}
	first, p = visit(p.Older)
	if first != 80 || p.Newer != "/things?state=open" {
		t.Fatalf("second page begins at %d: %+v", first, p)
	}
	first, p = visit(p.Older)
	if first != 30 || p.Older != "" || p.Newer != "/things?older=81&state=open" || p.Newest != "/things?state=open" {
		t.Fatalf("third page begins at %d: %+v", first, p)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	at := func(ago time.Duration) clock.Instant { return testNow.Add(-ago) }
	for _, test := range []struct {
		lang, call string
		arg        any
		want       string
	}{
		{"zh-CN", "date", testNow, "2026-11-22"},
		{"en", "time", testNow, "14:05"},
		{"en", "datetime", clock.Instant(0), "–"},
		{"en", "when", at(0), "just now"},
		{"en", "when", at(time.Minute), "1 minute ago"},
		{"en", "when", at(-5 * time.Minute), "in 5 minutes"},
		{"zh-CN", "when", at(3 * time.Minute), "3 分钟前"},
		{"zh-CN", "when", at(2 * time.Hour), "今天 12:05"},
		{"zh-CN", "when", at(20 * time.Hour), "昨天 18:05"},
		{"en", "when", at(-20 * time.Hour), "tomorrow 10:05"},
		{"en", "when", at(100 * time.Hour), "11-18 10:05"},
		{"en", "when", at(9000 * time.Hour), "2025-11-12"},
		{"en", "day", at(-9 * 24 * time.Hour), "1 December"},
		{"zh-CN", "day", at(-9 * 24 * time.Hour), "12月1日"},
		{"en", "moment", at(-60 * 24 * time.Hour), "21 January 2027 14:05"},
		{"zh-CN", "moment", at(-60 * 24 * time.Hour), "2027年1月21日 14:05"},
		{"zh-CN", "duration", 171 * time.Second, "2 分钟"},
		{"en", "duration", 3*time.Hour + 5*time.Minute, "3 h 05 min"},
		{"en", "num", 1234567, "1,234,567"},
		{"en", "num", int64(-31004), "−31,004"},
		{"en", "num", 999, "999"},
		{"en", "pct", 0.39256, "39.3%"},
	} {
		got := callFunc(t, ts.funcs(test.lang)[test.call], test.arg)
		if strings.Contains(got, "<time") {
			got = got[strings.Index(got, ">")+1 : strings.LastIndex(got, "<")]
		}
		if got != test.want {
			t.Errorf("%s %v in %s: %q, want %q", test.call, test.arg, test.lang, got, test.want)
		}
	}
}

func TestTheLogKnowsNoAddresses(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	db := dbtest.SQLite(t)
	s, err := New(testServices(db, clock.Fixed(testNow)), Options{Language: "en", Now: clock.Fixed(testNow), Log: slog.New(slog.NewJSONHandler(&lines, nil))})
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
	ts := newTestServer(t)
	c := ts.anonymous(t)
	href, _ := c.get("/login").page(http.StatusOK).Find("link[rel=stylesheet]").Attr("href")
	r := c.get(href)
	if r.status != http.StatusOK || !strings.Contains(r.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", href, r.status, r.header)
	}
	if strings.Index(r.body, "--ink:") > strings.Index(r.body, ".card {") {
		t.Error("the tokens do not come first")
	}
	if r := c.get("/static/000000000000/app.css"); strings.Contains(r.header.Get("Cache-Control"), "immutable") {
		t.Error("an old address is cached for ever")
	}
	if r := c.get(ts.assets.prefix + "../server.go"); r.status != http.StatusNotFound {
		t.Errorf("a file outside: %d", r.status)
	}
}
