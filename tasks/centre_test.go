package tasks_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

// morning is 10:05 in Shanghai, inside calling hours.
var morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

// centre is a centre with one source, and a clock that the test moves.
type centre struct {
	*tasks.Service
	contacts *contact.Service
	permit   *permission.Service
	db       *database.DB
	source   int64
	surveys  *surveys
	at       *atomic.Int64
}

// surveys are what a test lets customers have answered.
type surveys struct {
	names  []string
	scores map[int64][]tasks.Score
	asked  bool // whoever's survey is taken back
}

func (s *surveys) Scores(database.Tx, []int64) (map[int64][]tasks.Score, error) { return s.scores, nil }

func (s *surveys) Withdraw(database.Tx, int64, tasks.Reason) (bool, error) { return s.asked, nil }

func (s *surveys) SurveyNames(context.Context) ([]string, error) { return s.names, nil }

func newCentre(t testing.TB, db *database.DB) centre {
	t.Helper()
	c := centre{db: db, at: new(atomic.Int64)}
	c.at.Store(int64(morning))
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c.contacts = contact.New(db, c.now, contact.Options{})
	c.permit = permission.New(db, []byte("0123456789abcdef0123456789abcdef"), c.now, contact.Directory{})
	c.surveys = &surveys{names: []string{"csat", "nps"}}
	c.Service = tasks.New(db, c.permit, c.surveys, c.now, tasks.Options{Zone: zone, CentreName: "示范中心"})
	if err := c.EnsureBuiltIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	source, err := c.contacts.EnsureSource(context.Background(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	c.source = source.ID
	return c
}

// planned is a centre in which contacts were taken in and planned.
func planned(t testing.TB, db *database.DB, batch ...contact.Input) centre {
	t.Helper()
	c := newCentre(t, db)
	c.take(t, batch...)
	c.plan(t)
	return c
}

// atWork is a centre in which caller 1 has claimed the one callback there is.
func atWork(t testing.TB, db *database.DB) (centre, tasks.Desk) {
	t.Helper()
	c := planned(t, db, severe(1))
	return c, c.claim(t, caller(1))
}

func (c centre) now() clock.Instant { return clock.Instant(c.at.Load()) }

// pass moves the clock.
func (c centre) pass(d time.Duration) { c.at.Add(d.Microseconds()) }

// take takes contacts in and returns the ids of the planning jobs' batches that are new.
func (c centre) take(t testing.TB, batch ...contact.Input) []contact.Outcome {
	t.Helper()
	outcomes, err := c.contacts.Take(context.Background(), c.source, batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Status == contact.Rejected {
			t.Fatalf("contact %d was rejected: %+v", i, o)
		}
	}
	return outcomes
}

// jobs returns the refs of the jobs of a kind that are due, the earliest first.
func (c centre) jobs(t testing.TB, kind string) []outbox.Job {
	t.Helper()
	var jobs []outbox.Job
	err := c.db.View(context.Background()).Gorm().
		Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, c.now()).Order("run_at, id").Find(&jobs).Error
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// work runs every due job of a kind once, as the queue would.
func (c centre) work(t testing.TB, kind string, handle func(context.Context, outbox.Ticket, int64) error) {
	t.Helper()
	for _, job := range c.jobs(t, kind) {
		if err := handle(context.Background(), c.queued(t, job), job.Ref); err != nil {
			t.Fatalf("%s %d: %v", kind, job.Ref, err)
		}
	}
}

// queued marks a job as pushed to the queue and returns the ticket its worker would get.
func (c centre) queued(t testing.TB, job outbox.Job) outbox.Ticket {
	t.Helper()
	if err := c.db.View(context.Background()).Gorm().Exec("UPDATE jobs SET state = 'queued' WHERE id = ?", job.ID).Error; err != nil {
		t.Fatal(err)
	}
	return outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, Fence: job.Fence, At: c.now()}
}

// plan plans every batch taken in.
func (c centre) plan(t testing.TB) {
	t.Helper()
	c.work(t, contact.JobPlan, c.Plan)
}

// count returns the rows of a table that match a condition.
func (c centre) count(t testing.TB, table, where string, args ...any) int {
	t.Helper()
	var n int64
	if err := c.db.View(context.Background()).Gorm().Table(table).Where(where, args...).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// callback returns the one callback there is.
func (c centre) callback(t testing.TB) tasks.Callback {
	t.Helper()
	var all []tasks.Callback
	if err := c.db.View(context.Background()).Gorm().Find(&all).Error; err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d callbacks, want one", len(all))
	}
	return all[0]
}

func (c centre) claim(t testing.TB, viewer account.Viewer) tasks.Desk {
	t.Helper()
	desk, err := c.Claim(context.Background(), viewer)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return desk
}

func (c centre) finish(t testing.TB, viewer account.Viewer, desk tasks.Desk, o tasks.Outcome) {
	t.Helper()
	if err := c.Finish(context.Background(), viewer, desk.Callback.ID, desk.Callback.Fence, o); err != nil {
		t.Fatalf("finish: %v", err)
	}
}

func caller(id int64) account.Viewer {
	return account.Viewer{UserID: id, Name: fmt.Sprintf("caller %d", id), Role: account.Caller}
}

// severe is a contact resolved ten minutes ago that gets a callback and a survey. Each number is another person.
func severe(number int) contact.Input {
	return contact.Input{
		ExternalID: fmt.Sprintf("T-%d", number), Status: contact.Resolved, ResolvedAt: morning.Add(-10 * time.Minute),
		Channel: contact.Phone, Category: "宽带报修", Product: "宽带", Severity: contact.High,
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("C-%d", number), Name: fmt.Sprintf("客户%d", number), Phones: []string{fmt.Sprintf("1391234%04d", number)},
			Emails: []string{fmt.Sprintf("c%d@example.com", number)}, Zone: "Asia/Shanghai",
		},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	}
}

func severes(n int) []contact.Input {
	batch := make([]contact.Input, n)
	for i := range batch {
		batch[i] = severe(i + 1)
	}
	return batch
}
