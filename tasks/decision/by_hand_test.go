package decision_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

func TestASupervisorPlansACallbackByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := taskstest.Severe(1)
		quiet.Severity = contact.Low
		c := taskstest.Planned(t, db, quiet)
		id := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision.ContactID
		lee, err := account.New(db, nil, c.Now).
			AddUser(t.Context(), account.NewUser{Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Supervisor})
		if err != nil {
			t.Fatal(err)
		}
		boss := account.Viewer{UserID: lee.ID, Role: account.Supervisor}
		hand := decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 2, Reason: "老板要求"}
		if err := c.Decisions.PlanByHand(t.Context(), taskstest.Caller(1), id, hand); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller plans: %v", err)
		}
		past := hand
		past.Due = c.Now().Add(-21 * 24 * time.Hour)
		if err := c.Decisions.PlanByHand(t.Context(), boss, id, past); !fault.Is(err, fault.Invalid) {
			t.Errorf("planned for three weeks ago: %v", err)
		}
		if err := c.Decisions.PlanByHand(t.Context(), boss, id, decision.HandPlan{Team: "无"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("planned without anything: %v", err)
		}
		if err := c.Decisions.PlanByHand(t.Context(), boss, id, hand); err != nil {
			t.Fatal(err)
		}
		d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision
		if d.State != decision.Planned || d.Rule != policy.RuleByHand || d.Revision != 2 {
			t.Errorf("decided %+v", d)
		}
		if err := c.Decisions.PlanByHand(t.Context(), boss, id, hand); !fault.Is(err, fault.Conflict) {
			t.Errorf("planned beside an open one: %v", err)
		}
		c.Corrected(t, quiet, func(in *contact.Input) { in.Complaint = new(true) })
		if again := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; again.Revision != 2 {
			t.Errorf("a correction changed what was planned by hand: %+v", again)
		}
		c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)),
			callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		c.Pass(2 * time.Hour)
		if err := c.Decisions.PlanByHand(t.Context(), boss, id, hand); err != nil {
			t.Errorf("a second one after the first was made: %v", err)
		}
		if n := c.Count(t, "callbacks", "kind = ?", callback.ConfirmKind); n != 2 {
			t.Errorf("%d callbacks, want two", n)
		}
		c.AddsUp(t)
		events, err := decision.EventsOfContact(db.View(t.Context()), id)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, e := range events {
			if e.Code == "follow_up_again_by_hand" && e.Actor == "Lee" && e.Args["note"] == "老板要求" {
				told++
			}
		}
		if told != 2 {
			t.Errorf("the timeline tells %d times who planned it and why: %+v", told, events)
		}
	})
}

func TestPermissionIsAskedAboutACallbackByHandToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := taskstest.Severe(1)
		quiet.Severity = contact.Low
		c := taskstest.Planned(t, db, quiet)
		id := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision.ContactID
		hand := decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 2, Reason: "老板要求"}
		c.Pass(12 * time.Hour) // 22:05
		if err := c.Decisions.PlanByHand(t.Context(), taskstest.Admin, id, hand); err != nil {
			t.Fatal(err)
		}
		if got := c.Callback(t); got.State != callback.Waiting || got.WaitReason != "outside_hours" ||
			got.ReadyAt != taskstest.Morning.Add(23*time.Hour-5*time.Minute) {
			t.Errorf("at night: %+v", got)
		}
		other := taskstest.Severe(2)
		other.Severity = contact.Low
		c.Take(t, other)
		c.Plan(t)
		suppression := permission.Suppression{
			Address: "+8613912340002",
			Kind:    permission.PhoneAddress,
			Scope:   permission.Everything,
			Reason:  "customer_request",
		}
		dbtest.InTx(t, db, func(tx database.Tx) error { return c.Permit.Suppress(tx, suppression) })
		err := c.Decisions.PlanByHand(t.Context(), taskstest.Admin, newest(t, c).ContactID, hand)
		if f, ok := fault.Of(err); !ok || f.Code != "callback_refused" || f.Args["reason"] != "suppressed" {
			t.Errorf("a suppressed customer: %v", err)
		}
		reopened := taskstest.Severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Take(t, reopened)
		if err := c.Decisions.PlanByHand(t.Context(), taskstest.Admin, id, hand); !fault.Is(err, fault.Conflict) {
			t.Errorf("a reopened contact: %v", err)
		}
		elsewhere := account.Viewer{UserID: 5, Role: account.Supervisor, TeamIDs: []int64{99}}
		if err := c.Decisions.PlanByHand(t.Context(), elsewhere, id, hand); !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's supervisor: %v", err)
		}
	})
}

// A caller was still on the line when their callback was cancelled and another one planned by hand: what they note does not end
// the new one.
func TestALateOutcomeOfAnOldRoundEndsNothingNew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		if err := c.Callbacks.CancelByHand(t.Context(), taskstest.Admin, desk.Callback.ID, "the source asked"); err != nil {
			t.Fatal(err)
		}
		hand := decision.HandPlan{Kind: policy.ConfirmCallback, Priority: 2, Due: c.Now().Add(3 * time.Hour), Reason: "doch"}
		if err := c.Decisions.PlanByHand(t.Context(), taskstest.Admin, desk.Callback.ContactID, hand); err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		if d := c.DecisionsByKind(t)[policy.FollowUpCallback].Decision; d.State != decision.Planned || !d.CancelledAt.IsZero() {
			t.Errorf("the new plan was ended: %+v", d)
		}
		c.AddsUp(t)
	})
}
