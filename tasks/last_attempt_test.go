package tasks_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks"
)

// lastDialled is a centre in which caller 1 has made the last attempt of the one callback there is, and has recorded nothing.
func lastDialled(t testing.TB, db *database.DB) (centre, tasks.Desk) {
	t.Helper()
	c := newCentre(t, db)
	c.publish(t, policy(t, "  - {id: own, callback: {attempts: 1}}\n"))
	c.take(t, severe(1))
	c.plan(t)
	desk := c.claim(t, caller(1))
	if err := c.dial(t, 1, desk); err != nil {
		t.Fatal(err)
	}
	return c, desk
}

// A callback gets as many attempts as its rule allows, however the last one is left.
func TestLastAttemptWithoutAnOutcomeClosesTheCallback(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*testing.T, centre, tasks.Desk){
		"skipped": func(t *testing.T, c centre, desk tasks.Desk) {
			after, err := c.Skip(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.SkipLater)
			if err != nil || after.CloseReason != tasks.ReasonUnreachable {
				t.Fatalf("the caller is told %q, %v", after.CloseReason, err)
			}
		},
		"released": func(t *testing.T, c centre, desk tasks.Desk) {
			after, err := c.Release(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence)
			if err != nil || after.CloseReason != tasks.ReasonUnreachable {
				t.Fatalf("the caller is told %q, %v", after.CloseReason, err)
			}
		},
		"left, and a colleague looks for work": func(t *testing.T, c centre, _ tasks.Desk) {
			c.pass(tasks.Lease)
			if _, err := c.Claim(t.Context(), caller(2)); err == nil {
				t.Fatal("it was handed out once more")
			}
		},
		"left until it expires": func(t *testing.T, c centre, _ tasks.Desk) {
			c.pass(7 * 24 * time.Hour)
			c.work(t, tasks.JobOffer, c.Offer)
		},
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, desk := lastDialled(t, db)
				end(t, c, desk)
				got := c.callback(t)
				if got.State != tasks.Finished || got.CloseReason != tasks.ReasonUnreachable || got.Attempts != 1 {
					t.Fatalf("%s for %q after %d attempts", got.State, got.CloseReason, got.Attempts)
				}
				if c.count(t, "jobs", "kind = ? AND state = ?", tasks.JobOffer, outbox.Due) != 0 || c.count(t, "holds", "1 = 1") != 0 {
					t.Error("a job or a hold is left")
				}
				if c.count(t, "decisions", "kind = ? AND state = ? AND cancelled_at = 0", tasks.FollowUpCallback, tasks.Planned) != 1 {
					t.Error("the decision is not that of a callback that was made")
				}
				events, err := tasks.EventsOfContact(db.View(t.Context()), got.ContactID)
				told := slices.IndexFunc(events, func(e contact.Event) bool {
					return e.Code == "callback_closed" && e.Args["reason"] == string(tasks.ReasonUnreachable)
				})
				if err != nil || told < 0 {
					t.Errorf("the story does not tell it: %+v, %v", events, err)
				}
				if err := c.Finish(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.Outcome{CallResult: tasks.NoAnswer}); !errors.Is(err, tasks.ErrStale) {
					t.Errorf("closed a second time: %v", err)
				}
			})
		})
	}
}

// The one who made the last attempt and comes back late may still say how it ended, but not dial once more, nor hand it on.
func TestLastAttemptLeftForAWhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := lastDialled(t, db)
		c.pass(2 * time.Hour)
		if got := refusedFor(c.dial(t, 1, desk)); got != string(tasks.ReasonUnreachable) {
			t.Errorf("dialled beyond the last attempt: %v", got)
		}
		boss := account.Viewer{UserID: 9, Role: account.Supervisor}
		if err := c.Reassign(t.Context(), boss, desk.Callback.ID, 2, "请小陈跟进"); err == nil {
			t.Error("it was kept for somebody else to call once more")
		}
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		if got := c.callback(t); got.CloseReason != tasks.Reason(tasks.Solved) || got.Attempts != 1 {
			t.Errorf("closed for %q after %d attempts", got.CloseReason, got.Attempts)
		}
	})
}

// A time that the customer named in the last attempt is kept, also when its caller passes it on without dialling.
func TestAppointmentMadeInTheLastAttemptIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := lastDialled(t, db)
		at := c.now().Add(3 * time.Hour)
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Appointment, AppointmentAt: at})
		c.pass(3 * time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		desk = c.claim(t, caller(1))
		if after, err := c.Skip(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.SkipKnown); err != nil || after.State != tasks.Waiting {
			t.Fatalf("passed on: %s, %v", after.State, err)
		}
		c.pass(time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		desk = c.claim(t, caller(2))
		if err := c.dial(t, 2, desk); err != nil {
			t.Fatal(err)
		}
		c.finish(t, caller(2), desk, tasks.Outcome{CallResult: tasks.NoAnswer})
		if got := c.callback(t); got.State != tasks.Finished || got.CloseReason != tasks.ReasonUnreachable {
			t.Errorf("%s for %q", got.State, got.CloseReason)
		}
	})
}

// Dial, pass it on, and again: the way round the limit that there must not be.
func TestSkippingAfterEveryDialDoesNotPassTheLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		dials := 0
		for range 6 * tasks.MaxAttempts {
			if c.work(t, tasks.JobOffer, c.Offer); c.callback(t).State != tasks.Ready {
				c.pass(6 * time.Hour)
				continue
			}
			desk := c.claim(t, caller(1))
			if err := c.dial(t, 1, desk); err != nil {
				t.Fatal(err)
			}
			dials++
			if _, err := c.Skip(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tasks.SkipLater); err != nil {
				t.Fatal(err)
			}
			c.pass(61 * time.Minute)
		}
		if got := c.callback(t); dials != tasks.MaxAttempts || got.CloseReason != tasks.ReasonUnreachable {
			t.Errorf("%d dials, %s for %q", dials, got.State, got.CloseReason)
		}
	})
}
