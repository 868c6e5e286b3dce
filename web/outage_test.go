package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
)

// outages are the ways in which a database cannot be used: each opens one and returns what takes it away.
var outages = map[string]func(t *testing.T) (db *database.DB, away func()){
	"gone": func(t *testing.T) (*database.DB, func()) {
		proxy, address, _ := dbtest.MySQLProxy(t)
		db, err := database.Open(t.Context(), address.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		webtest.Must(t, db.Migrate(t.Context()))
		return db, proxy.Close
	},
	"takes no writes": func(t *testing.T) (*database.DB, func()) {
		db := dbtest.SQLite(t)
		return db, func() {
			webtest.Must(t, db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { // SQLite has one writer
				return tx.Gorm().Exec("PRAGMA query_only = 1").Error
			}))
		}
	},
}

// duringOutage runs a test on a server whose database can be taken away, and wants no more than a line about it in the log.
func duringOutage(t *testing.T, test func(t *testing.T, ts *webtest.Server, kind string, away func())) {
	t.Helper()
	for kind, prepare := range outages {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db, away := prepare(t)
			var log safeBuffer
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
			ts := webtest.NewServerOn(t, db, logger)
			ctx, cancel := context.WithCancel(context.Background())
			var watching sync.WaitGroup
			watching.Go(func() { db.Watch(ctx, clock.System, logger) })
			t.Cleanup(func() { cancel(); watching.Wait() })
			test(t, ts, kind, away)
			if said := strings.Count(log.String(), "\n"); said > 1 {
				t.Errorf("%d lines about one outage:\n%s", said, log.String())
			}
		})
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// wantRetryLater fails the test unless the answer is a page that says what to do.
func wantRetryLater(t *testing.T, r webtest.Response) *goquery.Document {
	t.Helper()
	page := r.Page(http.StatusServiceUnavailable)
	if r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	return page
}

func TestADatabaseOutageIsNeverALogin(t *testing.T) {
	t.Parallel()
	duringOutage(t, func(t *testing.T, ts *webtest.Server, kind string, away func()) {
		admin := ts.Login(t, account.Admin)
		away()
		r := admin.Get("/jobs")
		if kind == "takes no writes" {
			r.Page(http.StatusOK) // what can be read is shown
			ts.Advance(24 * 60 * 60 * 1e9 / 48)
			admin.Get("/jobs").Page(http.StatusOK) // also when the use of the session should have been noted
			return
		}
		page := wantRetryLater(t, r)
		if href, _ := page.Find(".notice a.button").Attr("href"); href != "/jobs" {
			t.Errorf("try again leads to %q", href)
		}
		admin.Lang = "zh-CN"
		text := webtest.TextsOf(wantRetryLater(t, admin.Get("/jobs")), ".notice h2")
		if !strings.Contains(strings.Join(text, ""), "请稍等片刻再试") {
			t.Errorf("in Chinese: %q", text)
		}
	})
}

func TestAFormIsKeptThroughAnOutage(t *testing.T) {
	t.Parallel()
	duringOutage(t, func(t *testing.T, ts *webtest.Server, _ string, away func()) {
		admin := ts.Login(t, account.Admin)
		typed := url.Values{"address": {"+8613800001234"}, "scope": {"everything"}, "reason": {"complaint"}, "evidence": {
			"The customer said on the phone today: please never call me again <b>",
		}}
		away()
		for range 20 {
			page := wantRetryLater(t, admin.Post("/suppressions", typed))
			form := page.Find("form[action='/suppressions']")
			for _, name := range []string{"address", "evidence"} {
				field := form.Find("[name='" + name + "']")
				if got := field.AttrOr("value", field.Text()); got != typed.Get(name) {
					t.Errorf("%s is kept as %q", name, got)
				}
			}
		}
	})
}

func TestAPasswordIsNotSentBackInAnOutage(t *testing.T) {
	t.Parallel()
	duringOutage(t, func(t *testing.T, ts *webtest.Server, _ string, away func()) {
		away()
		r := ts.Anonymous(t).Post("/login", url.Values{"login": {"somebody"}, "password": {"secret words"}})
		wantRetryLater(t, r)
		if strings.Contains(r.Body, "secret words") {
			t.Error("the page holds the password")
		}
	})
}

func TestACustomersAnswersAreKeptThroughAnOutage(t *testing.T) {
	t.Parallel()
	duringOutage(t, func(t *testing.T, ts *webtest.Server, _ string, away func()) {
		out := ts.Invited(t, "en")
		link, err := url.Parse(out.URL)
		webtest.Must(t, err)
		away()
		page := wantRetryLater(t,
			ts.Anonymous(t).Post(link.Path, url.Values{"screen": {"2"}, "comment": {"Everything was fine, thank you."}}))
		form := page.Find("form[action='" + link.Path + "']")
		if got := form.Find("[name=comment]").AttrOr("value", form.Find("textarea").Text()); got != "Everything was fine, thank you." {
			t.Errorf("the comment is kept as %q", got)
		}
	})
}

func TestProgramsAreToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	duringOutage(t, func(t *testing.T, ts *webtest.Server, _ string, away func()) {
		m := ts.Machine(t, "helpdesk")
		away()
		r := m.Send("application/json", `{"external_id":"T-1","status":"open","customer":{"reference":"1"}}`)
		p := r.Problem()
		if r.Status != http.StatusServiceUnavailable || p.Code != "database_unavailable" || r.Header.Get("Retry-After") == "" {
			t.Errorf("status %d, %+v, Retry-After %q", r.Status, p, r.Header.Get("Retry-After"))
		}
	})
}
