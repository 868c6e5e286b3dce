package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

func TestShellInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	b := ts.Open(t)
	admin := ts.Login(t, account.Admin)
	ts.AddForLooking(t, admin)

	b.Look("login", "/login")
	b.Login("admin")
	for name, path := range map[string]string{
		"jobs": "/jobs", "users": "/settings/users", "tokens": "/settings/tokens",
		"me": "/me", "missing": "/nowhere", "password": "/settings/users/1/password",
	} {
		b.Look(name, path)
	}

	b.Resize(1280, 800, false)
	b.Visit("/settings/users")
	b.Click("[data-menu] summary")
	b.Wait(".menu-body")
	b.Screenshot("menu")
	b.Press(kb.Escape)
	b.Gone(".menu-body")
	b.Press("?")
	b.Wait("dialog#shortcuts[open]")
	b.Screenshot("shortcuts")
	b.Press(kb.Escape)
	b.Click("#f-login")
	b.Press("wangmin", kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Tab, "short", kb.Enter)
	b.WaitText(".error", "8")
	b.Screenshot("refused")
}

func TestKeysOfTheFrame(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Visit("/settings/users")

	b.Press("?")
	b.Wait("dialog#shortcuts[open]")
	b.Press(kb.Escape)
	b.Gone("dialog#shortcuts[open]")

	b.Click("#f-login")
	b.Press("?", "/")
	if value := b.Value("#f-login"); value != "?/" {
		t.Errorf("typing ?/ into a field gives %q", value)
	}
	if webtest.Ask(b, chromedp.Evaluate[bool](`document.getElementById("shortcuts").open`)) {
		t.Error("typing ? into a field opened the shortcuts")
	}
}
