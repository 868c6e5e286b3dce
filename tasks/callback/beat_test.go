package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/internal/taskstest"
)

func beat(t testing.TB, c taskstest.Centre, viewer account.Viewer, desk callback.Desk) callback.Pulse {
	t.Helper()
	p, err := c.Callbacks.Beat(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A page that stays open does not keep the callback: only typing and dialling do.
func TestABeatRenewsNoLeaseAndTellsThatItIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		until := desk.Callback.LeaseUntil
		c.Pass(callback.Lease - time.Second)
		if p := beat(t, c, taskstest.Caller(1), desk); p.Lapsed || p.Lost || p.LeaseUntil != until {
			t.Errorf("a second before its end: %+v", p)
		}
		c.Pass(time.Second)
		if p := beat(t, c, taskstest.Caller(1), desk); !p.Lapsed || p.Lost {
			t.Errorf("at its end: %+v", p)
		}
		c.Claim(t, taskstest.Caller(2))
		if p := beat(t, c, taskstest.Caller(1), desk); !p.Lost || !p.LeaseUntil.IsZero() {
			t.Errorf("after a colleague took it: %+v", p)
		}
	})
}

func TestABeatTellsWhyTheCustomerMayNotBeCalledAnyMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		if _, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if p := beat(t, c, taskstest.Caller(1), desk); p.Forbidden != "" {
			t.Errorf("the call itself stands in its way: %+v", p)
		}
		c.Pass(11 * time.Hour)
		if p := beat(t, c, taskstest.Caller(1), desk); p.Forbidden != "outside_hours" || p.From.IsZero() {
			t.Errorf("in the evening: %+v", p)
		}
		if err := c.Callbacks.CancelByHand(t.Context(), account.Viewer{Role: account.Admin}, desk.Callback.ID, "x"); err != nil {
			t.Fatal(err)
		}
		if p := beat(t, c, taskstest.Caller(1), desk); p.Cancelled != callback.ReasonByHand || p.Forbidden != "" {
			t.Errorf("after it was cancelled: %+v", p)
		}
	})
}

// A beat forbids nothing that a dial allows: the second callback of one call, and one a recovery was planned beside.
func TestABeatForbidsNoMoreThanADial(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := talking(t, db)
		me := taskstest.Caller(1)
		dial(t, c, desk)
		c.Pass(time.Minute)
		c.Finish(t, me, desk, solved)
		next := c.Claim(t, me)
		if p := beat(t, c, me, next); p.Forbidden != "" {
			t.Errorf("in the call that is on: %+v", p)
		}
		err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET kind = 'recovery', contact_id = ?, state = 'ready' WHERE id = ?",
			next.Callback.ContactID, desk.Callback.ID).Error
		if err != nil {
			t.Fatal(err)
		}
		if p := beat(t, c, me, next); p.Forbidden != "" {
			t.Errorf("beside a recovery: %+v", p)
		}
		dial(t, c, next)
	})
}

// A browser that was cut off before it heard the answer learns that the outcome was taken.
func TestABeatTellsWhatWasRecordedUnderTheClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		rating := 4
		said := callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Solved, Note: " fine ", Answers: callback.Answers{Rating: &rating},
		}
		c.Finish(t, taskstest.Caller(1), desk, said)
		set, err := c.Outcomes.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := beat(t, c, taskstest.Caller(1), desk)
		if !p.Lost || p.Recorded == nil || !p.Recorded.Is(set, said) {
			t.Fatalf("after the outcome: %+v", p)
		}
		said.Note = "not fine"
		if p.Recorded.Is(set, said) {
			t.Error("another outcome passes for the recorded one")
		}
		_, err = c.Callbacks.Beat(t.Context(), foreign(t, c, 2), desk.Callback.ID, desk.Callback.Fence)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("another team's caller: %v", err)
		}
	})
}

func TestACallerIsOnOnePauseUntilItIsEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		one := taskstest.Caller(1)
		now := func() (pause.Pause, bool) {
			p, on, err := c.Pauses.Current(t.Context(), one)
			if err != nil {
				t.Fatal(err)
			}
			return p, on
		}
		for _, reason := range []pause.Reason{pause.Meal, pause.Break} {
			if err := c.Pauses.Start(t.Context(), one, reason); err != nil {
				t.Fatal(err)
			}
			c.Pass(time.Minute)
		}
		if p, on := now(); !on || p.Reason != pause.Meal || p.Lasts(c.Now()) != 2*time.Minute {
			t.Errorf("on pause: %v %+v", on, p)
		}
		if err := c.Pauses.End(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if p, on := now(); on {
			t.Errorf("after its end: %+v", p)
		}
		day, err := c.Worklist.MyDay(t.Context(), one, 0)
		if err != nil || len(day.Pauses) != 1 || day.Pauses[0].Lasts(c.Now()) != 2*time.Minute {
			t.Errorf("the day has %+v, %v", day.Pauses, err)
		}
		if err := c.Pauses.Start(t.Context(), one, "nap"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown reason: %v", err)
		}
	})
}

// Who went home without ending their pause is not on it the next morning.
func TestAForgottenPauseIsOverTheNextDay(t *testing.T) {
	t.Parallel()
	c := taskstest.New(t, dbtest.SQLite(t))
	one := taskstest.Caller(1)
	if err := c.Pauses.Start(t.Context(), one, pause.Other); err != nil {
		t.Fatal(err)
	}
	c.Pass(13 * time.Hour)
	if _, on, err := c.Pauses.Current(t.Context(), one); on || err != nil {
		t.Errorf("still on pause: %v", err)
	}
	if err := c.Pauses.Start(t.Context(), one, pause.Meal); err != nil {
		t.Fatal(err)
	}
	if p, on, err := c.Pauses.Current(t.Context(), one); !on || p.Reason != pause.Meal || err != nil {
		t.Errorf("the new pause: %+v %v", p, err)
	}
}
