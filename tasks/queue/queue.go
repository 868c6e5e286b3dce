package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// Options tune a Queue; the zero value is good.
type Options struct {
	// Name begins the names of all keys in Redis, so that several centres can share one Redis. Default "aftercall".
	Name string
	// Workers is how many handlers of one lane run at once. Default 16.
	Workers int
	// Window is how many jobs of one lane are in Redis at most. Default 1,000 on the embedded Redis, else 5,000.
	Window int
	// Needs ask whether what all jobs of a lane need is there: after a job ended with outbox.ErrLaneAway its lane waits until then.
	Needs map[outbox.Lane]func(ctx context.Context) error
	// Periodic is the work that comes by the clock.
	Periodic []Periodic
	// Alone says that no other process works this database: what is running when the queue starts was left by one that is gone, and is
	// taken up at once instead of after its lease.
	Alone bool
	// Backoff is how long a job waits after its n-th failure, from 1. Default: 5 s, 20 s, 80 s, 320 s.
	Backoff func(failures int) time.Duration
	// Log defaults to slog.Default.
	Log *slog.Logger
}

const (
	// queuedLease is how long a queued job is left alone before the sweep asks Redis whether it still knows it.
	queuedLease = time.Minute
	// jobTimeout ends a handler that hangs; asynq's own timeout is a little longer, so that the row is written first.
	jobTimeout = 15 * time.Minute
	// shutdownTimeout is what handlers get to finish on a graceful stop; Kubernetes allows 30 s.
	shutdownTimeout = 25 * time.Second
)

// Queue moves due jobs to Redis and runs their handlers. Any number of processes may run one on the same database and Redis:
// each step claims its rows first, and a Ticket fits only the attempt it was made for.
type Queue struct {
	runner
	redis     *Redis
	opts      Options
	client    *asynq.Client
	inspector *asynq.Inspector
	lanes     []*lane

	stopLoops context.CancelFunc // of the relay, the sweep and the periodic work
	loops     sync.WaitGroup
	handling  context.Context // every handler's context comes from it; ended last
	abandon   context.CancelFunc
	handlings sync.WaitGroup
	retiring  sync.WaitGroup // servers that fetch no more
	stop      sync.Once

	redisAway atomic.Bool // as far as is known
	mu        sync.Mutex
	held      []outbox.Job // see hold
}

// lane is one lane of this process: its relay, its queue in Redis and the asynq servers that work the queue. Lanes share
// nothing, so that one that is slow or shut never holds up another.
type lane struct {
	name    outbox.Lane
	queue   string
	servers []*server     // none while it is shut
	away    atomic.Bool   // what its jobs need is
	leave   chan struct{} // that has just been found out
}

// New returns a queue that has not started. It does not close redis: close it after Stop.
func New(db *database.DB, redis *Redis, handlers map[string]Handler, now clock.Now, opts Options) *Queue {
	if opts.Name == "" {
		opts.Name = "aftercall"
	}
	if opts.Workers == 0 {
		opts.Workers = 16
	}
	if opts.Window == 0 {
		opts.Window = 5000
		if redis.Embedded() {
			opts.Window = 1000
		}
	}
	if opts.Backoff == nil {
		opts.Backoff = backoff
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	q := &Queue{
		runner: runner{
			db: db, handlers: withHousekeeping(db, handlers), now: now, backoff: opts.Backoff, timeout: jobTimeout, log: opts.Log,
		},
		redis:     redis,
		opts:      opts,
		client:    asynq.NewClientFromRedisClient(redis.client),
		inspector: asynq.NewInspectorFromRedisClient(redis.client),
	}
	for _, name := range outbox.Lanes() {
		q.lanes = append(q.lanes, &lane{name: name, queue: q.queueName(name), leave: make(chan struct{}, 1)})
	}
	return q
}

// Start begins to move and work jobs, and returns. Jobs that an earlier process left queued are pushed again at once; with
// Options.Alone its running ones are taken up too. It returns an error when Redis cannot be reached. A queue cannot be started
// again after Stop.
func (q *Queue) Start(ctx context.Context) error {
	ctx = database.Background(context.WithoutCancel(ctx))
	if err := q.register(ctx); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	if q.opts.Alone {
		if err := q.takeOver(ctx); err != nil {
			return fmt.Errorf("start the queue: %w", err)
		}
	}
	q.handling, q.abandon = context.WithCancel(ctx)
	ctx, q.stopLoops = context.WithCancel(ctx)
	for _, l := range q.lanes {
		if err := q.open(l); err != nil {
			q.Stop()
			return err
		}
	}
	for _, l := range q.lanes {
		q.loops.Go(func() { q.serve(ctx, l) })
		q.loops.Go(func() { q.relay(ctx, l) })
	}
	q.loops.Go(func() { q.watch(ctx) })
	q.loops.Go(func() { q.tick(ctx) })
	return nil
}

// Stop stops moving jobs, waits up to 25 s for the handlers that run, and hands the rest back: their rows stay queued and are
// pushed again by whichever queue starts next. Calling it more than once, or before Start, does nothing.
func (q *Queue) Stop() {
	q.stop.Do(func() {
		if q.stopLoops == nil {
			return // never started
		}
		q.stopLoops()
		q.loops.Wait()
		var servers sync.WaitGroup
		for _, l := range q.lanes {
			for _, server := range l.servers {
				servers.Go(func() {
					server.Stop()
					server.Shutdown()
				})
			}
		}
		servers.Wait()
		q.retiring.Wait()
		q.abandon()
		q.waitAbandoned()
	})
}

// waitAbandoned gives handlers whose context was just ended a moment to return, so that the database can be closed after Stop.
func (q *Queue) waitAbandoned() {
	returned := make(chan struct{})
	go func() {
		q.handlings.Wait()
		close(returned)
	}()
	select {
	case <-returned:
	case <-time.After(3 * time.Second):
		q.log.Warn("a handler does not end though its context did")
	}
}

// WaitIdle returns when no job is due, queued or running any more; jobs for a later time do not count. It returns ctx's error
// when ctx ends first. It is for tests and commands.
func (q *Queue) WaitIdle(ctx context.Context) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	inspector := NewInspector(q.db, q.now)
	for {
		idle, err := inspector.Idle(ctx)
		if (err != nil || idle) && !errors.Is(err, database.ErrUnavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until the queue is idle: %w", ctx.Err())
		case <-look.C:
		}
	}
}

// fetchers is how many asynq servers a lane has. Each fetches tasks one after the other and has its share of the workers; where
// every fetch crosses a network, one alone leaves workers without work.
func (q *Queue) fetchers() int {
	if q.redis.Embedded() {
		return 1
	}
	return min(2, q.opts.Workers)
}

// newServer returns an asynq server of one lane. Each lane has its own: one whose workers are all busy stops fetching
// without holding up the others.
func (q *Queue) newServer(l *lane) *server {
	f := newFetcher(q.redis, l.queue)
	return &server{fetcher: f, Server: asynq.NewServerFromRedisClient(f, asynq.Config{
		Concurrency:              max(1, q.opts.Workers/q.fetchers()),
		Queues:                   map[string]int{l.queue: 1},
		BaseContext:              func() context.Context { return q.handling },
		TaskCheckInterval:        fetchPause,
		DelayedTaskCheckInterval: time.Second,
		JanitorInterval:          time.Hour, // tasks that are done are not kept
		ShutdownTimeout:          shutdownTimeout,
		RetryDelayFunc:           func(n int, _ error, _ *asynq.Task) time.Duration { return time.Second << min(n, 6) },
		IsFailure:                func(err error) bool { return !errors.Is(err, errHandedBack) },
		Logger:                   asynqLog{q, l.name},
		LogLevel:                 asynq.WarnLevel,
	})}
}

func (q *Queue) queueName(l outbox.Lane) string { return q.opts.Name + "-" + string(l) }
