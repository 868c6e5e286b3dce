package queue

import (
	"context"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

const (
	// workerBeats is how often a process that works jobs says that it does.
	workerBeats = 30 * time.Second
	// forgotten is after what silence such a process is not remembered any more.
	forgotten = 24 * time.Hour
)

// workerBeat is a process that works jobs, and when it was last heard of.
type workerBeat struct {
	Worker    string `gorm:"primaryKey"` // made of chance
	StartedAt clock.Instant
	SeenAt    clock.Instant
}

// TableName names the table.
func (workerBeat) TableName() string { return "worker_beats" }

// beat writes that this process works, when it is time, and returns what it wrote last. At its start it forgets those that have long been
// gone.
func (q *Queue) beat(ctx context.Context, last workerBeat) (workerBeat, error) {
	now := q.now()
	if !last.SeenAt.IsZero() && now.Sub(last.SeenAt) < workerBeats {
		return last, nil
	}
	next := last
	if next.SeenAt = now; next.StartedAt.IsZero() {
		next.StartedAt = now
	}
	err := q.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).beat(next); err != nil || !last.SeenAt.IsZero() {
			return err
		}
		return store{tx}.forgetWorkers(now.Add(-forgotten))
	})
	if err != nil {
		return last, err
	}
	return next, nil
}
