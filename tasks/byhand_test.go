package tasks_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

func TestASupervisorPlansACallbackByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := severe(1)
		quiet.Severity = contact.Low
		c := planned(t, db, quiet)
		id := c.decisions(t)[tasks.FollowUpCallback].Decision.ContactID
		lee, err := account.New(db, nil, c.now).AddUser(t.Context(), account.NewUser{Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Supervisor})
		if err != nil {
			t.Fatal(err)
		}
		boss := account.Viewer{UserID: lee.ID, Role: account.Supervisor}
		hand := tasks.HandPlan{Kind: tasks.ConfirmCallback, Priority: 2, Reason: "老板要求"}
		if err := c.PlanByHand(t.Context(), caller(1), id, hand); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller plans: %v", err)
		}
		past := hand
		past.Due = c.now().Add(-21 * 24 * time.Hour)
		if err := c.PlanByHand(t.Context(), boss, id, past); !fault.Is(err, fault.Invalid) {
			t.Errorf("planned for three weeks ago: %v", err)
		}
		if err := c.PlanByHand(t.Context(), boss, id, tasks.HandPlan{Team: "无"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("planned without anything: %v", err)
		}
		if err := c.PlanByHand(t.Context(), boss, id, hand); err != nil {
			t.Fatal(err)
		}
		d := c.decisions(t)[tasks.FollowUpCallback].Decision
		if d.State != tasks.Planned || d.Rule != tasks.RuleByHand || d.Revision != 2 {
			t.Errorf("decided %+v", d)
		}
		if err := c.PlanByHand(t.Context(), boss, id, hand); !fault.Is(err, fault.Conflict) {
			t.Errorf("planned beside an open one: %v", err)
		}
		c.corrected(t, quiet, func(in *contact.Input) { in.Complaint = true })
		if again := c.decisions(t)[tasks.FollowUpCallback].Decision; again.Revision != 2 {
			t.Errorf("a correction changed what was planned by hand: %+v", again)
		}
		c.finish(t, caller(1), c.claim(t, caller(1)), tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		c.pass(2 * time.Hour)
		if err := c.PlanByHand(t.Context(), boss, id, hand); err != nil {
			t.Errorf("a second one after the first was made: %v", err)
		}
		if n := c.count(t, "callbacks", "kind = ?", tasks.ConfirmCallback); n != 2 {
			t.Errorf("%d callbacks, want two", n)
		}
		c.addsUp(t)
		events, err := tasks.EventsOfContact(db.View(t.Context()), id)
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
			t.Errorf("the story tells %d times who planned it and why: %+v", told, events)
		}
	})
}

func TestPermissionIsAskedAboutACallbackByHandToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := severe(1)
		quiet.Severity = contact.Low
		c := planned(t, db, quiet)
		id := c.decisions(t)[tasks.FollowUpCallback].Decision.ContactID
		hand := tasks.HandPlan{Kind: tasks.ConfirmCallback, Priority: 2, Reason: "老板要求"}
		c.pass(12 * time.Hour) // 22:05
		if err := c.PlanByHand(t.Context(), admin, id, hand); err != nil {
			t.Fatal(err)
		}
		if got := c.callback(t); got.State != tasks.Waiting || got.WaitReason != "outside_hours" || got.ReadyAt != morning.Add(23*time.Hour-5*time.Minute) {
			t.Errorf("at night: %+v", got)
		}
		other := severe(2)
		other.Severity = contact.Low
		c.take(t, other)
		c.plan(t)
		suppression := permission.Suppression{Address: "+8613912340002", Kind: permission.PhoneAddress, Scope: permission.Everything, Reason: "customer_request"}
		if err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return c.permit.Suppress(tx, suppression) }); err != nil {
			t.Fatal(err)
		}
		err := c.PlanByHand(t.Context(), admin, c.newest(t).ContactID, hand)
		if f, ok := fault.Of(err); !ok || f.Code != "callback_refused" || f.Args["reason"] != "suppressed" {
			t.Errorf("a suppressed customer: %v", err)
		}
		reopened := severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.take(t, reopened)
		if err := c.PlanByHand(t.Context(), admin, id, hand); !fault.Is(err, fault.Conflict) {
			t.Errorf("a reopened contact: %v", err)
		}
		elsewhere := account.Viewer{UserID: 5, Role: account.Supervisor, TeamIDs: []int64{99}}
		if err := c.PlanByHand(t.Context(), elsewhere, id, hand); !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's supervisor: %v", err)
		}
	})
}

// A caller was still on the line when their callback was cancelled and another one planned by hand: what they note does not end
// the new one.
func TestALateOutcomeOfAnOldRoundEndsNothingNew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		if err := c.CancelByHand(t.Context(), admin, desk.Callback.ID, "the source asked"); err != nil {
			t.Fatal(err)
		}
		hand := tasks.HandPlan{Kind: tasks.ConfirmCallback, Priority: 2, Due: c.now().Add(3 * time.Hour), Reason: "doch"}
		if err := c.PlanByHand(t.Context(), admin, desk.Callback.ContactID, hand); err != nil {
			t.Fatal(err)
		}
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.NoAnswer})
		if d := c.decisions(t)[tasks.FollowUpCallback].Decision; d.State != tasks.Planned || !d.CancelledAt.IsZero() {
			t.Errorf("the new plan was ended: %+v", d)
		}
		c.addsUp(t)
	})
}
