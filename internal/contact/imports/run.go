// Package imports takes files of contacts in: it reads a table, turns its rows into contacts by a mapping, hands them to intake,
// and keeps a run with its counts and a report of every row that was rejected or corrected. A run can be stopped and gone on
// with, by any process, without doubling anything.
//
//	draft (uploaded) ──Begin──► waiting ──Execute──► running ──► done
//	 │ ▲  └─Check► checking       ▲                   │ ├─────► failed ──┐
//	 │ └────Stop──────┤           └──────Resume───────┴─┴─Stop► stopped ─┤
//	 │ checked ◄──────┘                                                  │
//	 └◄───────────────────── Rematch (a new draft of the same file) ─────┘
package imports

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// JobRun is the kind of job that works on an uploaded file; its ref is the run.
const JobRun = "imports.run"

// State is where a run is in its life.
type State string

// The states.
const (
	Draft    State = "draft"    // uploaded; its columns are not matched yet
	Checking State = "checking" // it is looked through, and nothing is taken
	Checked  State = "checked"  // see its Report for what would become of its rows
	Waiting  State = "waiting"  // for a worker
	Running  State = "running"
	Stopped  State = "stopped" // by hand; can be gone on with
	Done     State = "done"
	Failed   State = "failed" // see Error; can be gone on with
)

// Run is one import of one file.
type Run struct {
	ID             int64
	SourceID       int64
	UserID         int64
	Filename       string
	FileID         int64  // the run whose pieces hold the file; 0 on the command line
	Fingerprint    string // SHA-256 of the file, the mapping and the choices: the same again goes on where it was
	Mapping        string // YAML
	State          State
	ShiftToNow     bool
	ShiftBy        int64 // microseconds that every time is moved by
	WithoutAnswers bool
	RowsTotal      int64 // 0 until counted
	RowsRead       int64
	LastLine       int64 // line of the last row that was taken
	Accepted       int64
	Updated        int64
	Resolved       int64 // resolutions it brought
	Duplicates     int64
	Rejected       int64
	Skipped        int64 // rows that are no contacts, such as a total
	Warnings       int64 // rows that were taken with a correction or a doubt
	Rate           int64 // rows per second, lately
	Error          string
	Summary        string // JSON; see Report
	StartedAt      clock.Instant
	UpdatedAt      clock.Instant
	FinishedAt     clock.Instant
}

// TableName names the table.
func (Run) TableName() string { return "import_runs" }

// Remaining returns how long the run will go on at its rate, or 0 if that is not known.
func (r Run) Remaining() time.Duration {
	if r.Rate <= 0 || r.RowsTotal <= r.RowsRead {
		return 0
	}
	return time.Duration(r.RowsTotal-r.RowsRead) * time.Second / time.Duration(r.Rate)
}

// Percent returns how far the run is, from 0 to 100.
func (r Run) Percent() int {
	if r.RowsTotal <= 0 {
		return 0
	}
	return int(min(r.RowsRead*100/r.RowsTotal, 100))
}

// IsActive reports whether a worker has the run or will have it.
func (r Run) IsActive() bool { return r.State == Waiting || r.State == Running || r.State == Checking }

// quiet is how long nothing is heard of a running import until nobody seems to work on it.
const quiet = 20 * time.Second

// WaitingSince returns since when the run has been waiting for a worker: it is in the queue, or the process that had it is gone. It
// returns none for a run that is worked on or over.
func (r Run) WaitingSince(now clock.Instant) clock.Instant {
	if r.State == Waiting || (r.State == Running || r.State == Checking) && now.Sub(r.UpdatedAt) > quiet {
		return r.UpdatedAt
	}
	return 0
}

// IsDraft reports whether nothing of the file was taken yet and nobody works on it.
func (r Run) IsDraft() bool { return r.State == Draft || r.State == Checked }

// CanResume reports whether the run can be gone on with.
func (r Run) CanResume() bool { return r.State == Stopped || r.State == Failed }

// Severity says what an issue meant for its row.
type Severity string

// The severities.
const (
	RowRejected  Severity = "rejected"
	RowCorrected Severity = "corrected" // taken, with a correction or a doubt
	RowSkipped   Severity = "skipped"   // no contact: a total, a note
)

// Issue is one line of a run's report.
type Issue struct {
	ID       int64
	RunID    int64
	Line     int64
	Severity Severity
	Field    string // heading of the column, or name of the field
	Code     string // translated under "problem.<code>"
	Problem  string // English
	Value    string
}

// TableName names the table.
func (Issue) TableName() string { return "import_issues" }

// maxIssues bounds the report of one run. The counts go on.
const maxIssues = 20_000

// SavedMapping is a mapping kept under a name, to be used again.
type SavedMapping struct {
	ID        int64
	Name      string
	Body      string // YAML
	UpdatedAt clock.Instant
}

// TableName names the table.
func (SavedMapping) TableName() string { return "mappings" }

// Service imports files.
type Service struct {
	db       *database.DB
	contacts *contact.Service
	now      clock.Now
}

// New returns the service.
func New(db *database.DB, contacts *contact.Service, now clock.Now) *Service {
	return &Service{db: db, contacts: contacts, now: now}
}

var (
	errNoRun    = fault.New(fault.NotFound, "no_import", "there is no such import")
	errNotDraft = fault.New(fault.Conflict, "import_begun", "the import has begun already")
	errNotOn    = fault.New(fault.Conflict, "import_not_running", "the import is not running")
	errNotOff   = fault.New(fault.Conflict, "import_not_stopped", "the import is not stopped")
)
