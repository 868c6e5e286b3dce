package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

// office is everything that meets in flow, over one database and a clock that the test moves.
type office struct {
	*app.Services
	t       *testing.T
	at      clock.Instant
	carrier *gateway // of text messages: the customers here have phones
	source  int64
	carryBy func(channels ...permission.Channel) // gives it senders for other channels
}

func newOffice(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := &office{
		t: t, at: clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC)), // five past ten in Shanghai
		carrier: &gateway{channel: permission.BySMS},
	}
	setup := app.Setup{
		Key: []byte("a key for tests only, 32 bytes.."), Sender: o.carrier,
		Surveys: survey.Options{PublicURL: "https://cs.example.com", Zone: time.FixedZone("Asia/Shanghai", 8*60*60)},
	}
	o.carryBy = func(channels ...permission.Channel) {
		setup.Surveys.Channels = channels
		if o.Services != nil {
			setup.Sender = o.Flow.Sender
		}
		o.Services = app.Connect(db, func() clock.Instant { return o.at }, setup)
	}
	o.carryBy(o.carrier.Channels()...)
	if err := o.Surveys.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.Policies.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	source := contacttest.Source(t, o.Contacts, "helpdesk")
	o.source = source.ID
	return o
}

// planned is an office where a contact of Zhang was resolved ten minutes ago and its follow-up is planned: a confirmation now, a survey in
// an hour.
func planned(t *testing.T, db *database.DB) (o *office, contactID int64) {
	t.Helper()
	o = newOffice(t, db)
	contactID = o.take("ZHANG", "13912348001")
	o.work(contact.JobPlan)
	return o, contactID
}

// take takes in that the contact is of the customer with a reference and a phone, and returns its id.
func (o *office) take(reference, phone string) int64 {
	o.t.Helper()
	return o.takeAs("T-1", reference, phone)
}

// takeAs is take for a contact with an id of its source.
func (o *office) takeAs(external, reference, phone string) int64 {
	o.t.Helper()
	return o.tell(contact.Input{
		ExternalID: external, Status: contact.Resolved, Severity: contact.High,
		ResolvedAt: clock.At(time.Date(2026, 11, 22, 1, 55, 0, 0, time.UTC)),
		Customer:   contact.InputCustomer{Reference: reference, Phones: []string{phone}, Zone: "Asia/Shanghai"},
	})
}

// tell takes in what the source says, and returns the contact.
func (o *office) tell(in contact.Input) int64 {
	o.t.Helper()
	outcomes, err := o.Contacts.Take(o.t.Context(), o.source, []contact.Input{in})
	if err != nil || outcomes[0].Status == contact.Rejected {
		o.t.Fatal(outcomes, err)
	}
	return outcomes[0].ContactID
}

// work does every due job of the kinds, one kind after the other.
func (o *office) work(kinds ...string) {
	o.t.Helper()
	for _, kind := range kinds {
		var jobs []outbox.Job
		err := o.DB.View(o.t.Context()).Gorm().Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, o.at).Order("id").
			Find(&jobs).Error
		if err != nil {
			o.t.Fatal(err)
		}
		for _, j := range jobs {
			if err := o.DB.View(o.t.Context()).Gorm().Model(&j).Update("state", outbox.Queued).Error; err != nil {
				o.t.Fatal(err)
			}
			ticket := outbox.Ticket{JobID: j.ID, Attempt: j.Attempt, Fence: j.Fence, At: o.at}
			if err := o.Flow.Handlers()[kind](o.t.Context(), ticket, j.Ref); err != nil {
				o.t.Fatalf("%s: %v", kind, err)
			}
		}
	}
}
