package audiences_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
)

// Who saves an audience that somebody else changed meanwhile is told so, loses nothing of what they typed, and may then replace theirs.
func TestAStaleAudienceFormSaysSoAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	marketing := ts.Login(t, account.Marketing)
	shown, _ := marketing.Get("/audiences/1/edit").Page(http.StatusOK).Find("input[name=revision]").Attr("value")
	typed := func(revision, days string) url.Values {
		return url.Values{"name": {"老客户"}, "channel": {"phone"}, "days": {days}, "revision": {revision}}
	}
	if r := marketing.Post("/audiences/1", typed(shown, "30")); r.Status != http.StatusSeeOther {
		t.Fatalf("the first form: %d", r.Status)
	}
	stale := marketing.Post("/audiences/1", typed(shown, "7")).Page(http.StatusConflict)
	days, _ := stale.Find("#f-days").Attr("value")
	again, _ := stale.Find("input[name=revision]").Attr("value")
	if days != "7" || again == shown || !strings.Contains(stale.Find(".error").Text(), "Somebody else changed this audience") {
		t.Errorf("days %q, revision %q after %q: %s", days, again, shown, stale.Find(".error").Text())
	}
	if a, err := ts.Campaigns.Audience(t.Context(), 1); err != nil || !strings.Contains(a.Rule, "30") {
		t.Errorf("%v: the stale form was saved: %s", err, a.Rule)
	}
	if r := marketing.Post("/audiences/1", typed(again, "7")); r.Status != http.StatusSeeOther {
		t.Errorf("saved again by who was told: %d", r.Status)
	}
}

func TestASnapshotIsCancelledOnItsPageAndAFailedOneSaysWhy(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	marketing := ts.Login(t, account.Marketing)
	path := marketing.Post("/audiences/1/snapshots", url.Values{"reason": {"十二月升级"}}).Header.Get("Location")
	if n := marketing.Get(path).Page(http.StatusOK).Find("form[action$='/cancel']").Length(); n != 1 {
		t.Fatal("there is no button to cancel with")
	}
	doc := marketing.Follow(marketing.Post(path+"/cancel", nil)).Page(http.StatusOK)
	if doc.Find("progress, [data-refresh], form[action$='/cancel']").Length() != 0 ||
		!strings.Contains(doc.Text(), "cancelled before it was done") {
		t.Errorf("the page of a cancelled snapshot: %s", doc.Find("main").Text())
	}
	if r := marketing.Post(path+"/cancel", nil); r.Status != http.StatusConflict {
		t.Errorf("cancelled twice: %d", r.Status)
	}
	for code, why := range map[string]string{"snapshot_not_found": "there is no such snapshot", "": "the program failed"} {
		t.Run(code, func(t *testing.T) {
			marketing := marketing.In(t)
			dbtest.InTx(t, ts.DB, func(tx database.Tx) error {
				return tx.Gorm().Model(&campaign.Snapshot{}).Where("id = 1").Updates(map[string]any{
					"state": campaign.Failed, "error": code,
				}).Error
			})
			if doc := marketing.Get(path).Page(http.StatusOK); !strings.Contains(doc.Find(".error").Text(), why) {
				t.Errorf("%q: %s", code, doc.Find(".error").Text())
			}
		})
	}
}
