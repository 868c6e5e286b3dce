package permission_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
	"aftercall/web/frame"
)

func TestPermissionPagesInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Permission.EnsureBuiltIn(t.Context()))
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("permission-empty", "/permission")
	b.Look("suppressions-empty", "/suppressions")
	customer := ts.FillPermission(t)
	b.Look("permission", "/permission")
	b.Look("standings", "/permission/customers?purpose=marketing_call&channel=phone&reason=suppressed")
	b.Look("suppressions", "/suppressions")
	b.Look("suppression", "/suppressions/1")
	b.Look("suppressions-import", "/suppressions/import")
	b.Look("consents-import", "/consents/import")
	b.Look("customer", fmt.Sprintf("/customers/%d", customer))
	b.Look("customer-permission", frame.CustomerPermissionPath(customer))
	b.Look("hours", "/settings/calling-hours")
	b.Look("hours-profile", "/settings/calling-hours/profile?region=FR&class=marketing")
	b.Look("hours-stricter", "/settings/calling-hours/stricter?region=FR")
	b.Look("hours-version", "/settings/calling-hours/versions/1")
	b.Look("holidays", "/settings/holidays")
}

// What somebody else published meanwhile is told above the form, on every width.
func TestAConflictOfRulesFits(t *testing.T) {
	t.Parallel()
	ts, _ := rulesOffice(t)
	b := ts.Open(t)
	b.Login("admin")
	b.Visit("/settings/calling-hours")
	theyPublish(t, ts, "工信部要求", func(r *permission.Rules) { r.Caps.MessagesPerDay, r.Caps.AttemptsPerDay = 2, 2 })
	theyPublish(t, ts, "季度调整", func(r *permission.Rules) { r.Caps.SurveyCooldownDays = 40 })
	for field, text := range map[string]string{"attempts_per_day": "1", "note": "少打扰"} {
		b.Run(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector("#f-%s").value = %q`, field, text)))
	}
	b.Click(`form[action$="/caps"] .go`)
	b.Wait(".error.whole")
	for _, width := range []int64{1440, 1024, 390} {
		b.Resize(width, 900, width == 1024)
		b.Fits("hours conflict")
		b.Run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".error.whole").scrollIntoView()`))
		b.Screenshot(fmt.Sprintf("hours-conflict-%d", width))
	}
}
