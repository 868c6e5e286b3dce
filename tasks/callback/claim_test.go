package callback_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// Forty callers press the button at once: nobody gets what another has, and no person is handed out twice, though every person here
// has ten callbacks that stand one after the other, more than a claim looks at.
func TestManyClaimersNeverShareACallbackOrAPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		const persons, callers = 45, 40
		var batch []contact.Input
		for i := range 10 * persons {
			in := taskstest.Severe(i/10 + 1)
			in.ExternalID = fmt.Sprintf("T-%d", i)
			batch = append(batch, in)
		}
		c.Take(t, batch...)
		c.Plan(t)
		var mu sync.Mutex
		byCallback, byPerson := map[int64]int64{}, map[int64]int64{}
		var group sync.WaitGroup
		for id := range int64(callers) {
			group.Go(func() {
				desk := claimPatiently(t, c, taskstest.Caller(id+1))
				mu.Lock()
				defer mu.Unlock()
				if other, taken := byCallback[desk.Callback.ID]; taken {
					t.Errorf("callers %d and %d got callback %d", other, id+1, desk.Callback.ID)
				}
				if other, taken := byPerson[desk.Callback.PersonID]; taken {
					t.Errorf("callers %d and %d got person %d", other, id+1, desk.Callback.PersonID)
				}
				byCallback[desk.Callback.ID], byPerson[desk.Callback.PersonID] = id+1, id+1
			})
		}
		group.Wait()
		if n := c.Count(t, "holds", "1 = 1"); n != callers {
			t.Errorf("%d persons are held, want %d", n, callers)
		}
		const together = "SELECT 1 FROM holds AS h WHERE h.person_id = callbacks.person_id AND h.caller_id = callbacks.caller_id " +
			"AND h.fence = callbacks.fence AND h.until_at = callbacks.lease_until"
		if n := c.Count(t, "callbacks", "state = ? AND NOT EXISTS ("+together+")", callback.Claimed); n != 0 {
			t.Errorf("%d callbacks are claimed by somebody who does not hold the person", n)
		}
	})
}

// claimPatiently claims until it is not told that others were faster.
func claimPatiently(t *testing.T, c taskstest.Centre, viewer account.Viewer) callback.Desk {
	t.Helper()
	for range 100 {
		desk, err := c.Callbacks.Claim(context.Background(), viewer)
		if err == nil {
			return desk
		}
		if !errors.Is(err, callback.ErrClaimBusy) {
			t.Errorf("caller %d: %v", viewer.UserID, err)
			return callback.Desk{}
		}
	}
	t.Errorf("caller %d was told a hundred times that others were faster", viewer.UserID)
	return callback.Desk{}
}

func TestWhoHoldsACallbackGetsItAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(5)...)
		var mu sync.Mutex
		got := map[int64]bool{}
		var group sync.WaitGroup
		for range 5 { // the same caller in five tabs
			group.Go(func() {
				desk := claimPatiently(t, c, taskstest.Caller(1))
				mu.Lock()
				defer mu.Unlock()
				got[desk.Callback.ID] = true
			})
		}
		group.Wait()
		if len(got) != 1 {
			t.Errorf("one caller holds %d callbacks, want 1", len(got))
		}
	})
}

func TestMostUrgentIsHandedOutFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		complaint := taskstest.Severe(2)
		complaint.Complaint = new(true)
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		c.Pass(time.Minute)
		c.Take(t, complaint)
		c.Plan(t)
		if desk := c.Claim(t, taskstest.Caller(1)); desk.Callback.Kind != callback.ComplaintKind {
			t.Errorf("got a %s callback, want the complaint", desk.Callback.Kind)
		}
	})
}

func TestCallersGetCallbacksOfTheirTeamsOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		team := c.Callback(t).TeamID
		stranger := taskstest.Caller(1)
		stranger.TeamIDs = []int64{team + 1}
		if _, err := c.Callbacks.Claim(t.Context(), stranger); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("another team's caller: %v, want ErrNothingReady", err)
		}
		colleague := taskstest.Caller(2)
		colleague.TeamIDs = []int64{team}
		c.Claim(t, colleague)
	})
}

func TestNotAllowedNowIsMovedToWhenItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		twice := taskstest.Severe(1)
		twice.ExternalID = "T-1b"
		c.Take(t, taskstest.Severe(1), twice)
		c.Plan(t)
		desk := c.Claim(t, taskstest.Caller(1))
		c.Pass(time.Minute)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		other := c.Claim(t, taskstest.Caller(1))
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), other.Callback.ID, other.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) &&
			!errors.Is(err, callback.ErrClaimBusy) {
			t.Fatalf("the person was handed out again at once: %v", err)
		}
		nothing, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(2))
		if err != nil {
			t.Fatal(err)
		}
		if len(nothing.Waiting) != 1 || nothing.Waiting[0].Reason != "attempt_gap" || nothing.Next != taskstest.Morning.Add(time.Hour) {
			t.Errorf("the empty desk says %+v", nothing)
		}
	})
}

func TestNothingSaysWhyTheDeskIsEmpty(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		nothing, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(1))
		if err != nil || nothing.Total() != 0 {
			t.Fatalf("an empty centre: %+v, %v", nothing, err)
		}
		c.Take(t, taskstest.Severes(3)...)
		c.Plan(t)
		c.Pass(9*time.Hour + 50*time.Minute)
		c.Claim(t, taskstest.Caller(2))
		c.Pass(10 * time.Minute) // 20:05
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Fatalf("a callback was handed out at night: %v", err)
		}
		nothing, err = c.Callbacks.Supply(t.Context(), taskstest.Caller(1))
		if err != nil {
			t.Fatal(err)
		}
		opens := taskstest.Morning.Add(23*time.Hour - 5*time.Minute)
		if nothing.InHand != 1 || len(nothing.Waiting) != 1 || nothing.Waiting[0].Count != 2 ||
			nothing.Waiting[0].Reason != "outside_hours" ||
			nothing.Next != opens {
			t.Errorf("got %+v, want two until %v", nothing, opens)
		}
	})
}

func TestCallbackOfAReopenedContactIsNotHandedOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		reopened := taskstest.Severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Pass(time.Minute)
		c.Take(t, reopened) // the job that cancels has not run yet
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); err == nil {
			t.Fatal("it was handed out")
		}
		if got := c.Callback(t); got.State != callback.Cancelled || got.CloseReason != callback.ReasonReopened {
			t.Errorf("%s for %q, want it cancelled as reopened", got.State, got.CloseReason)
		}
	})
}
