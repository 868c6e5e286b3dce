package incident_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/incident"
	"aftercall/tasks/policy"
)

var (
	lead   = account.Viewer{UserID: 900, Role: account.Supervisor}
	caller = account.Viewer{UserID: 901, Role: account.Caller}
	// morning is 10:05 in Shanghai on a Wednesday.
	morning = clock.At(time.Date(2026, 11, 25, 2, 5, 0, 0, time.UTC))
)

// carrier keeps the messages it is given.
type carrier struct{ taken []delivery.Message }

func (c *carrier) Send(_ context.Context, m delivery.Message) (delivery.Receipt, error) {
	c.taken = append(c.taken, m)
	return delivery.Receipt{Delivered: true}, nil
}

func (*carrier) Channels() []permission.Channel {
	return []permission.Channel{permission.BySMS, permission.ByEmail}
}

// office is a centre with everything that incidents touch, over a database and a clock that the test moves.
type office struct {
	*app.Services
	t       *testing.T
	at      clock.Instant
	carrier *carrier
	source  int64
	made    int // contacts, of those with numbers of their own
}

// noTicket is that of a job that is run without a row.
var noTicket outbox.Ticket

func newOffice(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := &office{t: t, at: morning, carrier: &carrier{}}
	zone, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	o.Services = app.Connect(db, func() clock.Instant { return o.at }, app.Setup{
		Key: []byte("a key for tests only, 32 bytes.."), Sender: o.carrier,
		Surveys: survey.Options{
			PublicURL: "https://cs.example.com", CentreName: "安心宽带", Zone: zone, Channels: o.carrier.Channels(),
		},
	})
	must(t, o.Permission.EnsureBuiltIn(t.Context()))
	must(t, o.Surveys.EnsureBuiltIn(t.Context()))
	must(t, o.Policies.EnsureBuiltIn(t.Context()))
	must(t, o.Outcomes.EnsureBuiltIn(t.Context()))
	o.source = contacttest.Source(t, o.Contacts, "helpdesk").ID
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fault is a severe contact of a customer about a category, opened half an hour ago and resolved just now: it gets a callback and a survey.
func (o *office) fault(external, category string, customer int) contact.Input {
	return contact.Input{
		ExternalID: external, Status: contact.Resolved, Severity: contact.High, Category: category,
		OpenedAt: o.at.Add(-30 * time.Minute), ResolvedAt: o.at.Add(-time.Minute), ChangedAt: o.at.Add(-time.Minute),
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("C-%d", customer), Name: fmt.Sprintf("客户%d", customer), Zone: "Asia/Shanghai",
			Phones: []string{fmt.Sprintf("139%08d", 12_000_000+customer)},
		},
	}
}

// take takes contacts in and returns their ids.
func (o *office) take(batch ...contact.Input) []int64 {
	o.t.Helper()
	outcomes, err := o.Contacts.Take(o.t.Context(), o.source, batch)
	must(o.t, err)
	ids := make([]int64, len(outcomes))
	for i, out := range outcomes {
		if out.Status == contact.Rejected {
			o.t.Fatalf("rejected: %+v", out)
		}
		ids[i] = out.ContactID
	}
	return ids
}

// work does every due job of the kinds, one kind after the other, until none is due.
func (o *office) work(kinds ...string) {
	o.t.Helper()
	for _, kind := range kinds {
		for range 200 {
			var jobs []outbox.Job
			must(o.t, o.DB.View(o.t.Context()).Gorm().Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, o.at).Order("id").
				Find(&jobs).Error)
			for _, j := range jobs {
				must(o.t, o.DB.View(o.t.Context()).Gorm().Model(&j).Update("state", outbox.Queued).Error)
				ticket := outbox.Ticket{JobID: j.ID, Attempt: j.Attempt, Fence: j.Fence, At: o.at}
				if err := o.Flow.Handlers()[kind](o.t.Context(), ticket, j.Ref); err != nil {
					o.t.Fatalf("%s: %v", kind, err)
				}
			}
			if len(jobs) == 0 {
				break
			}
		}
	}
}

// everything is every kind of job that follow-up has here, in the order in which the queue would come to them.
func everything() []string {
	return []string{
		contact.JobReopened, contact.JobPlan, contact.JobCorrected, incident.JobTie, incident.JobFree, callback.JobOutcome,
		callback.JobOffer, decision.JobSendSurvey, incident.JobNotice,
	}
}

func about(category string) policy.Filter {
	return policy.Filter{{Field: policy.ContactCategory, Op: policy.Is, Values: []string{category}}}
}

// begin begins an incident about a category.
func (o *office) begin(category string, change func(*incident.Definition)) incident.Incident {
	o.t.Helper()
	d := incident.Definition{Name: category, Rule: about(category), From: o.at.Add(-2 * time.Hour)}
	if change != nil {
		change(&d)
	}
	i, err := o.Incidents.Create(o.t.Context(), lead, d)
	must(o.t, err)
	must(o.t, o.Incidents.Begin(o.t.Context(), lead, i.ID))
	return o.now(i)
}

// now returns the incident as it is now.
func (o *office) now(i incident.Incident) incident.Incident {
	o.t.Helper()
	i, err := o.Incidents.ByID(o.t.Context(), lead, i.ID)
	must(o.t, err)
	return i
}

// callbacks returns the callbacks about contacts, by their ids.
func (o *office) callbacks(contacts ...int64) []callback.Callback {
	o.t.Helper()
	var rows []callback.Callback
	must(o.t, o.DB.View(o.t.Context()).Gorm().Where("contact_id IN ?", contacts).Order("id").Find(&rows).Error)
	return rows
}

// decisions returns the decisions of a kind about contacts.
func (o *office) decisions(kind policy.Kind, contacts ...int64) []decision.Decision {
	o.t.Helper()
	var rows []decision.Decision
	must(o.t, o.DB.View(o.t.Context()).Gorm().Where("contact_id IN ? AND kind = ?", contacts, kind).Order("id").Find(&rows).Error)
	return rows
}

// claim returns what the caller is handed next; false when there is nothing.
func (o *office) claim() (callback.Desk, bool) {
	o.t.Helper()
	desk, err := o.Callbacks.Claim(o.t.Context(), caller)
	if err == nil {
		return desk, true
	}
	if !isFault(err, "nothing_ready") {
		o.t.Fatal(err)
	}
	return callback.Desk{}, false
}

// finish records that the caller reached the customer and the problem is solved.
func (o *office) finish(desk callback.Desk) {
	o.t.Helper()
	c := desk.Callback
	_, err := o.Callbacks.Dial(o.t.Context(), caller, c.ID, c.Fence)
	must(o.t, err)
	o.at = o.at.Add(time.Minute)
	_, err = o.Callbacks.Finish(o.t.Context(), caller, c.ID, c.Fence,
		callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
	must(o.t, err)
	o.at = o.at.Add(callback.UndoTime + time.Second)
	o.work(callback.JobOutcome)
}

func handledBy(team string) contact.InputParticipant {
	return contact.InputParticipant{Role: contact.Handled, Agent: team + "李强", Team: team}
}
