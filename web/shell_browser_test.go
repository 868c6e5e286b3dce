package web

import (
	"context"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

func TestShellInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	b := ts.open(t)
	admin := ts.login(t, account.Admin)
	ts.addForLooking(t, admin)

	b.look("login", "/login")
	b.login("admin")
	for name, path := range map[string]string{
		"jobs": "/jobs", "users": "/settings/users", "tokens": "/settings/tokens", "me": "/me", "missing": "/nowhere", "password": "/settings/users/1/password",
	} {
		b.look(name, path)
	}

	b.resize(1280, 800, false)
	b.visit("/settings/users")
	b.click("[data-menu] summary")
	b.wait(".menu-body")
	b.screenshot("menu")
	b.press(kb.Escape)
	b.gone(".menu-body")
	b.press("?")
	b.wait("dialog#shortcuts[open]")
	b.screenshot("shortcuts")
	b.press(kb.Escape)
	b.click("#f-login")
	b.press("wangmin", kb.Tab, kb.Tab, kb.Tab, kb.Tab, "short", kb.Enter)
	b.waitText(".error", "8")
	b.screenshot("refused")
}

// addForLooking fills the pages of the shell.
func (ts *testServer) addForLooking(t *testing.T, admin *testClient) {
	t.Helper()
	for _, user := range []url.Values{
		{"login": {"wangmin"}, "name": {"王敏"}, "role": {"caller"}, "teams": {"回访一组"}, "password": {testPassword}},
		{"login": {"chenjing"}, "name": {"陈静"}, "role": {"supervisor"}, "teams": {"二线组,装维一班"}, "password": {testPassword}},
		{"login": {"lina"}, "name": {"李娜"}, "role": {"marketing"}, "password": {testPassword}},
	} {
		admin.follow(admin.post("/settings/users", user)).page(200)
	}
	admin.post("/settings/users/3/disable", nil)
	admin.post("/settings/tokens", url.Values{"name": {"客服系统(生产)"}, "role": {"machine"}, "source": {"zendesk"}}).page(201)
	err := ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		job := outbox.New("survey.send", 4711, outbox.Sending, testNow)
		job.State, job.Attempt, job.LastError = outbox.Dead, 5, "unavailable smtp_refused"
		return outbox.Add(tx, testNow.Add(-900e9), outbox.New("resolutions.plan", 12, outbox.Normal, testNow), outbox.New("survey.send", 4712, outbox.Sending, testNow), job)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeysOfTheFrame(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.visit("/settings/users")

	b.press("?")
	b.wait("dialog#shortcuts[open]")
	b.press(kb.Escape)
	b.gone("dialog#shortcuts[open]")

	b.click("#f-login")
	b.press("?", "/")
	if value := b.value("#f-login"); value != "?/" {
		t.Errorf("typing ?/ into a field gives %q", value)
	}
	if ask(b, chromedp.Evaluate[bool](`document.getElementById("shortcuts").open`)) {
		t.Error("typing ? into a field opened the shortcuts")
	}
}

func TestDisablingAUserAsksFirst(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	ts.login(t, account.Caller)
	b := ts.open(t)
	b.login("admin")
	b.visit("/settings/users")
	disable := `form[action="/settings/users/2/disable"] button`

	b.click(disable)
	b.wait("dialog#confirm[open]")
	b.press(kb.Enter) // the first button is Cancel
	b.gone("dialog#confirm[open]")
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("disabled after Cancel: %v %v", user.DisabledAt, err)
	}
	b.click(disable)
	b.click(`dialog#confirm button[value="yes"]`)
	b.wait(".flash")
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || user.DisabledAt.IsZero() {
		t.Fatalf("not disabled: %v", err)
	}
	b.click(".flash button")
	b.wait(disable)
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("not enabled by undo: %v", err)
	}
}
