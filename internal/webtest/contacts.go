package webtest

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
)

// Example is a resolved contact, an hour old.
func Example(externalID string) contact.Input {
	return contact.Input{
		ExternalID: externalID, Status: contact.Resolved, OpenedAt: Now.Add(-3 * time.Hour), ResolvedAt: Now.Add(-time.Hour),
		Channel: contact.Phone, Category: "宽带报修", Product: "家庭宽带 500M", Severity: contact.High, Resolution: "重启光猫后恢复",
		Customer: contact.InputCustomer{
			Reference: "C-" + externalID, Name: "张伟", Phones: []string{"139 1234 8000", "12"}, Zone: "Asia/Shanghai",
		},
		Participants: []contact.InputParticipant{
			{Role: contact.TookIt, Agent: "王敏", Team: "一线组"}, {Role: contact.Handled, Agent: "李强", Team: "二线组"},
		},
	}
}

// AddContacts takes contacts in and returns their ids.
func (ts *Server) AddContacts(t testing.TB, inputs ...contact.Input) []int64 {
	t.Helper()
	source := contacttest.Source(t, ts.Contacts, "客服系统")
	outcomes := contacttest.Take(t, ts.Contacts, source.ID, inputs...)
	ids := make([]int64, len(outcomes))
	for i, o := range outcomes {
		if ids[i] = o.ContactID; o.ContactID == 0 {
			t.Fatalf("not taken: %+v", o)
		}
	}
	return ids
}

// AddCustomer takes a contact of a customer in and returns the customer's id.
func (ts *Server) AddCustomer(t testing.TB, reference, name, phone string) int64 {
	t.Helper()
	in := Example("T-" + reference)
	in.Customer = contact.InputCustomer{Reference: reference, Name: name, Phones: []string{phone}}
	ids := ts.AddContacts(t, in)
	found, err := contact.ContactsByID(ts.DB.View(t.Context()), ids)
	Must(t, err)
	return found[ids[0]].CustomerID
}
