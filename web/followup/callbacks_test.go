package followup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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
	reassign := url.Values{"why": {"x"}}
	page := boss.Post("/callbacks/1/reassign", reassign).Page(http.StatusUnprocessableEntity)
	if page.Find("#e-caller").Length() != 1 {
		t.Error("nobody was chosen, and it is anybody's")
	}
	reassign.Set("caller", "0")
	if r := boss.Post("/callbacks/1/reassign", reassign); r.Status != http.StatusSeeOther {
		t.Errorf("anybody: %d", r.Status)
	}
}

// A supervisor saw that a callback could be claimed, and not why nobody did.
func TestTheSkillACallbackNeedsIsShown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	admin := ts.Login(t, account.Admin)
	admin.Post("/settings/skills", url.Values{"name": {"粤语"}})
	admin.Post("/settings/skill-rules", url.Values{"kind": {"confirm"}, "skill": {"1"}})
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带"))
	boss := ts.Login(t, account.Supervisor)
	shown := func() (one, list string) {
		one = boss.Get("/callbacks/1").Page(http.StatusOK).Find("dl.facts").Text()
		return one, boss.Get("/callbacks").Page(http.StatusOK).Find("tbody").Text()
	}
	one, list := shown()
	if !strings.Contains(one, "粤语 · anybody's today") || !strings.Contains(list, "needs 粤语") {
		t.Errorf("the page says %q, the list %q", one, list)
	}
	admin.Post("/settings/skill-wait", url.Values{"fall_through": {"5"}})
	long := int64(webtest.Now.Add(-10 * time.Minute))
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET ready_at = ?", long).Error)
	one, list = shown()
	if !strings.Contains(one, "粤语 · has waited long enough") || strings.Contains(list, "needs 粤语") {
		t.Errorf("after the wait the page says %q, the list %q", one, list)
	}
	const done = "UPDATE callbacks SET state = 'done', close_reason = 'solved', closed_at = ready_at"
	webtest.Must(t, ts.DB.View(t.Context()).Gorm().Exec(done).Error)
	if one, _ = shown(); strings.Contains(one, "粤语") {
		t.Errorf("when it is done the page says %q", one)
	}
}

// Readers of the screen go from heading to heading: the tiles were below one that is not there.
func TestTheHeadingsOfTheCallbacksLeaveNoLevelOut(t *testing.T) {
	t.Parallel()
	page := webtest.NewServer(t).Login(t, account.Supervisor).Get("/callbacks").Page(http.StatusOK)
	level := 1
	headings := page.Find("main").Find("h1, h2, h3, h4")
	if headings.Length() < 3 {
		t.Fatalf("there are %d headings", headings.Length())
	}
	headings.Each(func(_ int, heading *goquery.Selection) {
		at := int(goquery.NodeName(heading)[1] - '0')
		if at > level+1 {
			t.Errorf("%q is of level %d behind level %d", heading.Text(), at, level)
		}
		level = at
	})
}
