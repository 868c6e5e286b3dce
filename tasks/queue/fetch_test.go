package queue

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// questions counts the scripts that are sent to Redis, by their first key.
type questions struct {
	mu    sync.Mutex
	asked map[string]int
}

// DialHook is part of redis.Hook.
func (*questions) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook is part of redis.Hook.
func (q *questions) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if args := cmd.Args(); len(args) > 3 && cmd.Name() == "evalsha" {
			q.mu.Lock()
			q.asked[args[3].(string)]++
			q.mu.Unlock()
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook is part of redis.Hook.
func (*questions) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// within returns what is asked within a while.
func (q *questions) within(d time.Duration) map[string]int {
	q.mu.Lock()
	q.asked = map[string]int{}
	q.mu.Unlock()
	<-time.After(d)
	q.mu.Lock()
	defer q.mu.Unlock()
	return maps.Clone(q.asked)
}

// inBubble runs a test on SQLite and the embedded Redis, where time passes only while everybody waits.
func inBubble(t *testing.T, test func(e *env)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newEnv(t, dbtest.SQLite(t), Embedded)) })
}

func TestAnIdleQueueAsksNextToNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e *env) {
		asked := &questions{asked: map[string]int{}}
		e.redis.client.AddHook(asked)
		q := e.queue(map[string]Handler{"effect": e.effect})
		e.start(q)
		e.add("effect", 1, outbox.Normal)
		<-time.After(time.Minute)
		scripts := asked.within(time.Minute)
		for _, l := range q.lanes {
			if n := scripts[pendingKey(l.queue)]; n > 2 {
				t.Errorf("lane %s asked for a task %d times within a minute", l.name, n)
			}
			if n := scripts[retryKey(l.queue)] + scripts[scheduledKey(l.queue)]; n > 0 {
				t.Errorf("lane %s asked for tasks to forward %d times within a minute", l.name, n)
			}
		}
		e.wantEffects(1)
	})
}

func TestAJobIsStartedAtOnceByAQueueThatIsIdle(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e *env) {
		started := make(chan time.Time, 1)
		e.start(e.queue(map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			started <- time.Now()
			return e.effect(ctx, ticket, ref)
		}}))
		for n, lane := range outbox.Lanes() {
			<-time.After(time.Minute + 1700*time.Millisecond) // no multiple of what anything waits for
			added := time.Now()
			e.addFrom("effect", n, 1, lane)
			if took := (<-started).Sub(added); took > 50*time.Millisecond {
				t.Errorf("a job of lane %s was started %s after it was added", lane, took)
			}
		}
		<-time.After(time.Second)
		e.wantEffects(len(outbox.Lanes()))
	})
}

// Another process cannot wake these servers: its own servers are the first to fetch what it pushed.
func TestATaskThatAnotherProcessPushedIsFetchedSoon(t *testing.T) {
	t.Parallel()
	e := newEnv(t, dbtest.SQLite(t), redisAddress(t))
	q := e.queue(map[string]Handler{"effect": e.effect})
	e.start(q)
	e.waitIdle(q)
	other, err := OpenRedis(t.Context(), redisAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	e.inTx(func(tx database.Tx) error { // as its relay does
		job := outbox.New("effect", 1, outbox.Normal, clock.System().Add(time.Minute))
		job.State = outbox.Queued
		return outbox.Add(tx, e.clock.now(), job)
	})
	elsewhere := New(e.db, other, nil, e.clock.now, Options{Name: e.name})
	if err := elsewhere.enqueue(t.Context(), e.job("effect")); err != nil {
		t.Fatal(err)
	}
	e.waitIdle(q)
	e.wantEffects(1)
}

// Tasks that asynq has to retry are looked for only after there were some.
func TestATaskThatWasHandedBackIsOfferedAgainByItself(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e *env) {
		tries := make(chan time.Time, 2)
		e.start(e.queue(map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			tries <- time.Now()
			if len(tries) == 1 {
				return database.ErrUnavailable
			}
			return e.effect(ctx, ticket, ref)
		}}))
		<-time.After(time.Hour)
		e.add("effect", 1, outbox.Normal)
		<-time.After(time.Minute)
		e.wantEffects(1)
		if took := (<-tries).Sub(<-tries).Abs(); took > 3*time.Second {
			t.Errorf("it was offered again after %s", took)
		}
	})
}

// What was fetched when the lane was about to be shut waits in Redis to be retried, however long the lane stays shut.
func TestTasksHandedBackBeforeALongOutageAreDone(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e *env) {
		const n = 300
		var away atomic.Bool
		away.Store(true)
		need := func(context.Context) error {
			if away.Load() {
				return outbox.ErrLaneAway
			}
			return nil
		}
		e.start(e.queue(map[string]Handler{"effect": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			if err := need(ctx); err != nil {
				return err
			}
			return e.effect(ctx, ticket, ref)
		}}, func(o *Options) { o.Needs = map[outbox.Lane]func(context.Context) error{outbox.Sending: need} }))
		e.add("effect", n, outbox.Sending)
		<-time.After(10 * time.Minute)
		if retried := e.redis.client.ZCard(e.t.Context(), retryKey(e.name+"-"+string(outbox.Sending))).Val(); retried == 0 {
			e.t.Error("no task was handed back: the test shows nothing")
		}
		away.Store(false)
		<-time.After(3 * time.Minute)
		e.wantEffects(n)
	})
}

func TestStoppingDoesNotWaitForAnAnswerThatIsKeptBack(t *testing.T) {
	t.Parallel()
	inBubble(t, func(e *env) {
		q := e.queue(nil)
		e.start(q)
		<-time.After(time.Minute)
		began := time.Now()
		q.Stop()
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("stopping took %s", took)
		}
	})
}
