package tasks_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks"
)

func TestExpiredLeaseCanBeClaimedAndTheOldHolderIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		first := c.claim(t, caller(1))
		if _, err := c.Claim(t.Context(), caller(2)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Fatalf("claimed under a lease: %v", err)
		}
		c.pass(tasks.Lease)
		second := c.claim(t, caller(2))
		if second.Callback.ID != first.Callback.ID || second.Callback.Fence != first.Callback.Fence+1 {
			t.Fatalf("got %d with fence %d", second.Callback.ID, second.Callback.Fence)
		}
		typed := tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved, Note: "客户说网速正常了"}
		err := c.Finish(t.Context(), caller(1), first.Callback.ID, first.Callback.Fence, typed)
		if !errors.Is(err, tasks.ErrStale) {
			t.Fatalf("the old holder finished: %v", err)
		}
		if _, err := c.SaveDraft(t.Context(), caller(2), second.Callback.ID, second.Callback.Fence, tasks.Outcome{Note: "b"}); err != nil {
			t.Fatal(err)
		}
		c.finish(t, caller(2), second, tasks.Outcome{CallResult: tasks.WrongNumber})
		if n := c.count(t, "drafts", "caller_id = 1 AND body LIKE ?", "%客户说网速正常了%"); n != 1 {
			t.Error("what the old holder typed is lost")
		}
		if n := c.count(t, "drafts", "caller_id = 2"); n != 0 {
			t.Error("the draft of a finished call is kept")
		}
		if n := c.count(t, "attempts", "caller_id = 1"); n != 0 {
			t.Error("the refused outcome was recorded")
		}
	})
}

// Who takes another callback of the same person takes the person: the first caller is told as soon as they type or dial, and keeps
// what they typed.
func TestExpiredLeaseIsNotExtendedWhenThePersonIsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, first := atWork(t, db)
		c.take(t, complaintOf(1))
		c.plan(t)
		c.pass(tasks.Lease)
		second := c.claim(t, caller(2))
		if second.Callback.ID == first.Callback.ID || second.Callback.PersonID != first.Callback.PersonID {
			t.Fatalf("caller 2 got callback %d of person %d, want another one of the same person", second.Callback.ID, second.Callback.PersonID)
		}
		_, err := c.SaveDraft(t.Context(), caller(1), first.Callback.ID, first.Callback.Fence, tasks.Outcome{Note: "他太太接的"})
		if !errors.Is(err, tasks.ErrStale) {
			t.Errorf("the first caller typed on: %v", err)
		}
		if c.count(t, "drafts", "caller_id = 1 AND body LIKE ?", "%他太太接的%") != 1 {
			t.Error("what the first caller typed is lost")
		}
		if _, err := c.Dial(t.Context(), caller(1), first.Callback.ID, first.Callback.Fence); !errors.Is(err, tasks.ErrStale) {
			t.Errorf("the first caller dialled: %v", err)
		}
		if c.count(t, "attempts", "1 = 1") != 0 || c.count(t, "callbacks", "lease_until > ?", c.now()) != 1 {
			t.Error("both callers are at work on one person")
		}
		if c.count(t, "holds", "caller_id = 2 AND callback_id = ? AND until_at > ?", second.Callback.ID, c.now()) != 1 {
			t.Error("the second caller does not hold the person")
		}
	})
}

// Once the person is free again, who types on holds them again, and everybody else is kept away.
func TestExpiredLeaseIsTakenAgainWhenThePersonIsFree(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, first := atWork(t, db)
		c.take(t, complaintOf(1), severe(2))
		c.plan(t)
		c.pass(tasks.Lease)
		second := c.claim(t, caller(2))
		if _, err := c.Release(t.Context(), caller(2), second.Callback.ID, second.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		until, err := c.SaveDraft(t.Context(), caller(1), first.Callback.ID, first.Callback.Fence, tasks.Outcome{})
		if err != nil || until != c.now().Add(tasks.Lease) {
			t.Fatalf("extended until %v, %v", until, err)
		}
		if desk := c.claim(t, caller(2)); desk.Callback.PersonID == first.Callback.PersonID {
			t.Error("the person was handed out while the first caller types")
		}
	})
}

// complaintOf is a second contact of a severe one's customer, with a more urgent callback.
func complaintOf(number int) contact.Input {
	in := severe(number)
	in.ExternalID += "-complaint"
	in.Complaint = true
	return in
}

// The lease is over, but nobody took the callback: the call was made, and its outcome counts.
func TestLateOutcomeCountsWhileNobodyTookOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		c.pass(2 * tasks.Lease)
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		if got := c.callback(t); got.State != tasks.Finished {
			t.Errorf("the callback is %s, want it done", got.State)
		}
	})
}

func TestDraftExtendsTheLeaseAndComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		c.pass(10 * time.Minute)
		until, err := c.SaveDraft(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.Outcome{Note: "上午在开会"})
		if err != nil {
			t.Fatal(err)
		}
		if want := c.now().Add(tasks.Lease); until != want {
			t.Errorf("lease until %v, want %v", until, want)
		}
		c.pass(10 * time.Minute)
		again := c.claim(t, caller(1))
		if again.Callback.Fence != desk.Callback.Fence || again.Draft.Note != "上午在开会" {
			t.Errorf("came back with fence %d and %q", again.Callback.Fence, again.Draft.Note)
		}
	})
}
