package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
)

func TestPermissionPagesInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Permission.EnsureBuiltIn(t.Context()))
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	b.look("permission-empty", "/permission")
	b.look("suppressions-empty", "/suppressions")
	customer := ts.fillPermission(t)
	b.look("permission", "/permission")
	b.look("standings", "/permission/customers?purpose=marketing_call&channel=phone&reason=suppressed")
	b.look("suppressions", "/suppressions")
	b.look("suppression", "/suppressions/1")
	b.look("suppressions-import", "/suppressions/import")
	b.look("consents-import", "/consents/import")
	b.look("customer", fmt.Sprintf("/customers/%d", customer))
	b.look("customer-permission", customerPermissionPath(customer))
	b.look("hours", "/settings/calling-hours")
	b.look("hours-profile", "/settings/calling-hours/profile?region=FR&class=marketing")
	b.look("hours-stricter", "/settings/calling-hours/stricter?region=FR")
	b.look("hours-version", "/settings/calling-hours/versions/1")
	b.look("holidays", "/settings/holidays")
}

// fillPermission gives the pages something to show: versions of the rules, special days, consents, and suppressions by hand and from
// a file. It returns a customer about whom much was said.
func (ts *testServer) fillPermission(t testing.TB) int64 {
	t.Helper()
	second := example("T-2")
	second.Customer = contact.InputCustomer{Reference: "C-2", Name: "刘芳", Phones: []string{"13800138000"}, Emails: []string{"liu@example.com"}}
	ids := ts.addContacts(t, example("T-1"), second)
	var customers []int64
	for _, id := range ids {
		c, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, id)
		fatal(t, err)
		customers = append(customers, c.Customer.ID)
	}
	given := permission.ConsentEvent{
		CustomerID: customers[1], Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Basis: permission.ByConsent,
		Wording: "v3", Evidence: "录音 8812", At: testNow.Add(-20 * 24 * time.Hour), ExpiresAt: testNow.Add(300 * 24 * time.Hour),
	}
	by := account.Viewer{UserID: 1, Role: account.Admin}
	fatal(t, ts.Permission.RecordByHand(t.Context(), by, given))
	withdrawn := given
	withdrawn.Purpose, withdrawn.Channel, withdrawn.Given, withdrawn.At, withdrawn.ExpiresAt = permission.Survey, permission.BySMS, false, testNow.Add(-12*24*time.Hour), 0
	fatal(t, ts.Permission.RecordByHand(t.Context(), by, withdrawn))
	_, err := ts.Permission.RefuseByHand(t.Context(), by, customers[0], permission.Everything, "来信 2026-11-20")
	fatal(t, err)
	_, err = ts.Permission.SuppressByHand(t.Context(), by, permission.Suppression{
		Kind: permission.EmailAddress, Address: "ann@example.com", Scope: permission.MarketingOnly, Reason: "register", UntilAt: testNow.Add(90 * 24 * time.Hour),
	})
	fatal(t, err)
	rules := permission.DefaultRules()
	rules.Caps.AttemptsPerDay = 2
	_, err = ts.Permission.Publish(t.Context(), by, rules, 1, "拨打更克制")
	fatal(t, err)
	days, err := hours.ParseHolidays(strings.NewReader(sampleCalendar))
	fatal(t, err)
	_, err = ts.Permission.ImportHolidays(t.Context(), by, days, "2026 年放假安排")
	fatal(t, err)
	return customers[1]
}
