package decision_test

import (
	"sync"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// Contacts are reopened while their callers finish: an outcome that was recorded stays, and no claim is left behind.
func TestReopeningAtOnceWithFinishingLosesNoOutcome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const calls = 40
		c := taskstest.Planned(t, db, taskstest.Severes(calls)...)
		desks, reopened := make([]callback.Desk, calls), make([]contact.Input, calls)
		for i := range desks {
			desks[i], reopened[i] = c.Claim(t, taskstest.Caller(int64(i+1))), taskstest.Severe(i+1)
			reopened[i].Status, reopened[i].ResolvedAt = contact.Reopened, 0
			if err := c.Dial(t, int64(i+1), desks[i]); err != nil {
				t.Fatal(err)
			}
		}
		c.Pass(time.Minute)
		c.Take(t, reopened...)
		for i, desk := range desks {
			var both sync.WaitGroup
			both.Go(func() {
				outcome := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "已恢复"}
				_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(int64(i+1)), desk.Callback.ID, desk.Callback.Fence, outcome)
				if err != nil {
					t.Errorf("finish: %v", err)
				}
			})
			both.Go(func() {
				for range i % 8 { // the caller gets a start
					if _, err := c.Callbacks.Current(t.Context(), taskstest.Caller(int64(i+1))); err != nil {
						break
					}
				}
				if err := c.Decisions.CancelContact(t.Context(), outbox.Ticket{At: c.Now()}, desk.Callback.ContactID); err != nil {
					t.Errorf("reopen: %v", err)
				}
			})
			both.Wait()
		}
		if n := c.Count(t, "callbacks", "call_result = ? AND business_result = ? AND note = '已恢复' AND lease_until = 0",
			callback.Reached, callback.Solved); n != calls {
			t.Errorf("%d of %d outcomes are lost", calls-n, calls)
		}
		if n := c.Count(t, "holds", "until_at > ?", c.Now().Add(callback.UndoTime)); n != 0 {
			t.Errorf("%d persons are held by nobody at work", n)
		}
	})
}
