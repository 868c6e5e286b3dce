package admin_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

func TestDisablingAUserAsksFirst(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("admin")
	b.Visit("/settings/users")
	disable := `form[action="/settings/users/2/disable"] button`

	b.Click(disable)
	b.Wait("dialog#confirm[open]")
	b.Press(kb.Enter) // the first button is Cancel
	b.Gone("dialog#confirm[open]")
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("disabled after Cancel: %v %v", user.DisabledAt, err)
	}
	// Asked again at once, before the browser has told that the first question was closed.
	webtest.Ask(b, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const click = (selector) => document.querySelector(selector).click();
		click(%[1]q); click("dialog#confirm button"); click(%[1]q);
	}`, disable)))
	b.Click(`dialog#confirm button[value="yes"]`)
	b.Wait(".flash")
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || user.DisabledAt.IsZero() {
		t.Fatalf("not disabled: %v", err)
	}
	b.Click(".flash button")
	b.Wait(disable)
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("not enabled by undo: %v", err)
	}
}
