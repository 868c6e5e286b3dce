package queue

import (
	"context"
	"maps"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// JobClean is the kind of the job that removes finished jobs. Every queue has its handler.
const JobClean = "outbox.clean"

// keepFinished is how long done and cancelled jobs can be looked up. Dead ones stay until somebody requeues them.
const keepFinished = 7 * 24 * time.Hour

// withHousekeeping returns the handlers with those of the queue itself.
func withHousekeeping(db *database.DB, handlers map[string]Handler) map[string]Handler {
	all := maps.Clone(handlers)
	if all == nil {
		all = map[string]Handler{}
	}
	all[JobClean] = func(ctx context.Context, ticket outbox.Ticket, _ int64) error { return clean(ctx, db, ticket) }
	return all
}

// clean removes finished jobs in transactions short enough not to be in anybody's way.
func clean(ctx context.Context, db *database.DB, ticket outbox.Ticket) error {
	before := ticket.At.Add(-keepFinished)
	for _, lane := range outbox.Lanes() {
		for _, state := range []outbox.State{outbox.Done, outbox.Cancelled} {
			if err := cleanLane(ctx, db, lane, state, before); err != nil {
				return err
			}
		}
	}
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
}

func cleanLane(ctx context.Context, db *database.DB, lane outbox.Lane, state outbox.State, before clock.Instant) error {
	for {
		removed := 0
		err := db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			removed, err = store{tx}.removeFinished(lane, state, before, db.RowsPerTx())
			return err
		})
		if err != nil || removed < db.RowsPerTx() {
			return err
		}
	}
}
