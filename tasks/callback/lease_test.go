package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

func TestExpiredLeaseCanBeClaimedAndTheOldHolderIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		first := c.Claim(t, taskstest.Caller(1))
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) {
			t.Fatalf("claimed under a lease: %v", err)
		}
		c.Pass(callback.Lease)
		second := c.Claim(t, taskstest.Caller(2))
		if second.Callback.ID != first.Callback.ID || second.Callback.Fence != first.Callback.Fence+1 {
			t.Fatalf("got %d with fence %d", second.Callback.ID, second.Callback.Fence)
		}
		typed := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "客户说网速正常了"}
		_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), first.Callback.ID, first.Callback.Fence, typed)
		if !errors.Is(err, callback.ErrStale) {
			t.Fatalf("the old holder finished: %v", err)
		}
		draft := callback.Outcome{Note: "b"}
		if _, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(2), second.Callback.ID, second.Callback.Fence, draft); err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(2), second, callback.Outcome{CallResult: callback.WrongNumber})
		if n := c.Count(t, "drafts", "caller_id = 1 AND body LIKE ?", "%客户说网速正常了%"); n != 1 {
			t.Error("what the old holder typed is lost")
		}
		if n := c.Count(t, "drafts", "caller_id = 2"); n != 0 {
			t.Error("the draft of a finished call is kept")
		}
		if n := c.Count(t, "attempts", "caller_id = 1"); n != 0 {
			t.Error("the refused outcome was recorded")
		}
	})
}

// Who takes another callback of the same person takes the person: the first caller is told as soon as they type or dial, and keeps
// what they typed.
func TestExpiredLeaseIsNotExtendedWhenThePersonIsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, first := taskstest.AtWork(t, db)
		c.NotFor(t, first, 2) // who would have both, could they have either
		c.Take(t, taskstest.ComplaintOf(1))
		c.Plan(t)
		c.Pass(callback.Lease)
		second := c.Claim(t, taskstest.Caller(2))
		if second.Callback.ID == first.Callback.ID || second.Callback.PersonID != first.Callback.PersonID {
			t.Fatalf("caller 2 got callback %d of person %d, want another one of the same person",
				second.Callback.ID, second.Callback.PersonID)
		}
		_, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), first.Callback.ID, first.Callback.Fence,
			callback.Outcome{Note: "他太太接的"})
		if !errors.Is(err, callback.ErrStale) {
			t.Errorf("the first caller typed on: %v", err)
		}
		if c.Count(t, "drafts", "caller_id = 1 AND body LIKE ?", "%他太太接的%") != 1 {
			t.Error("what the first caller typed is lost")
		}
		_, err = c.Callbacks.Dial(t.Context(), taskstest.Caller(1), first.Callback.ID, first.Callback.Fence)
		if !errors.Is(err, callback.ErrStale) {
			t.Errorf("the first caller dialled: %v", err)
		}
		if c.Count(t, "attempts", "1 = 1") != 0 || c.Count(t, "callbacks", "lease_until > ?", c.Now()) != 1 {
			t.Error("both callers are at work on one person")
		}
		if c.Count(t, "holds", "caller_id = 2 AND callback_id = ? AND until_at > ?", second.Callback.ID, c.Now()) != 1 {
			t.Error("the second caller does not hold the person")
		}
	})
}

// Once the person is free again, who types on holds them again, and everybody else is kept away.
func TestExpiredLeaseIsTakenAgainWhenThePersonIsFree(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, first := taskstest.AtWork(t, db)
		c.NotFor(t, first, 2) // who would have both, could they have either
		c.Take(t, taskstest.ComplaintOf(1), taskstest.Severe(2))
		c.Plan(t)
		c.Pass(callback.Lease)
		second := c.Claim(t, taskstest.Caller(2))
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(2), second.Callback.ID, second.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		until, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), first.Callback.ID, first.Callback.Fence, callback.Outcome{})
		if err != nil || until != c.Now().Add(callback.Lease) {
			t.Fatalf("extended until %v, %v", until, err)
		}
		if desk := c.Claim(t, taskstest.Caller(2)); desk.Callback.PersonID == first.Callback.PersonID {
			t.Error("the person was handed out while the first caller types")
		}
	})
}

// The lease is over, but nobody took the callback: the call was made, and its outcome counts.
func TestLateOutcomeCountsWhileNobodyTookOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Pass(2 * callback.Lease)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if got := c.Callback(t); got.State != callback.Finished {
			t.Errorf("the callback is %s, want it done", got.State)
		}
	})
}

func TestDraftExtendsTheLeaseAndComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Pass(10 * time.Minute)
		until, err := c.Callbacks.SaveDraft(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence,
			callback.Outcome{Note: "上午在开会"})
		if err != nil {
			t.Fatal(err)
		}
		if want := c.Now().Add(callback.Lease); until != want {
			t.Errorf("lease until %v, want %v", until, want)
		}
		c.Pass(10 * time.Minute)
		again := c.Claim(t, taskstest.Caller(1))
		if again.Callback.Fence != desk.Callback.Fence || again.Draft.Note != "上午在开会" {
			t.Errorf("came back with fence %d and %q", again.Callback.Fence, again.Draft.Note)
		}
	})
}
