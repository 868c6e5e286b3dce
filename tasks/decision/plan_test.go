package decision_test

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
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

func TestPlanWritesDecisionsAndTheirWork(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		plain, closed, unreachable := taskstest.Severe(2), taskstest.Severe(3), taskstest.Severe(4)
		plain.Severity = contact.Low
		closed.AutoClosed = new(true)
		unreachable.Customer.Phones, unreachable.Customer.Emails = nil, nil
		c.Take(t, taskstest.Severe(1), plain, closed, unreachable)
		c.Work(t, contact.JobPlan, c.Decisions.Plan)

		summary, err := c.Decisions.Summary(t.Context(), account.Viewer{Role: account.Admin}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []decision.KindSummary{
			{Kind: policy.FollowUpCallback, Resolved: 4, Planned: 1, Skipped: []decision.ReasonCount{
				{Reason: policy.ReasonAutoClosed, Count: 1}, {Reason: "no_address", Count: 1}, {Reason: policy.ReasonNotNeeded, Count: 1},
			}, Fate: []decision.ReasonCount{{Reason: "ready", Count: 1}}},
			{Kind: policy.FollowUpSurvey, Resolved: 4, Planned: 2, Skipped: []decision.ReasonCount{
				{Reason: policy.ReasonAutoClosed, Count: 1}, {Reason: "no_address", Count: 1},
			}, Fate: []decision.ReasonCount{{Reason: decision.FateScheduled, Count: 2}}},
		}
		if diff := cmp.Diff(want, summary.Kinds, cmpopts.IgnoreFields(decision.KindSummary{}, "Rules")); diff != "" {
			t.Error(diff)
		}
		if n := c.Count(t, "jobs", "kind = ? AND run_at = ?", decision.JobSendSurvey, taskstest.Morning.Add(50*time.Minute)); n != 2 {
			t.Errorf("%d survey jobs an hour after the resolution, want 2", n)
		}
		if n := c.Count(t, "jobs", "kind = ? AND run_at > ?", callback.JobOffer, taskstest.Morning); n != 1 {
			t.Errorf("%d jobs look at the ready callback later, want 1", n)
		}
	})
}

// Two workers may be given the same batch, and the queue may deliver one twice.
func TestPlanningTwiceDecidesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Take(t, taskstest.Severes(50)...)
		var batches []int64
		for _, job := range c.Jobs(t, contact.JobPlan) {
			batches = append(batches, job.Ref)
		}
		var group sync.WaitGroup
		for attempt := range 4 { // a first try takes it for granted that nobody has decided, the others look
			group.Go(func() {
				for _, batch := range batches {
					if err := c.Decisions.Plan(context.Background(), outbox.Ticket{Attempt: attempt / 2}, batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		for table, want := range map[string]int{"decisions": 100, "callbacks": 50} {
			if n := c.Count(t, table, "1 = 1"); n != want {
				t.Errorf("%d %s, want %d", n, table, want)
			}
		}
		for kind, want := range map[string]int{callback.JobOffer: 50, decision.JobSendSurvey: 50} {
			if n := c.Count(t, "jobs", "kind = ?", kind); n != want {
				t.Errorf("%d %s jobs, want %d", n, kind, want)
			}
		}
	})
}

func TestPlanOfAStaleTicketChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Take(t, taskstest.Severe(1))
		job := c.Jobs(t, contact.JobPlan)[0]
		ticket := c.Queued(t, job)
		ticket.Attempt++
		if err := c.Decisions.Plan(t.Context(), ticket, job.Ref); !errors.Is(err, outbox.ErrStale) {
			t.Fatalf("got %v, want ErrStale", err)
		}
		if n := c.Count(t, "decisions", "1 = 1"); n != 0 {
			t.Errorf("%d decisions, want none", n)
		}
	})
}

func TestCallbackAtNightIsPlannedForTheMorning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Pass(12 * time.Hour) // 22:05
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		got := c.Callback(t)
		if want := taskstest.Morning.Add(23*time.Hour - 5*time.Minute); got.State != callback.Waiting || got.ReadyAt != want ||
			got.WaitReason != "outside_hours" {
			t.Fatalf("%s at %v for %q, want waiting until %v", got.State, got.ReadyAt, got.WaitReason, want)
		}
		c.Pass(11 * time.Hour) // 09:05
		if c.Work(t, callback.JobOffer, c.Callbacks.Offer); c.Callback(t).State != callback.Ready {
			t.Errorf("the callback is %s in the morning, want ready", c.Callback(t).State)
		}
	})
}

func TestReopeningCancelsWhatIsPendingAndKeepsTheDecisions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		reopened := taskstest.Severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Pass(10 * time.Minute)
		c.Take(t, reopened)
		again := taskstest.Severe(1)
		again.ResolvedAt = c.Now()
		c.Take(t, again)
		c.Work(t, contact.JobReopened, c.Decisions.CancelContact)
		c.Work(t, contact.JobPlan, c.Decisions.Plan)

		if n := c.Count(t, "decisions", "1 = 1"); n != 4 {
			t.Errorf("%d decisions, want 4: two for each resolution", n)
		}
		if n := c.Count(t, "decisions", "cancel_reason = ?", policy.ReasonReopened); n != 2 {
			t.Errorf("%d decisions cancelled, want 2", n)
		}
		if n := c.Count(t, "callbacks", "state = ? AND close_reason = ?", callback.Cancelled, policy.ReasonReopened); n != 1 {
			t.Errorf("%d callbacks cancelled, want 1", n)
		}
		if n := c.Count(t, "callbacks", "state = ?", callback.Ready); n != 1 {
			t.Errorf("%d callbacks of the new resolution are ready, want 1", n)
		}
		if n := c.Count(t, "jobs", "kind = ? AND state = ?", decision.JobSendSurvey, outbox.Due); n != 1 {
			t.Errorf("%d survey jobs left, want 1", n)
		}
	})
}

func TestSurveyIsLookedAtAgainWhenDue(t *testing.T) {
	t.Parallel()
	plan := func(t *testing.T, c taskstest.Centre) decision.SurveyPlan {
		t.Helper()
		p, err := c.Decisions.SurveyPlan(t.Context(), c.Jobs(t, decision.JobSendSurvey)[0].Ref)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Pass(time.Hour)
		if p := plan(t, c); !p.Wanted || p.Resolution.ID == 0 {
			t.Fatalf("got %+v, want it wanted", p)
		}
		desk := c.Claim(t, taskstest.Caller(1))
		rating := 5
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating},
		})
		p := plan(t, c)
		if p.Wanted || p.Reason != policy.ReasonAlreadyAnswered {
			t.Fatalf("got %+v, want it answered in the call", p)
		}
		c.Work(t, decision.JobSendSurvey, func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			return c.Decisions.SurveySkipped(ctx, ticket, ref, p.Reason)
		})
		if n := c.Count(t, "decisions", "kind = ? AND cancel_reason = ?", policy.FollowUpSurvey, policy.ReasonAlreadyAnswered); n != 1 {
			t.Errorf("%d survey decisions say so, want 1", n)
		}
	})
}

func TestASurveyThatOnlyHasToWaitIsPutOffAndStaysPlanned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Pass(time.Hour)
		until := c.Now().Add(11 * time.Hour)
		putOff := func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
			plan, err := c.Decisions.SurveyPlan(ctx, ref)
			if err != nil || !plan.Wanted || plan.LastChance < until {
				t.Fatalf("%+v, %v", plan, err)
			}
			return c.Decisions.SurveyPutOff(ctx, ticket, ref, until, "outside_hours")
		}
		c.Work(t, decision.JobSendSurvey, putOff)
		n := c.Count(t, "decisions", "kind = ? AND state = ? AND due_at = ? AND wait_reason = ?",
			policy.FollowUpSurvey, decision.Planned, until, "outside_hours")
		if n != 1 {
			t.Error("the decision is not planned for the later time")
		}
		if jobs := c.Jobs(t, decision.JobSendSurvey); len(jobs) != 0 {
			t.Errorf("due already: %+v", jobs)
		}
		c.Pass(11 * time.Hour)
		if jobs := c.Jobs(t, decision.JobSendSurvey); len(jobs) != 1 || jobs[0].RunAt != until {
			t.Errorf("due then: %+v", jobs)
		}
	})
}

func TestSuppressionBetweenPlanAndOfferCancelsTheCallback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Pass(12 * time.Hour) // 22:05, when nobody is called
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return c.Permit.Suppress(tx, permission.Suppression{
				Address: "+8613912340001", Kind: permission.PhoneAddress, Scope: permission.Everything,
			})
		})
		c.Pass(11 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Cancelled || got.CloseReason != "suppressed" {
			t.Errorf("%s for %q, want it cancelled as suppressed", got.State, got.CloseReason)
		}
		if n := c.Count(t, "decisions", "kind = ? AND cancel_reason = ?", policy.FollowUpCallback, "suppressed"); n != 1 {
			t.Error("the decision does not say so")
		}
	})
}

// A callback has what its rule says; a survey's sender is told what the rule of the decision says, also when another policy is in
// force by then.
func TestWorkIsSetUpAsTheRuleSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t,
			"  - id: own\n    callback: {kind: complaint, priority: 4, delay: 30m, within: 3h, attempts: 2, expiry: 2d, script: confirm}\n"+
				"    survey: {survey: nps, channels: [sms], delay: 3h, reminders: 1, remind_after: 2d, expiry: 5d, family: nps}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		due := taskstest.Morning.Add(20 * time.Minute)
		got := c.Callback(t)
		if got.Kind != callback.ComplaintKind || got.Priority != 4 || got.MaxAttempts != 2 || got.Script != "confirm" ||
			got.ReadyAt != due || got.DueAt != due.Add(3*time.Hour) || got.ExpiresAt != due.Add(48*time.Hour) {
			t.Errorf("callback %+v", got)
		}
		survey := c.DecisionsByKind(t)[policy.FollowUpSurvey].Decision
		if survey.DueAt != taskstest.Morning.Add(170*time.Minute) {
			t.Errorf("the survey is due %v", survey.DueAt)
		}
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: own, nothing: {reason: not_needed}}\n"))
		plan, err := c.Decisions.SurveyPlan(t.Context(), survey.ID)
		if err != nil || !plan.Wanted || plan.Survey != "nps" || plan.Family != "nps" || len(plan.Channels) != 1 ||
			plan.Channels[0] != permission.BySMS ||
			plan.Reminders != 1 ||
			plan.RemindAfter != 48*time.Hour ||
			plan.Expiry != 5*24*time.Hour {
			t.Errorf("plan %+v, %v", plan, err)
		}
	})
}
