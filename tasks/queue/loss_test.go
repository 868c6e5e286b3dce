package queue

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// lossy runs n jobs, loses Redis's memory when a third of them has run, and wants all effects once.
func lossy(e *env, n int, lose func()) {
	e.t.Helper()
	third, lost := make(chan struct{}), make(chan struct{})
	var count atomic.Int32
	q := e.queue(map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
		if c := count.Add(1); c == int32(n/3) {
			close(third)
		} else if c > int32(n/3) {
			<-lost
		}
		return e.effect(ctx, ticket, ref)
	}})
	e.start(q)
	e.add("effect", n, outbox.Normal)
	<-third
	lose()
	close(lost)
	e.waitIdle(q)
	e.wantEffects(n)
}

func TestEverythingIsDoneThoughTheEmbeddedRedisIsEmptied(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		e := newEnv(t, db, Embedded)
		lossy(e, 900, func() { e.redis.inside.FlushAll() })
	})
}

func TestEverythingIsDoneThoughRedisIsKilledAndStartsEmpty(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		server := startRedis(t)
		e := newEnv(t, db, "redis://"+server.address)
		lossy(e, 900, func() {
			server.kill()
			server.start()
		})
	})
}

func TestJobsWaitWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	e := newEnv(t, dbtest.SQLite(t), "redis://"+server.address)
	q := e.queue(map[string]Handler{"effect": e.effect})
	server.kill()
	e.add("effect", 20, outbox.Normal)
	if _, err := q.move(t.Context(), q.lanes[1]); err == nil {
		t.Fatal("jobs were moved to a Redis that is away")
	}
	if job := e.job("effect"); job.State != outbox.Due {
		t.Errorf("a job that was not pushed is %s, want due", job.State)
	}
	server.start()
	answers(t, e.redis.client) // the pool of connections needs a moment to forget the refusal
	e.start(q)
	e.waitIdle(q)
	e.wantEffects(20)
}

func TestARunningJobWhoseWorkerDiedIsTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"effect": e.effect})
		e.add("effect", 1, outbox.Sending)
		now := e.clock.now()
		e.inTx(func(tx database.Tx) error {
			_, err := store{tx}.claimDue(outbox.Lanes(), now, now.Add(queuedLease), 1)
			return err
		})
		job := e.job("effect")
		dead := outbox.Ticket{JobID: job.ID, Attempt: 1, At: now}
		begun, err := dead.Begin(t.Context(), e.db, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.sweep(t.Context()); err != nil || e.job("effect").State != outbox.Running {
			t.Fatalf("the sweep touched a job within its lease (%v)", err)
		}
		e.clock.advance(2 * time.Minute)
		if err := q.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if job := e.job("effect"); job.State != outbox.Due || job.Failures != 1 || job.LastError != "unavailable: worker_lost" {
			t.Fatalf("after the sweep: %+v", job)
		}
		err = e.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return begun.Done(tx) })
		if !errors.Is(err, outbox.ErrStale) {
			t.Errorf("the worker that was given up finishes the job: %v", err)
		}
		e.clock.advance(2 * time.Hour)
		e.start(q)
		e.waitIdle(q)
		e.wantEffects(1)
	})
}

func TestTheSweepLeavesARunningJobAloneThatRedisKnows(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		begun, release := make(chan struct{}), make(chan struct{})
		q := e.queue(map[string]Handler{"slow": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			ticket, err := ticket.Begin(ctx, e.db, time.Second)
			if err != nil {
				return err
			}
			close(begun)
			<-release
			return e.effect(ctx, ticket, ref)
		}})
		e.start(q)
		e.add("slow", 1, outbox.Sending)
		<-begun
		e.clock.advance(time.Minute)
		if err := q.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if job := e.job("slow"); job.State != outbox.Running || !job.RunAt.After(e.clock.now()) {
			t.Errorf("after the sweep: %+v", job)
		}
		close(release)
		e.waitIdle(q)
		e.wantEffects(1)
	})
}

func TestATaskInTheArchiveOfAsynqIsAFailure(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"effect": e.effect})
		e.add("effect", 1, outbox.Normal)
		if _, err := q.move(t.Context(), q.lanes[1]); err != nil {
			t.Fatal(err)
		}
		if err := q.inspector.ArchiveTask(q.queueName(outbox.Normal), taskID(e.job("effect"))); err != nil {
			t.Fatal(err)
		}
		e.clock.advance(2 * time.Minute)
		if err := q.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if job := e.job("effect"); job.State != outbox.Due || job.Attempt != 2 || job.LastError != "unavailable: gave_up" {
			t.Fatalf("after the sweep: %+v", job)
		}
		e.clock.advance(time.Hour)
		e.start(q)
		e.waitIdle(q)
		e.wantEffects(1)
	})
}

func TestQueuesAreVisibleAgainAfterALoss(t *testing.T) {
	t.Parallel()
	e := newEnv(t, dbtest.SQLite(t), Embedded)
	q := e.queue(nil)
	seen, err := q.checkEpoch(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	e.redis.inside.FlushAll()
	again, err := q.checkEpoch(t.Context(), seen)
	if err != nil || again == seen {
		t.Fatalf("the loss was not noticed: %q, %v", again, err)
	}
	names, err := q.inspector.Queues()
	if err != nil || len(names) != len(outbox.Lanes()) {
		t.Errorf("queues %v, %v", names, err)
	}
}

// redisServer is a redis-server of the test's own that can be killed.
type redisServer struct {
	t       *testing.T
	address string
	process *exec.Cmd
}

func startRedis(t *testing.T) *redisServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server to kill (make deps installs one)")
	}
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{t: t, address: free.Addr().String()}
	_ = free.Close()
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *redisServer) start() {
	s.t.Helper()
	_, port, _ := net.SplitHostPort(s.address)
	// It has to outlive the test's context: queues are stopped after it ends.
	s.process = exec.CommandContext(context.WithoutCancel(s.t.Context()), "redis-server", "--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no")
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: s.address, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	answers(s.t, client)
}

// answers returns when the client's server answers.
func answers(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for range 500 {
		if client.Ping(t.Context()).Err() == nil {
			return
		}
		<-again.C
	}
	t.Fatal("redis-server does not answer")
}

func (s *redisServer) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}
