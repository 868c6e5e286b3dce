package survey_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

// called takes in a contact of a customer with a phone and an e-mail that was resolved a quarter of an hour ago.
func (c *centre) called(externalID string) contact.Resolution {
	c.t.Helper()
	return c.take(contact.Input{
		ExternalID: externalID, Status: contact.Resolved, ResolvedAt: c.now.Add(-15 * time.Minute), OpenedAt: c.now.Add(-time.Hour),
		Customer: contact.InputCustomer{Reference: externalID, Phones: []string{"+8613912348000"}, Emails: []string{"zhang@example.com"}},
	})
}

// attempt tries to send a survey by text message, or else by e-mail.
func (c *centre) attempt(r contact.Resolution, lastChance clock.Instant) (survey.Outgoing, bool) {
	c.t.Helper()
	out, send, err := c.surveys.Invite(c.t.Context(), outbox.Ticket{At: c.now}, survey.Plan{
		DecisionID: r.ID, Resolution: r, Channels: []permission.Channel{permission.BySMS, permission.ByEmail},
		Reminders: 1, LastChance: lastChance,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out, send
}

func TestAnInvitationByTextMessageWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.sendBy(permission.BySMS, permission.ByEmail)
		c.now = at(t, "2026-11-20 23:30:00")
		r := c.called("1")
		morning := at(t, "2026-11-21 09:00:00")
		out, send := c.attempt(r, c.now.Add(7*24*time.Hour))
		if send || out.Reason != string(permission.OutsideHours) || out.Ends != morning {
			t.Fatalf("at half past eleven: send %v, %q until %s", send, out.Reason, out.Ends.In(shanghai))
		}
		c.now = morning
		if out, send = c.attempt(r, c.now.Add(7*24*time.Hour)); !send || out.Channel != permission.BySMS {
			t.Fatalf("in the morning: send %v by %q, %q", send, out.Channel, out.Reason)
		}
	})
}

func TestWhatCannotWaitGoesByTheNextChannelOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.now = at(t, "2026-11-20 23:30:00")
	soon := c.now.Add(time.Hour)
	c.sendBy(permission.BySMS)
	if out, send := c.attempt(c.called("1"), soon); send || out.Reason != string(permission.OutsideHours) || !out.Ends.IsZero() {
		t.Errorf("by text message alone: send %v, %q until %s", send, out.Reason, out.Ends)
	}
	c.sendBy(permission.BySMS, permission.ByEmail)
	if out, send := c.attempt(c.called("2"), soon); !send || out.Channel != permission.ByEmail {
		t.Errorf("with e-mail as the second channel: send %v by %q, %q", send, out.Channel, out.Reason)
	}
}

func TestASecondMessageOfADayWaitsForTheNext(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.sent(c.resolved("1", "zhang@example.com"))
	sentAt := c.now
	c.now = c.now.Add(3 * time.Hour)
	r := c.resolved("2", "zhang@example.com")
	out, send, err := c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now}, survey.Plan{
		DecisionID: r.ID, Resolution: r, Family: "another", LastChance: c.now.Add(7 * 24 * time.Hour),
	})
	if err != nil || send || out.Reason != string(permission.MessageCap) || out.Ends != sentAt.Add(24*time.Hour) {
		t.Fatalf("send %v, %q until %s, %v", send, out.Reason, out.Ends, err)
	}
}

func TestAReminderByTextMessageWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.sendBy(permission.BySMS)
		out, send := c.attempt(c.called("1"), 0)
		if !send {
			t.Fatalf("not invited: %s", out.Reason)
		}
		if err := c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
			t.Fatal(err)
		}
		c.now = at(t, "2026-11-23 22:00:00")
		if _, send := c.remind(out.InvitationID); send {
			t.Fatal("reminded at ten in the evening")
		}
		morning := at(t, "2026-11-24 09:00:00")
		if got := c.reminder(out); got.State != survey.Planned || got.DueAt != morning {
			t.Fatalf("the reminder is %s, due %s", got.State, got.DueAt.In(shanghai))
		}
		c.now = morning
		if _, send := c.remind(out.InvitationID); !send {
			t.Errorf("not reminded in the morning: %+v", c.reminder(out))
		}
	})
}
