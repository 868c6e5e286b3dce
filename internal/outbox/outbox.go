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
	"cmp"
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

// Lane separates kinds of work so that a slow kind does not hold up an urgent one: each lane has its own queue and its own
// bounded window of jobs in Redis.
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

// Job is one unit of deferred work: a row of the table. Kind says what is to be done and Ref names the row to do it to; a job
// never carries personal data.
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

// New returns a job that is due at runAt. It is not stored until Add is called.
func New(kind string, ref int64, lane Lane, runAt clock.Instant) Job {
	return Job{Kind: kind, Ref: ref, Lane: lane, State: Due, RunAt: runAt, Attempt: 1}
}

// Once returns a copy of the job with a dedupe key: Add leaves it out while a row with the same key exists, a finished one
// included. Use it for work that must come once per period.
func (j Job) Once(key string) Job {
	j.DedupeKey = &key
	return j
}

// Add stores jobs in the transaction of the rows they are about, so that a job exists if and only if that transaction commits.
// No jobs is no error, and neither is a job whose dedupe key exists: it is left out.
func Add(tx database.Tx, now clock.Instant, jobs ...Job) error {
	if len(jobs) == 0 {
		return nil
	}
	jobs = slices.Clone(jobs) // the caller's may be added again, when the transaction has to run again
	for i := range jobs {
		jobs[i].CreatedAt, jobs[i].UpdatedAt = now, now
	}
	for i := range jobs {
		Wake(tx, jobs[i].Lane)
	}
	return store{tx}.insert(jobs)
}

// Wake tells those in this process who Listen that a job of a lane may be due sooner than they know, once tx is committed. What this
// package changes it tells by itself.
func Wake(tx database.Tx, lanes ...Lane) {
	for _, lane := range lanes {
		tx.Notify(topic(lane))
	}
}

// Listen returns a channel that receives when a job of a lane may be due sooner than was known, and what ends that. It hears of
// nothing that another process does.
func Listen(db *database.DB, lane Lane) (heard <-chan struct{}, stop func()) {
	return db.Listen(topic(lane))
}

func topic(lane Lane) string { return "jobs." + string(lane) }

// Cancel cancels the jobs of a kind about the refs that are due, queued or dead, and returns how many it cancelled. A running
// job is left alone: 0 may mean that a worker is at it. Call it in the transaction that makes the work pointless.
func Cancel(tx database.Tx, now clock.Instant, kind string, refs ...int64) (int, error) {
	return store{tx}.cancel(now, kind, refs)
}

// Open returns, for each ref that has one, the state of its job of a kind that is not over: due, queued or running; dead only
// where there is no other.
func Open(tx database.Tx, kind string, refs ...int64) (map[int64]State, error) {
	return store{tx}.open(kind, refs)
}

// OpenRefs returns the refs of all jobs of a kind that are not over, or that wait for a person.
func OpenRefs(tx database.Tx, kind string) ([]int64, error) { return store{tx}.openRefs(kind) }

// Reschedule sets the due or queued job of a kind about a ref to another time, as a new attempt, and reports whether there was
// one. A ticket of the attempt before becomes stale. A running job is left alone.
func Reschedule(tx database.Tx, now clock.Instant, kind string, ref int64, runAt clock.Instant) (bool, error) {
	Wake(tx, Lanes()...)
	return store{tx}.reschedule(now, kind, ref, runAt)
}

// ErrStale is returned by Ticket methods when somebody else has finished the job or taken it over: roll back, and do not report
// a failure.
var ErrStale = fault.New(fault.Conflict, "job_stale", "the job was finished or taken over by somebody else")

// ErrLaneAway in the chain of an error that a handler returns, says that what every job of its lane needs is away. The try
// does not count as a failure, and the whole lane waits until the need is back.
var ErrLaneAway = errors.New("what the jobs of this lane need is away")

// Ticket is the right to finish one attempt of one job. The queue gives one to every handler. The zero Ticket belongs to no job
// and its methods do nothing, so that a use case can also be called directly.
type Ticket struct {
	JobID   int64
	Attempt int
	Fence   int64
	At      clock.Instant // when the try began; see Now
}

// Now returns the now of a use case: when the try began or, where the use case is called directly, what the clock says.
func (t Ticket) Now(now clock.Now) clock.Instant { return cmp.Or(t.At, now()) }

// Done marks the job done. Call it first in the transaction of the use case: the effect and the end of the job are then one
// commit, however often the queue delivers the job. It returns ErrStale if the ticket has lost the job.
func (t Ticket) Done(tx database.Tx) error {
	if t.JobID == 0 {
		return nil
	}
	return store{tx}.finish(t, Done, t.At)
}

// Again ends this attempt without its being a failure and sets the job due at runAt, as the next attempt. Use it for work that
// is put off or that goes on in parts; call it in place of Done. It returns ErrStale if the ticket has lost the job.
func (t Ticket) Again(tx database.Tx, runAt clock.Instant) error {
	if t.JobID == 0 {
		return nil
	}
	Wake(tx, Lanes()...)
	return store{tx}.again(t, runAt)
}

// Renew gives a running job a new lease from now and sets its failures to zero: a job that makes progress is not failing. Use
// it in long jobs between parts that are committed. It returns ErrStale if the ticket has lost the job.
func (t Ticket) Renew(tx database.Tx, now clock.Instant, lease time.Duration) error {
	if t.JobID == 0 {
		return nil
	}
	return store{tx}.renew(t, now, now.Add(lease))
}

// Begin marks the job running, in a transaction of its own, and returns the ticket to go on with: the old one is stale from
// then on. Use it before an effect outside the database, such as a message, so that only one worker has it. It returns ErrStale
// if the ticket has lost the job.
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

// Report writes down what became of an effect outside the database and ends the job, in one transaction. The result is written down even
// if another worker has the job by now: it is a fact about the world outside. With notNow, which says that there was no effect for now, the
// job is left open to be tried again, and Report returns that error.
func (t Ticket) Report(ctx context.Context, db *database.DB, notNow error, write func(database.Tx) error) error {
	record := func(ticket Ticket) error {
		return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			if err := ticket.Done(tx); err != nil {
				return err
			}
			return write(tx)
		})
	}
	if notNow != nil {
		return errors.Join(notNow, record(Ticket{}))
	}
	err := record(t)
	if errors.Is(err, ErrStale) {
		err = record(Ticket{})
	}
	return err
}

// KindCount is how many jobs of a kind are in a state.
type KindCount struct {
	Kind  string `json:"kind"`
	State State  `json:"state"`
	Count int    `json:"count"`
	More  bool   `json:"-"` // there are more than were counted; see Inspector.CountsUpTo of tasks/queue
}

// OpenStates returns the states of jobs that are not over or that wait for a person, in the order of a job's life.
func OpenStates() []State {
	return []State{Due, Queued, Running, Dead}
}

// Health is how deferred work stands.
type Health struct {
	Waiting int           // should have been begun by now
	More    bool          // there are more of these than were counted
	Oldest  clock.Instant // since when the first of them waits; none where nothing does
	Dead    int           // counted up to the same number
	Worker  clock.Instant // when a worker was last heard of; none: never
}
