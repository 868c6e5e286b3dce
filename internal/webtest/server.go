// Package webtest is what the tests of all areas of web share: a server with its services on a database of its own, a browser without
// scripts and a real one, and what fills their pages. It is imported by tests only.
package webtest

import (
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/survey"
	"aftercall/web"
)

// Must fails the test for an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Now is 2026-11-22 14:05 in Shanghai.
var Now = clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))

// Password is that of every user of Login.
const Password = "correct horse"

// Server is a server on an empty SQLite database, with the services behind it. Its clock stands at Now until a test moves it.
type Server struct {
	*web.Server
	web.Services
	DB   *database.DB
	URL  string
	flow *flow.Service
	now  atomic.Int64 // the access log of an answer reads it when the test already has the answer
}

// NewServer returns a server on a new SQLite database; what goes wrong inside is shown in the output of the test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return NewServerOn(t, dbtest.SQLite(t), testLog(t))
}

// NewServerOn returns a server on a database.
func NewServerOn(t testing.TB, db *database.DB, log *slog.Logger) *Server {
	t.Helper()
	ts := &Server{DB: db}
	ts.MoveTo(Now)
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	all := connect(db, ts.Now)
	ts.Services, ts.flow = all.Shown(), all.Flow
	ts.Server, err = web.New(ts.Services, web.Options{Zone: zone, Language: "zh-CN", CentreName: "安心宽带", Now: ts.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	Must(t, ts.Policies.EnsureBuiltIn(t.Context()))
	listener := httptest.NewServer(ts.Handler())
	t.Cleanup(listener.Close)
	ts.URL = listener.URL
	return ts
}

// Now is what the clock of the server says.
func (ts *Server) Now() clock.Instant { return clock.Instant(ts.now.Load()) }

// MoveTo moves the clock of the server.
func (ts *Server) MoveTo(at clock.Instant) { ts.now.Store(int64(at)) }

// Advance moves the clock of the server on.
func (ts *Server) Advance(by time.Duration) { ts.now.Add(by.Microseconds()) }

// testLog shows what went wrong inside, which no page says.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}

// NewServices returns every service on one database.
func NewServices(db *database.DB, now clock.Now) web.Services { return connect(db, now).Shown() }

func connect(db *database.DB, now clock.Now) *app.Services {
	return app.Connect(db, now, app.Setup{
		Key: []byte("a key for tests only, 32 bytes.."), Surveys: survey.Options{Zone: time.FixedZone("Asia/Shanghai", 8*60*60)},
	})
}
