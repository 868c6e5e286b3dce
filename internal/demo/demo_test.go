package demo_test

import (
	"context"
	"testing"
	"time"

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
	"aftercall/tasks/queue"
)

// built is a demo centre with the services it was played on.
type built struct {
	demo.Centre
	flow *flow.Service
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
		Key: []byte("the secret key of a demo in a test"), FirstDelay: time.Minute, Folder: t.TempDir(), Sender: mailbox,
		Surveys: survey.Options{PublicURL: "http://127.0.0.1", CentreName: "demo", Zone: zone},
	})
	handlers := map[string]queue.Handler{}
	for kind, handler := range services.Flow.Handlers() {
		handlers[kind] = handler
	}
	if err := services.Surveys.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := services.Policies.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return built{flow: services.Flow, Centre: demo.Centre{
		DB: db, Clock: hands, Mailbox: mailbox, Accounts: services.Accounts, Contacts: services.Contacts, Permission: services.Permission,
		Surveys: services.Surveys, Policies: services.Policies, Callbacks: services.Callbacks,
		Decisions: services.Decisions, Zone: zone, Language: "zh-CN",
		RunDue: func(ctx context.Context) (clock.Instant, error) {
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
