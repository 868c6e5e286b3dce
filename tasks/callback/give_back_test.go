package callback_test

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
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

func TestSkippedCallbackDoesNotComeStraightBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		_, err := c.Callbacks.Skip(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, "no such reason")
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("skipped without a reason: %v", err)
		}
		_, err = c.Callbacks.Skip(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.SkipLanguage)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("it came straight back: %v", err)
		}
		if n := c.Count(t, "callback_changes", "kind = 'skipped' AND user_id = 1 AND reason = ?", callback.SkipLanguage); n != 1 {
			t.Error("nobody knows why")
		}
	})
}

func TestReleasedCallbackIsAnybodysAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		c.Claim(t, taskstest.Caller(2))
		_, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
		if !errors.Is(err, callback.ErrStale) {
			t.Errorf("released what a colleague has: %v", err)
		}
	})
}

// A contact is reopened while its callback is being made: nothing that was typed is lost, and nobody is called again about it.
func TestReopeningDuringTheCallKeepsTheAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		reopened := taskstest.Severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Pass(time.Minute)
		c.Take(t, reopened)
		c.Work(t, contact.JobReopened, c.Decisions.CancelContact)
		if _, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err == nil {
			t.Error("dialled for a reopened contact")
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer, Note: "已振铃"})
		if got := c.Callback(t); got.State != callback.Cancelled || got.Attempts != 1 {
			t.Errorf("%s after %d attempts, want it cancelled with the attempt", got.State, got.Attempts)
		}
		if _, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("the caller still has it: %v", err)
		}
	})
}

func TestRecoveryGoesToAnotherCallerOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		rating := 1
		desk := c.Claim(t, taskstest.Caller(1))
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.NotSolved,
			Note: "很不满意", Answers: callback.Answers{Rating: &rating},
		})
		low := callback.LowScore{
			ResponseID: 7,
			CustomerID: desk.Customer.ID,
			Resolution: desk.Resolution,
			Value:      1,
			Scale:      "1-5",
			AnsweredAt: c.Now(),
			MaxAge:     7 * 24 * time.Hour,
		}
		for range 2 {
			if err := c.Callbacks.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
				t.Fatal(err)
			}
		}
		if n := c.Count(t, "callbacks", "kind = ? AND decision_id IS NULL AND priority = 2", callback.RecoveryKind); n != 1 {
			t.Fatalf("%d recoveries, want 1", n)
		}
		c.Pass(61 * time.Minute)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("the caller who asked: %v, want ErrNothingReady", err)
		}
		if other := c.Claim(t, taskstest.Caller(2)); other.Callback.Kind != callback.RecoveryKind || other.Callback.OriginValue != 1 {
			t.Errorf("another caller got %+v", other.Callback)
		}
	})
}

// A customer may change their answer for a day: the recovery goes with a better score, and comes with the next low one.
func TestAScoreThatIsLowAgainIsRecovered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		low := callback.LowScore{
			ResponseID: 7, CustomerID: desk.Customer.ID, Resolution: desk.Resolution, Value: 2, Scale: "1-5", AnsweredAt: c.Now(),
			MaxAge: 7 * 24 * time.Hour,
		}
		recovered := func(open, all int) {
			t.Helper()
			if err := c.Callbacks.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
				t.Fatal(err)
			}
			n := c.Count(t, "callbacks", "kind = ?", callback.RecoveryKind)
			if waiting := c.Count(t, "callbacks", "kind = ? AND state = 'waiting'", callback.RecoveryKind); waiting != open || n != all {
				t.Errorf("%d recoveries, %d of them to come; want %d, %d", n, waiting, all, open)
			}
		}
		recovered(1, 1)
		if err := c.Callbacks.CallOff(t.Context(), outbox.Ticket{}, low.Resolution.ID, low.ResponseID); err != nil {
			t.Fatal(err)
		}
		low.Value = 1
		recovered(1, 2)
		recovered(1, 2)
		newest, err := c.Worklist.RecoveriesOf(t.Context(), []int64{low.Resolution.ID})
		if got := newest[low.Resolution.ID]; err != nil || got.OriginValue != 1 || got.Round != 2 {
			t.Errorf("shown is %+v: %v", got, err)
		}
	})
}

func TestOldAnswerStartsNoRecovery(t *testing.T) {
	t.Parallel()
	c, desk := taskstest.AtWork(t, dbtest.SQLite(t))
	low := callback.LowScore{
		ResponseID: 7,
		CustomerID: desk.Customer.ID,
		Resolution: desk.Resolution,
		Value:      1,
		AnsweredAt: c.Now().Add(-8 * 24 * time.Hour),
		MaxAge:     7 * 24 * time.Hour,
	}
	if err := c.Callbacks.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
		t.Fatal(err)
	}
	if n := c.Count(t, "callbacks", "kind = ?", callback.RecoveryKind); n != 0 {
		t.Errorf("%d recoveries, want none", n)
	}
}

func TestUncalledCallbackExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Pass(7 * 24 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Cancelled || got.CloseReason != callback.ReasonExpired {
			t.Errorf("%s for %q, want it expired", got.State, got.CloseReason)
		}
	})
}

func TestSupervisorReassignsAndCancels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		id := c.Callback(t).ID
		boss := account.Viewer{UserID: 9, Role: account.Supervisor}
		c.Hire(t, 2)
		if err := c.Callbacks.Reassign(t.Context(), boss, id, 2, "请小陈跟进"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("somebody else got it: %v", err)
		}
		desk := c.Claim(t, taskstest.Caller(2))
		if err := c.Callbacks.CancelByHand(t.Context(), boss, id, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("cancelled without saying why: %v", err)
		}
		if err := c.Callbacks.CancelByHand(t.Context(), boss, id, "客户已来店解决"); err != nil {
			t.Fatal(err)
		}
		current, err := c.Callbacks.Current(t.Context(), taskstest.Caller(2))
		if err != nil || current.Callback.State != callback.Cancelled {
			t.Errorf("the caller at work on it sees %s, %v", current.Callback.State, err)
		}
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(2), id, desk.Callback.Fence); err != nil {
			t.Error(err)
		}
		stranger := account.Viewer{UserID: 8, Role: account.Supervisor, TeamIDs: []int64{desk.Callback.TeamID + 1}}
		if err := c.Callbacks.CancelByHand(t.Context(), stranger, id, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's supervisor: %v", err)
		}
	})
}

// The next try after a call in vain may be later than anybody would call: then it waits for nothing.
func TestACallbackWhoseNextTryIsTooLateEndsInTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: own, callback: {within: 30m, expiry: 3h}}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		desk := c.Claim(t, taskstest.Caller(1))
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Off}) // four hours
		c.Pass(2 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Waiting {
			t.Fatalf("before its end it is %s, %s", got.State, got.CloseReason)
		}
		c.Pass(time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Cancelled || got.CloseReason != callback.ReasonExpired {
			t.Errorf("at its end it is %s, %s", got.State, got.CloseReason)
		}
	})
}
