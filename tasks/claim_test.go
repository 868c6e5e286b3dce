package tasks_test

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
	"aftercall/tasks"
)

// Forty callers press the button at once: nobody gets what another has, and no person is handed out twice, though every person here
// has ten callbacks that stand one after the other, more than a claim looks at.
func TestManyClaimersNeverShareACallbackOrAPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		const persons, callers = 45, 40
		var batch []contact.Input
		for i := range 10 * persons {
			in := severe(i/10 + 1)
			in.ExternalID = fmt.Sprintf("T-%d", i)
			batch = append(batch, in)
		}
		c.take(t, batch...)
		c.plan(t)
		var mu sync.Mutex
		byCallback, byPerson := map[int64]int64{}, map[int64]int64{}
		var group sync.WaitGroup
		for id := range int64(callers) {
			group.Go(func() {
				desk := claimPatiently(t, c, caller(id+1))
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
		if n := c.count(t, "callbacks", "state = ?", tasks.Claimed); n != callers {
			t.Errorf("%d callbacks are claimed, want %d", n, callers)
		}
	})
}

// claimPatiently claims until it is not told that others were faster.
func claimPatiently(t *testing.T, c centre, viewer account.Viewer) tasks.Desk {
	t.Helper()
	for range 100 {
		desk, err := c.Claim(context.Background(), viewer)
		if err == nil {
			return desk
		}
		if !errors.Is(err, tasks.ErrClaimBusy) {
			t.Errorf("caller %d: %v", viewer.UserID, err)
			return tasks.Desk{}
		}
	}
	t.Errorf("caller %d was told a hundred times that others were faster", viewer.UserID)
	return tasks.Desk{}
}

func TestWhoHoldsACallbackGetsItAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severes(5)...)
		var mu sync.Mutex
		got := map[int64]bool{}
		var group sync.WaitGroup
		for range 5 { // the same caller in five tabs
			group.Go(func() {
				desk := claimPatiently(t, c, caller(1))
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
		c := newCentre(t, db)
		complaint := severe(2)
		complaint.Complaint = true
		c.take(t, severe(1))
		c.plan(t)
		c.pass(time.Minute)
		c.take(t, complaint)
		c.plan(t)
		if desk := c.claim(t, caller(1)); desk.Callback.Kind != tasks.ComplaintCallback {
			t.Errorf("got a %s callback, want the complaint", desk.Callback.Kind)
		}
	})
}

func TestCallersGetCallbacksOfTheirTeamsOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		team := c.callback(t).TeamID
		stranger := caller(1)
		stranger.TeamIDs = []int64{team + 1}
		if _, err := c.Claim(t.Context(), stranger); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("another team's caller: %v, want ErrNothingReady", err)
		}
		colleague := caller(2)
		colleague.TeamIDs = []int64{team}
		c.claim(t, colleague)
	})
}

func TestNotAllowedNowIsMovedToWhenItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		twice := severe(1)
		twice.ExternalID = "T-1b"
		c.take(t, severe(1), twice)
		c.plan(t)
		desk := c.claim(t, caller(1))
		c.pass(time.Minute)
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		if _, err := c.Claim(t.Context(), caller(2)); !errors.Is(err, tasks.ErrNothingReady) && !errors.Is(err, tasks.ErrClaimBusy) {
			t.Fatalf("the person was handed out again at once: %v", err)
		}
		nothing, err := c.Supply(t.Context(), caller(2))
		if err != nil {
			t.Fatal(err)
		}
		if len(nothing.Waiting) != 1 || nothing.Waiting[0].Reason != "attempt_gap" || nothing.Next != morning.Add(time.Hour) {
			t.Errorf("the empty desk says %+v", nothing)
		}
	})
}

func TestNothingSaysWhyTheDeskIsEmpty(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		nothing, err := c.Supply(t.Context(), caller(1))
		if err != nil || nothing.Total() != 0 {
			t.Fatalf("an empty centre: %+v, %v", nothing, err)
		}
		c.take(t, severes(3)...)
		c.plan(t)
		c.pass(9*time.Hour + 50*time.Minute)
		c.claim(t, caller(2))
		c.pass(10 * time.Minute) // 20:05
		if _, err := c.Claim(t.Context(), caller(1)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Fatalf("a callback was handed out at night: %v", err)
		}
		nothing, err = c.Supply(t.Context(), caller(1))
		if err != nil {
			t.Fatal(err)
		}
		opens := morning.Add(23*time.Hour - 5*time.Minute)
		if nothing.Taken != 1 || len(nothing.Waiting) != 1 || nothing.Waiting[0].Count != 2 || nothing.Waiting[0].Reason != "outside_hours" || nothing.Next != opens {
			t.Errorf("got %+v, want two until %v", nothing, opens)
		}
	})
}

func TestCallbackOfAReopenedContactIsNotHandedOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		reopened := severe(1)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.pass(time.Minute)
		c.take(t, reopened) // the job that cancels has not run yet
		if _, err := c.Claim(t.Context(), caller(1)); err == nil {
			t.Fatal("it was handed out")
		}
		if got := c.callback(t); got.State != tasks.Cancelled || got.CloseReason != tasks.ReasonReopened {
			t.Errorf("%s for %q, want it cancelled as reopened", got.State, got.CloseReason)
		}
	})
}
