package flow_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/decision"
)

// gateway is a sender that keeps what it is handed, and answers as a test wants.
type gateway struct {
	channel permission.Channel // e-mail if empty
	taken   []delivery.Message
	answer  error
	during  func() // runs when a message has been taken, if not nil
}

var _ delivery.Sender = (*gateway)(nil)

func (g *gateway) Send(_ context.Context, m delivery.Message) (delivery.Receipt, error) {
	g.taken = append(g.taken, m)
	if g.during != nil {
		g.during()
	}
	return delivery.Receipt{Delivered: true}, g.answer
}

func (g *gateway) Channels() []permission.Channel {
	return []permission.Channel{cmp.Or(g.channel, permission.ByEmail)}
}

func TestTheReminderJobSendsOnceAndKeepsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		at := clock.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
		now := func() clock.Instant { return at }
		key := []byte("a key for tests only, 32 bytes..")
		contacts := contact.New(db, now, contact.Options{})
		surveys := survey.New(db, permission.New(db, key, now, contact.Directory{}), key, now,
			survey.Options{PublicURL: "https://cs.example.com"})
		if err := surveys.EnsureBuiltIn(ctx); err != nil {
			t.Fatal(err)
		}
		source := contacttest.Source(t, contacts, "helpdesk")
		outcomes := contacttest.Take(t, contacts, source.ID, contact.Input{
			ExternalID: "T-1", OpenedAt: at.Add(-2 * time.Hour), ResolvedAt: at.Add(-time.Hour),
			Customer: contact.InputCustomer{Emails: []string{"ann@example.com"}},
		})
		found, err := contact.ResolutionsByID(db.View(ctx), outcomes[0].Resolutions)
		if err != nil {
			t.Fatal(err)
		}
		out, send, err := surveys.Invite(ctx, outbox.Ticket{}, survey.Plan{Resolution: found[outcomes[0].Resolutions[0]], Reminders: 1})
		if err != nil || !send {
			t.Fatalf("not invited: %q, %v", out.Reason, err)
		}
		if err := surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
			t.Fatal(err)
		}
		at = at.Add(3 * 24 * time.Hour)
		carrier := &gateway{answer: fault.New(fault.Unavailable, "x", "the relay is down")}
		remind := flow.New(flow.Services{DB: db, Surveys: surveys, Sender: carrier}).Handlers()[survey.JobRemind]
		if err := remind(ctx, outbox.Ticket{At: at}, out.InvitationID); !errors.Is(err, carrier.answer) {
			t.Fatalf("refused for now, the job says %v", err)
		}
		carrier.answer = nil
		for range 3 { // the try that succeeds, and deliveries of the same job again
			if err := remind(ctx, outbox.Ticket{At: at}, out.InvitationID); err != nil {
				t.Fatal(err)
			}
		}
		if len(carrier.taken) != 2 || carrier.taken[0].ID != carrier.taken[1].ID || carrier.taken[1].OptOutURL != out.OptOutURL {
			t.Errorf("sent %+v", carrier.taken)
		}
	})
}

// It is due too late in the evening, and the timeline says why it waits.
func TestATextMessageDueAtNightLeavesInTheMorning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, contactID := planned(t, db)
		o.at = o.at.Add(13 * time.Hour) // due an hour after the resolution; nobody worked until 23:05
		o.work(decision.JobSendSurvey)
		if len(o.carrier.taken) != 0 {
			t.Fatalf("sent at night: %+v", o.carrier.taken)
		}
		events, err := flow.NewReads(db, o.Contacts).Timeline(t.Context(), admin, contactID)
		if err != nil {
			t.Fatal(err)
		}
		morning := clock.At(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))
		told := slices.ContainsFunc(events, func(e contact.Event) bool {
			return e.Code == "follow_up_planned_later" && e.Args["due"] == morning && e.Args["reason"] == string(permission.OutsideHours)
		})
		if !told {
			t.Errorf("the timeline does not say why it waits: %+v", events)
		}
		o.at = morning
		o.work(decision.JobSendSurvey)
		if len(o.carrier.taken) != 1 {
			t.Errorf("%d messages in the morning", len(o.carrier.taken))
		}
	})
}
