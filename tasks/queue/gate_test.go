package queue

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// proxied is an environment whose database stands behind a proxy and is watched, with its log.
func proxied(t *testing.T) (*env, *dbtest.Proxy, *dbtest.Journal, *database.DB) {
	t.Helper()
	proxy, address, target := dbtest.MySQLProxy(t)
	open := func() *database.DB {
		db, err := database.Open(t.Context(), address.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	behind := open()
	address.Host = target
	direct := open()
	if err := direct.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := &dbtest.Journal{}
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { behind.Watch(ctx, clock.System, slog.New(slog.NewTextHandler(log, nil))) })
	e := newEnv(t, behind, Embedded)
	e.clock.step = 1 // no two workers begin at once
	t.Cleanup(func() { cancel(); watching.Wait() })
	return e, proxy, log, direct
}

// until waits for something that takes seconds at most.
func until(t *testing.T, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ask() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-look.C:
		}
	}
}

// post is a handler with an effect outside the database, as a message is: it must not be made twice, and what became of it is written
// down as soon as there is a database again.
func (e *env) post(db *database.DB, sent *sync.Map, before func()) Handler {
	return func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		ticket, err := ticket.Begin(ctx, db, time.Minute)
		if err != nil {
			return err
		}
		before()
		if _, twice := sent.LoadOrStore(ref, true); twice {
			e.t.Errorf("%d was sent twice", ref)
		}
		err = e.effectOn(ctx, db, ticket, ref)
		for errors.Is(err, database.ErrUnavailable) && db.Await(ctx) == nil {
			err = e.effectOn(ctx, db, ticket, ref)
		}
		return err
	}
}

// wantUntried fails the test if a job of a kind counts a failure.
func (e *env) wantUntried(db *database.DB) {
	e.t.Helper()
	var jobs []outbox.Job
	err := db.View(e.t.Context()).Gorm().Where("failures > 0 OR last_error <> '' OR state <> ?", outbox.Done).Find(&jobs).Error
	if err != nil {
		e.t.Fatal(err)
	}
	if len(jobs) > 0 {
		e.t.Errorf("%d jobs count failures or are not done, such as %+v", len(jobs), jobs[0])
	}
}

// noFetching reports whether no server of the queue asks Redis for tasks.
func noFetching(q *Queue) func() bool {
	return func() bool {
		return !slices.ContainsFunc(q.lanes, func(l *lane) bool {
			b := q.redis.client.wakeup(l.queue)
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.listeners) > 0
		})
	}
}

func TestAWorkerWithoutItsDatabaseStopsFetchingAndComesBack(t *testing.T) {
	t.Parallel()
	e, proxy, log, _ := proxied(t)
	const n = 300
	var calls atomic.Int32
	third := make(chan struct{})
	note := func() {
		if calls.Add(1) == n/3 {
			close(third)
		}
	}
	var sent sync.Map
	q := e.queue(map[string]Handler{
		"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			note()
			return e.effect(ctx, ticket, ref)
		},
		"post": e.post(e.db, &sent, note),
	}, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(log, nil)) })
	e.add("effect", n, outbox.Normal)
	e.addFrom("post", n, n, outbox.Sending)
	e.start(q)
	<-third
	proxy.Close()
	until(t, "nothing is fetched any more", noFetching(q))
	held := calls.Load()
	if _, err := e.db.Outage(); err == nil {
		t.Error("the outage is not known")
	}
	until(t, "a while has passed", rounds(20))
	if now := calls.Load(); now != held {
		t.Errorf("%d jobs were begun without a database", now-held)
	}
	proxy.Open()
	e.waitIdle(q)
	e.wantEffects(2 * n)
	e.wantUntried(e.db)
	if lines := log.Lines(); len(lines) != 2 {
		t.Errorf("%d lines, want one that the database is gone and one that it is back:\n%s", len(lines),
			strings.Join(lines[:min(len(lines), 10)], "\n"))
	}
}

// rounds returns true at the n-th asking.
func rounds(n int) func() bool {
	return func() bool { n--; return n < 0 }
}

// The worker on the living node does all the work, also what the other one had fetched, begun or was about to fail.
func TestOneWorkerWithoutADatabaseDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	e, proxy, log, direct := proxied(t)
	const n = 300
	var calls atomic.Int32
	third := make(chan struct{})
	var sent sync.Map
	note := func() {
		if calls.Add(1) == n/3 {
			close(third)
		}
	}
	handlers := func(db *database.DB) map[string]Handler {
		return map[string]Handler{
			"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
				note()
				return e.effectOn(ctx, db, ticket, ref)
			},
			"post": e.post(db, &sent, note),
		}
	}
	e.add("effect", n, outbox.Normal)
	e.addFrom("post", n, n, outbox.Sending)
	failing := e.queue(handlers(e.db), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(log, nil)) })
	living := New(direct, e.redis, handlers(direct), e.clock.now, Options{Name: e.name, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(living.Stop)
	e.start(failing)
	<-third
	e.start(living)
	proxy.Close()
	until(t, "all but what the first one had begun is done", func() bool {
		var left int64
		err := direct.View(t.Context()).Gorm().Model(&outbox.Job{}).
			Where("state NOT IN ?", []outbox.State{outbox.Done, outbox.Running}).Count(&left).Error
		return err == nil && left == 0
	})
	proxy.Open()
	e.waitIdle(living)
	if err := e.db.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.wantEffects(2 * n)
	e.wantUntried(direct)
	if lines := log.Lines(); len(lines) > 2 {
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines[:min(len(lines), 10)], "\n"))
	}
}

// A job that was begun, and whose handler came to nothing, is handed back at once when the database is there again.
func TestWhatWasBegunWithoutADatabaseDoesNotWaitForItsLease(t *testing.T) {
	t.Parallel()
	e, proxy, _, _ := proxied(t)
	var tries atomic.Int32
	q := e.queue(map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		ticket, err := ticket.Begin(ctx, e.db, time.Hour)
		if err != nil {
			return err
		}
		if tries.Add(1) == 1 {
			proxy.Close()
		}
		return e.effect(ctx, ticket, ref)
	}})
	e.start(q)
	e.add("effect", 1, outbox.Bulk)
	until(t, "nothing is fetched any more", noFetching(q))
	proxy.Open()
	e.waitIdle(q)
	e.wantEffects(1)
	e.wantUntried(e.db)
}
