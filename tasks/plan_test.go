package tasks_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

func TestPlanWritesDecisionsAndTheirWork(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		plain, closed, unreachable := severe(2), severe(3), severe(4)
		plain.Severity = contact.Low
		closed.AutoClosed = true
		unreachable.Customer.Phones, unreachable.Customer.Emails = nil, nil
		c.take(t, severe(1), plain, closed, unreachable)
		c.work(t, contact.JobPlan, c.Plan)

		summary, err := c.Summary(t.Context(), account.Viewer{Role: account.Admin}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []tasks.KindSummary{
			{Kind: tasks.FollowUpCallback, Resolved: 4, Planned: 1, Skipped: []tasks.ReasonCount{
				{Reason: tasks.ReasonAutoClosed, Count: 1}, {Reason: "no_address", Count: 1}, {Reason: tasks.ReasonNotNeeded, Count: 1},
			}, Fate: []tasks.ReasonCount{{Reason: "ready", Count: 1}}},
			{Kind: tasks.FollowUpSurvey, Resolved: 4, Planned: 2, Skipped: []tasks.ReasonCount{
				{Reason: tasks.ReasonAutoClosed, Count: 1}, {Reason: "no_address", Count: 1},
			}, Fate: []tasks.ReasonCount{{Reason: tasks.FateScheduled, Count: 2}}},
		}
		if diff := cmp.Diff(want, summary.Kinds, cmpopts.IgnoreFields(tasks.KindSummary{}, "Rules")); diff != "" {
			t.Error(diff)
		}
		if n := c.count(t, "jobs", "kind = ? AND run_at = ?", tasks.JobSendSurvey, morning.Add(50*time.Minute)); n != 2 {
			t.Errorf("%d survey jobs an hour after the resolution, want 2", n)
		}
		if n := c.count(t, "jobs", "kind = ? AND run_at > ?", tasks.JobOffer, morning); n != 1 {
			t.Errorf("%d jobs look at the ready callback later, want 1", n)
		}
	})
}

// Two workers may be given the same batch, and the queue may deliver one twice.
func TestPlanningTwiceDecidesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.take(t, severes(50)...)
		var batches []int64
		for _, job := range c.jobs(t, contact.JobPlan) {
			batches = append(batches, job.Ref)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for _, batch := range batches {
					if err := c.Plan(context.Background(), outbox.Ticket{}, batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		for table, want := range map[string]int{"decisions": 100, "callbacks": 50} {
			if n := c.count(t, table, "1 = 1"); n != want {
				t.Errorf("%d %s, want %d", n, table, want)
			}
		}
		for kind, want := range map[string]int{tasks.JobOffer: 50, tasks.JobSendSurvey: 50} {
			if n := c.count(t, "jobs", "kind = ?", kind); n != want {
				t.Errorf("%d %s jobs, want %d", n, kind, want)
			}
		}
	})
}

func TestPlanOfAStaleTicketChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.take(t, severe(1))
		job := c.jobs(t, contact.JobPlan)[0]
		ticket := c.queued(t, job)
		ticket.Attempt++
		if err := c.Plan(t.Context(), ticket, job.Ref); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("got %v, want ErrStale", err)
		}
		if n := c.count(t, "decisions", "1 = 1"); n != 0 {
			t.Errorf("%d decisions, want none", n)
		}
	})
}

func TestCallbackAtNightIsPlannedForTheMorning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.pass(12 * time.Hour) // 22:05
		c.take(t, severe(1))
		c.plan(t)
		got := c.callback(t)
		if want := morning.Add(23*time.Hour - 5*time.Minute); got.State != tasks.Waiting || got.ReadyAt != want || got.WaitReason != "outside_hours" {
			t.Fatalf("%s at %v for %q, want waiting until %v", got.State, got.ReadyAt, got.WaitReason, want)
		}
		c.pass(11 * time.Hour) // 09:05
		if c.work(t, tasks.JobOffer, c.Offer); c.callback(t).State != tasks.Ready {
			t.Errorf("the callback is %s in the morning, want ready", c.callback(t).State)
		}
	})
}

func TestReopeningCancelsWhatIsPendingAndKeepsTheDecisions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		reopened := severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.pass(10 * time.Minute)
		c.take(t, reopened)
		again := severe(1)
		again.ResolvedAt = c.now()
		c.take(t, again)
		c.work(t, contact.JobReopened, c.CancelContact)
		c.work(t, contact.JobPlan, c.Plan)

		if n := c.count(t, "decisions", "1 = 1"); n != 4 {
			t.Errorf("%d decisions, want 4: two for each resolution", n)
		}
		if n := c.count(t, "decisions", "cancel_reason = ?", tasks.ReasonReopened); n != 2 {
			t.Errorf("%d decisions cancelled, want 2", n)
		}
		if n := c.count(t, "callbacks", "state = ? AND close_reason = ?", tasks.Cancelled, tasks.ReasonReopened); n != 1 {
			t.Errorf("%d callbacks cancelled, want 1", n)
		}
		if n := c.count(t, "callbacks", "state = ?", tasks.Ready); n != 1 {
			t.Errorf("%d callbacks of the new resolution are ready, want 1", n)
		}
		if n := c.count(t, "jobs", "kind = ? AND state = ?", tasks.JobSendSurvey, outbox.Due); n != 1 {
			t.Errorf("%d survey jobs left, want 1", n)
		}
	})
}

func TestSurveyIsLookedAtAgainWhenDue(t *testing.T) {
	t.Parallel()
	plan := func(t *testing.T, c centre) tasks.SurveyPlan {
		t.Helper()
		p, err := c.SurveyPlan(t.Context(), c.jobs(t, tasks.JobSendSurvey)[0].Ref)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		c.pass(time.Hour)
		if p := plan(t, c); !p.Wanted || p.Resolution.ID == 0 {
			t.Fatalf("got %+v, want it wanted", p)
		}
		desk := c.claim(t, caller(1))
		rating := 5
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved, Answers: tasks.Answers{Rating: &rating}})
		p := plan(t, c)
		if p.Wanted || p.Reason != tasks.ReasonAlreadyAnswered {
			t.Fatalf("got %+v, want it answered in the call", p)
		}
		c.work(t, tasks.JobSendSurvey, func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			return c.SurveySkipped(ctx, ticket, ref, p.Reason)
		})
		if n := c.count(t, "decisions", "kind = ? AND cancel_reason = ?", tasks.FollowUpSurvey, tasks.ReasonAlreadyAnswered); n != 1 {
			t.Errorf("%d survey decisions say so, want 1", n)
		}
	})
}

func TestASurveyThatOnlyHasToWaitIsPutOffAndStaysPlanned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		c.pass(time.Hour)
		until := c.now().Add(11 * time.Hour)
		putOff := func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			plan, err := c.SurveyPlan(ctx, ref)
			if err != nil || !plan.Wanted || plan.LastChance < until {
				t.Fatalf("%+v, %v", plan, err)
			}
			return c.SurveyPutOff(ctx, ticket, ref, until, "outside_hours")
		}
		c.work(t, tasks.JobSendSurvey, putOff)
		if n := c.count(t, "decisions", "kind = ? AND state = ? AND due_at = ? AND wait_reason = ?", tasks.FollowUpSurvey, tasks.Planned, until, "outside_hours"); n != 1 {
			t.Error("the decision is not planned for the later time")
		}
		if jobs := c.jobs(t, tasks.JobSendSurvey); len(jobs) != 0 {
			t.Errorf("due already: %+v", jobs)
		}
		c.pass(11 * time.Hour)
		if jobs := c.jobs(t, tasks.JobSendSurvey); len(jobs) != 1 || jobs[0].RunAt != until {
			t.Errorf("due then: %+v", jobs)
		}
	})
}

func TestSuppressionBetweenPlanAndOfferCancelsTheCallback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.pass(12 * time.Hour) // 22:05, when nobody is called
		c.take(t, severe(1))
		c.plan(t)
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return c.permit.Suppress(tx, permission.Suppression{Address: "+8613912340001", Kind: permission.PhoneAddress, Scope: permission.Everything})
		})
		if err != nil {
			t.Fatal(err)
		}
		c.pass(11 * time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		if got := c.callback(t); got.State != tasks.Cancelled || got.CloseReason != "suppressed" {
			t.Errorf("%s for %q, want it cancelled as suppressed", got.State, got.CloseReason)
		}
		if n := c.count(t, "decisions", "kind = ? AND cancel_reason = ?", tasks.FollowUpCallback, "suppressed"); n != 1 {
			t.Error("the decision does not say so")
		}
	})
}
