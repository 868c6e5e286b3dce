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

// errHandedBack is a try that was not made, or came to nothing, because what it needs is away. It counts for nothing, in asynq as in
// the row: Redis offers the task again in a second, to whichever process can do it.
var errHandedBack = errors.New("handed back")

const (
	// awayPause is how long a lane waits before what it needs is asked for again, at first; at most awayAtMost.
	awayPause, awayAtMost = time.Second, 30 * time.Second
	probeTimeout          = 20 * time.Second
)

// serve works a lane while the process can: it fetches nothing from Redis without a database, nor while what the lane needs is away.
// A server of asynq that was stopped cannot go on, so each time there are new ones.
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
		s := &server{Server: q.newServer(l)}
		handler := func(ctx context.Context, task *asynq.Task) error {
			s.handling.Add(1)
			defer s.handling.Add(-1)
			return q.handle(ctx, l, task)
		}
		if err := s.Start(asynq.HandlerFunc(handler)); err != nil {
			return fmt.Errorf("start the workers of lane %s: %w", l.name, err)
		}
		l.servers = append(l.servers, s)
	}
	return nil
}

// server is one server of asynq and how many handlers it runs.
type server struct {
	*asynq.Server
	handling atomic.Int32
}

// retire ends the fetching of a lane. What its handlers still do they may finish, however long it takes: their server tells Redis
// meanwhile that the tasks are in hand.
func (q *Queue) retire(ctx context.Context, l *lane) {
	var stopping sync.WaitGroup
	for _, s := range l.servers {
		stopping.Go(s.Stop)
		q.retiring.Go(func() {
			stopping.Wait()
			for s.handling.Load() > 0 && ctx.Err() == nil {
				wait(ctx, pollInterval, nil)
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

// probe asks whether what a lane needs is there. A lane that nothing is known of is tried with its own jobs.
func (q *Queue) probe(ctx context.Context, l *lane) error {
	ask := q.opts.Needs[l.name]
	if ask == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return ask(ctx)
}

// shut reports whether a lane does not work just now.
func (q *Queue) shut(l *lane) bool {
	if l.away.Load() {
		return true
	}
	_, err := q.db.Outage()
	return err != nil
}

// stand closes a lane whose need is away, and says so once.
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

// trouble says that the queue could not do its rounds, but not what is known already: the watch of the database tells of that, and
// Redis is told of once.
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

// hold keeps a job whose handler came to nothing without a database. It may have been marked running; even the process that did it
// may not know, if the answer to its commit was lost.
func (q *Queue) hold(job outbox.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = append(q.held, job)
}

// handBack sets due again what hold kept, so that it does not wait for its lease, and is no failure.
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
