package decision_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// wantDecided fails the test unless so many resolutions count, and all of them are decided.
func wantDecided(t *testing.T, c taskstest.Centre, when string, want int) {
	t.Helper()
	viewer := account.Viewer{Role: account.Admin}
	summary, err := c.Decisions.Summary(t.Context(), viewer, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		if k.Resolved != want || k.Planned+k.SkippedTotal() != want || k.Undecided != 0 {
			t.Errorf("%s: %s: %+v, want %d resolved and decided", when, k.Kind, k, want)
		}
	}
	for _, state := range []decision.State{"", decision.EveryResolution} {
		rows, err := c.Decisions.List(t.Context(), viewer, decision.Filter{Kind: policy.FollowUpCallback, State: state})
		if err != nil || len(rows) != want {
			t.Errorf("%s: %d rows in the list of %q: %v", when, len(rows), state, err)
		}
	}
	days, err := c.Decisions.DaySums(t.Context(), viewer, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, d := range days {
		sum += d.Planned[policy.FollowUpCallback] + d.Skipped[policy.FollowUpCallback]
	}
	if sum != want {
		t.Errorf("%s: %d by day", when, sum)
	}
}

func TestAResolutionInTheFutureIsDecidedWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		in := taskstest.Severes(4)
		in[1].ResolvedAt = taskstest.Morning.Add(time.Hour)
		in[2].ResolvedAt = taskstest.Morning.Add(2 * time.Hour)
		in[3].ResolvedAt = taskstest.Morning
		c.Take(t, in...)
		plan := func() { c.Work(t, contact.JobPlan, c.Decisions.Plan) }
		plan()
		wantDecided(t, c, "at once", 2)
		plan() // nothing is due
		c.Pass(time.Hour - time.Microsecond)
		plan()
		wantDecided(t, c, "just before", 2)
		c.At.Store(int64(taskstest.Morning.Add(time.Hour)))
		plan()
		wantDecided(t, c, "at its time", 3)
		c.Pass(5 * time.Hour)
		plan()
		wantDecided(t, c, "later", 4)
		if jobs := c.Jobs(t, contact.JobPlan); len(jobs) != 0 {
			t.Errorf("still to do: %+v", jobs)
		}
	})
}

func TestACorrectionBeforeTheTimeOfAResolutionIsDecidedByAfterIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		in := taskstest.Severe(1)
		in.ResolvedAt = taskstest.Morning.Add(time.Hour)
		c.Take(t, in)
		in.Complaint = new(true)
		c.Take(t, in)
		both := func() {
			c.Work(t, contact.JobPlan, c.Decisions.Plan)
			c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		}
		both()
		wantDecided(t, c, "at once", 0)
		c.Pass(2 * time.Hour)
		both()
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.Rule != policy.RuleComplaint {
			t.Errorf("decided by %s, not by the correction", d.Rule)
		}
	})
}

// The wrong year is mended by the same file with the right one; what was reopened before its time was resolved before that.
func TestATimeInTheFutureCanBeMended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		in := taskstest.Severes(2)
		for i := range in {
			in[i].ResolvedAt = taskstest.Morning.Add(365 * 24 * time.Hour)
		}
		c.Take(t, in...)
		c.Work(t, contact.JobPlan, c.Decisions.Plan)
		in[0].ResolvedAt = taskstest.Morning.Add(-time.Hour)
		in[1].ResolvedAt, in[1].Status = 0, contact.Reopened
		c.Take(t, in...)
		c.Work(t, contact.JobPlan, c.Decisions.Plan)
		wantDecided(t, c, "mended", 2)
		if n := c.Count(t, "decisions", "reason = ?", policy.ReasonReopened); n != 2 {
			t.Errorf("%d decisions say that the contact was reopened, want 2", n)
		}
	})
}
