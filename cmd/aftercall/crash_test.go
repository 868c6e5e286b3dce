package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/app"
	"aftercall/internal/database/dbtest"
)

// beAftercall makes the test program behave as aftercall: the crash test's workers are this program.
const beAftercall = "AFTERCALL_TEST_BE_AFTERCALL"

func TestMain(m *testing.M) {
	if os.Getenv(beAftercall) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, func(string) (string, bool) { return "", false }))
	}
	os.Exit(m.Run())
}

// Workers are killed while they decide and while they send, and Redis forgets everything.
func TestNothingIsLostOrDoubledWhenWorkersAreKilled(t *testing.T) {
	t.Run("sqlite and embedded Redis", func(t *testing.T) {
		t.Parallel()
		cfg := app.Default()
		cfg.DataDir = t.TempDir()
		survive(t, crashTrial{cfg: cfg})
	})
	t.Run("mysql and Redis", func(t *testing.T) {
		t.Parallel()
		address := testRedis(t)
		cfg := app.Default()
		cfg.DataDir, cfg.Database, cfg.Redis = t.TempDir(), dbtest.MySQLAddress(t), address+"/9" // a database of its own, to be emptied
		options, err := redis.ParseURL(cfg.Redis)
		if err != nil {
			t.Fatal(err)
		}
		client := redis.NewClient(options)
		t.Cleanup(func() { _ = client.Close() })
		survive(t, crashTrial{cfg: cfg, forget: func(ctx context.Context) error { return client.FlushDB(ctx).Err() }})
	})
}

func survive(t *testing.T, trial crashTrial) {
	t.Helper()
	trial.cfg.SurveyDelay, trial.resolutions, trial.env = time.Second, 5000, []string{beAftercall + "=1"}
	var out, errs strings.Builder
	c := &cli{stdout: &out, stderr: &errs}
	if err := c.crash(t.Context(), trial); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
	}
	for _, step := range []string{"killed while deciding", "killed while sending"} {
		if !strings.Contains(out.String(), step) {
			t.Errorf("no worker was %s:\n%s", step, out.String())
		}
	}
	a, err := app.New(t.Context(), trial.cfg, app.Parts{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(t.Context()) }()
	var invitations, resolutions, messages, recipients int64
	rows := a.DB.View(t.Context()).Gorm()
	rows.Raw("SELECT COUNT(*) FROM invitations").Scan(&invitations)
	rows.Raw("SELECT COUNT(DISTINCT resolution_id) FROM invitations").Scan(&resolutions)
	rows.Raw("SELECT COUNT(*) FROM messages").Scan(&messages)
	rows.Raw("SELECT COUNT(DISTINCT recipient) FROM messages").Scan(&recipients)
	if invitations != 500 || resolutions != 500 {
		t.Errorf("%d invitations for %d resolutions, want 500 for 500", invitations, resolutions)
	}
	if messages != recipients || messages > 500 || messages < 450 {
		t.Errorf("%d messages to %d recipients", messages, recipients)
	}
}
