package followup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// The filter knew half of the reasons: callbacks that ended with "declined", say, could not be listed.
func TestCallbacksAreFilteredByEveryReasonTheyCanHave(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Outcomes.EnsureBuiltIn(t.Context()))
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"))
	c := ts.Login(t, account.Supervisor)
	offered := map[string]string{}
	c.Get("/callbacks").Page(http.StatusOK).Find(`[name="reason"] option`).Each(func(_ int, option *goquery.Selection) {
		offered[option.AttrOr("value", "")] = option.Text()
	})
	reasons, err := ts.Callbacks.Reasons(t.Context())
	webtest.Must(t, err)
	if len(offered) != 1+len(reasons) {
		t.Errorf("%d choices for any and %d reasons", len(offered), len(reasons))
	}
	for _, reason := range reasons {
		if text := offered[string(reason)]; text == "" || strings.HasPrefix(text, "reason.") {
			t.Errorf("%s is offered as %q", reason, text)
		}
		webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET wait_reason = ?", reason).Error)
		if r := c.Get("/callbacks?reason=" + url.QueryEscape(string(reason))); !strings.Contains(r.Body, "张伟") {
			t.Errorf("what waits for %s is not found by it", reason)
		}
	}
}

func TestACallbackIsReassignedToSomebodyChosen(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带"))
	boss := ts.Login(t, account.Supervisor)
	reassign := url.Values{"reassign_why": {"x"}}
	page := boss.Post("/callbacks/1/reassign", reassign).Page(http.StatusUnprocessableEntity)
	if page.Find("#e-caller").Length() != 1 {
		t.Error("nobody was chosen, and it is anybody's")
	}
	reassign.Set("caller", "0")
	if r := boss.Post("/callbacks/1/reassign", reassign); r.Status != http.StatusSeeOther {
		t.Errorf("anybody: %d", r.Status)
	}
}
