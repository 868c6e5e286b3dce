package demo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/demo"
	"aftercall/internal/fault"
	"aftercall/internal/flow"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/queue"
)

// built is a demo centre with the services it was played on.
type built struct {
	demo.Centre
	flow   *flow.Service
	passes *int // of RunDue
}

// newCentre connects the real services on a clock that the demo sets by hand.
func newCentre(t *testing.T, db *database.DB) built {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	hands := &demo.Clock{}
	mailbox := &demo.Mailbox{Log: delivery.NewLog(db, hands.Now)}
	services := app.Connect(db, hands.Now, app.Setup{
		Key: []byte("the secret key of a demo in a test"), Contacts: contact.Options{Region: "CN"}, FirstDelay: time.Minute,
		Folder: t.TempDir(), Sender: mailbox,
		Surveys: survey.Options{PublicURL: "http://127.0.0.1", CentreName: "demo", Zone: zone},
	})
	handlers := map[string]queue.Handler{}
	for kind, handler := range services.Flow.Handlers() {
		handlers[kind] = handler
	}
	for _, prepare := range []func(context.Context) error{
		services.Permission.EnsureBuiltIn, services.Surveys.EnsureBuiltIn, services.Scripts.EnsureBuiltIn, services.Policies.EnsureBuiltIn,
		services.Outcomes.EnsureBuiltIn,
	} {
		if err := prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	passes := new(int)
	return built{flow: services.Flow, passes: passes, Centre: demo.Centre{
		DB: db, Clock: hands, Mailbox: mailbox, Accounts: services.Accounts, Contacts: services.Contacts, Permission: services.Permission,
		Surveys: services.Surveys, Policies: services.Policies, Callbacks: services.Callbacks,
		Worklist: services.Worklist, Pauses: services.Pauses,
		Decisions: services.Decisions, Handoffs: services.Handoffs, Zone: zone, Language: "zh-CN",
		RunDue: func(ctx context.Context) (clock.Instant, error) {
			*passes++
			if _, err := queue.RunDue(ctx, db, hands.Now, handlers); err != nil {
				return 0, err
			}
			return queue.NextDue(ctx, db)
		},
	}}
}

var until = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC)) // 10:05 in Shanghai

func TestADemoCentreHasSomethingToShowAndSumsUp(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	c := newCentre(t, db)
	if err := demo.Build(t.Context(), c.Centre, until, func(demo.Progress) {}); err != nil {
		t.Fatal(err)
	}
	// Whatever makes it quicker leaves it as it is. Other numbers mean that policies, rules or what people do in it have changed.
	if diff := cmp.Diff(map[string]int64{
		"contacts": 1995, "resolutions": 1929, "decisions": 3858, "callbacks": 736, "attempts": 1069, "invitations": 1275,
		"responses": 831, "score_entries": 7137, "touches": 2686, "consent_events": 1312, "suppressions": 116,
	}, rows(t, db)); diff != "" {
		t.Errorf("another centre (-want +got):\n%s", diff)
	}
	if hours := 90 * 24; *c.passes > hours*5/4 {
		t.Errorf("it looked for due jobs %d times in %d hours", *c.passes, hours)
	}
	admin := account.Viewer{Role: account.Admin}
	summary, err := c.Decisions.Summary(t.Context(), admin, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		if k.Resolved < 1500 || k.Planned+k.SkippedTotal() != k.Resolved || k.Undecided != 0 {
			t.Errorf("%s: %d resolved, %d planned, %d skipped, %d undecided", k.Kind, k.Resolved, k.Planned, k.SkippedTotal(), k.Undecided)
		}
		if k.Planned < 100 {
			t.Errorf("%s: only %d planned", k.Kind, k.Planned)
		}
	}
	if wrong, err := c.flow.VerifyScores(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("scores differ: %v, %v", wrong, err)
	}
	checkQueue(t, c, db)
	callers, err := c.Accounts.Users(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range callers {
		if u.Role != account.Caller {
			continue
		}
		if _, err := c.Callbacks.Claim(t.Context(), account.Viewer{UserID: u.ID, Role: u.Role}); err != nil {
			t.Errorf("nothing to do for %s: %v", u.Login, err)
		}
	}
}

// checkQueue looks at what there is to call when a demo begins, and at what its callers did besides calling.
func checkQueue(t *testing.T, c built, db *database.DB) {
	t.Helper()
	supply, err := c.Callbacks.Supply(t.Context(), account.Viewer{UserID: 1, Role: account.Caller})
	if err != nil || supply.Ready < 40 || supply.Ready > 70 {
		t.Errorf("%d callbacks can be claimed, want about forty (%v): %+v", supply.Ready, err, supply)
	}
	hour := until.Add(time.Hour)
	for _, want := range []struct {
		what, where string
		args        []any
		least       int
	}{
		{"ready confirmations", "state = 'ready' AND kind = 'confirm'", nil, 10},
		{"ready after a complaint", "state = 'ready' AND kind = 'complaint'", nil, 5},
		{"ready after a low score or a reply", "state = 'ready' AND kind IN ('recovery', 'second')", nil, 3},
		{"ready after an attempt", "state = 'ready' AND attempts > 0", nil, 5},
		{"ready with a note for the next", "state = 'ready' AND note_for_next <> ''", nil, 5},
		{"appointments near", "wait_reason = 'appointment' AND appointment_at BETWEEN ? AND ?", []any{until, hour}, 3},
		{"promises nobody kept", "state = 'ready' AND appointment_at > 0 AND due_at < ?", []any{until}, 1},
	} {
		if n := dbtest.Count(t, db, "callbacks", want.where, want.args...); n < want.least {
			t.Errorf("%d %s, want %d", n, want.what, want.least)
		}
	}
	for _, kind := range []callback.ChangeKind{
		callback.ChangeCorrected, callback.ChangeTransferred, callback.ChangeSkipped, callback.ChangePaused,
	} {
		if n := dbtest.Count(t, db, "callback_changes", "kind = ?", kind); n < 3 {
			t.Errorf("%d changes of the kind %s, want some", n, kind)
		}
	}
	for _, result := range []string{
		"reached", "no_answer", "rejected", "busy", "off", "unavailable", "hung_up", "assistant", "wrong_number",
	} {
		if n := dbtest.Count(t, db, "attempts", "call_result = ?", result); n < 3 {
			t.Errorf("%d calls ended with %s, want some", n, result)
		}
	}
	if n := dbtest.Count(t, db, "caller_pauses", "ended_at > 0"); n < 200 {
		t.Errorf("callers paused %d times", n)
	}
}

// rows counts what the demo's people have left behind.
func rows(t *testing.T, db *database.DB) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for _, table := range []string{
		"contacts", "resolutions", "decisions", "callbacks", "attempts", "invitations", "responses", "score_entries", "touches",
		"consent_events", "suppressions",
	} {
		var n int64
		if err := db.View(t.Context()).Gorm().Table(table).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

// What was lived before somebody pressed Ctrl+C is gone when the demo is started again.
func TestAnInterruptedDemoIsWiped(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	ctx, interrupt := context.WithCancel(t.Context())
	lived := 0
	err := demo.Build(ctx, newCentre(t, db).Centre, until, func(at demo.Progress) {
		if lived = at.Done; lived == 60 {
			interrupt()
		}
	})
	if !errors.Is(err, context.Canceled) || lived > 100 {
		t.Fatalf("after %d hours: %v", lived, err)
	}
	if before := rows(t, db); before["contacts"] == 0 {
		t.Fatal("nothing was lived before the interruption")
	}
	if ready, err := demo.Check(t.Context(), db); err != nil || ready {
		t.Fatalf("ready: %v, %v", ready, err)
	}
	for table, n := range rows(t, db) {
		if n > 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
}

func TestADemoRefusesADatabaseWithOtherData(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := contact.New(db, clock.System, contact.Options{}).EnsureSource(t.Context(), "helpdesk"); err != nil {
			t.Fatal(err)
		}
		if _, err := demo.Check(t.Context(), db); !fault.Is(err, fault.Conflict) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestADemoStartsAtFivePastTenAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	zone := time.FixedZone("centre", 8*3600)
	start, err := demo.Start(t.Context(), db, zone, until.Add(9*time.Hour))
	if err != nil || start != until {
		t.Fatalf("started at %v, want %v (%v)", start, until, err)
	}
	if err := demo.Seen(t.Context(), db, until.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	again, err := demo.Start(t.Context(), db, zone, until.Add(9*time.Hour))
	if err != nil || again != until.Add(24*time.Hour) {
		t.Fatalf("started again at %v (%v)", again, err)
	}
}
