package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks"
	"aftercall/tasks/queue"
)

// deaths lets a worker die at a step of a try. The steps are the beginnings of its transactions, and the moments before and after a
// message leaves: what it had begun in the database is rolled back, as when the process is killed there.
type deaths struct {
	kind string // of the jobs whose tries may die
	at   []int  // at which step of each try, from 1; 0 and past the last: it lives
	step int
	next int
	died int
	last gorm.ConnPool // of the newest transaction
}

var errDied = errors.New("the worker died")

// watch counts the transactions of a database.
func (d *deaths) watch(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		calls, seen := tx.Gorm().Callback(), func(g *gorm.DB) {
			if _, inTx := g.Statement.ConnPool.(gorm.TxCommitter); inTx && g.Statement.ConnPool != d.last {
				d.last = g.Statement.ConnPool
				d.pass()
			}
		}
		return errors.Join(
			calls.Create().Before("*").Register("deaths", seen), calls.Query().Before("*").Register("deaths", seen),
			calls.Update().Before("*").Register("deaths", seen), calls.Delete().Before("*").Register("deaths", seen),
			calls.Row().Before("*").Register("deaths", seen), calls.Raw().Before("*").Register("deaths", seen),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pass goes one step on, and dies if it is the one.
func (d *deaths) pass() {
	if d.step++; d.step == d.next {
		d.next = 0
		d.died++
		panic(errDied)
	}
}

// alive runs what is not the worker's.
func (d *deaths) alive(do func()) {
	step, next := d.step, d.next
	d.next = 0
	do()
	d.step, d.next = step, next
}

// handlers returns those whose tries die.
func (d *deaths) handlers(all map[string]flow.Handler) map[string]queue.Handler {
	mortal := map[string]queue.Handler{}
	for kind, handler := range all {
		mortal[kind] = handler
	}
	mortal[d.kind] = func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		d.step, d.next = 0, 0
		if len(d.at) > 0 {
			d.next, d.at = d.at[0], d.at[1:]
		}
		defer func() { d.next = 0 }()
		return all[d.kind](ctx, ticket, ref)
	}
	return mortal
}

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
	p, err := tasks.ParsePolicy([]byte("reasons: {quiet: Not about this}\nrules:\n" +
		"  - {id: quiet, when: [{field: contact.category, op: is, values: quiet}], nothing: {survey: quiet}}\n" +
		"  - {id: ask, survey: {delay: 1h, reminders: 1}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	admin := account.Viewer{UserID: 1, Role: account.Admin}
	draft, err := o.tasks.DraftPolicy(t.Context(), admin, 0)
	if err != nil {
		t.Fatal(err)
	}
	if draft, err = o.tasks.SavePolicy(t.Context(), admin, draft.ID, draft.Revision, p, ""); err != nil {
		t.Fatal(err)
	}
	if _, err = o.tasks.PublishPolicy(t.Context(), admin, draft.ID, draft.Revision, "for a test"); err != nil {
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
	services := s.flow.Services
	services.Sender = r
	s.flow = flow.New(services)
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
	outcomes, err := r.contacts.Take(r.t.Context(), r.source, []contact.Input{in})
	if err != nil || outcomes[0].Status == contact.Rejected {
		r.t.Fatal(outcomes, err)
	}
	return outcomes[0].ContactID
}

// runUntil does what is due, and what comes due until an instant.
func (r *trial) runUntil(until clock.Instant) {
	r.t.Helper()
	for {
		_, _ = queue.RunDue(r.t.Context(), r.db, r.now, r.deaths.handlers(r.flow.Handlers())) // what fails is written down
		var next []clock.Instant
		err := r.db.View(r.t.Context()).Gorm().Model(&outbox.Job{}).Where("state = ?", outbox.Due).Order("run_at").Limit(1).Pluck("run_at", &next).Error
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
	if err := r.flow.Handlers()[flow.JobTakeUp](r.t.Context(), outbox.Ticket{At: r.at}, 0); err != nil {
		r.t.Fatal(err)
	}
}

// happening is what may come between two tries.
type happening struct {
	name string
	do   func(r *trial)
}

func happenings() []happening {
	phone := func(r *trial) string { return fmt.Sprintf("+86138%08d", r.no) }
	return []happening{
		{"nothing", func(*trial) {}},
		{"the source tells of an answer", func(r *trial) {
			r.tell(contact.Input{ExternalID: r.external(), Answers: []contact.InputAnswer{{Metric: "csat", Value: new(5), Scale: "1-5"}}})
		}},
		{"a reopening", func(r *trial) { r.tell(contact.Input{ExternalID: r.external(), Status: contact.Reopened}) }},
		{"a reopening that is acted on late", func(r *trial) {
			r.tell(contact.Input{ExternalID: r.external(), Status: contact.Reopened})
			r.delay(contact.JobReopened)
		}},
		{"a correction to somebody with a phone", func(r *trial) { r.tell(r.resolved("D", phone(r))) }},
		{"a correction that is acted on late", func(r *trial) {
			r.tell(r.resolved("D", phone(r)))
			r.delay(contact.JobCorrected)
		}},
		{"a correction to somebody without a phone", func(r *trial) { r.tell(r.resolved("D", "")) }},
		{"a correction that ends the survey", func(r *trial) {
			in := r.resolved("C", fmt.Sprintf("+86139%08d", r.no))
			in.Category = "quiet"
			r.tell(in)
		}},
		{"a refusal", func(r *trial) {
			_, err := r.flow.Permission.SuppressByHand(r.t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, permission.Suppression{
				Address: fmt.Sprintf("+86139%08d", r.no), Kind: permission.PhoneAddress, Scope: permission.Everything, Reason: "customer_request",
			})
			if err != nil {
				r.t.Fatal(err)
			}
		}},
		{"the night", func(r *trial) { r.at = r.at.Add(12 * time.Hour) }},
		{"ten days", func(r *trial) { r.at = r.at.Add(10 * 24 * time.Hour) }},
		{"a merge", func(r *trial) {
			r.tell(contact.Input{ExternalID: "M-" + r.external(), Customer: contact.InputCustomer{Reference: fmt.Sprintf("M-%d", r.no), Phones: []string{phone(r)}}})
			persons := map[string]int64{}
			for _, letter := range []string{"C", "M"} {
				var id []int64
				err := r.db.View(r.t.Context()).Gorm().Model(&contact.Customer{}).Where("reference = ?", fmt.Sprintf("%s-%d", letter, r.no)).Pluck("person_id", &id).Error
				if err != nil || len(id) != 1 {
					r.t.Fatal(id, err)
				}
				persons[letter] = id[0]
			}
			if _, err := r.contacts.Merge(r.t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, persons["M"], persons["C"], "the same"); err != nil {
				r.t.Fatal(err)
			}
		}},
		{"no sender any more", func(r *trial) { r.carryBy(permission.ByEmail) }},
	}
}

// delay puts the due jobs of a kind off for an hour.
func (r *trial) delay(kind string) {
	r.t.Helper()
	err := r.db.InTx(r.t.Context(), func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Model(&outbox.Job{}).Where("kind = ? AND state = ?", kind, outbox.Due).Update("run_at", r.at.Add(time.Hour)).Error
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// moment is when rows are looked at. Once the periodic job has looked, what is on its way has a job; in the end nothing waits any more.
type moment struct {
	name         string
	taken, ended bool
}

// waitsWell reports whether jobs will end what is in a state that is no end.
func (m moment) waitsWell(state survey.State, live, dead int) bool {
	return !m.ended && (live > 0 || dead > 0 && (state == survey.Planned || !m.taken))
}

// check fails the test where a row says what is not so.
func (r *trial) check(t rapid.TB, when moment) {
	t.Helper()
	var decisions []tasks.Decision // one for each time it was resolved
	err := r.db.View(r.t.Context()).Gorm().Where("contact_id = ? AND kind = ?", r.contact, tasks.FollowUpSurvey).Find(&decisions).Error
	if err != nil || len(decisions) == 0 {
		t.Fatal(decisions, err)
	}
	for _, d := range decisions {
		r.checkDecision(t, when, d)
	}
}

func (r *trial) checkDecision(t rapid.TB, when moment, decision tasks.Decision) {
	t.Helper()
	var invitations []survey.Invitation
	if err := r.db.View(r.t.Context()).Gorm().Where("resolution_id = ?", decision.ResolutionID).Find(&invitations).Error; err != nil {
		t.Fatal(err)
	}
	live, dead := r.jobs(t, tasks.JobSendSurvey, decision.ID)
	gone, messages := 0, 0
	for _, i := range invitations {
		asked := i.State == survey.Uncertain || !i.SentAt.IsZero()
		waits := i.State == survey.Planned || i.State == survey.Sending
		if asked || i.State == survey.Failed {
			gone++
		}
		if waits && !when.waitsWell(i.State, live, dead) {
			t.Errorf("%s: the invitation is %s %s, with %d live jobs and %d dead ones", when.name, i.State, i.Reason, live, dead)
		}
		r.checkReminder(t, when, i)
		at := r.arrived[fmt.Sprintf("invitation-%d", i.ID)]
		messages += at
		if at > 0 && !asked && i.State != survey.Sending {
			t.Errorf("%s: it reached the customer, and is %s %s", when.name, i.State, i.Reason)
		}
		touches := r.touches(t, permission.Invitation, i.ID)
		if want := asked || i.State == survey.Sending; (touches == 1) != want || touches > 1 {
			t.Errorf("%s: %d touches of an invitation that is %s %s", when.name, touches, i.State, i.Reason)
		}
	}
	given := decision.State == tasks.Skipped || !decision.CancelledAt.IsZero()
	switch {
	case messages > 1:
		t.Errorf("%s: %d messages about one resolution", when.name, messages)
	case given && gone > 0:
		t.Errorf("%s: given up for %s%s, and the customer was asked: %+v", when.name, decision.Reason, decision.CancelReason, invitations)
	case !given && gone != 1 && live+dead == 0:
		t.Errorf("%s: handed over, and nobody was asked: %+v", when.name, invitations)
	}
}

func (r *trial) checkReminder(t rapid.TB, when moment, i survey.Invitation) {
	t.Helper()
	live, dead := r.jobs(t, survey.JobRemind, i.ID)
	state := i.Reminder.State
	sent := i.State == survey.Sent || i.State == survey.Delivered
	waits := state == survey.Sending || state == survey.Planned && sent
	if waits && !when.waitsWell(state, live, dead) {
		t.Errorf("%s: the reminder is %s, with %d live jobs and %d dead ones", when.name, state, live, dead)
	}
	if when.ended && state == survey.Planned {
		t.Errorf("%s: the reminder of an invitation that is %s waits for ever", when.name, i.State)
	}
	at := r.arrived[fmt.Sprintf("reminder-%d", i.ID)]
	if at > 1 || at > 0 && !slices.Contains([]survey.State{survey.Sent, survey.Uncertain, survey.Sending}, state) {
		t.Errorf("%s: %d reminders reached the customer, and it is %s %s", when.name, at, state, i.Reminder.Reason)
	}
}

// jobsOfSurvey counts the jobs of the contact's survey.
func (r *trial) jobsOfSurvey(t rapid.TB) (live, dead int) {
	t.Helper()
	var d tasks.Decision
	if err := r.db.View(r.t.Context()).Gorm().Where("contact_id = ? AND kind = ?", r.contact, tasks.FollowUpSurvey).Take(&d).Error; err != nil {
		t.Fatal(err)
	}
	return r.jobs(t, tasks.JobSendSurvey, d.ID)
}

// jobs counts the jobs of a kind about a row.
func (r *trial) jobs(t rapid.TB, kind string, ref int64) (live, dead int) {
	t.Helper()
	var states []outbox.State
	err := r.db.View(r.t.Context()).Gorm().Model(&outbox.Job{}).Where("kind = ? AND ref = ?", kind, ref).Pluck("state", &states).Error
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		switch state {
		case outbox.Due, outbox.Queued, outbox.Running:
			live++
		case outbox.Dead:
			dead++
		case outbox.Done, outbox.Cancelled:
		}
	}
	return live, dead
}

func (r *trial) touches(t rapid.TB, kind permission.TouchKind, ref int64) int {
	t.Helper()
	var n int64
	if err := r.db.View(r.t.Context()).Gorm().Model(&permission.Touch{}).Where("kind = ? AND ref = ?", kind, ref).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// finish lets everything come to its end, and looks at it on the way: after the tries, after the periodic job, in the morning, and
// when all is over.
func (r *trial) finish(t rapid.TB) {
	t.Helper()
	r.runUntil(r.at.Add(2 * time.Hour))
	r.check(t, moment{name: "after the tries"})
	r.takeUp()
	r.check(t, moment{name: "taken up", taken: true})
	r.runUntil(r.at.Add(24 * time.Hour))
	r.check(t, moment{name: "a day later"})
	r.runUntil(r.at.Add(20 * 24 * time.Hour))
	r.takeUp()
	r.runUntil(r.at.Add(24 * time.Hour))
	r.check(t, moment{name: "in the end", ended: true})
}
