package queue

import (
	"context"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

const (
	batchSize = 500
	// relayPause keeps a relay that is woken by every finished job from asking the database as often.
	relayPause = 25 * time.Millisecond
	// errorPause is how long a loop waits after the database or Redis refused.
	errorPause = time.Second
)

// relay moves the due jobs of one lane to Redis until ctx ends. It looks whenever a job was handled in this process, and every
// pollInterval; it rests while the lane is shut or its window is full.
func (q *Queue) relay(ctx context.Context, l *lane) {
	for ctx.Err() == nil {
		if q.shut(l) {
			wait(ctx, pollInterval, nil)
			continue
		}
		moved, full, err := q.move(ctx, l)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			q.trouble(ctx, "move due jobs to Redis", err)
			wait(ctx, errorPause, nil)
		case full:
			wait(ctx, pollInterval, nil) // whatever is added now has to wait for the window anyway
		case moved < batchSize:
			wait(ctx, relayPause, nil)
			wait(ctx, pollInterval, l.wake)
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

// move moves one batch of due jobs: mark them queued, commit, push. The order matters: a job that is in Redis before its commit
// would find no row to finish. After a crash in between, the rows are queued and Redis does not know them; the sweep pushes
// them. It returns how many jobs it moved, or that the lane's window is full.
func (q *Queue) move(ctx context.Context, l *lane) (moved int, full bool, err error) {
	now := q.now()
	view := store{q.db.View(ctx)}
	due, err := view.anyDue(l.name, now)
	if err != nil || !due {
		return 0, false, err
	}
	inFlight, err := view.inFlight(l.name)
	if err != nil {
		return 0, false, err
	}
	room := q.opts.Window - inFlight
	if room < max(1, q.opts.Window/4) {
		return 0, true, nil // or nearly so: wait until a refill is worth its transaction
	}
	var jobs []outbox.Job
	err = q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		jobs, err = store{tx}.claimDue([]outbox.Lane{l.name}, now, now.Add(queuedLease), min(room, batchSize))
		return err
	})
	if err != nil {
		return 0, false, err
	}
	if left, err := q.push(ctx, jobs); err != nil {
		return 0, false, q.release(ctx, left, err)
	}
	return len(jobs), false, nil
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
