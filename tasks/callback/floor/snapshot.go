package floor

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
)

// Snapshot is the floor at an instant, as everybody sees it who sees the same teams. It is shared: leave it as it is.
type Snapshot struct {
	At         clock.Instant
	Tag        string // another one as soon as anything below is
	Queue      callback.Supply
	Callers    []Caller // those who were here today, the busiest first; at most mostCallers
	Absent     int      // callers of the teams who were not here today
	Promises   Promises // appointments that should have been kept by now
	Recoveries Promises // that are overdue, or due soon
	Handoffs   *Handed  // nil where nobody tells
	Today      Today
	Upstream   *Upstream // nil where nobody tells
}

// State is what a caller does just now. It is translated under "floor.state_<code>".
type State string

// The states of a caller.
const (
	Calling    State = "calling"     // since they dialled
	WrappingUp State = "wrapping_up" // since they hung up
	Preparing  State = "preparing"   // has a callback, and has not dialled; since the claim
	Ready      State = "ready"       // at an empty desk; since their last call, where it is known
	Paused     State = "paused"
	Gone       State = "gone" // nothing was heard of their desk for a while; since it was
)

// States returns every state, in the order in which callers are listed.
func States() []State { return []State{Calling, WrappingUp, Preparing, Ready, Paused, Gone} }

// Caller is a caller at work.
type Caller struct {
	UserID     int64
	Name       string
	State      State
	Since      clock.Instant // none where it is not known
	Reason     pause.Reason  // of Paused
	Holds      bool          // has somebody in hand
	Row        worklist.Row  // what they have in hand; its callback has no id where they have nothing, or another team's
	LeaseUntil clock.Instant // at least until then, in steps of five minutes; none where they hold nothing
	Stuck      bool          // has somebody in hand, and is gone or has been for so long that something is wrong
	Dialled    int           // today
	Finished   int           // of them, closed by a result
	PerHour    float64       // finished an hour since their first call today; 0 where they finished none
}

// Promises is how what was promised for a time stands.
type Promises struct {
	Overdue int            // counted up to worklist.MostCounted
	Soon    int            // due within soonWithin, and not overdue; counted likewise
	Rows    []worklist.Row // the first few, by when they are due
}

// Handed is how handoffs stand.
type Handed struct{ Overdue, Soon int }

// Today is how the day goes, by what the callers of the teams did.
type Today struct {
	Day      clock.Day
	Hours    []Hour // from the first hour in which somebody called, today or usually, to the last
	Dialled  int    // so far
	Usual    float64
	Days     int // how many days of the same weekday, of the last four, there were calls on; 0: nothing is usual yet
	Finished int
	PerHour  float64       // finished an hour, since the first call
	Left     int           // what is ready, or in hand
	EmptyAt  clock.Instant // when that is done at this pace; none when it is not done today
}

// Hour is one hour of the day.
type Hour struct {
	From    clock.Instant
	Dialled int
	Usual   float64
	Over    bool // it is over
	Now     bool // it is this one
}

// Upstream is what the queue lives on.
type Upstream struct {
	Sources  []Source // the longest silent for them first
	Resolved int      // today
	Planned  int      // of Resolved: got a callback
	Skipped  []Skip   // of Resolved: got none, by reason, the most first
	Open     int      // of Resolved: not decided yet
	Jobs     Jobs
}

// Source is a source and when it was last heard of.
type Source struct {
	Name   string
	Last   clock.Instant // none: nothing came from it within the last month
	Usual  time.Duration // nearly all of its silences were shorter, of the last month; 0 where too little came to say
	Today  int           // contacts resolved that came in today
	Silent bool          // for much longer than usual
}

// Skip is how many resolutions got no callback for one reason. It is translated under "reason.<code>" where it has no text.
type Skip struct {
	Reason string
	Text   string // in the words of the policy
	Count  int
}

// Jobs is how deferred work stands.
type Jobs struct {
	Waiting int           // should have been begun by now
	More    bool          // there are more than were counted
	Oldest  clock.Instant // of Waiting; none where nothing waits
	Dead    int
	Worker  clock.Instant // when a worker was last heard of; none: never
	Stopped bool          // no worker was heard of for a while
}

const (
	mostCallers = 300
	mostRows    = 5             // of promises that are listed
	soonWithin  = 4 * time.Hour // of a deadline
	stuckAfter  = 45 * time.Minute
)
