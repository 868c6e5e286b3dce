package decision

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

// DryRunState is where a dry run is in its life.
type DryRunState string

// The states: queued → running → done, or cancelled. One whose try failed is tried again by its job; it has failed when its job is dead,
// which is read from the job and not written, because a job can be queued again by hand.
const (
	DryRunQueued    DryRunState = "queued"
	DryRunRunning   DryRunState = "running"
	DryRunDone      DryRunState = "done"
	DryRunCancelled DryRunState = "cancelled"
	DryRunFailed    DryRunState = "failed"
)

// DryRun is a policy tried out over past resolutions: each is decided as if it had been decided by this policy the moment it was
// resolved, and nothing is written but the report.
type DryRun struct {
	ID         int64
	PolicyID   int64
	Revision   int    // of the draft when the run began
	Body       string // of the policy then
	Salt       string `json:"-"`
	Days       int
	State      DryRunState
	Total      int // resolutions
	Done       int // of them
	Report     string
	FromAt     clock.Instant // inclusive
	ToAt       clock.Instant // exclusive
	CreatedBy  int64
	CreatedAt  clock.Instant
	FinishedAt clock.Instant
}

// Percent returns how far the run has come, 0 to 100.
func (d DryRun) Percent() int {
	if d.State == DryRunDone {
		return 100
	}
	return min(99, 100*d.Done/max(1, d.Total))
}

// Over reports whether nothing will happen any more by itself.
func (d DryRun) Over() bool {
	return d.State == DryRunDone || d.State == DryRunCancelled || d.State == DryRunFailed
}

// Limits of dry runs.
const (
	maxDryRunDays  = 92
	maxDryRunTotal = 2_000_000 // resolutions: some minutes
	dryRunPage     = 1000      // resolutions that are decided with one set of queries
	shownDryRuns   = 20
)

var (
	errNoDryRun      = fault.New(fault.NotFound, "dry_run_unknown", "there is no such dry run")
	errDryRunRunning = fault.New(fault.Conflict, "dry_run_running", "a dry run of this policy is under way; wait for it or stop it")
	errDryRunTooBig  = fault.New(fault.TooLarge, "dry_run_too_big",
		"there were more than two million resolutions in that time; choose fewer days")
)

// StartDryRun begins to try a draft or a version over the resolutions of the last 1 to 92 days; a job does the work, on the
// policy as it is now. It returns fault.Forbidden for anybody but a supervisor or an administrator, fault.Invalid for other
// days, fault.TooLarge for more than two million resolutions, and fault.Conflict while another run of the policy is under way.
func (s *Service) StartDryRun(ctx context.Context, viewer account.Viewer, policyID int64, days int) (DryRun, error) {
	if !viewer.Is(account.Supervisor) {
		return DryRun{}, policy.ErrMayNotDraft
	}
	if days < 1 || days > maxDryRunDays {
		return DryRun{}, fault.InvalidFields(fault.Field{
			Name: "days", Code: "range", Problem: "must be 1 to 92", Value: strconv.Itoa(days),
		})
	}
	now := s.now()
	run := DryRun{
		PolicyID: policyID, Days: days, State: DryRunQueued, FromAt: now.Add(-time.Duration(days) * 24 * time.Hour), ToAt: now,
		CreatedBy: viewer.UserID, CreatedAt: now,
	}
	var err error
	if run.Total, err = contact.CountResolutions(s.db.View(ctx), run.FromAt, run.ToAt, nil); err != nil {
		return DryRun{}, err
	}
	if run.Total > maxDryRunTotal {
		return DryRun{}, errDryRunTooBig
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, fmt.Sprintf("dry run of policy %d", policyID)); err != nil { // two clicks come one after the other
			return err
		}
		kept, err := s.policies.Kept(tx, policyID)
		if err != nil {
			return err
		}
		if running, err := (store{tx}).dryRunUnderWay(policyID); err != nil || running {
			return cmp.Or(err, error(errDryRunRunning))
		}
		run.Revision, run.Body, run.Salt, run.ID = kept.Revision, kept.Body, kept.Salt, 0
		if err := (store{tx}).insertDryRun(&run); err != nil {
			return err
		}
		return outbox.Add(tx, now, outbox.New(JobDryRun, run.ID, outbox.Bulk, now))
	})
	return run, err
}

// CancelDryRun stops a dry run, which then gets no report. A run that is over stays as it is. It returns fault.Forbidden for
// anybody but a supervisor or an administrator.
func (s *Service) CancelDryRun(ctx context.Context, viewer account.Viewer, id int64) error {
	if !viewer.Is(account.Supervisor) {
		return policy.ErrMayNotDraft
	}
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).endDryRun(id, DryRunCancelled, "", now); err != nil {
			return err
		}
		_, err := outbox.Cancel(tx, now, JobDryRun, id)
		return err
	})
}

// DryRuns returns the newest 20 runs of a draft or version, without their reports.
func (s *Service) DryRuns(ctx context.Context, policyID int64) ([]DryRun, error) {
	return store{s.db.View(ctx)}.dryRuns(policyID)
}

// DryRunByID returns a run and, when it is done, its report: counts over the whole centre, examples of what the viewer sees.
func (s *Service) DryRunByID(ctx context.Context, viewer account.Viewer, id int64) (DryRun, *DryRunReport, error) {
	if !viewer.Is(account.Supervisor) {
		return DryRun{}, nil, policy.ErrMayNotDraft
	}
	run, err := store{s.db.View(ctx)}.dryRun(id)
	if err != nil || run.State != DryRunDone {
		return run, nil, err
	}
	var report DryRunReport
	if err := json.Unmarshal([]byte(run.Report), &report); err != nil {
		return DryRun{}, nil, fmt.Errorf("read the report of dry run %d: %w", id, err)
	}
	err = report.show(s.db.View(ctx), viewer)
	return run, &report, err
}
