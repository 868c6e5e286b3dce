package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks"
)

// office is everything that meets in flow, over one database and a clock that the test moves.
type office struct {
	t        *testing.T
	db       *database.DB
	at       clock.Instant
	contacts *contact.Service
	tasks    *tasks.Service
	flow     *flow.Service
	source   int64
}

func newOffice(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := &office{t: t, db: db, at: clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))} // five past ten in Shanghai
	now := func() clock.Instant { return o.at }
	key := []byte("a key for tests only, 32 bytes..")
	o.contacts = contact.New(db, now, contact.Options{})
	permit := permission.New(db, key, now, contact.Directory{})
	surveys := survey.New(db, permit, key, now, survey.Options{PublicURL: "https://cs.example.com"})
	o.tasks = tasks.New(db, permit, flow.PolicySurveys{Surveys: surveys}, now, tasks.Options{Zone: time.FixedZone("Asia/Shanghai", 8*60*60)})
	if err := surveys.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.tasks.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	source, err := o.contacts.EnsureSource(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	o.source = source.ID
	o.flow = flow.New(flow.Services{DB: db, Contacts: o.contacts, Permission: permit, Tasks: o.tasks, Surveys: surveys})
	return o
}

// take takes in that the contact is of the customer with a reference and a phone.
func (o *office) take(reference, phone string) {
	o.t.Helper()
	outcomes, err := o.contacts.Take(o.t.Context(), o.source, []contact.Input{{
		ExternalID: "T-1", Status: contact.Resolved, Severity: contact.High,
		ResolvedAt: clock.At(time.Date(2026, 11, 22, 1, 55, 0, 0, time.UTC)),
		Customer:   contact.InputCustomer{Reference: reference, Phones: []string{phone}, Zone: "Asia/Shanghai"},
	}})
	if err != nil || outcomes[0].Status == contact.Rejected {
		o.t.Fatal(outcomes, err)
	}
}

// work does every due job of the kinds, one kind after the other.
func (o *office) work(kinds ...string) {
	o.t.Helper()
	for _, kind := range kinds {
		var jobs []outbox.Job
		err := o.db.View(o.t.Context()).Gorm().Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, o.at).Order("id").Find(&jobs).Error
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

// strangers counts the rows of a table that are of a customer, and those of others.
func (o *office) strangers(table string, customer int64) (of, others int64) {
	o.t.Helper()
	for count, where := range map[*int64]string{&of: "customer_id = ?", &others: "customer_id <> ?"} {
		if err := o.db.View(o.t.Context()).Gorm().Table(table).Where(where, customer).Count(count).Error; err != nil {
			o.t.Fatal(err)
		}
	}
	return of, others
}

// The resolution keeps that it was Zhang's. It is Li who is called, answers, says yes to offers, and is called about the low score.
func TestWhatIsSaidInACallAfterACorrectionIsTheWordOfWhoWasCalled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.take("ZHANG", "13912340001")
		o.work(contact.JobPlan)
		o.at = o.at.Add(time.Minute)
		o.take("LI", "13912340002")
		o.work(contact.JobCorrected, tasks.JobOffer)
		caller := account.Viewer{UserID: 1, Role: account.Caller}
		desk, err := o.tasks.Claim(t.Context(), caller)
		if err != nil || desk.Customer.Reference != "LI" {
			t.Fatalf("claimed the callback of %q: %v", desk.Customer.Reference, err)
		}
		phone, err := o.tasks.Dial(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || phone != "+8613912340002" {
			t.Fatalf("dialled %s: %v", phone, err)
		}
		rating := 1
		err = o.tasks.Finish(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence, tasks.Outcome{
			CallResult: tasks.Reached, BusinessResult: tasks.Solved, Answers: tasks.Answers{Rating: &rating, Consent: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		o.work(tasks.JobAnswered, survey.JobAnswered)
		for table, want := range map[string]int64{"responses": 1, "consent_events": 3, "touches": 2} { // the call, and what was asked in it
			if of, others := o.strangers(table, desk.Customer.ID); of != want || others != 0 {
				t.Errorf("%s: %d of Li, %d of others, want %d of Li", table, of, others, want)
			}
		}
		var recoveries []tasks.Callback
		if err := db.View(t.Context()).Gorm().Where("kind = ?", tasks.RecoveryCallback).Find(&recoveries).Error; err != nil {
			t.Fatal(err)
		}
		if len(recoveries) != 1 || recoveries[0].CustomerID != desk.Customer.ID || recoveries[0].PersonID != desk.Customer.PersonID {
			t.Errorf("recoveries: %+v", recoveries)
		}
	})
}
