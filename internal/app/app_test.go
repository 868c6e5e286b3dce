package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"), // gorm's cache of statements never ends
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),            // of the tests' own client
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
	)
}

// testConfig returns settings for a process in the test's own folder, on a free port.
func testConfig(t *testing.T) Config {
	t.Helper()
	cfg := Default()
	cfg.DataDir = t.TempDir()
	cfg.Addr = "127.0.0.1:0"
	return cfg
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// open returns an app that is stopped with the test.
func open(t *testing.T, cfg Config, parts Parts) *App {
	t.Helper()
	a, err := New(t.Context(), cfg, parts, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestServeAnswersWorksAndStops(t *testing.T) {
	t.Parallel()
	a := open(t, testConfig(t), Parts{Web: true, Work: true})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, body := get(t, a.URL()+path); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _ := get(t, a.URL()+"/"); status >= http.StatusInternalServerError {
		t.Errorf("the first page is %d", status)
	}
	source := contacttest.Source(t, a.Contacts, "helpdesk")
	at := a.Now().Add(-time.Hour)
	outcomes, err := a.Contacts.Take(t.Context(), source.ID, []contact.Input{{
		ExternalID: "1", Status: contact.Resolved, OpenedAt: at, ResolvedAt: at.Add(time.Minute),
	}})
	if err != nil || outcomes[0].Resolved != 1 {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := a.WaitIdle(ctx); err != nil {
		t.Fatal(err)
	}
	summary, err := a.Decisions.Summary(t.Context(), account.Viewer{Role: account.Admin}, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		if k.Resolved != 1 || k.Planned+k.SkippedTotal() != 1 {
			t.Errorf("%s: %+v", k.Kind, k)
		}
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAWorkerTellsOfItsHealthWhereItIsAskedTo(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	if silent := open(t, cfg, Parts{Work: true}); silent.HealthURL() != "" {
		t.Errorf("unasked it listens on %s", silent.HealthURL())
	}
	cfg.HealthAddr = "127.0.0.1:0"
	a := open(t, cfg, Parts{Work: true})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantHealth := func(want map[string]int) {
		t.Helper()
		for path, status := range want {
			if got, body := get(t, a.HealthURL()+path); got != status {
				t.Errorf("%s: %d %s, want %d", path, got, body, status)
			}
		}
	}
	wantHealth(map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/": http.StatusNotFound, "/login": http.StatusNotFound})
	a.stopping.Store(true)
	wantHealth(map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable})
	if a.URL() != "" || a.publicURL() != "http://"+cfg.Addr {
		t.Errorf("the address of its health is taken for the pages: %q, %q", a.URL(), a.publicURL())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	a := open(t, testConfig(t), Parts{Web: true, Work: true})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	get(t, a.URL()+"/healthz") // it serves: the port was taken before
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAPortThatIsTakenIsToldAtOnce(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	first := open(t, cfg, Parts{Web: true})
	cfg.Addr = strings.TrimPrefix(first.URL(), "http://")
	_, err := New(t.Context(), cfg, Parts{Web: true}, quiet())
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestTheKeyIsMadeOnceAndAnotherOneIsRefused(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	open(t, cfg, Parts{})
	path := filepath.Join(cfg.DataDir, "secret.key")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info, err)
	}
	open(t, cfg, Parts{}) // the same key is welcome again

	other := cfg
	other.Key = strings.Repeat("ab", keyBytes)
	if _, err := New(t.Context(), other, Parts{}, quiet()); !fault.Is(err, fault.Conflict) {
		t.Errorf("another key: %v", err)
	}
	elsewhere := cfg
	elsewhere.Database, elsewhere.DataDir = cfg.database(), t.TempDir()
	if _, err := New(t.Context(), elsewhere, Parts{}, quiet()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a data directory without the key: %v", err)
	}
	if _, err := os.Stat(filepath.Join(elsewhere.DataDir, "secret.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that fits nothing was left behind: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg, Parts{}, quiet()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key that others can read: %v", err)
	}
}

func TestADataDirectoryThatOthersCanReadIsTold(t *testing.T) {
	t.Parallel()
	for mode, want := range map[fs.FileMode]bool{0o700: false, 0o755: true, 0o750: true} {
		t.Run(mode.String(), func(t *testing.T) {
			cfg := testConfig(t)
			if err := os.Chmod(cfg.DataDir, mode); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			a, err := New(t.Context(), cfg, Parts{Web: true}, slog.New(slog.NewTextHandler(&said, nil)))
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			if got := strings.Contains(said.String(), "others can read the data directory"); got != want {
				t.Errorf("mode %o: %s", mode, said.String())
			}
			entries, err := os.ReadDir(cfg.DataDir)
			if err != nil || len(entries) == 0 {
				t.Fatalf("%d files: %v", len(entries), err)
			}
			for _, e := range entries {
				if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
					t.Errorf("others can read %s: %v", e.Name(), err)
				}
			}
		})
	}
}

func TestCleanupRunsBackwardsAndGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	var order []string
	var c cleanup
	broken := errors.New("broken")
	for _, name := range []string{"database", "redis", "queue"} {
		c.add(name, func(context.Context) error {
			order = append(order, name)
			if name == "redis" {
				return broken
			}
			return nil
		})
	}
	if err := c.run(t.Context()); !errors.Is(err, broken) || !strings.Contains(err.Error(), "stop redis") {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(order, " "); got != "queue redis database" {
		t.Errorf("closed %s", got)
	}
}
