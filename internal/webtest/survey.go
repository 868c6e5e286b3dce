package webtest

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// Invited takes in a resolved contact and sends its survey. It returns the message.
func (ts *Server) Invited(t testing.TB, language string) survey.Outgoing {
	t.Helper()
	ctx := t.Context()
	if err := ts.Surveys.EnsureBuiltIn(ctx); err != nil {
		t.Fatal(err)
	}
	source := contacttest.Source(t, ts.Contacts, "helpdesk")
	outcomes := contacttest.Take(t, ts.Contacts, source.ID, contact.Input{
		ExternalID: "T-" + language, Status: contact.Resolved, Category: "宽带报修", ResolvedAt: ts.Now().Add(-time.Hour),
		Customer: contact.InputCustomer{
			Reference: language, Name: "张伟", Emails: []string{"a-" + language + "@example.com"}, Language: language,
		},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	})
	id := outcomes[0].Resolutions[0]
	found, err := contact.ResolutionsByID(ts.DB.View(ctx), []int64{id})
	if err != nil {
		t.Fatal(err)
	}
	out, send, err := ts.Surveys.Invite(ctx, outbox.Ticket{}, survey.Plan{Resolution: found[id]})
	if err != nil || !send {
		t.Fatalf("not sent: %q, %v", out.Reason, err)
	}
	if err := ts.Surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
		t.Fatal(err)
	}
	return out
}

// Rows returns how many rows a table has.
func (ts *Server) Rows(t testing.TB, table string) int {
	t.Helper()
	return dbtest.Count(t, ts.DB, table, "1 = 1")
}
