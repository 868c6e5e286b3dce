package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// of returns the callback of a contact number.
func of(t *testing.T, c taskstest.Centre, number int) callback.Callback {
	t.Helper()
	rows, err := c.Worklist.List(t.Context(), taskstest.Admin, worklist.Filter{Set: worklist.Any})
	if err != nil {
		t.Fatal(err)
	}
	customer := c.DecisionOf(t, number).CustomerID
	for _, row := range rows {
		if row.Callback.CustomerID == customer {
			return row.Callback
		}
	}
	t.Fatalf("contact %d has no callback", number)
	return callback.Callback{}
}

func code(err error) string {
	if f, ok := fault.Of(err); ok {
		return f.Code
	}
	return ""
}

func TestASupervisorPicksAnyCallback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		urgent := taskstest.Severe(1)
		urgent.Complaint = new(true)
		c := taskstest.Planned(t, db, urgent, taskstest.Severe(2))
		want := of(t, c, 2)
		desk, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, want.ID)
		if err != nil || desk.Callback.ID != want.ID {
			t.Fatalf("picked %d, %v", desk.Callback.ID, err)
		}
		again, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, want.ID)
		if err != nil || again.Callback.Fence != desk.Callback.Fence {
			t.Errorf("a second click: %v", err)
		}
		if n := c.Count(t, "callback_changes", "callback_id = ? AND kind = 'picked' AND user_id = 900", want.ID); n != 1 {
			t.Errorf("written down %d times", n)
		}
		_, err = c.Callbacks.Pick(t.Context(), taskstest.Supervisor, of(t, c, 1).ID)
		if code(err) != "desk_taken" {
			t.Errorf("with another one on the desk: %v", err)
		}
		boss := account.Viewer{UserID: 901, Role: account.Supervisor}
		if _, err := c.Callbacks.Pick(t.Context(), boss, want.ID); code(err) != "callback_in_hand" {
			t.Errorf("out of a colleague's hands: %v", err)
		}
	})
}

func TestACallerPicksOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.Severe(2))
		first, second := of(t, c, 1), of(t, c, 2)
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), first.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("what is anybody's: %v", err)
		}
		c.Hire(t, 1)
		if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, first.ID, 1, "熟悉客户"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, first.ID); code(err) != "callback_kept" {
			t.Errorf("what is kept for somebody else: %v", err)
		}
		desk, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), first.ID); code(err) != "callback_state" {
			t.Errorf("what is done: %v", err)
		}
		had := c.Claim(t, taskstest.Caller(1))
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), had.Callback.ID, had.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), second.ID); err != nil {
			t.Errorf("what they had before: %v", err)
		}
	})
}

// Picking skips the queue, and nothing else: the customer may not be called again at once, and not about what is reopened.
func TestAPickIsJudgedLikeAClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		c.Pass(time.Minute)
		_, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), desk.Callback.ID)
		if got := refusedFor(err); got != string(permission.AttemptGap) {
			t.Errorf("a minute after the call: %v", got)
		}
		if got := c.Callback(t); got.State != callback.Waiting || got.WaitReason != callback.Reason(callback.NoAnswer) {
			t.Errorf("the refusal made it %s for %s", got.State, got.WaitReason)
		}
		c.Pass(61 * time.Minute) // an hour before its next try
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), desk.Callback.ID); err != nil {
			t.Errorf("while it waits: %v", err)
		}
	})
}

func TestAPersonInACallIsNotPicked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _ := taskstest.AtWork(t, db)
		c.Take(t, taskstest.ComplaintOf(1))
		c.Plan(t)
		rows, err := c.Worklist.List(t.Context(), taskstest.Admin, worklist.Filter{Kind: callback.ComplaintKind})
		if err != nil || len(rows) != 1 {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, rows[0].Callback.ID); code(err) != "customer_in_call" {
			t.Errorf("a supervisor: %v", err)
		}
	})
}

func TestWhatIsNextMayBePicked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.ComplaintOf(1), taskstest.Severe(1))
		next, err := c.Callbacks.Prefetch(t.Context(), taskstest.Supervisor)
		if err != nil {
			t.Fatal(err)
		}
		desk, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, next.Others[0].Callback.ID)
		if err != nil || desk.Callback.ID != next.Others[0].Callback.ID || len(desk.Others) != 1 {
			t.Fatalf("%+v, %v", desk.Callback, err)
		}
		current, err := c.Callbacks.Current(t.Context(), taskstest.Supervisor)
		if err != nil || current.Callback.ID != desk.Callback.ID {
			t.Errorf("on the desk is %d, %v", current.Callback.ID, err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("a colleague: %v", err)
		}
	})
}

// Whoever picked one that waited may leave it: it is still given up when its time is over.
func TestWhatWasPickedAndLeftExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		c.Pass(62 * time.Minute)
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Caller(1), desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			c.Pass(4 * time.Hour)
			c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		}
		c.At.Store(int64(c.Callback(t).ExpiresAt))
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Cancelled || got.CloseReason != callback.ReasonExpired {
			t.Errorf("%s for %q", got.State, got.CloseReason)
		}
	})
}

// A time the customer named is kept, however a caller who picked the callback before it leaves it.
func TestWhatWasPickedBeforeItsTimeWaitsOn(t *testing.T) {
	t.Parallel()
	me := taskstest.Caller(1)
	ways := map[string]func(*testing.T, taskstest.Centre, callback.Desk) error{
		"released": func(t *testing.T, c taskstest.Centre, desk callback.Desk) error {
			t.Helper()
			return taskstest.Second(c.Callbacks.Release(t.Context(), me, desk.Callback.ID, desk.Callback.Fence))
		},
		"skipped": func(t *testing.T, c taskstest.Centre, desk callback.Desk) error {
			t.Helper()
			return taskstest.Second(c.Callbacks.Skip(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, callback.SkipOther))
		},
		"left": func(t *testing.T, c taskstest.Centre, _ callback.Desk) error {
			t.Helper()
			c.Pass(callback.Lease)
			if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
				t.Error("a colleague got it")
			}
			return nil
		},
		"undone": func(t *testing.T, c taskstest.Centre, desk callback.Desk) error {
			t.Helper()
			c.Finish(t, me, desk, callback.Outcome{CallResult: callback.WrongNumber})
			if _, err := c.Callbacks.Undo(t.Context(), me, desk.Callback.ID); err != nil {
				return err
			}
			return taskstest.Second(c.Callbacks.Release(t.Context(), me, desk.Callback.ID, desk.Callback.Fence))
		},
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, desk := taskstest.AtWork(t, db)
				at := c.Now().Add(5 * time.Hour)
				c.Finish(t, me, desk, callback.Outcome{
					CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at,
				})
				c.Pass(62 * time.Minute)
				desk, err := c.Callbacks.Pick(t.Context(), me, desk.Callback.ID)
				if err != nil {
					t.Fatal(err)
				}
				if err := leave(t, c, desk); err != nil {
					t.Fatal(err)
				}
				got := c.Callback(t)
				if got.State != callback.Waiting || got.WaitReason != callback.ReasonAppointment || got.ReadyAt != at {
					t.Errorf("%s for %q until %v", got.State, got.WaitReason, got.ReadyAt)
				}
				c.At.Store(int64(at))
				c.Work(t, callback.JobOffer, c.Callbacks.Offer)
				if again := c.Claim(t, me); again.Callback.WaitReason != "" {
					t.Errorf("at its time it waits for %q", again.Callback.WaitReason)
				}
			})
		})
	}
}

// A last attempt that was made before its time and left is nobody's to claim: who asks is told so, not that colleagues are faster.
func TestALastAttemptMadeEarlyAndLeftIsClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		id := of(t, c, 1).ID
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return tx.Gorm().Exec("UPDATE callbacks SET state = 'waiting', wait_reason = 'appointment', attempts = max_attempts - 1, "+
				"ready_at = ? WHERE id = ?", c.Now().Add(5*time.Hour), id).Error
		})
		desk, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, id)
		if err == nil {
			_, err = c.Callbacks.Dial(t.Context(), taskstest.Supervisor, id, desk.Callback.Fence)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Pass(callback.Lease + time.Second)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !fault.Is(err, fault.NotFound) {
			t.Errorf("claimed: %v", err)
		}
		if left := of(t, c, 1); left.State != callback.Finished || left.CloseReason != callback.ReasonUnreachable {
			t.Errorf("it is %s, %s", left.State, left.CloseReason)
		}
	})
}
