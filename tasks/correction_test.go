package tasks_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

// A rule may plan both kinds of follow-up; each is compared with its own half of it.
func TestACorrectionThatNoRuleAsksAboutMovesNeitherCallbackNorSurvey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: both, callback: {within: 2h}, survey: {delay: 2h}}\n"))
		c.take(t, severe(1))
		c.plan(t)
		due := c.callback(t).DueAt
		c.pass(90 * time.Minute)
		c.corrected(t, severe(1), func(in *contact.Input) { in.OrderRef = "A-1" })
		for kind, row := range c.decisions(t) {
			if row.Decision.Revision != 1 {
				t.Errorf("%s was decided again: %+v", kind, row.Decision)
			}
		}
		if got := c.callback(t); got.DueAt != due {
			t.Errorf("the callback is due %s, was %s", got.DueAt, due)
		}
		c.addsUp(t)
	})
}

func TestACallbackGoesToTheTeamThatTheSourceCorrectedTheContactTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		old := c.callback(t).TeamID
		c.pass(time.Minute)
		other := func(in *contact.Input) {
			in.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "三线"}}
		}
		c.corrected(t, severe(1), other)
		if n := c.count(t, "callbacks", "state IN ? AND team_id = ?", []tasks.CallbackState{tasks.Waiting, tasks.Ready}, old); n != 0 {
			t.Error("the callback is still the former team's")
		}
		if n := c.openCallbacks(t); n != 1 {
			t.Errorf("%d callbacks are open", n)
		}
		c.pass(time.Minute)
		in := severe(1)
		other(&in)
		c.corrected(t, in, func(in *contact.Input) { in.OrderRef = "A-1" })
		if d := c.decisions(t)[tasks.FollowUpCallback].Decision; d.Revision != 2 {
			t.Errorf("decided %d times, though nothing has changed since", d.Revision)
		}
		c.addsUp(t)
	})
}

// A help desk may know a customer's number a moment after it has told us of the contact.
func TestFollowUpIsPlannedWhenTheAddressArrivesSecond(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		known := severe(1)
		nameless := known
		nameless.Customer.Phones, nameless.Customer.Emails = nil, nil
		c.take(t, nameless)
		c.plan(t)
		c.pass(time.Minute)
		c.corrected(t, nameless, func(in *contact.Input) { in.OrderRef = "A-1" })
		for kind, row := range c.decisions(t) {
			if d := row.Decision; d.State != tasks.Skipped || string(d.Reason) != string(permission.NoAddress) || d.Revision != 1 {
				t.Errorf("%s, without an address: %+v", kind, d)
			}
		}
		c.pass(time.Minute)
		c.corrected(t, known, func(*contact.Input) {})
		for kind, row := range c.decisions(t) {
			if d := row.Decision; d.State != tasks.Planned || d.Revision != 2 {
				t.Errorf("%s, with one: %+v", kind, d)
			}
		}
		if n := c.openCallbacks(t); n != 1 {
			t.Errorf("%d callbacks are open", n)
		}
		if n := c.count(t, "jobs", "kind = ? AND state = ?", tasks.JobSendSurvey, outbox.Due); n != 1 {
			t.Errorf("%d surveys wait", n)
		}
		c.addsUp(t)
	})
}
