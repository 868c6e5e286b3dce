package queue

import (
	"context"
	"math"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

const (
	batchSize = 500
	// relayPause keeps a relay that is woken by every job from asking the database as often.
	relayPause = 10 * time.Millisecond
	// fullPause is how long a relay rests while its window is full.
	fullPause = 200 * time.Millisecond
	// errorPause is how long a loop waits after the database or Redis refused.
	errorPause = time.Second
	// relayInterval bounds how long a job waits for the relay that another process added.
	relayInterval = 200 * time.Millisecond
	// embeddedRelayInterval is relayInterval where only commands run beside this process.
	embeddedRelayInterval = 2 * time.Second
)

// relay moves the due jobs of one lane to Redis until ctx ends. It looks when a job was added in this process, when the next one is
// due, and every relayInterval for those of other processes; it rests while the lane is shut or its window is full.
func (q *Queue) relay(ctx context.Context, l *lane) {
	interval := relayInterval
	if q.redis.Embedded() {
		interval = embeddedRelayInterval
	}
	added, stop := outbox.Listen(q.db, l.name)
	defer stop()
	for ctx.Err() == nil {
		if q.shut(l) {
			wait(ctx, fullPause, nil)
			continue
		}
		m, err := q.move(ctx, l)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			q.trouble(ctx, "move due jobs to Redis", err)
			wait(ctx, errorPause, nil)
		case m.full:
			wait(ctx, fullPause, nil) // whatever is added now has to wait for the window anyway
		case m.jobs < batchSize:
			wait(ctx, relayPause, nil)
			wait(ctx, min(interval, m.next), added)
		}
	}
}

// wait returns after d, when something arrives on wake, or when ctx ends.
func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
	}
}

// moved is what became of a move.
type moved struct {
	jobs int
	full bool          // nothing was moved because the lane's window is full
	next time.Duration // until the next job is due
}

// move moves one batch of due jobs: mark them queued, commit, push. The order matters: a job that is in Redis before its commit
// would find no row to finish. After a crash in between, the rows are queued and Redis does not know them; the sweep pushes
// them.
func (q *Queue) move(ctx context.Context, l *lane) (moved, error) {
	now := q.now()
	view := store{q.db.View(ctx)}
	next, found, err := view.nextDue(l.name)
	switch {
	case err != nil:
		return moved{}, err
	case !found:
		return moved{next: math.MaxInt64}, nil
	case next.After(now):
		return moved{next: next.Sub(now)}, nil
	}
	waiting, err := q.inRedis(ctx, l)
	if err != nil {
		return moved{}, err
	}
	room := q.opts.Window - waiting
	if room < max(1, q.opts.Window/4) {
		return moved{full: true}, nil // or nearly so: wait until a refill is worth its transaction
	}
	var jobs []outbox.Job
	err = q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		jobs, err = store{tx}.claimDue([]outbox.Lane{l.name}, now, now.Add(queuedLease), min(room, batchSize))
		return err
	})
	if err != nil {
		return moved{}, err
	}
	if left, err := q.push(ctx, jobs); err != nil {
		return moved{}, q.release(ctx, left, err)
	}
	return moved{jobs: len(jobs)}, nil
}

// inRedis returns how many tasks of a lane are in Redis, being worked or waiting for it. The database would have to count them.
func (q *Queue) inRedis(ctx context.Context, l *lane) (int, error) {
	var lengths [2]*redis.IntCmd
	_, err := q.redis.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		lengths[0], lengths[1] = p.LLen(ctx, pendingKey(l.queue)), p.LLen(ctx, activeKey(l.queue))
		return nil
	})
	return int(lengths[0].Val() + lengths[1].Val()), err
}

// release sets jobs due again that could not be pushed, so that they do not wait for their lease, and returns cause. A job that
// reached Redis after all does no harm: a ticket fits only a row that is queued or running.
func (q *Queue) release(ctx context.Context, jobs []outbox.Job, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.release(jobs, q.now())
	})
	if err != nil {
		q.trouble(ctx, "give back what was not pushed; it stays queued until the sweep", err)
	}
	return cause
}
