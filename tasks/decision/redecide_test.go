package decision_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

func TestACorrectionDecidesAgainWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		before   func(*contact.Input)
		change   func(*contact.Input)
		state    decision.State
		rule     policy.RuleID
		open     int // callbacks
		revision int
	}{
		{
			name:     "less severe: the callback is given up",
			change:   func(in *contact.Input) { in.Severity = contact.Low },
			state:    decision.Skipped,
			rule:     policy.RuleNoCallback,
			revision: 2,
		},
		{
			name:     "more severe: a callback is planned",
			before:   func(in *contact.Input) { in.Severity = contact.Low },
			change:   func(in *contact.Input) { in.Severity = contact.High },
			state:    decision.Planned,
			rule:     policy.RuleSevere,
			open:     1,
			revision: 2,
		},
		{
			name:     "a complaint after all: another callback",
			change:   func(in *contact.Input) { in.Complaint = new(true) },
			state:    decision.Planned,
			rule:     policy.RuleComplaint,
			open:     1,
			revision: 2,
		},
		{
			name:     "of no account for the policy: nothing changes",
			change:   func(in *contact.Input) { in.Category = "移机" },
			state:    decision.Planned,
			rule:     policy.RuleSevere,
			open:     1,
			revision: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				in := taskstest.Severe(1)
				if tt.before != nil {
					tt.before(&in)
				}
				c := taskstest.Planned(t, db, in)
				c.Pass(time.Minute)
				c.Corrected(t, in, tt.change)
				d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision
				if d.State != tt.state || d.Rule != tt.rule || d.Revision != tt.revision || !d.CancelledAt.IsZero() {
					t.Errorf("decided %+v", d)
				}
				if n := c.OpenCallbacks(t); n != tt.open {
					t.Errorf("%d callbacks are open, want %d", n, tt.open)
				}
				if n := c.Count(t, "decision_changes", "cause = 'corrected'"); n != tt.revision-1 {
					t.Errorf("%d changes are kept, want %d", n, tt.revision-1)
				}
				if n := c.Count(t, "jobs", "kind = ? AND state = ?", decision.JobSendSurvey, outbox.Due); n != 1 {
					t.Errorf("%d surveys wait, want the one", n)
				}
				c.AddsUp(t)
			})
		})
	}
}

func TestFollowUpGoesToTheCustomerTheSourceCorrectedTheContactTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.Severe(2))
		wrong, right := c.DecisionOf(t, 1).CustomerID, c.DecisionOf(t, 2).CustomerID
		c.Pass(time.Minute)
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Customer = taskstest.Severe(2).Customer })
		if n := c.Count(t, "decisions", "customer_id = ?", wrong); n != 0 {
			t.Errorf("%d decisions are still about the wrong customer", n)
		}
		open := []callback.State{callback.Waiting, callback.Ready}
		if n := c.Count(t, "callbacks", "customer_id = ? AND state IN ?", wrong, open); n != 0 {
			t.Errorf("%d callbacks would still call the wrong customer", n)
		}
		if n := c.Count(t, "callbacks", "customer_id = ? AND state IN ?", right, open); n != 2 {
			t.Errorf("%d callbacks call the right customer about their two contacts", n)
		}
		c.AddsUp(t)
	})
}

func TestACorrectionLeavesAloneWhatHasBegun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		desk := c.Claim(t, taskstest.Caller(1))
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Severity = contact.Low })
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.State != decision.Planned || d.Revision != 1 ||
			c.Callback(t).State != callback.Claimed {
			t.Errorf("a callback in hand was taken away: %+v", d)
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		c.Pass(time.Minute)
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Severity = contact.Low; in.Category = "x" })
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.State != decision.Planned || d.Revision != 1 {
			t.Errorf("a callback that was made was decided again: %+v", d)
		}
		c.AddsUp(t)
	})
}

// A survey that waits is moved or given up; one that is being sent is not.
func TestACorrectionChangesASurveyUntilItIsSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t,
			"  - {id: moves, when: [{field: contact.category, op: is, values: [移机]}], nothing: {survey: vip}}\n"+
				"  - {id: all, survey: {delay: 1h}}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		c.Pass(time.Minute)
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Category = "移机" })
		row := c.DecisionsByKind(t)[policy.FollowUpSurvey]
		if row.Decision.State != decision.Skipped || row.Decision.Rule != "moves" || row.ReasonText != "The manager calls" {
			t.Errorf("decided %+v", row)
		}
		if n := c.Count(t, "jobs", "kind = ? AND state = ?", decision.JobSendSurvey, outbox.Due); n != 0 {
			t.Errorf("%d surveys wait", n)
		}
		c.Pass(time.Minute)
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Product = "x" }) // back to the category of before
		if d := c.DecisionsByKind(t)[policy.FollowUpSurvey].Decision; d.State != decision.Planned || d.Revision != 3 {
			t.Errorf("decided %+v", d)
		}
		c.Surveys.Asked = true // a try has begun, and its worker died: the message may have left
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Category = "移机" })
		if d := c.DecisionsByKind(t)[policy.FollowUpSurvey].Decision; d.State != decision.Planned || d.Revision != 3 {
			t.Errorf("a survey that may have gone out was decided again: %+v", d)
		}
	})
}

func TestACorrectionLeavesASurveyThatIsBeingSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t,
			"  - {id: moves, when: [{field: contact.category, op: is, values: [移机]}], nothing: {survey: vip}}\n"+
				"  - {id: all, survey: {delay: 1h}}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		c.Pass(2 * time.Hour)
		job := c.Jobs(t, decision.JobSendSurvey)[0]
		if _, err := c.Queued(t, job).Begin(t.Context(), db, time.Minute); err != nil {
			t.Fatal(err)
		}
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.Category = "移机" })
		if d := c.DecisionsByKind(t)[policy.FollowUpSurvey].Decision; d.State != decision.Planned || d.Revision != 1 {
			t.Errorf("a survey on its way was decided again: %+v", d)
		}
		c.AddsUp(t)
	})
}

// A correction that overtakes the planner waits for it.
func TestACorrectionWaitsForTheFirstDecision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Take(t, taskstest.Severe(1))
		c.Pass(time.Minute)
		in := taskstest.Severe(1)
		in.Severity = contact.Low
		c.Take(t, in)
		job := c.Jobs(t, contact.JobCorrected)[0]
		if err := c.Decisions.Redecide(t.Context(), outbox.Ticket{}, job.Ref); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("got %v, want to be asked again", err)
		}
		c.Plan(t)
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.State != decision.Skipped || d.Rule != policy.RuleNoCallback {
			t.Errorf("decided %+v", d)
		}
	})
}

// The timeline says why there was no survey, since when, and from when there may be one.
func TestASkippedSurveySaysSinceAndUntil(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		first := c.DecisionsByKind(t)[policy.FollowUpSurvey].Decision
		touch := permission.Touch{
			PersonID: first.PersonID, CustomerID: first.CustomerID, Address: "c1@example.com", Kind: permission.Invitation,
			Purpose: permission.Survey, Channel: permission.ByEmail, Family: policy.SurveyFamily, At: c.Now(),
		}
		if err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return c.Permit.Touch(tx, touch) }); err != nil {
			t.Fatal(err)
		}
		c.Pass(12 * 24 * time.Hour)
		again := taskstest.Severe(1)
		again.ExternalID, again.ResolvedAt = "T-1b", c.Now().Add(-time.Minute)
		c.Take(t, again)
		c.Plan(t)
		d := newest(t, c)
		if d.Reason != "survey_cooldown" || d.ReasonSince != taskstest.Morning || d.AllowedFrom != taskstest.Morning.Add(30*24*time.Hour) ||
			d.ReasonEvidence == "" {
			t.Fatalf("decided %+v", d)
		}
		events, err := decision.EventsOfContact(db.View(t.Context()), d.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Code == "follow_up_skipped_asked" && e.Args["count"] == 12 && e.Args["allowed_from"] == d.AllowedFrom {
				return
			}
		}
		t.Errorf("the timeline does not say so: %+v", events)
	})
}

// newest returns the decision made last.
func newest(t testing.TB, c taskstest.Centre) decision.Decision {
	t.Helper()
	rows, err := c.Decisions.List(t.Context(), taskstest.Admin, decision.Filter{Limit: 1})
	if err != nil || len(rows) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	return rows[0].Decision
}

// The customer turns out to live where it is another hour: that pool is open.
func TestACallbackMovesToThePoolOfItsCustomersZone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Pass(time.Minute)
		moved := taskstest.Severe(1)
		moved.Customer.Zone = "America/New_York"
		c.Take(t, moved)
		if _, err := c.Callbacks.Claim(context.Background(), taskstest.Caller(1)); !fault.Is(err, fault.NotFound) &&
			!fault.Is(err, fault.Conflict) {
			t.Fatalf("it is night in New York: %v", err)
		}
		c.At.Store(int64(c.Callback(t).ReadyAt))
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Ready {
			t.Fatalf("it is morning in New York, and the callback is %s: %s", got.State, got.WaitReason)
		}
		c.Claim(t, taskstest.Caller(1)) // night in Shanghai
	})
}
