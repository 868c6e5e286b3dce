// Package taskstest is a centre in which tests take contacts in, plan their follow-up and call. Only tests import it.
package taskstest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours/hourstest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/policy"
)

// Morning is 10:05 in Shanghai, inside calling hours.
var Morning = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC))

// Centre is a centre with one source, and a clock that the test moves.
type Centre struct {
	Policies  *policy.Service
	Callbacks *callback.Service
	Calls     *call.Service // without a PBX
	Worklist  *worklist.Service
	Bulk      *bulk.Service
	Pauses    *pause.Service
	Outcomes  *outcome.Service // the set of before, until WithStock
	Decisions *decision.Service
	Handoffs  *handoff.Service
	Contacts  *contact.Service
	Identity  *identity.Service // of a centre where persons are merged
	Permit    *permission.Service
	DB        *database.DB
	Source    int64
	Surveys   *Surveys
	Duty      *Duty // everybody is there
	At        *atomic.Int64
}

// New returns a centre with the policy every centre starts with, and no contacts.
func New(t testing.TB, db *database.DB) Centre {
	t.Helper()
	c := Centre{DB: db, At: new(atomic.Int64), Duty: &Duty{}}
	c.At.Store(int64(Morning))
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c.Contacts = contact.New(db, c.Now, contact.Options{})
	c.Permit = permission.New(db, []byte("0123456789abcdef0123456789abcdef"), c.Now, contact.Directory{})
	plainHours(t, c.Permit)
	c.Surveys = &Surveys{Names: []string{"csat", "nps"}}
	c.Policies = policy.New(db, c.Surveys, c.Now, 0)
	c.Outcomes = outcome.New(db, c.Now, outcome.China)
	c.Callbacks = callback.New(db, c.Permit, decision.Ledger{}, c.Now, callback.Options{
		Zone: zone, CentreName: "示范中心", Outcomes: c.Outcomes, Handoffs: handoff.Waits{}, Duty: c.Duty,
	})
	c.Handoffs = handoff.New(db, c.Callbacks, c.Permit, c.Now, handoff.Options{Zone: zone, Region: "CN"})
	c.Calls = call.New(db, c.Callbacks, nil, c.Now)
	c.Worklist, c.Pauses = worklist.New(db, c.Callbacks, c.Outcomes, c.Now, zone), pause.New(db, c.Now)
	c.Bulk = bulk.New(db, c.Callbacks, c.Now)
	c.Decisions = decision.New(db, c.Permit, c.Policies, c.Callbacks, c.Surveys, c.Now, zone)
	if err := c.Policies.EnsureBuiltIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	source := contacttest.Source(t, c.Contacts, "helpdesk")
	c.Source = source.ID
	return c
}

// WithStock puts the outcomes in force that a new centre in China starts with. Nobody may have called yet.
func (c Centre) WithStock(t testing.TB) {
	t.Helper()
	if err := c.Outcomes.EnsureBuiltIn(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// WithSet puts the outcomes of before in force, changed. Nobody may have called yet.
func (c Centre) WithSet(t testing.TB, change func(*outcome.Set)) {
	t.Helper()
	c.WithStock(t)
	set := outcome.Former()
	change(&set)
	if _, err := c.Outcomes.Publish(context.Background(), account.Viewer{Role: account.Admin}, set, 2, "for a test"); err != nil {
		t.Fatal(err)
	}
}

// plainHours lets the centre call from nine to eight on every day.
func plainHours(t testing.TB, permit *permission.Service) {
	t.Helper()
	if err := permit.EnsureBuiltIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	rules := permit.Rules()
	rules.Timetable = hourstest.Plain()
	admin := account.Viewer{Role: account.Admin}
	if _, err := permit.Publish(context.Background(), admin, rules, rules.Version, "plain hours"); err != nil {
		t.Fatal(err)
	}
}

// Planned is a centre in which contacts were taken in and planned.
func Planned(t testing.TB, db *database.DB, batch ...contact.Input) Centre {
	t.Helper()
	c := New(t, db)
	c.Take(t, batch...)
	c.Plan(t)
	return c
}

// AtWork is a centre in which caller 1 has claimed the one callback there is.
func AtWork(t testing.TB, db *database.DB) (Centre, callback.Desk) {
	t.Helper()
	c := Planned(t, db, Severe(1))
	return c, c.Claim(t, Caller(1))
}

// Now is the clock of the centre.
func (c Centre) Now() clock.Instant { return clock.Instant(c.At.Load()) }

// Pass moves the clock.
func (c Centre) Pass(d time.Duration) { c.At.Add(d.Microseconds()) }

// Take takes contacts in and returns the ids of the planning jobs' batches that are new.
func (c Centre) Take(t testing.TB, batch ...contact.Input) []contact.Outcome {
	t.Helper()
	outcomes := contacttest.Take(t, c.Contacts, c.Source, batch...)
	for i, o := range outcomes {
		if o.Status == contact.Rejected {
			t.Fatalf("contact %d was rejected: %+v", i, o)
		}
	}
	return outcomes
}

// Jobs returns the refs of the jobs of a kind that are due, the earliest first.
func (c Centre) Jobs(t testing.TB, kind string) []outbox.Job {
	t.Helper()
	var jobs []outbox.Job
	err := c.DB.View(context.Background()).Gorm().
		Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, c.Now()).Order("run_at, id").Find(&jobs).Error
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// Work runs every due job of a kind once, as the queue would.
func (c Centre) Work(t testing.TB, kind string, handle func(context.Context, outbox.Ticket, int64) error) {
	t.Helper()
	for _, job := range c.Jobs(t, kind) {
		if err := handle(context.Background(), c.Queued(t, job), job.Ref); err != nil {
			t.Fatalf("%s %d: %v", kind, job.Ref, err)
		}
	}
}

// Queued marks a job as pushed to the queue and returns the ticket its worker would get.
func (c Centre) Queued(t testing.TB, job outbox.Job) outbox.Ticket {
	t.Helper()
	if err := c.DB.View(context.Background()).Gorm().Exec("UPDATE jobs SET state = 'queued' WHERE id = ?", job.ID).Error; err != nil {
		t.Fatal(err)
	}
	return outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, Fence: job.Fence, At: c.Now()}
}

// Plan plans every batch taken in.
func (c Centre) Plan(t testing.TB) {
	t.Helper()
	c.Work(t, contact.JobPlan, c.Decisions.Plan)
}

// Count returns the rows of a table that match a condition.
func (c Centre) Count(t testing.TB, table, where string, args ...any) int {
	t.Helper()
	return dbtest.Count(t, c.DB, table, where, args...)
}

// Callback returns the one callback there is.
func (c Centre) Callback(t testing.TB) callback.Callback {
	t.Helper()
	var all []callback.Callback
	if err := c.DB.View(context.Background()).Gorm().Find(&all).Error; err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d callbacks, want one", len(all))
	}
	return all[0]
}

// Claim lets a viewer claim the next callback.
func (c Centre) Claim(t testing.TB, viewer account.Viewer) callback.Desk {
	t.Helper()
	desk, err := c.Callbacks.Claim(context.Background(), viewer)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return desk
}

// Finish records the outcome of the call.
func (c Centre) Finish(t testing.TB, viewer account.Viewer, desk callback.Desk, o callback.Outcome) {
	t.Helper()
	if _, err := c.Callbacks.Finish(context.Background(), viewer, desk.Callback.ID, desk.Callback.Fence, o); err != nil {
		t.Fatalf("finish: %v", err)
	}
}

// Hire makes callers of the ids people who may log in: what is kept for somebody is kept for a user there is.
func (c Centre) Hire(t testing.TB, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		user := account.User{ID: id, Login: fmt.Sprintf("caller%d", id), Name: fmt.Sprintf("caller %d", id), Role: account.Caller}
		if err := c.DB.View(context.Background()).Gorm().Create(&user).Error; err != nil {
			t.Fatal(err)
		}
	}
}

// NotFor keeps a callback from a caller, as a recovery is kept from whoever made the call it mends.
func (c Centre) NotFor(t testing.TB, desk callback.Desk, callerID int64) {
	t.Helper()
	err := c.DB.View(context.Background()).Gorm().Exec("UPDATE callbacks SET not_for = ? WHERE id = ?", callerID, desk.Callback.ID).Error
	if err != nil {
		t.Fatal(err)
	}
}
