package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
)

func TestDisablingAUserAsksFirst(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	caller := ts.Login(t, account.Caller)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	b := ts.Open(t)
	b.Login("admin")
	b.Visit("/settings/users")
	b.Click(`a[href="/settings/users/2"]`)
	b.Click(`a[href="/settings/users/2/disable"]`)
	b.WaitText(".plain", "1 · Callbacks in hand")
	b.Click(`a.button[href="/settings/users/2"]`)
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("disabled after Cancel: %v %v", user.DisabledAt, err)
	}
	b.Click(`a[href="/settings/users/2/disable"]`)
	b.Click(`form[action="/settings/users/2/disable"] button`)
	b.Wait(".flash")
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || user.DisabledAt.IsZero() {
		t.Fatalf("not disabled: %v", err)
	}
	if n := dbtest.Count(t, ts.DB, "callbacks", "state = 'ready'"); n != 1 {
		t.Errorf("%d callbacks are ready again", n)
	}
	b.Click(".flash button")
	b.Wait(`a[href="/settings/users/2/disable"]`)
	if user, err := ts.Accounts.User(t.Context(), 2); err != nil || !user.DisabledAt.IsZero() {
		t.Fatalf("not enabled by undo: %v", err)
	}
}

func TestPagesOfUsersLookRight(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	ts.AddForLooking(t, admin)
	caller := ts.Login(t, account.Caller)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	admin.Post("/settings/skills", url.Values{"name": {"粤语"}})
	admin.Post("/settings/skills", url.Values{"name": {"大客户"}})
	admin.Post("/settings/users/2", url.Values{
		"name": {"王敏"}, "role": {"handler"}, "teams": {"装维一班、二线组"}, "skills": {"1"}, "extension": {"8001"}, "revision": {"0"},
	})
	b := ts.Open(t)
	b.Login("admin")
	b.Look("users", "/settings/users")
	b.Look("user", "/settings/users/2")
	b.Look("user-disable", "/settings/users/5/disable")
	b.Look("users-import", "/settings/users/import")
	b.Look("users-none", "/settings/users?role=handler&state=off")
	b.Look("audit", "/audit")
	b.Look("audit-user", "/audit?kind=user&id=2")
	b.Look("audit-none", "/audit?action=dialer.set")
	b.Resize(1280, 800, false)
	b.Visit("/settings/users/5")
	b.Run(chromedp.SetValue("#f-role", "handler"))
	b.Click(`form[action="/settings/users/5"] button.go`)
	b.Wait(".error.whole a")
	b.Screenshot("user-unsure")
	b.Click(`form[action="/settings/users/5"] button.go`)
	b.Wait(".flash")
	b.Click(`form[action="/settings/users/5/link"] button`)
	b.Wait(".once code")
	b.Screenshot("user-link")
	link := b.Text(".once code")
	b.Visit(strings.TrimPrefix(link, ts.URL))
	b.Wait("#f-password")
	b.Screenshot("set-password")
}
