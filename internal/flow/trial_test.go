package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
	"aftercall/tasks/queue"
)

// reply is what a gateway does with a message.
type reply string

const (
	takes     reply = "takes it"
	loses     reply = "takes it, and nobody hears of it"
	vanishes  reply = "is not reached, and nobody hears of it"
	refuses   reply = "refuses it for good"
	postpones reply = "refuses it for now"
)

func replies() []reply { return []reply{takes, loses, vanishes, refuses, postpones} }

// trial is the survey of one contact whose workers die.
type trial struct {
	*office
	deaths  *deaths
	no      int     // names its contact and its customers
	replies []reply // of the gateway, in turn; then it takes what it gets
	arrived map[string]int
	during  func() // happens once, while a message is on its way
	contact int64
}

var _ delivery.Sender = (*trial)(nil)

func (r *trial) Channels() []permission.Channel { return []permission.Channel{permission.BySMS} }

func (r *trial) Send(_ context.Context, m delivery.Message) (delivery.Receipt, error) {
	answer := takes
	if len(r.replies) > 0 {
		answer, r.replies = r.replies[0], r.replies[1:]
	}
	r.deaths.pass()
	if happen := r.during; happen != nil {
		r.during = nil
		r.deaths.alive(happen)
	}
	if answer == takes || answer == loses {
		r.arrived[m.ID]++
	}
	r.deaths.pass()
	switch answer {
	case refuses:
		return delivery.Receipt{}, fault.New(fault.Invalid, "x", "no such number")
	case postpones:
		return delivery.Receipt{}, fault.New(fault.Unavailable, "x", "not now")
	case loses, vanishes:
		return delivery.Receipt{}, errors.New("connection lost")
	case takes:
	}
	return delivery.Receipt{}, nil
}

// trials gives each trial a customer, a contact and a month of its own.
type trials struct {
	*office
	deaths *deaths
	n      int
}

func newTrials(t *testing.T, db *database.DB) *trials {
	t.Helper()
	o := newOffice(t, db)
	p, err := policy.Parse([]byte("reasons: {quiet: Not about this}\nrules:\n" +
		"  - {id: quiet, when: [{field: contact.category, op: is, values: quiet}], nothing: {survey: quiet}}\n" +
		"  - {id: ask, survey: {delay: 1h, reminders: 1}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	draft, err := o.Policies.Draft(t.Context(), admin, 0)
	if err != nil {
		t.Fatal(err)
	}
	if draft, err = o.Policies.Save(t.Context(), admin, draft.ID, draft.Revision, p, ""); err != nil {
		t.Fatal(err)
	}
	if _, err = o.Policies.Publish(t.Context(), admin, draft.ID, draft.Revision, "for a test"); err != nil {
		t.Fatal(err)
	}
	d := &deaths{}
	d.watch(t, db)
	return &trials{office: o, deaths: d}
}

// begin takes a contact in and plans its survey.
func (s *trials) begin(t *testing.T, kind string, at []int, replies ...reply) *trial {
	s.n++
	s.t = t
	s.at = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC)).Add(time.Duration(s.n%600) * 40 * 24 * time.Hour)
	*s.deaths = deaths{kind: kind, at: slices.Clone(at)}
	r := &trial{office: s.office, deaths: s.deaths, no: s.n, replies: replies, arrived: map[string]int{}}
	s.carryBy(permission.BySMS)
	services := s.Flow.Services
	services.Sender = r
	s.Flow = flow.New(services)
	r.contact = r.tell(r.resolved("C", fmt.Sprintf("+86139%08d", r.no)))
	return r
}

func (r *trial) now() clock.Instant { return r.at }

func (r *trial) external() string { return fmt.Sprintf("T-%d", r.no) }

// resolved is the contact as its source first tells of it, of the customer with a letter.
func (r *trial) resolved(letter, phone string) contact.Input {
	in := contact.Input{
		ExternalID: r.external(), Status: contact.Resolved, ResolvedAt: r.at.Add(-10 * time.Minute), Severity: contact.Low,
		Customer: contact.InputCustomer{Reference: fmt.Sprintf("%s-%d", letter, r.no), Zone: "Asia/Shanghai"},
	}
	if phone != "" {
		in.Customer.Phones = []string{phone}
	}
	return in
}

// tell takes in what the source says.
func (r *trial) tell(in contact.Input) int64 {
	r.t.Helper()
	outcomes, err := r.Contacts.Take(r.t.Context(), r.source, []contact.Input{in})
	if err != nil || outcomes[0].Status == contact.Rejected {
		r.t.Fatal(outcomes, err)
	}
	return outcomes[0].ContactID
}

// runUntil does what is due, and what comes due until an instant.
func (r *trial) runUntil(until clock.Instant) {
	r.t.Helper()
	for {
		_, _ = queue.RunDue(r.t.Context(), r.DB, r.now, r.deaths.handlers(r.Flow.Handlers())) // what fails is written down
		var next []clock.Instant
		err := r.DB.View(r.t.Context()).Gorm().Model(&outbox.Job{}).Where("state = ?", outbox.Due).Order("run_at").Limit(1).
			Pluck("run_at", &next).Error
		if err != nil {
			r.t.Fatal(err)
		}
		if len(next) == 0 || next[0] > until {
			r.at = max(r.at, until)
			return
		}
		r.at = next[0]
	}
}

// sendFirst lets the hour until the survey pass, and the first try be made.
func (r *trial) sendFirst() {
	r.t.Helper()
	r.runUntil(r.at.Add(50 * time.Minute))
}

func (r *trial) takeUp() {
	r.t.Helper()
	if err := r.Flow.Handlers()[flow.JobTakeUp](r.t.Context(), outbox.Ticket{At: r.at}, 0); err != nil {
		r.t.Fatal(err)
	}
}
