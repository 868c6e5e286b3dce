package webtest

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
)

// FillPermissionless takes in one contact and returns its customer, about whom nothing is recorded.
func (ts *Server) FillPermissionless(t testing.TB) int64 {
	t.Helper()
	id := ts.AddContacts(t, Example("T-1"))[0]
	c, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, id)
	Must(t, err)
	return c.Customer.ID
}

// FillPermission gives the pages something to show: versions of the rules, special days, consents, and suppressions by hand and from
// a file. It returns a customer about whom much was said.
func (ts *Server) FillPermission(t testing.TB) int64 {
	t.Helper()
	second := Example("T-2")
	second.Customer = contact.InputCustomer{
		Reference: "C-2", Name: "刘芳", Phones: []string{"13800138001"}, Emails: []string{"liu@example.com"},
	}
	ids := ts.AddContacts(t, Example("T-1"), second)
	var customers []int64
	for _, id := range ids {
		c, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, id)
		Must(t, err)
		customers = append(customers, c.Customer.ID)
	}
	given := permission.ConsentEvent{
		CustomerID: customers[1], Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Basis: permission.ByConsent,
		Wording: "v3", Evidence: "录音 8812", At: Now.Add(-20 * 24 * time.Hour), ExpiresAt: Now.Add(300 * 24 * time.Hour),
	}
	by := account.Viewer{UserID: 1, Role: account.Admin}
	Must(t, ts.Permission.RecordByHand(t.Context(), by, given))
	withdrawn := given
	withdrawn.Purpose, withdrawn.Channel, withdrawn.Given = permission.Survey, permission.BySMS, false
	withdrawn.At, withdrawn.ExpiresAt = Now.Add(-12*24*time.Hour), 0
	Must(t, ts.Permission.RecordByHand(t.Context(), by, withdrawn))
	_, err := ts.Permission.RefuseByHand(t.Context(), by, customers[0], permission.Everything, "来信 2026-11-20")
	Must(t, err)
	_, err = ts.Permission.SuppressByHand(t.Context(), by, permission.Suppression{
		Kind: permission.EmailAddress, Address: "ann@example.com", Scope: permission.MarketingOnly,
		Reason: "register", UntilAt: Now.Add(90 * 24 * time.Hour),
	})
	Must(t, err)
	rules := permission.DefaultRules()
	rules.Caps.AttemptsPerDay = 2
	_, err = ts.Permission.Publish(t.Context(), by, rules, 1, "拨打更克制")
	Must(t, err)
	days, err := hours.ParseHolidays(strings.NewReader(calendar))
	Must(t, err)
	_, err = ts.Permission.ImportHolidays(t.Context(), by, days, "2026 年放假安排")
	Must(t, err)
	return customers[1]
}

// calendar is the days around one National Day.
const calendar = "country,date,kind,name\n" +
	"CN,2026-10-01,holiday,国庆节\nCN,2026-10-02,holiday,国庆节\nCN,2026-10-10,working,国庆节调休\n" +
	"FR,2026-07-14,holiday,Fête nationale\n"
