package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// dialled is a centre in which caller 1 has dialled the one callback there is.
func dialled(t testing.TB, db *database.DB) (taskstest.Centre, callback.Desk) {
	t.Helper()
	c, desk := taskstest.AtWork(t, db)
	if err := c.Dial(t, 1, desk); err != nil {
		t.Fatal(err)
	}
	return c, desk
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
		c.NotFor(t, first, 2)
		c.Take(t, taskstest.ComplaintOf(1))
		c.Plan(t)
		c.Pass(61 * time.Minute)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		second := c.Claim(t, taskstest.Caller(2))
		if second.Callback.ID == first.Callback.ID || second.Callback.PersonID != first.Callback.PersonID {
			t.Fatalf("the colleague got callback %d of person %d", second.Callback.ID, second.Callback.PersonID)
		}
		if err := c.Dial(t, 2, second); err != nil {
			t.Fatal(err)
		}
		c.Pass(2 * time.Minute)
		c.Finish(t, taskstest.Caller(2), second, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		c.Pass(time.Minute)
		if got := refusedFor(c.Dial(t, 1, first)); got != string(permission.AttemptGap) {
			t.Errorf("three minutes after the colleague's call: %v", got)
		}
	})
}

// Only what the attempt itself spent is overlooked: meanwhile somebody else on the same line may have been called.
func TestDiallingAgainUnderTheLeaseOverlooksItsOwnCallOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := dialled(t, db)
		c.Pass(time.Minute)
		if err := c.Dial(t, 1, desk); err != nil {
			t.Fatalf("the line dropped: %v", err)
		}
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return c.Permit.Touch(tx, permission.Touch{
				PersonID: desk.Callback.PersonID + 1, CustomerID: desk.Callback.CustomerID + 1, Kind: permission.Attempt,
				Purpose: permission.ServiceCallback, Channel: permission.ByPhone, Ref: 99, Address: desk.Phone,
			})
		})
		if got := refusedFor(c.Dial(t, 1, desk)); got != string(permission.AttemptGap) {
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
				c.Pass(30 * time.Minute)
				if comeBack != "dials" {
					draft := callback.Outcome{Note: "n"}
					_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, draft)
					if err != nil {
						t.Fatal(err)
					}
				}
				if got := refusedFor(c.Dial(t, 1, desk)); got != string(permission.AttemptGap) {
					t.Fatalf("half an hour after the first: %v", got)
				}
				c.Pass(30 * time.Minute)
				if err := c.Dial(t, 1, desk); err != nil {
					t.Fatal(err)
				}
				c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
				if c.Count(t, "touches", "kind = 'attempt'") != 2 || c.Callback(t).Attempts != 2 {
					t.Error("the second call is not counted")
				}
				if c.Count(t, "attempts", "no = 1 AND ended_at = 0") != 1 ||
					c.Count(t, "attempts", "no = 2 AND ended_at = ?", c.Now()) != 1 {
					t.Error("the outcome is not that of the second call")
				}
			})
		})
	}
}
