package decision_test

import (
	"testing"
	"time"

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

// Neither the callback nor the survey: a rule may plan both, and each is compared with its own half of it.
func TestACorrectionThatNoRuleAsksAboutMovesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: both, callback: {within: 2h}, survey: {delay: 2h}}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		due := c.Callback(t).DueAt
		c.Pass(90 * time.Minute)
		c.Corrected(t, taskstest.Severe(1), func(in *contact.Input) { in.OrderRef = "A-1" })
		for kind, row := range c.DecisionsByKind(t) {
			if row.Decision.Revision != 1 {
				t.Errorf("%s was decided again: %+v", kind, row.Decision)
			}
		}
		if got := c.Callback(t); got.DueAt != due {
			t.Errorf("the callback is due %s, was %s", got.DueAt, due)
		}
		c.AddsUp(t)
	})
}

func TestACallbackGoesToTheTeamThatTheSourceCorrectedTheContactTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		old := c.Callback(t).TeamID
		c.Pass(time.Minute)
		other := func(in *contact.Input) {
			in.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "三线"}}
		}
		c.Corrected(t, taskstest.Severe(1), other)
		if n := c.Count(t, "callbacks", "state IN ? AND team_id = ?", []callback.State{callback.Waiting, callback.Ready}, old); n != 0 {
			t.Error("the callback is still the former team's")
		}
		if n := c.OpenCallbacks(t); n != 1 {
			t.Errorf("%d callbacks are open", n)
		}
		c.Pass(time.Minute)
		in := taskstest.Severe(1)
		other(&in)
		c.Corrected(t, in, func(in *contact.Input) { in.OrderRef = "A-1" })
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.Revision != 2 {
			t.Errorf("decided %d times, though nothing has changed since", d.Revision)
		}
		c.AddsUp(t)
	})
}

// A help desk may know a customer's number a moment after it has told us of the contact.
func TestFollowUpIsPlannedWhenTheAddressArrivesSecond(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		known := taskstest.Severe(1)
		nameless := known
		nameless.Customer.Phones, nameless.Customer.Emails = nil, nil
		c.Take(t, nameless)
		c.Plan(t)
		c.Pass(time.Minute)
		c.Corrected(t, nameless, func(in *contact.Input) { in.OrderRef = "A-1" })
		for kind, row := range c.DecisionsByKind(t) {
			if d := row.Decision; d.State != decision.Skipped || string(d.Reason) != string(permission.NoAddress) || d.Revision != 1 {
				t.Errorf("%s, without an address: %+v", kind, d)
			}
		}
		c.Pass(time.Minute)
		c.Corrected(t, known, func(*contact.Input) {})
		for kind, row := range c.DecisionsByKind(t) {
			if d := row.Decision; d.State != decision.Planned || d.Revision != 2 {
				t.Errorf("%s, with one: %+v", kind, d)
			}
		}
		if n := c.OpenCallbacks(t); n != 1 {
			t.Errorf("%d callbacks are open", n)
		}
		if n := c.Count(t, "jobs", "kind = ? AND state = ?", decision.JobSendSurvey, outbox.Due); n != 1 {
			t.Errorf("%d surveys wait", n)
		}
		c.AddsUp(t)
	})
}
