package tasks_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

// corrected takes a contact in again with other content and works what follows.
func (c centre) corrected(t testing.TB, in contact.Input, change func(*contact.Input)) {
	t.Helper()
	change(&in)
	c.take(t, in)
	c.work(t, contact.JobCorrected, c.Redecide)
}

func (c centre) openCallbacks(t testing.TB) int {
	t.Helper()
	return c.count(t, "callbacks", "state IN ?", []tasks.CallbackState{tasks.Waiting, tasks.Ready, tasks.Claimed})
}

// addsUp checks that one contact is still one resolution with one decision of each kind, and that every fate is told.
func (c centre) addsUp(t testing.TB) {
	t.Helper()
	summary, err := c.Summary(t.Context(), admin, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		fates := 0
		for _, f := range k.Fate {
			fates += f.Count
			if f.Reason == "" {
				t.Errorf("%s: a planned one has no fate", k.Kind)
			}
		}
		if k.Planned+k.SkippedTotal() != k.Resolved || k.Undecided != 0 || fates != k.Planned {
			t.Errorf("does not add up: %+v", k)
		}
	}
}

func TestACorrectionDecidesAgainWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		before   func(*contact.Input)
		change   func(*contact.Input)
		state    tasks.DecisionState
		rule     tasks.RuleID
		open     int // callbacks
		revision int
	}{
		{"less severe: the callback is given up", nil, func(in *contact.Input) { in.Severity = contact.Low }, tasks.Skipped, tasks.RuleNoCallback, 0, 2},
		{"more severe: a callback is planned", func(in *contact.Input) { in.Severity = contact.Low }, func(in *contact.Input) { in.Severity = contact.High }, tasks.Planned, tasks.RuleSevere, 1, 2},
		{"a complaint after all: another callback", nil, func(in *contact.Input) { in.Complaint = true }, tasks.Planned, tasks.RuleComplaint, 1, 2},
		{"of no account for the policy: nothing changes", nil, func(in *contact.Input) { in.Category = "移机" }, tasks.Planned, tasks.RuleSevere, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				in := severe(1)
				if tt.before != nil {
					tt.before(&in)
				}
				c := planned(t, db, in)
				c.pass(time.Minute)
				c.corrected(t, in, tt.change)
				d := c.decisions(t)[tasks.FollowUpCallback].Decision
				if d.State != tt.state || d.Rule != tt.rule || d.Revision != tt.revision || !d.CancelledAt.IsZero() {
					t.Errorf("decided %+v", d)
				}
				if n := c.openCallbacks(t); n != tt.open {
					t.Errorf("%d callbacks are open, want %d", n, tt.open)
				}
				if n := c.count(t, "decision_changes", "cause = 'corrected'"); n != tt.revision-1 {
					t.Errorf("%d changes are kept, want %d", n, tt.revision-1)
				}
				if n := c.count(t, "jobs", "kind = ? AND state = ?", tasks.JobSendSurvey, outbox.Due); n != 1 {
					t.Errorf("%d surveys wait, want the one", n)
				}
				c.addsUp(t)
			})
		})
	}
}

// decisionOf returns the decision about a callback of contact number n.
func (c centre) decisionOf(t testing.TB, n int) tasks.Decision {
	t.Helper()
	rows, err := c.Decisions(t.Context(), admin, tasks.DecisionFilter{Kind: tasks.FollowUpCallback})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r tasks.DecisionRow) bool { return r.ExternalID == fmt.Sprintf("T-%d", n) })
	if i < 0 {
		t.Fatalf("nothing is decided about contact %d", n)
	}
	return rows[i].Decision
}

func TestFollowUpGoesToTheCustomerTheSourceCorrectedTheContactTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1), severe(2))
		wrong, right := c.decisionOf(t, 1).CustomerID, c.decisionOf(t, 2).CustomerID
		c.pass(time.Minute)
		c.corrected(t, severe(1), func(in *contact.Input) { in.Customer = severe(2).Customer })
		if n := c.count(t, "decisions", "customer_id = ?", wrong); n != 0 {
			t.Errorf("%d decisions are still about the wrong customer", n)
		}
		if n := c.count(t, "callbacks", "customer_id = ? AND state IN ?", wrong, []tasks.CallbackState{tasks.Waiting, tasks.Ready}); n != 0 {
			t.Errorf("%d callbacks would still call the wrong customer", n)
		}
		if n := c.count(t, "callbacks", "customer_id = ? AND state IN ?", right, []tasks.CallbackState{tasks.Waiting, tasks.Ready}); n != 2 {
			t.Errorf("%d callbacks call the right customer about their two contacts", n)
		}
		c.addsUp(t)
	})
}

func TestACorrectionLeavesAloneWhatHasBegun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		desk := c.claim(t, caller(1))
		c.corrected(t, severe(1), func(in *contact.Input) { in.Severity = contact.Low })
		if d := c.decisions(t)[tasks.FollowUpCallback].Decision; d.State != tasks.Planned || d.Revision != 1 || c.callback(t).State != tasks.Claimed {
			t.Errorf("a callback in hand was taken away: %+v", d)
		}
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		c.pass(time.Minute)
		c.corrected(t, severe(1), func(in *contact.Input) { in.Severity = contact.Low; in.Category = "x" })
		if d := c.decisions(t)[tasks.FollowUpCallback].Decision; d.State != tasks.Planned || d.Revision != 1 {
			t.Errorf("a callback that was made was decided again: %+v", d)
		}
		c.addsUp(t)
	})
}

// A survey that waits is moved or given up; one that is being sent is not.
func TestACorrectionChangesASurveyUntilItIsSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: moves, when: [{field: contact.category, op: is, values: [移机]}], nothing: {survey: vip}}\n  - {id: all, survey: {delay: 1h}}\n"))
		c.take(t, severe(1))
		c.plan(t)
		c.pass(time.Minute)
		c.corrected(t, severe(1), func(in *contact.Input) { in.Category = "移机" })
		row := c.decisions(t)[tasks.FollowUpSurvey]
		if row.Decision.State != tasks.Skipped || row.Decision.Rule != "moves" || row.ReasonText != "The manager calls" {
			t.Errorf("decided %+v", row)
		}
		if n := c.count(t, "jobs", "kind = ? AND state = ?", tasks.JobSendSurvey, outbox.Due); n != 0 {
			t.Errorf("%d surveys wait", n)
		}
		c.pass(time.Minute)
		c.corrected(t, severe(1), func(in *contact.Input) { in.Product = "x" }) // back to the category of before
		if d := c.decisions(t)[tasks.FollowUpSurvey].Decision; d.State != tasks.Planned || d.Revision != 3 {
			t.Errorf("decided %+v", d)
		}
		c.surveys.asked = true // a try has begun, and its worker died: the message may have left
		c.corrected(t, severe(1), func(in *contact.Input) { in.Category = "移机" })
		if d := c.decisions(t)[tasks.FollowUpSurvey].Decision; d.State != tasks.Planned || d.Revision != 3 {
			t.Errorf("a survey that may have gone out was decided again: %+v", d)
		}
	})
}

func TestACorrectionLeavesASurveyThatIsBeingSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: moves, when: [{field: contact.category, op: is, values: [移机]}], nothing: {survey: vip}}\n  - {id: all, survey: {delay: 1h}}\n"))
		c.take(t, severe(1))
		c.plan(t)
		c.pass(2 * time.Hour)
		job := c.jobs(t, tasks.JobSendSurvey)[0]
		if _, err := c.queued(t, job).Begin(t.Context(), db, time.Minute); err != nil {
			t.Fatal(err)
		}
		c.corrected(t, severe(1), func(in *contact.Input) { in.Category = "移机" })
		if d := c.decisions(t)[tasks.FollowUpSurvey].Decision; d.State != tasks.Planned || d.Revision != 1 {
			t.Errorf("a survey on its way was decided again: %+v", d)
		}
		c.addsUp(t)
	})
}

// A correction that overtakes the planner waits for it.
func TestACorrectionWaitsForTheFirstDecision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.take(t, severe(1))
		c.pass(time.Minute)
		in := severe(1)
		in.Severity = contact.Low
		c.take(t, in)
		job := c.jobs(t, contact.JobCorrected)[0]
		if err := c.Redecide(t.Context(), outbox.Ticket{}, job.Ref); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("got %v, want to be asked again", err)
		}
		c.plan(t)
		c.work(t, contact.JobCorrected, c.Redecide)
		if d := c.decisions(t)[tasks.FollowUpCallback].Decision; d.State != tasks.Skipped || d.Rule != tasks.RuleNoCallback {
			t.Errorf("decided %+v", d)
		}
	})
}

// The story says why there was no survey, since when, and from when there may be one.
func TestASkippedSurveySaysSinceAndUntil(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.take(t, severe(1))
		c.plan(t)
		first := c.decisions(t)[tasks.FollowUpSurvey].Decision
		touch := permission.Touch{
			PersonID: first.PersonID, CustomerID: first.CustomerID, Address: "c1@example.com", Kind: permission.Invitation,
			Purpose: permission.Survey, Channel: permission.ByEmail, Family: tasks.SurveyFamily, At: c.now(),
		}
		if err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return c.permit.Touch(tx, touch) }); err != nil {
			t.Fatal(err)
		}
		c.pass(12 * 24 * time.Hour)
		again := severe(1)
		again.ExternalID, again.ResolvedAt = "T-1b", c.now().Add(-time.Minute)
		c.take(t, again)
		c.plan(t)
		d := c.newest(t)
		if d.Reason != "survey_cooldown" || d.ReasonSince != morning || d.AllowedFrom != morning.Add(30*24*time.Hour) || d.ReasonEvidence == "" {
			t.Fatalf("decided %+v", d)
		}
		events, err := tasks.EventsOfContact(db.View(t.Context()), d.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Code == "follow_up_skipped_asked" && e.Args["count"] == 12 && e.Args["allowed_from"] == d.AllowedFrom {
				return
			}
		}
		t.Errorf("the story does not say so: %+v", events)
	})
}

// newest returns the decision made last.
func (c centre) newest(t testing.TB) tasks.Decision {
	t.Helper()
	rows, err := c.Decisions(t.Context(), admin, tasks.DecisionFilter{Limit: 1})
	if err != nil || len(rows) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	return rows[0].Decision
}

func TestACallbackMovesToThePoolThatIsOpenWhereTheCustomerTurnsOutToLive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		c.pass(time.Minute)
		moved := severe(1)
		moved.Customer.Zone = "America/New_York"
		c.take(t, moved)
		if _, err := c.Claim(context.Background(), caller(1)); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			t.Fatalf("it is night in New York: %v", err)
		}
		c.at.Store(int64(c.callback(t).ReadyAt))
		c.work(t, tasks.JobOffer, c.Offer)
		if got := c.callback(t); got.State != tasks.Ready {
			t.Fatalf("it is morning in New York, and the callback is %s: %s", got.State, got.WaitReason)
		}
		c.claim(t, caller(1)) // night in Shanghai
	})
}
