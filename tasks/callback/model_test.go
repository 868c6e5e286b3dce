package callback_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/internal/taskstest"
)

// Whatever callers, supervisors, sources and time do to a desk, in whatever order: it says and does what a desk on paper does. Every
// command succeeds now and then, so that none is compared only in what it refuses.
func TestTheDeskDoesWhatADeskOnPaperDoes(t *testing.T) {
	t.Parallel()
	succeeded := map[string]int{} // on both databases
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newModelWorld(t, db)
		w.succeeded = succeeded
		enough := map[database.Dialect]int{database.SQLite: 40, database.MySQL: 20}[db.Dialect()]
		if testing.Short() {
			enough /= 5
		}
		failed := false
		rapid.Check(t, func(rt *rapid.T) {
			// Rapid would draw a hundred; to make a failure short it must.
			if w.draws >= enough && !failed && os.Getenv("AFTERCALL_TEST_BIG") == "" {
				return
			}
			defer func() { failed = failed || rt.Failed() }()
			w.open(t)
			for range rapid.IntRange(30, 80).Draw(rt, "commands") {
				w.step(rt)
			}
		})
		t.Logf("%d desks, commands that succeeded: %v", w.draws, w.succeeded)
	})
	for _, name := range moves {
		if succeeded[name] == 0 && !testing.Short() {
			t.Errorf("%s never succeeded", name)
		}
	}
}

// modelWorld is a real desk beside one on paper.
type modelWorld struct {
	team
	t         *testing.T
	paper     naive
	skill     skill.Skill
	draws     int
	succeeded map[string]int
	history   []string // what was done in this draw
}

func newModelWorld(t *testing.T, db *database.DB) *modelWorld {
	t.Helper()
	w := &modelWorld{team: inTeams(t, db), t: t}
	w.Identity = identity.New(db, w.Contacts, w.Now, identity.Options{
		Holds: w.Callbacks, Movers: []identity.PersonMover{w.Permit, w.Callbacks},
	})
	w.WithSet(t, func(s *outcome.Set) { *s = modelSet() })
	var err error
	if w.skill, err = w.Callbacks.Skills().Add(t.Context(), admin, "粤语"); err != nil {
		t.Fatal(err)
	}
	return w
}

// modelSet are the outcomes of both desks: those of before, with terms of their own for appointments.
func modelSet() outcome.Set {
	set := outcome.Former()
	set.Appointments = outcome.Appointments{Early: 5, Late: 20, Kept: 40, PerSlot: 1}
	return set
}

// open empties the desk and fills it with five callbacks of four customers, as if the day had just begun.
func (w *modelWorld) open(t *testing.T) {
	t.Helper()
	dbtest.InTx(t, w.DB, func(tx database.Tx) error {
		for _, table := range []string{
			"holds", "attempts", "callback_changes", "callbacks", "drafts", "jobs", "touches", "skill_rules", "caller_skills",
		} {
			if err := tx.Gorm().Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		return tx.Gorm().Exec("DELETE FROM settings WHERE name = 'skills.fall_through'").Error
	})
	w.At.Store(int64(taskstest.Morning))
	w.draws++
	n := 4 * w.draws // customers nobody has met
	w.Take(t, taskstest.Severe(n), taskstest.ComplaintOf(n), taskstest.Severe(n+1), taskstest.Severe(n+2), taskstest.Severe(n+3))
	w.Plan(t)
	w.Work(t, callback.JobOffer, w.Callbacks.Offer)
	w.history = nil
	w.paper = naive{
		look: w.looks(), persons: map[int64]int64{}, reopened: map[int64]bool{}, had: map[[2]int64]bool{}, drafts: map[[2]int64]string{},
		typedAt: map[[2]int64]clock.Instant{}, deeds: map[int64]int{},
		skills: paperSkills{rules: map[callback.Kind]int64{}, needed: map[int64]bool{}, has: map[int64]bool{}, fall: 2 * time.Hour},
		staff:  []account.Viewer{w.me, w.mate, w.other, w.boss}, set: modelSet(), may: w.may, rows: w.rows(),
	}
	for _, c := range w.paper.rows {
		w.paper.persons[c.CustomerID] = c.PersonID
	}
	if len(w.paper.rows) != 5 {
		t.Fatalf("%d callbacks were planned", len(w.paper.rows))
	}
}

// may asks permission, of which the paper knows nothing. With redial an attempt is dialled once more.
func (w *modelWorld) may(c callback.Callback, at clock.Instant, redial int64) permission.Verdict {
	tx := w.DB.View(w.t.Context())
	v, subject, err := w.Callbacks.JudgeCall(tx, c.CustomerID, c.ContactID, at)
	if err == nil && redial != 0 {
		q := callback.Question(subject, at)
		q.Redial = redial
		var verdicts []permission.Verdict
		if verdicts, err = w.Permit.Judge(tx, []permission.Question{q}); err == nil {
			v = verdicts[0]
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// move is a command as it is given to both desks.
type move struct {
	name    string
	about   string // who and which callback, for whoever reads why it failed
	real    func() (string, error)
	paper   func(*naive) (string, error)
	later   bool // the paper asks permission as it is after the command
	commits bool // what was done on the way to a refusal stays done
}

// step gives both desks one command, and compares what they reply and what they are then.
func (w *modelWorld) step(rt *rapid.T) {
	m := w.draw(rt)
	if m.real == nil {
		return
	}
	now := w.paper.copied()
	now.now = w.Now()
	var want string
	var refused error
	if !m.later {
		want, refused = m.paper(&now)
	}
	got, err := m.real()
	if m.later {
		want, refused = m.paper(&now)
	}
	for _, c := range now.rows {
		now.opens(c)
	}
	if refused == nil || m.commits {
		w.paper = now
	}
	w.paper.now = w.Now()
	if refused != nil {
		want = refused.Error()
	}
	if err == nil {
		w.succeeded[m.name]++
	} else {
		got = refusalOf(rt, err)
	}
	w.history = append(w.history, fmt.Sprintf("%v %s %s: %s", w.Now().In(time.UTC).Format("02 15:04:05"), m.name, m.about, got))
	if got != want {
		w.fail(rt, fmt.Sprintf("%s: the desk says %q, the paper %q", m.name, got, want))
	}
	w.compare(rt)
}

func (w *modelWorld) fail(rt *rapid.T, what string) {
	for _, line := range w.history {
		rt.Log(line)
	}
	rt.Fatal(what)
}

// refusalOf is a refusal in one word, with its reason.
func refusalOf(rt *rapid.T, err error) string {
	f, ok := fault.Of(err)
	switch {
	case !ok:
		rt.Fatalf("no refusal but %v", err)
	case len(f.Fields) > 0:
		return f.Fields[0].Name + " " + f.Fields[0].Code
	case f.Args["reason"] != nil:
		return fmt.Sprintf("%s %v", f.Code, f.Args["reason"])
	}
	return f.Code
}

// compare looks whether both desks are the same.
func (w *modelWorld) compare(rt *rapid.T) {
	w.number()
	ignored := gocmp.Options{
		cmpopts.IgnoreUnexported(callback.Callback{}), cmpopts.IgnoreFields(callback.Callback{}, "PoolID", "ChangedAt"),
		gocmp.AllowUnexported(paperHold{}),
	}
	live := slices.DeleteFunc(slices.Clone(w.paper.holds), func(h paperHold) bool { return h.until <= w.Now() })
	slices.SortFunc(live, func(a, b paperHold) int { return int(a.person - b.person) })
	var attempts []string
	for _, a := range w.paper.attempts {
		attempts = append(attempts, attemptLine(a.Attempt))
	}
	for _, both := range []struct {
		what        string
		paper, desk any
	}{
		{"callbacks", w.paper.rows, w.rows()},
		{"holds", live, w.held()},
		{"attempts", attempts, w.made()},
		{"drafts", w.paper.drafts, w.typed()},
		{"jobs", w.paper.look, w.looks()},
	} {
		if diff := gocmp.Diff(both.paper, both.desk, ignored, cmpopts.EquateEmpty()); diff != "" {
			w.fail(rt, both.what+" are not what they are on paper (-): "+diff)
		}
	}
	// Nobody waits for ever: whatever is open is looked at by the time it expires, or its lease ends.
	for _, c := range w.paper.rows {
		if at, looked := w.paper.look[c.ID]; open(c) && (!looked || at > max(c.ExpiresAt, c.LeaseUntil)) {
			w.fail(rt, fmt.Sprintf("nobody looks at callback %d, which is %s, in time", c.ID, c.State))
		}
	}
}
