package queue

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// Inspector shows the jobs table to people. It needs no Redis.
type Inspector struct {
	db  *database.DB
	now clock.Now
}

// NewInspector returns an inspector of the jobs in the database.
func NewInspector(db *database.DB, now clock.Now) *Inspector { return &Inspector{db: db, now: now} }

// Counts returns the jobs in outbox.OpenStates by kind and state, sorted by both. The others are as many as a busy week brings forth, and
// nobody has to do anything about them. It reads every open job: it is for commands.
func (i *Inspector) Counts(ctx context.Context) ([]outbox.KindCount, error) {
	return store{i.db.View(ctx)}.counts()
}

// mostCounted is how many jobs of each state and lane CountsUpTo looks at.
const mostCounted = 10_000

// CountsUpTo is Counts for pages: of a state and lane with more than mostCounted jobs it counts the first ones by time only, and says of
// their kinds that there are more.
func (i *Inspector) CountsUpTo(ctx context.Context) ([]outbox.KindCount, error) {
	return store{i.db.View(ctx)}.countsUpTo(mostCounted)
}

// Done returns how many jobs of a kind were done within the last seven days. It reads each of them: it is for trials.
func (i *Inspector) Done(ctx context.Context, kind string) (int, error) {
	return store{i.db.View(ctx)}.done(kind)
}

// Health tells how jobs stand, and when a worker was last heard of. What is due is given a few seconds before it is said to wait.
func (i *Inspector) Health(ctx context.Context) (outbox.Health, error) {
	return store{i.db.View(ctx)}.health(i.now().Add(-patience), mostCounted)
}

// patience is how long a due job may take until somebody is at it, before it waits.
const patience = 5 * time.Second

// Dead returns the dead jobs, newest first; beforeID is the last id of the page before, or 0.
func (i *Inspector) Dead(ctx context.Context, beforeID int64, limit int) ([]outbox.Job, error) {
	return store{i.db.View(ctx)}.dead(beforeID, min(limit, 500))
}

// Idle reports whether no job is due, queued or running. Jobs whose time has not come do not count.
func (i *Inspector) Idle(ctx context.Context) (bool, error) {
	return store{i.db.View(ctx)}.idle(i.now().Add(soon))
}

// soon is for a job that is set due at this instant by somebody who looks at the clock a little later than we do.
const soon = 100 * time.Millisecond

// Requeue sets a dead job due again with all its attempts. It returns fault.Forbidden for anybody but an administrator and
// fault.Conflict if the job is not dead any more.
func (i *Inspector) Requeue(ctx context.Context, viewer account.Viewer, id int64) error {
	if !viewer.Is(account.Admin) {
		return fault.New(fault.Forbidden, "forbidden", "only an administrator may requeue jobs")
	}
	now := i.now()
	err := i.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).requeue(id, now); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "job.requeued", "job", id, "")
	})
	if err != nil {
		return fmt.Errorf("requeue job %d: %w", id, err)
	}
	return nil
}
