package tasks_test

import (
	"sync"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks"
)

// Contacts are reopened while their callers finish: an outcome that was recorded stays, and no claim is left behind.
func TestReopeningAtOnceWithFinishingLosesNoOutcome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const calls = 40
		c := planned(t, db, severes(calls)...)
		desks, reopened := make([]tasks.Desk, calls), make([]contact.Input, calls)
		for i := range desks {
			desks[i], reopened[i] = c.claim(t, caller(int64(i+1))), severe(i+1)
			reopened[i].Status, reopened[i].ResolvedAt = contact.Reopened, 0
			if err := c.dial(t, int64(i+1), desks[i]); err != nil {
				t.Fatal(err)
			}
		}
		c.pass(time.Minute)
		c.take(t, reopened...)
		for i, desk := range desks {
			var both sync.WaitGroup
			both.Go(func() {
				outcome := tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved, Note: "已恢复"}
				if err := c.Finish(t.Context(), caller(int64(i+1)), desk.Callback.ID, desk.Callback.Fence, outcome); err != nil {
					t.Errorf("finish: %v", err)
				}
			})
			both.Go(func() {
				for range i % 8 { // the caller gets a start
					if _, err := c.Current(t.Context(), caller(int64(i+1))); err != nil {
						break
					}
				}
				if err := c.CancelContact(t.Context(), outbox.Ticket{At: c.now()}, desk.Callback.ContactID); err != nil {
					t.Errorf("reopen: %v", err)
				}
			})
			both.Wait()
		}
		if n := c.count(t, "callbacks", "call_result = ? AND business_result = ? AND note = '已恢复' AND lease_until = 0", tasks.Reached, tasks.Solved); n != calls {
			t.Errorf("%d of %d outcomes are lost", calls-n, calls)
		}
		if n := c.count(t, "holds", "1 = 1"); n != 0 {
			t.Errorf("%d persons are held by nobody at work", n)
		}
	})
}
