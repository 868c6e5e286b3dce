package permission_test

import (
	"fmt"
	"testing"

	"aftercall/internal/account"
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
