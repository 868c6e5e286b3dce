package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// errHandedBack ends a try that was not made, or that came to nothing, because the database or the lane's need is away. It is
// no failure, neither for asynq nor for the row: Redis offers the task again in a second, to any process that can do it.
var errHandedBack = errors.New("handed back")

const (
	// awayPause is how long a lane waits before what it needs is asked for again, at first; at most awayAtMost.
	awayPause, awayAtMost = time.Second, 30 * time.Second
	probeTimeout          = 20 * time.Second
	// finishPause is how long a server that fetches no more waits before it looks again whether its handlers are through.
	finishPause = 200 * time.Millisecond
)

// serve opens and shuts the gate of a lane until ctx ends. The gate is shut while the database, or what the lane needs, is
// away: then the lane fetches nothing from Redis. A stopped asynq server cannot be started again, so each opening makes new
// ones.
func (q *Queue) serve(ctx context.Context, l *lane) {
	for {
		q.untilShut(ctx, l)
		if ctx.Err() != nil {
			return
		}
		q.retire(ctx, l)
		q.untilOpen(ctx, l)
		for ctx.Err() == nil {
			err := q.open(l)
			if err == nil {
				break
			}
			q.trouble(ctx, "start the workers", err)
			wait(ctx, errorPause, nil)
		}
	}
}

// open starts the servers of a lane.
func (q *Queue) open(l *lane) error {
	for range q.fetchers() {
		s := q.newServer(l)
		handler := func(ctx context.Context, task *asynq.Task) error {
			s.handling.Add(1)
			defer s.handling.Add(-1)
			return q.handle(ctx, l, task)
		}
		if err := s.Start(asynq.HandlerFunc(handler)); err != nil {
			s.fetcher.end()
			return fmt.Errorf("start the workers of lane %s: %w", l.name, err)
		}
		l.servers = append(l.servers, s)
	}
	return nil
}

// server is one server of asynq, its client, and how many handlers it runs.
type server struct {
	*asynq.Server
	fetcher  *fetcher
	handling atomic.Int32
}

// Stop stops it from fetching.
func (s *server) Stop() {
	s.fetcher.end()
	s.Server.Stop()
}

// retire stops a lane from fetching. Handlers that still run may finish, however long they take: until then their server keeps
// telling Redis that their tasks are in hand.
func (q *Queue) retire(ctx context.Context, l *lane) {
	var stopping sync.WaitGroup
	for _, s := range l.servers {
		stopping.Go(s.Stop)
		q.retiring.Go(func() {
			stopping.Wait()
			for s.handling.Load() > 0 && ctx.Err() == nil {
				wait(ctx, finishPause, nil)
			}
			s.Shutdown()
		})
	}
	stopping.Wait()
	l.servers = nil
}

// untilShut returns when the lane has to stop, or when ctx ends.
func (q *Queue) untilShut(ctx context.Context, l *lane) {
	for !q.shut(l) && ctx.Err() == nil {
		changed, err := q.db.Outage()
		if err != nil {
			return
		}
		select {
		case <-changed:
		case <-l.leave:
		case <-ctx.Done():
		}
	}
}

// untilOpen returns when the lane can work again, or when ctx ends.
func (q *Queue) untilOpen(ctx context.Context, l *lane) {
	began := q.now()
	for pause := awayPause; l.away.Load() && ctx.Err() == nil; pause = min(2*pause, awayAtMost) {
		wait(ctx, pause, nil)
		if ctx.Err() != nil {
			return
		}
		if err := q.probe(ctx, l); err == nil {
			l.away.Store(false)
			q.log.InfoContext(ctx, "what the lane needs is back", "lane", string(l.name), "after", q.now().Sub(began).String())
		}
	}
	if q.db.Await(ctx) == nil {
		if err := q.handBack(ctx); err != nil {
			q.trouble(ctx, "hand jobs back", err)
		}
	}
}

// probe asks whether what a lane needs is back, by Options.Needs. A lane without a probe is opened again and tried with its own
// jobs.
func (q *Queue) probe(ctx context.Context, l *lane) error {
	ask := q.opts.Needs[l.name]
	if ask == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return ask(ctx)
}

// shut reports whether the gate of a lane is shut.
func (q *Queue) shut(l *lane) bool {
	if l.away.Load() {
		return true
	}
	_, err := q.db.Outage()
	return err != nil
}

// stand shuts the gate of a lane whose need is away, and logs it once.
func (q *Queue) stand(ctx context.Context, l *lane, cause error) {
	if l.away.Swap(true) {
		return
	}
	q.log.ErrorContext(ctx, "what the lane needs is away; its jobs wait", "lane", string(l.name), "error", scrub(cause))
	select {
	case l.leave <- struct{}{}:
	default:
	}
}

// trouble logs that the queue could not do its rounds. It leaves out what others log once: an outage of the database (Watch)
// and of Redis.
func (q *Queue) trouble(ctx context.Context, what string, err error) {
	switch {
	case ctx.Err() != nil, errors.Is(err, database.ErrUnavailable), q.redisGone(ctx, err):
	default:
		q.log.WarnContext(ctx, "the queue could not do its rounds", "doing", what, "error", err)
	}
}

// redisGone reports whether an error is due to a Redis that is away, and says so once.
func (q *Queue) redisGone(ctx context.Context, err error) bool {
	if q.redisAway.Load() {
		return true
	}
	if q.redis.Ping(ctx) == nil {
		return false
	}
	if !q.redisAway.Swap(true) {
		q.log.ErrorContext(ctx, "Redis cannot be reached; work waits for it", "error", err)
	}
	return true
}

// redisBack says that Redis answers again, if it did not.
func (q *Queue) redisBack(ctx context.Context) {
	if q.redisAway.Swap(false) {
		q.log.InfoContext(ctx, "Redis can be reached again")
	}
}

// hold remembers a job whose handler failed for want of a database. Its row may be queued or running; even this process cannot
// know when the answer to a commit was lost. See handBack.
func (q *Queue) hold(job outbox.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = append(q.held, job)
}

// handBack sets the jobs that hold remembered due again, so that they do not wait for their lease and the try is no failure. On
// an error they stay remembered.
func (q *Queue) handBack(ctx context.Context) error {
	q.mu.Lock()
	jobs := q.held
	q.held = nil
	q.mu.Unlock()
	if len(jobs) == 0 {
		return nil
	}
	err := q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		for _, job := range jobs {
			if err := (store{tx}).handBack(job, q.now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.held = append(q.held, jobs...)
	}
	return err
}
