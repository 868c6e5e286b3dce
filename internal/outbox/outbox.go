// Package outbox is the durable table of deferred work. The row is the truth; the queue only wakes somebody up.
//
// A feature adds a Job in the same transaction as the thing it is about. The relay of tasks/queue marks due jobs queued and
// pushes them to Redis after commit. A use case run by a job is given a Ticket and begins its transaction with Ticket.Done, so
// that its effect and the end of the job are one commit, however often the queue delivers it.
//
//	due ──relay──► queued ──Ticket.Done──► done
//	 ▲               │  └──Ticket.Begin──► running ──Ticket.Done──► done        (jobs with an effect outside the database)
//	 │               └──failed──► due again later, attempt+1, or dead after the last attempt
//	 └──requeued by hand── dead        due, queued, dead ──Cancel──► cancelled
package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// State is where a job is in its life.
type State string

// The states.
const (
	Due       State = "due"
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead"
	Cancelled State = "cancelled"
)

// Lane keeps kinds of work from holding each other up: each has its own queue and its own bounded window in Redis.
type Lane string

// The lanes.
const (
	Urgent  Lane = "urgent"  // somebody waits for it: recoveries, offers
	Normal  Lane = "normal"  // planning, folding
	Bulk    Lane = "bulk"    // imports, exports, housekeeping
	Sending Lane = "sending" // messages to customers: as slow as the gateway
)

// Lanes returns every lane, the most urgent first.
func Lanes() []Lane { return []Lane{Urgent, Normal, Sending, Bulk} }

// Job is one unit of deferred work. Kind and Ref are all that is known of it: never personal data.
type Job struct {
	ID        int64
	Kind      string
	Ref       int64 // id of the row the job is about
	Lane      Lane
	State     State
	RunAt     clock.Instant // not before; for a queued or running job, when the sweep looks at it again
	Attempt   int           // number of the current try, from 1
	Failures  int           // tries in a row that failed; MaxAttempts of them and the job is dead
	Fence     int64         // raised by Begin; a stale worker's Done finds another number
	DedupeKey *string       // unique while the row exists; nil for none
	LastError string        // kind and code only, scrubbed
	CreatedAt clock.Instant
	UpdatedAt clock.Instant
}

// TableName names the table.
func (Job) TableName() string { return "jobs" }

// MaxAttempts is how often a job is tried before it is dead.
const MaxAttempts = 5

// New returns a job that is due at an instant.
func New(kind string, ref int64, lane Lane, runAt clock.Instant) Job {
	return Job{Kind: kind, Ref: ref, Lane: lane, State: Due, RunAt: runAt, Attempt: 1}
}

// Once returns a copy that is added only if no job with the same key is kept.
func (j Job) Once(key string) Job {
	j.DedupeKey = &key
	return j
}

// Add adds jobs in the transaction of what they are about. A job whose dedupe key exists is left out without an error.
func Add(tx database.Tx, now clock.Instant, jobs ...Job) error {
	if len(jobs) == 0 {
		return nil
	}
	jobs = slices.Clone(jobs) // the caller's may be added again, when the transaction has to run again
	for i := range jobs {
		jobs[i].CreatedAt, jobs[i].UpdatedAt = now, now
	}
	return store{tx}.insert(jobs)
}

// Cancel cancels the jobs of a kind about the refs that nobody works on, dead ones too, and returns how many there were.
func Cancel(tx database.Tx, now clock.Instant, kind string, refs ...int64) (int, error) {
	return store{tx}.cancel(now, kind, refs)
}

// Open returns the states of the jobs of a kind about the refs that are not over: due, queued, running, or dead where there is only a
// dead one.
func Open(tx database.Tx, kind string, refs ...int64) (map[int64]State, error) {
	return store{tx}.open(kind, refs)
}

// Reschedule moves the waiting job of a kind about a ref to another time, and reports whether there was one.
func Reschedule(tx database.Tx, now clock.Instant, kind string, ref int64, runAt clock.Instant) (bool, error) {
	return store{tx}.reschedule(now, kind, ref, runAt)
}

// ErrStale means that somebody else finished the job, or took it over: roll back and forget it.
var ErrStale = fault.New(fault.Conflict, "job_stale", "the job was finished or taken over by somebody else")

// ErrLaneAway in an error's chain means that what every job of the lane needs is away: the try is no failure, and the lane waits.
var ErrLaneAway = errors.New("what the jobs of this lane need is away")

// Ticket is the right to finish one try of one job. The zero Ticket belongs to no job: its Done does nothing, so that a use case
// can also be called directly.
type Ticket struct {
	JobID   int64
	Attempt int
	Fence   int64
	At      clock.Instant // when the try began; the use case's "now"
}

// Done marks the job done. Call it first in the use case's own transaction. It returns ErrStale if the job is not this
// ticket's any more.
func (t Ticket) Done(tx database.Tx) error {
	if t.JobID == 0 {
		return nil
	}
	return store{tx}.finish(t, Done, t.At)
}

// Again ends this try and sets the job due at another time, as a new attempt number that does not count as a failure.
func (t Ticket) Again(tx database.Tx, runAt clock.Instant) error {
	if t.JobID == 0 {
		return nil
	}
	return store{tx}.again(t, runAt)
}

// Renew gives a running job another lease and forgets its failures: what gets on does not fail. It returns ErrStale if the job is not
// this ticket's any more.
func (t Ticket) Renew(tx database.Tx, now clock.Instant, lease time.Duration) error {
	if t.JobID == 0 {
		return nil
	}
	return store{tx}.renew(t, now, now.Add(lease))
}

// Begin marks the job running in a transaction of its own and returns the ticket with its fence. Use it for jobs with an effect
// outside the database. It returns ErrStale if the job is not this ticket's any more.
func (t Ticket) Begin(ctx context.Context, db *database.DB, lease time.Duration) (Ticket, error) {
	if t.JobID == 0 {
		return t, nil
	}
	begun := t
	begun.Fence = t.Fence + 1
	err := db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.begin(t, begun.Fence, t.At.Add(lease))
	})
	return begun, err
}
