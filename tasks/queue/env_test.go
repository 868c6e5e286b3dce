package queue

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

func TestMain(m *testing.M) {
	// gorm's cache of prepared statements never ends; it is not ours to stop.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"))
}

// env is a database, a Redis and a clock that a test may move.
type env struct {
	t     *testing.T
	db    *database.DB
	redis *Redis
	clock *testClock
	name  string
}

// each runs the test on SQLite with the embedded Redis, and on what servers there are.
func each(t *testing.T, test func(e *env)) {
	t.Helper()
	for _, on := range []struct {
		name  string
		db    func(testing.TB) *database.DB
		redis func(testing.TB) string
	}{
		{"sqlite and embedded", dbtest.SQLite, func(testing.TB) string { return Embedded }},
		{"sqlite and redis", dbtest.SQLite, redisAddress},
		{"mysql and redis", dbtest.MySQL, redisAddress},
	} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			test(newEnv(t, on.db(t), on.redis(t)))
		})
	}
}

func newEnv(t *testing.T, db *database.DB, address string) *env {
	t.Helper()
	r, err := OpenRedis(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	e := &env{t: t, db: db, redis: r, clock: &testClock{at: clock.System()}, name: "test-" + rand.Text()}
	e.clock.moved = func() { // the relays look at it when they wake
		_ = db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			outbox.Wake(tx, outbox.Lanes()...)
			return nil
		})
	}
	return e
}

func redisAddress(tb testing.TB) string {
	tb.Helper()
	address := os.Getenv("AFTERCALL_TEST_REDIS")
	if address == "" {
		tb.Skip("no Redis: AFTERCALL_TEST_REDIS is not set (make test sets it when one is installed; make deps installs one)")
	}
	return address
}

// queue returns a queue of this test that is stopped with it.
func (e *env) queue(handlers map[string]Handler, change ...func(*Options)) *Queue {
	e.t.Helper()
	opts := Options{Name: e.name, Log: slog.New(slog.DiscardHandler), Backoff: func(int) time.Duration { return time.Hour }}
	for _, c := range change {
		c(&opts)
	}
	q := New(e.db, e.redis, handlers, e.clock.now, opts)
	e.t.Cleanup(q.Stop)
	return q
}

func (e *env) start(q *Queue) {
	e.t.Helper()
	if err := q.Start(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
}

func (e *env) waitIdle(q *Queue) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 5*time.Minute) // a thousand jobs under the race detector on a busy machine
	defer cancel()
	if err := q.WaitIdle(ctx); err != nil {
		e.t.Fatalf("%v; jobs: %v", err, e.states())
	}
}

// add adds n jobs of a kind with refs 1…n that are due now.
func (e *env) add(kind string, n int, lane outbox.Lane) {
	e.t.Helper()
	e.addFrom(kind, 0, n, lane)
}

// addFrom adds n jobs of a kind with refs from+1…from+n.
func (e *env) addFrom(kind string, from, n int, lane outbox.Lane) {
	e.t.Helper()
	jobs := make([]outbox.Job, n)
	for i := range jobs {
		jobs[i] = outbox.New(kind, int64(from+i+1), lane, e.clock.now())
	}
	e.inTx(func(tx database.Tx) error { return outbox.Add(tx, e.clock.now(), jobs...) })
}

func (e *env) inTx(fn func(tx database.Tx) error) {
	e.t.Helper()
	if err := e.db.InTx(e.t.Context(), func(_ context.Context, tx database.Tx) error { return fn(tx) }); err != nil {
		e.t.Fatal(err)
	}
}

// effect is a use case that leaves one mark per time it takes effect.
func (e *env) effect(ctx context.Context, ticket outbox.Ticket, ref int64) error {
	return e.effectOn(ctx, e.db, ticket, ref)
}

func (e *env) effectOn(ctx context.Context, db *database.DB, ticket outbox.Ticket, ref int64) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		return account.Audit(tx, ticket.At, account.Viewer{}, "effect", "job", ref, "")
	})
}

// wantEffects fails the test unless each of n refs took effect exactly once.
func (e *env) wantEffects(n int) {
	e.t.Helper()
	var marks, refs int64
	g := e.db.View(e.t.Context()).Gorm()
	if err := g.Raw("SELECT COUNT(*) FROM audit_entries WHERE action = 'effect'").Scan(&marks).Error; err != nil {
		e.t.Fatal(err)
	}
	if err := g.Raw("SELECT COUNT(DISTINCT subject_id) FROM audit_entries WHERE action = 'effect'").Scan(&refs).Error; err != nil {
		e.t.Fatal(err)
	}
	if marks != int64(n) || refs != int64(n) {
		e.t.Errorf("%d effects of %d jobs, want %d of each", marks, refs, n)
	}
}

func (e *env) states() string {
	counts, err := NewInspector(e.db, e.clock.now).Counts(context.WithoutCancel(e.t.Context()))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(counts)
}

func (e *env) job(kind string) outbox.Job {
	e.t.Helper()
	var job outbox.Job
	if err := e.db.View(e.t.Context()).Gorm().Where("kind = ?", kind).First(&job).Error; err != nil {
		e.t.Fatal(err)
	}
	return job
}

// testClock runs with the machine's clock and can be moved ahead.
type testClock struct {
	mu    sync.Mutex
	at    clock.Instant
	step  clock.Instant // by which it moves whenever it is looked at
	moved func()        // called after it was moved ahead
}

func (c *testClock) now() clock.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at += c.step
	return c.at
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	c.at = c.at.Add(d)
	c.mu.Unlock()
	c.moved()
}
