package callback_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// ahead is a centre in which caller 1 has one callback and, for the next 90 seconds, another one.
func ahead(t *testing.T, db *database.DB) (c taskstest.Centre, desk callback.Desk, next callback.Upcoming) {
	t.Helper()
	c = taskstest.Planned(t, db, taskstest.Severe(1), taskstest.Severe(2))
	desk = c.Claim(t, taskstest.Caller(1))
	return c, desk, prefetched(t, c)
}

func prefetched(t *testing.T, c taskstest.Centre) callback.Upcoming {
	t.Helper()
	next, err := c.Callbacks.Prefetch(t.Context(), taskstest.Caller(1))
	if err != nil {
		t.Fatalf("prefetch: %v", err)
	}
	return next
}

func TestWhatIsPrefetchedIsNobodyElsesAndComesNext(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, next := ahead(t, db)
		if next.Callback.PersonID == desk.Callback.PersonID || next.Until != c.Now().Add(90*time.Second) || next.Customer.Name == "" {
			t.Errorf("next is %+v until %v", next.Callback, next.Until)
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("a colleague: %v", err)
		}
		if current, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1)); err != nil || current.Callback.ID != desk.Callback.ID {
			t.Errorf("on the desk is %d, %v", current.Callback.ID, err)
		}
		if err := c.Dial(t, 1, next.Desk); !fault.Is(err, fault.Conflict) {
			t.Errorf("dialled what is only next: %v", err)
		}
		c.Pass(time.Minute)
		c.Finish(t, taskstest.Caller(1), desk, solved)
		claimed := c.Claim(t, taskstest.Caller(1))
		if claimed.Callback.ID != next.Callback.ID || claimed.Callback.Fence != next.Callback.Fence ||
			claimed.Callback.LeaseUntil != c.Now().Add(callback.Lease) || claimed.Callback.ClaimedAt != c.Now() {
			t.Errorf("then comes %+v", claimed.Callback)
		}
		if err := c.Dial(t, 1, claimed); err != nil {
			t.Error(err)
		}
		c.Finish(t, taskstest.Caller(1), claimed, solved)
		if c.Count(t, "holds", "slot <> ?", callback.SlotUndo) != 0 {
			t.Error("a hold is left")
		}
	})
}

func TestPrefetchingAgainKeepsTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _, next := ahead(t, db)
		c.Take(t, taskstest.ComplaintOf(3)) // more urgent
		c.Plan(t)
		c.Pass(80 * time.Second)
		if again := prefetched(t, c); again.Callback.ID != next.Callback.ID || again.Until != c.Now().Add(90*time.Second) {
			t.Errorf("now it is %d until %v", again.Callback.ID, again.Until)
		}
	})
}

func TestAPrefetchThatIsOverIsAnybodysAndNoSkip(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, next := ahead(t, db)
		c.Pass(90 * time.Second)
		theirs := c.Claim(t, taskstest.Caller(2))
		if theirs.Callback.ID != next.Callback.ID || theirs.Callback.Fence != next.Callback.Fence+1 ||
			theirs.Callback.Skips != 0 || theirs.Callback.Attempts != 0 {
			t.Errorf("a colleague got %+v", theirs.Callback)
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("it was handed out twice: %v", err)
		}
		typed := callback.Outcome{Note: "我以为是我的"}
		_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), next.Callback.ID, next.Callback.Fence, typed)
		if err == nil || errors.Is(err, callback.ErrStale) || c.Count(t, "drafts", "1 = 1") != 0 {
			t.Errorf("what they never had on the desk: %v", err)
		}
	})
}

// Between looking ahead and going on, a customer may have said no.
func TestPrefetchedCallbackIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, next := ahead(t, db)
		_, err := c.Permit.SuppressByHand(t.Context(), taskstest.Admin, permission.Suppression{
			Address: next.Phone, Kind: permission.PhoneAddress, Scope: permission.Everything, Reason: "customer_request",
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(1), desk, solved)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Fatalf("handed out: %v", err)
		}
		if c.Count(t, "callbacks", "id = ? AND state = ? AND lease_until = 0", next.Callback.ID, callback.Cancelled) != 1 ||
			c.Count(t, "holds", "slot <> ?", callback.SlotUndo) != 0 {
			t.Error("it is not cancelled, or still held")
		}
	})
}

// A callback that is cancelled while it is only next never reaches the desk.
func TestCancellingWhatIsNextFreesItsCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _, next := ahead(t, db)
		if err := c.Callbacks.CancelByHand(t.Context(), taskstest.Supervisor, next.Callback.ID, "已上门解决"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Prefetch(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("it is still next: %v", err)
		}
	})
}

// The empty desk counts what is kept for it, for a claim hands it out.
func TestSupplyCountsWhatIsNext(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, next := ahead(t, db)
		c.Finish(t, taskstest.Caller(1), desk, solved)
		mine, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(1))
		if err != nil || mine.Ready != 1 || mine.InHand != 0 {
			t.Errorf("%+v, %v", mine, err)
		}
		if theirs, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(2)); err != nil || theirs.Ready != 0 || theirs.InHand != 1 {
			t.Errorf("a colleague: %+v, %v", theirs, err)
		}
		c.Pass(2 * time.Minute)
		if mine, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(1)); err != nil || mine.Ready != 1 {
			t.Errorf("when it is over: %+v, %v", mine, err)
		}
		if got := c.Claim(t, taskstest.Caller(1)); got.Callback.ID != next.Callback.ID {
			t.Errorf("claimed %d", got.Callback.ID)
		}
	})
}

// Two tabs look ahead and go on at once: one caller never has more than one person in a hand, and never the same in both.
func TestTwoTabsLookAheadAndGoOnAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(12)...)
		viewer := taskstest.Caller(1)
		for range 5 {
			var mu sync.Mutex
			current, next := map[int64]bool{}, map[int64]bool{}
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					desk := claimPatiently(t, c, viewer)
					upcoming, err := prefetchPatiently(c, viewer)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					current[desk.Callback.ID], next[upcoming.Callback.ID] = true, true
				})
			}
			group.Wait()
			if len(current) != 1 || len(next) != 1 ||
				c.Count(t, "holds", "caller_id = 1 AND slot <> ? AND until_at > ?", callback.SlotUndo, c.Now()) != 2 {
				t.Fatalf("on the desk %v, next %v", current, next)
			}
			c.Finish(t, viewer, c.Claim(t, viewer), callback.Outcome{CallResult: callback.NoAnswer})
			c.Pass(time.Second)
		}
	})
}

func prefetchPatiently(c taskstest.Centre, viewer account.Viewer) (next callback.Upcoming, err error) {
	for range 100 {
		next, err = c.Callbacks.Prefetch(context.Background(), viewer)
		if !errors.Is(err, callback.ErrClaimBusy) {
			break
		}
	}
	return next, err
}
