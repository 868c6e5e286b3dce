package tasks_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

// dialled is a centre in which caller 1 has dialled the one callback there is.
func dialled(t testing.TB, db *database.DB) (centre, tasks.Desk) {
	t.Helper()
	c, desk := atWork(t, db)
	if err := c.dial(t, 1, desk); err != nil {
		t.Fatal(err)
	}
	return c, desk
}

func (c centre) dial(t testing.TB, callerID int64, desk tasks.Desk) error {
	t.Helper()
	_, err := c.Dial(context.Background(), caller(callerID), desk.Callback.ID, desk.Callback.Fence)
	return err
}

func refusedFor(err error) any {
	f, ok := fault.Of(err)
	if !ok || f.Code != "dial_refused" {
		return err
	}
	return f.Args["reason"]
}

func TestDiallingAgainAfterAColleagueCalledIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, first := dialled(t, db)
		c.take(t, complaintOf(1))
		c.plan(t)
		c.pass(61 * time.Minute)
		c.work(t, tasks.JobOffer, c.Offer)
		second := c.claim(t, caller(2))
		if second.Callback.ID == first.Callback.ID || second.Callback.PersonID != first.Callback.PersonID {
			t.Fatalf("the colleague got callback %d of person %d", second.Callback.ID, second.Callback.PersonID)
		}
		if err := c.dial(t, 2, second); err != nil {
			t.Fatal(err)
		}
		c.pass(2 * time.Minute)
		c.finish(t, caller(2), second, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		c.pass(time.Minute)
		if got := refusedFor(c.dial(t, 1, first)); got != string(permission.AttemptGap) {
			t.Errorf("three minutes after the colleague's call: %v", got)
		}
	})
}

// Only what the attempt itself spent is overlooked: meanwhile somebody else on the same line may have been called.
func TestDiallingAgainUnderTheLeaseOverlooksItsOwnCallOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := dialled(t, db)
		c.pass(time.Minute)
		if err := c.dial(t, 1, desk); err != nil {
			t.Fatalf("the line dropped: %v", err)
		}
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return c.permit.Touch(tx, permission.Touch{
				PersonID: desk.Callback.PersonID + 1, CustomerID: desk.Callback.CustomerID + 1, Kind: permission.Attempt,
				Purpose: permission.ServiceCallback, Channel: permission.ByPhone, Ref: 99, Address: desk.Phone,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := refusedFor(c.dial(t, 1, desk)); got != string(permission.AttemptGap) {
			t.Errorf("right after a call to the same number: %v", got)
		}
	})
}

// Who walks away with a claim and comes back makes another call: it keeps the gap, and counts.
func TestDiallingAgainAfterTheLeaseIsAnotherAttempt(t *testing.T) {
	t.Parallel()
	for _, comeBack := range []string{"dials", "types and dials"} {
		t.Run(comeBack, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, desk := dialled(t, db)
				c.pass(30 * time.Minute)
				if comeBack != "dials" {
					if _, err := c.SaveDraft(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.Outcome{Note: "n"}); err != nil {
						t.Fatal(err)
					}
				}
				if got := refusedFor(c.dial(t, 1, desk)); got != string(permission.AttemptGap) {
					t.Fatalf("half an hour after the first: %v", got)
				}
				c.pass(30 * time.Minute)
				if err := c.dial(t, 1, desk); err != nil {
					t.Fatal(err)
				}
				c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
				if c.count(t, "touches", "kind = 'attempt'") != 2 || c.callback(t).Attempts != 2 {
					t.Error("the second call is not counted")
				}
				if c.count(t, "attempts", "no = 1 AND ended_at = 0") != 1 || c.count(t, "attempts", "no = 2 AND ended_at = ?", c.now()) != 1 {
					t.Error("the outcome is not that of the second call")
				}
			})
		})
	}
}
