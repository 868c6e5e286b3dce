package callback_test

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
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// lastDialled is a centre in which caller 1 has made the last attempt of the one callback there is, and has recorded nothing.
func lastDialled(t testing.TB, db *database.DB) (taskstest.Centre, callback.Desk) {
	t.Helper()
	c := taskstest.New(t, db)
	c.Publish(t, taskstest.ParsePolicy(t, "  - {id: own, callback: {attempts: 1}}\n"))
	c.Take(t, taskstest.Severe(1))
	c.Plan(t)
	desk := c.Claim(t, taskstest.Caller(1))
	if err := c.Dial(t, 1, desk); err != nil {
		t.Fatal(err)
	}
	return c, desk
}

// A callback gets as many attempts as its rule allows, however the last one is left.
func TestLastAttemptWithoutAnOutcomeClosesTheCallback(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*testing.T, taskstest.Centre, callback.Desk){
		"skipped": func(t *testing.T, c taskstest.Centre, desk callback.Desk) {
			after, err := c.Callbacks.Skip(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.SkipLater)
			if err != nil || after.CloseReason != callback.ReasonUnreachable {
				t.Fatalf("the caller is told %q, %v", after.CloseReason, err)
			}
		},
		"released": func(t *testing.T, c taskstest.Centre, desk callback.Desk) {
			after, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
			if err != nil || after.CloseReason != callback.ReasonUnreachable {
				t.Fatalf("the caller is told %q, %v", after.CloseReason, err)
			}
		},
		"left, and a colleague looks for work": func(t *testing.T, c taskstest.Centre, _ callback.Desk) {
			c.Pass(callback.Lease)
			if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
				t.Fatal("it was handed out once more")
			}
		},
		"left until it expires": func(t *testing.T, c taskstest.Centre, _ callback.Desk) {
			c.Pass(7 * 24 * time.Hour)
			c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		},
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, desk := lastDialled(t, db)
				end(t, c, desk)
				got := c.Callback(t)
				if got.State != callback.Finished || got.CloseReason != callback.ReasonUnreachable || got.Attempts != 1 {
					t.Fatalf("%s for %q after %d attempts", got.State, got.CloseReason, got.Attempts)
				}
				if c.Count(t, "jobs", "kind = ? AND state = ?", callback.JobOffer, outbox.Due) != 0 || c.Count(t, "holds", "1 = 1") != 0 {
					t.Error("a job or a hold is left")
				}
				if c.Count(t, "decisions", "kind = ? AND state = ? AND cancelled_at = 0", policy.FollowUpCallback, decision.Planned) != 1 {
					t.Error("the decision is not that of a callback that was made")
				}
				events, err := worklist.EventsOfContact(db.View(t.Context()), got.ContactID)
				told := slices.IndexFunc(events, func(e contact.Event) bool {
					return e.Code == "callback_closed" && e.Args["reason"] == string(callback.ReasonUnreachable)
				})
				if err != nil || told < 0 {
					t.Errorf("the timeline does not tell it: %+v, %v", events, err)
				}
				unheard := callback.Outcome{CallResult: callback.NoAnswer}
				_, err = c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, unheard)
				if !errors.Is(err, callback.ErrStale) {
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
		c.Pass(2 * time.Hour)
		if got := refusedFor(c.Dial(t, 1, desk)); got != string(callback.ReasonUnreachable) {
			t.Errorf("dialled beyond the last attempt: %v", got)
		}
		boss := account.Viewer{UserID: 9, Role: account.Supervisor}
		if err := c.Callbacks.Reassign(t.Context(), boss, desk.Callback.ID, 2, "请小陈跟进"); err == nil {
			t.Error("it was kept for somebody else to call once more")
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if got := c.Callback(t); got.CloseReason != callback.Reason(callback.Solved) || got.Attempts != 1 {
			t.Errorf("closed for %q after %d attempts", got.CloseReason, got.Attempts)
		}
	})
}

// A time that the customer named in the last attempt is kept, also when its caller passes it on without dialling.
func TestAppointmentMadeInTheLastAttemptIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := lastDialled(t, db)
		at := c.Now().Add(3 * time.Hour)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at,
		})
		c.Pass(3 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		desk = c.Claim(t, taskstest.Caller(1))
		after, err := c.Callbacks.Skip(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.SkipKnown)
		if err != nil || after.State != callback.Waiting {
			t.Fatalf("passed on: %s, %v", after.State, err)
		}
		c.Pass(time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		desk = c.Claim(t, taskstest.Caller(2))
		if err := c.Dial(t, 2, desk); err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Caller(2), desk, callback.Outcome{CallResult: callback.NoAnswer})
		if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != callback.ReasonUnreachable {
			t.Errorf("%s for %q", got.State, got.CloseReason)
		}
	})
}

// dial, pass it on, and again: the way round the limit that there must not be.
func TestSkippingAfterEveryDialDoesNotPassTheLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		dials := 0
		for range 6 * callback.MaxAttempts {
			if c.Work(t, callback.JobOffer, c.Callbacks.Offer); c.Callback(t).State != callback.Ready {
				c.Pass(6 * time.Hour)
				continue
			}
			desk := c.Claim(t, taskstest.Caller(1))
			if err := c.Dial(t, 1, desk); err != nil {
				t.Fatal(err)
			}
			dials++
			_, err := c.Callbacks.Skip(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, callback.SkipLater)
			if err != nil {
				t.Fatal(err)
			}
			c.Pass(61 * time.Minute)
		}
		if got := c.Callback(t); dials != callback.MaxAttempts || got.CloseReason != callback.ReasonUnreachable {
			t.Errorf("%d dials, %s for %q", dials, got.State, got.CloseReason)
		}
	})
}

func TestTwoAttemptsAreEnoughWhereTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: own, callback: {attempts: 2}}\n"))
		c.Take(t, taskstest.Severe(1))
		c.Plan(t)
		for range 2 {
			c.Work(t, callback.JobOffer, c.Callbacks.Offer)
			c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), callback.Outcome{CallResult: callback.Busy})
			c.Pass(2 * time.Hour)
		}
		if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != callback.ReasonUnreachable {
			t.Errorf("%s for %s after two attempts", got.State, got.CloseReason)
		}
	})
}
