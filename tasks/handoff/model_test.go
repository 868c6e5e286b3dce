package handoff_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/internal/taskstest"
)

// Whatever customers, callers, teams, sources and time do, in whatever order: nothing promised is ever without who owes it and by when,
// nobody is called about it before the reply, every escalation happens once, and no word is lost.
func TestNothingPromisedIsEverForgotten(t *testing.T) {
	t.Parallel()
	succeeded := map[string]int{} // on both databases
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := &world{Centre: taskstest.New(t, db), t: t, succeeded: succeeded}
		enough := map[database.Dialect]int{database.SQLite: 40, database.MySQL: 12}[db.Dialect()]
		if testing.Short() {
			enough /= 4
		}
		failed := false
		rapid.Check(t, func(rt *rapid.T) {
			if w.draws >= enough && !failed && os.Getenv("AFTERCALL_TEST_BIG") == "" {
				return
			}
			defer func() { failed = failed || rt.Failed() }()
			w.open(rt)
			for range rapid.IntRange(20, 60).Draw(rt, "steps") {
				w.step(rt)
			}
		})
		t.Logf("%d centres, what succeeded: %v", w.draws, succeeded)
	})
	for _, name := range names() {
		if succeeded[name] == 0 && !testing.Short() {
			t.Errorf("%s never succeeded", name)
		}
	}
}

// world is a centre with two customers whose contacts were resolved.
type world struct {
	taskstest.Centre
	t         *testing.T
	rt        *rapid.T
	draws     int
	n         int // the number of the first customer
	responses int64
	said      map[int64][]string // the words of every act that was done, by handoff
	history   []string
	succeeded map[string]int
}

func (w *world) open(rt *rapid.T) {
	w.rt, w.said, w.history = rt, map[int64][]string{}, nil
	dbtest.InTx(w.t, w.DB, func(tx database.Tx) error {
		for _, table := range []string{
			"holds", "attempts", "callback_changes", "callbacks", "drafts", "jobs", "touches", "handoffs", "handoff_entries",
			"handoff_notices",
		} {
			if err := tx.Gorm().Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		return nil
	})
	w.At.Store(int64(taskstest.Morning))
	w.draws++
	w.n = 2 * w.draws
	w.Take(w.t, taskstest.Severe(w.n), taskstest.Severe(w.n+1))
	w.work()
}

// handlers does what flow does.
func (w *world) handlers() map[string]func(context.Context, outbox.Ticket, int64) error {
	return map[string]func(context.Context, outbox.Ticket, int64) error{
		contact.JobPlan: func(ctx context.Context, ticket outbox.Ticket, batch int64) error {
			resolutions, err := contact.ResolutionsOfBatch(w.DB.View(ctx), batch)
			if err != nil {
				return err
			}
			if err := w.Handoffs.Resolved(ctx, resolutions); err != nil {
				return err
			}
			return w.Decisions.Plan(ctx, ticket, batch)
		},
		contact.JobReopened: func(ctx context.Context, ticket outbox.Ticket, id int64) error {
			if err := w.Handoffs.Reopened(ctx, id); err != nil {
				return err
			}
			return w.Decisions.CancelContact(ctx, ticket, id)
		},
		contact.JobCorrected: w.Decisions.Redecide,
		callback.JobOffer:    w.Callbacks.Offer,
		callback.JobOutcome: func(ctx context.Context, ticket outbox.Ticket, attempt int64) error {
			if err := w.Handoffs.FollowCall(ctx, attempt, 7*24*time.Hour); err != nil {
				return err
			}
			return w.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
		},
		callback.JobClosed: w.Handoffs.Settle,
		handoff.JobWatch:   w.Handoffs.Watch,
		handoff.JobResolved: func(ctx context.Context, ticket outbox.Ticket, id int64) error {
			return w.Handoffs.SettleAtSource(ctx, ticket, id, decision.Decided)
		},
	}
}

// work does every due job, and those that follow from them.
func (w *world) work() {
	for range 50 {
		done := 0
		for _, kind := range []string{
			contact.JobReopened, contact.JobPlan, contact.JobCorrected, callback.JobOutcome, callback.JobClosed, handoff.JobResolved,
			handoff.JobWatch, callback.JobOffer,
		} {
			done += len(w.Jobs(w.t, kind))
			w.Work(w.t, kind, w.handlers()[kind])
		}
		if done == 0 {
			return
		}
	}
	w.fail("jobs without an end")
}

func (w *world) fail(format string, args ...any) {
	w.rt.Helper()
	w.rt.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(w.history, "\n"))
}

// all returns every handoff, the oldest first.
func (w *world) all() []handoff.Handoff {
	var all []handoff.Handoff
	if err := w.DB.View(context.Background()).Gorm().Order("id").Find(&all).Error; err != nil {
		w.t.Fatal(err)
	}
	return all
}

// moves are what can be done; each reports whether it succeeded.
func (w *world) moves() map[string]func() bool {
	return map[string]func() bool{
		"call":    w.call,
		"answer":  w.answer,
		"act":     w.act,
		"hurry":   w.hurry,
		"correct": w.correct,
		"source":  w.source,
		"time":    w.pass,
	}
}

func names() []string {
	return []string{"call", "answer", "act", "hurry", "correct", "source", "time"}
}

func (w *world) step(rt *rapid.T) {
	w.rt = rt
	w.Pass(time.Second)
	name := rapid.SampledFrom(append(names(), "act", "act", "time", "call")).Draw(rt, "move")
	w.history = append(w.history, fmt.Sprintf("%v %s", w.Now(), name))
	if w.moves()[name]() {
		w.succeeded[name]++
	}
	w.check(false)
	w.work()
	w.check(true)
}

// pass lets time pass: seconds, hours, or days.
func (w *world) pass() bool {
	w.Pass(rapid.SampledFrom([]time.Duration{
		callback.UndoTime, 20 * time.Minute, 3 * time.Hour, 9 * time.Hour, 26 * time.Hour, 4 * 24 * time.Hour,
	}).Draw(w.rt, "time"))
	return true
}

// expected says what refusals are part of the game.
func (w *world) expected(err error) bool {
	if err == nil {
		return true
	}
	if !fault.Permanent(err) && !fault.Is(err, fault.Unavailable) {
		w.fail("%v", err)
	}
	w.history = append(w.history, "  refused: "+err.Error())
	return false
}

var (
	worldCallers = []account.Viewer{taskstest.Caller(7), taskstest.Caller(8)}
	worldLead    = account.Viewer{UserID: 900, Role: account.Supervisor}
)
