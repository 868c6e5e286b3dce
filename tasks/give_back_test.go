package tasks_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks"
)

func TestSkippedCallbackDoesNotComeStraightBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		if _, err := c.Skip(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, "no such reason"); !fault.Is(err, fault.Invalid) {
			t.Errorf("skipped without a reason: %v", err)
		}
		if _, err := c.Skip(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.SkipLanguage); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Claim(t.Context(), caller(1)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("it came straight back: %v", err)
		}
		if n := c.count(t, "audit_entries", "action = 'callback.skip' AND detail = ?", tasks.SkipLanguage); n != 1 {
			t.Error("the reason is not in the audit")
		}
	})
}

func TestReleasedCallbackIsAnybodysAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		if _, err := c.Release(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		c.claim(t, caller(2))
		if _, err := c.Release(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); !errors.Is(err, tasks.ErrStale) {
			t.Errorf("released what a colleague has: %v", err)
		}
	})
}

// A contact is reopened while its callback is being made: nothing that was typed is lost, and nobody is called again about it.
func TestReopeningDuringTheCallKeepsTheAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		reopened := severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.pass(time.Minute)
		c.take(t, reopened)
		c.work(t, contact.JobReopened, c.CancelContact)
		if _, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err == nil {
			t.Error("dialled for a reopened contact")
		}
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.NoAnswer, Note: "已振铃"})
		if got := c.callback(t); got.State != tasks.Cancelled || got.Attempts != 1 {
			t.Errorf("%s after %d attempts, want it cancelled with the attempt", got.State, got.Attempts)
		}
		if _, err := c.Current(t.Context(), caller(1)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("the caller still has it: %v", err)
		}
	})
}

func TestRecoveryGoesToAnotherCallerOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		rating := 1
		desk := c.claim(t, caller(1))
		c.finish(t, caller(1), desk, tasks.Outcome{
			CallResult: tasks.Reached, BusinessResult: tasks.NotSolved, Note: "很不满意", Answers: tasks.Answers{Rating: &rating},
		})
		low := tasks.LowScore{ResponseID: 7, CustomerID: desk.Customer.ID, Resolution: desk.Resolution, Value: 1, Scale: "1-5", AnsweredAt: c.now()}
		for range 2 {
			if err := c.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
				t.Fatal(err)
			}
		}
		if n := c.count(t, "callbacks", "kind = ? AND decision_id IS NULL AND priority = 2", tasks.RecoveryCallback); n != 1 {
			t.Fatalf("%d recoveries, want 1", n)
		}
		c.pass(61 * time.Minute)
		c.work(t, tasks.JobOffer, c.Offer)
		if _, err := c.Claim(t.Context(), caller(1)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("the caller who asked: %v, want ErrNothingReady", err)
		}
		if other := c.claim(t, caller(2)); other.Callback.Kind != tasks.RecoveryCallback || other.Callback.OriginValue != 1 {
			t.Errorf("another caller got %+v", other.Callback)
		}
	})
}

func TestOldAnswerStartsNoRecovery(t *testing.T) {
	t.Parallel()
	c, desk := atWork(t, dbtest.SQLite(t))
	low := tasks.LowScore{ResponseID: 7, CustomerID: desk.Customer.ID, Resolution: desk.Resolution, Value: 1, AnsweredAt: c.now().Add(-8 * 24 * time.Hour)}
	if err := c.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
		t.Fatal(err)
	}
	if n := c.count(t, "callbacks", "kind = ?", tasks.RecoveryCallback); n != 0 {
		t.Errorf("%d recoveries, want none", n)
	}
}

func TestUncalledCallbackExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		c.pass(7 * 24 * time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		if got := c.callback(t); got.State != tasks.Cancelled || got.CloseReason != tasks.ReasonExpired {
			t.Errorf("%s for %q, want it expired", got.State, got.CloseReason)
		}
	})
}

func TestSupervisorReassignsAndCancels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		id := c.callback(t).ID
		boss := account.Viewer{UserID: 9, Role: account.Supervisor}
		if err := c.Reassign(t.Context(), boss, id, 2, "请小陈跟进"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Claim(t.Context(), caller(1)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("somebody else got it: %v", err)
		}
		desk := c.claim(t, caller(2))
		if err := c.CancelByHand(t.Context(), boss, id, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("cancelled without saying why: %v", err)
		}
		if err := c.CancelByHand(t.Context(), boss, id, "客户已来店解决"); err != nil {
			t.Fatal(err)
		}
		current, err := c.Current(t.Context(), caller(2))
		if err != nil || current.Callback.State != tasks.Cancelled {
			t.Errorf("the caller at work on it sees %s, %v", current.Callback.State, err)
		}
		if _, err := c.Release(t.Context(), caller(2), id, desk.Callback.Fence); err != nil {
			t.Error(err)
		}
		stranger := account.Viewer{UserID: 8, Role: account.Supervisor, TeamIDs: []int64{desk.Callback.TeamID + 1}}
		if err := c.CancelByHand(t.Context(), stranger, id, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's supervisor: %v", err)
		}
	})
}
