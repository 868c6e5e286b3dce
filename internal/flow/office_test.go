package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// office is everything that meets in flow, over one database and a clock that the test moves.
type office struct {
	t         *testing.T
	db        *database.DB
	at        clock.Instant
	contacts  *contact.Service
	policies  *policy.Service
	callbacks *callback.Service
	decisions *decision.Service
	flow      *flow.Service
	carrier   *gateway // of text messages: the customers here have phones
	source    int64
	carryBy   func(channels ...permission.Channel) // gives it senders for other channels
}

func newOffice(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := &office{
		t: t, db: db, at: clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC)), // five past ten in Shanghai
		carrier: &gateway{channel: permission.BySMS},
	}
	now := func() clock.Instant { return o.at }
	key := []byte("a key for tests only, 32 bytes..")
	permit := permission.New(db, key, now, contact.Directory{})
	o.carryBy = func(channels ...permission.Channel) {
		surveys := survey.New(db, permit, key, now, survey.Options{PublicURL: "https://cs.example.com", Channels: channels})
		asked, zone := flow.PolicySurveys{Surveys: surveys}, time.FixedZone("Asia/Shanghai", 8*60*60)
		o.policies = policy.New(db, asked, now, 0)
		o.callbacks = callback.New(db, permit, decision.Ledger{}, now, callback.Options{Zone: zone})
		o.decisions = decision.New(db, permit, o.policies, o.callbacks, asked, now, zone)
		o.contacts = contact.New(db, now, contact.Options{})
		persons := identity.New(db, o.contacts, now, identity.Options{
			Holds: o.callbacks, Movers: []identity.PersonMover{permit, o.callbacks},
		})
		services := flow.Services{
			DB: db, Contacts: o.contacts, Identity: persons, Permission: permit, Policies: o.policies,
			Callbacks: o.callbacks, Decisions: o.decisions, Surveys: surveys, Sender: o.carrier,
		}
		if o.flow != nil {
			services.Sender = o.flow.Sender
		}
		o.flow = flow.New(services)
	}
	o.carryBy(o.carrier.Channels()...)
	if err := o.flow.Surveys.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.policies.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	source, err := o.contacts.EnsureSource(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	o.source = source.ID
	return o
}

// take takes in that the contact is of the customer with a reference and a phone, and returns its id.
func (o *office) take(reference, phone string) int64 {
	o.t.Helper()
	outcomes, err := o.contacts.Take(o.t.Context(), o.source, []contact.Input{{
		ExternalID: "T-1", Status: contact.Resolved, Severity: contact.High,
		ResolvedAt: clock.At(time.Date(2026, 11, 22, 1, 55, 0, 0, time.UTC)),
		Customer:   contact.InputCustomer{Reference: reference, Phones: []string{phone}, Zone: "Asia/Shanghai"},
	}})
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
		err := o.db.View(o.t.Context()).Gorm().Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, o.at).Order("id").
			Find(&jobs).Error
		if err != nil {
			o.t.Fatal(err)
		}
		for _, j := range jobs {
			if err := o.db.View(o.t.Context()).Gorm().Model(&j).Update("state", outbox.Queued).Error; err != nil {
				o.t.Fatal(err)
			}
			ticket := outbox.Ticket{JobID: j.ID, Attempt: j.Attempt, Fence: j.Fence, At: o.at}
			if err := o.flow.Handlers()[kind](o.t.Context(), ticket, j.Ref); err != nil {
				o.t.Fatalf("%s: %v", kind, err)
			}
		}
	}
}
