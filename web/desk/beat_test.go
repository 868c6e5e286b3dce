package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
)

// comeBack returns to the tab of the desk, which asks at once how things stand.
func comeBack(b *webtest.Browser) {
	b.Run(chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange"))`))
}

// A beat says within ten seconds what came in between, and takes nothing of what was typed.
func TestTheDeskHearsThatTheCallbackIsCancelled(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	b.Press(kb.F4)
	b.Type("客户说不用了")
	webtest.Must(t, ts.Callbacks.CancelByHand(t.Context(), account.Viewer{UserID: 9, Role: account.Admin}, 1, "x"))
	b.WaitText("#desk-problem", "This callback was cancelled")
	b.Gone("[data-dial]")
	if note := b.Value(`[name="note"]`); note != "客户说不用了" {
		t.Errorf("the note is %q", note)
	}
}

func TestTheDeskSaysThatItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	ts, b := atDesk(t, "张伟")
	ts.Advance(callback.Lease + 1e9)
	comeBack(b)
	b.WaitText("#desk-problem", "Your hold ended at 14:20")
	b.Press(kb.F4)
	b.Type("还在说")
	b.WaitText("[data-saved]", "draft saved")
	b.Gone("#desk-problem") // typing took it up again
	if _, err := ts.Callbacks.Claim(t.Context(), account.Viewer{UserID: 99, Role: account.Caller}); err == nil {
		t.Error("a colleague claimed it")
	}
}

func TestTheEmptyDeskShowsWhatCanBeClaimed(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	openDesk(b)
	b.Focus(`.desk-empty [data-key="Ctrl+Enter"]`)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	comeBack(b)
	b.WaitText(".desk-empty h2", "1 callback is ready")
	b.Until(`document.activeElement.dataset.key === "Ctrl+Enter"`)
	b.Next()
	b.Wait(".outcome")
}

// The right half says what else the customer has with us, and why they were dissatisfied.
func TestTheDeskShowsTheCustomersOtherContacts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	old := webtest.SevereContact(1, "张伟", "资费咨询")
	old.Status, old.ResolvedAt = "open", clock.Instant(0)
	now := webtest.SevereContact(2, "张伟", "宽带报修")
	now.Customer = old.Customer
	ts.FillDesk(t, old, now)
	caller := ts.Login(t, account.Caller)
	desk := caller.Follow(caller.Post("/desk/claim", nil)).Page(http.StatusOK)
	rows := webtest.TextsOf(desk, ".history tr")
	if len(rows) != 1 || !strings.Contains(rows[0], "GD-0001 · 资费咨询") || !strings.Contains(rows[0], "Open") {
		t.Errorf("other contacts: %q", rows)
	}
}
