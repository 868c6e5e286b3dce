package callback_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/internal/taskstest"
)

// promising is a centre with a number of callbacks and terms of its own for appointments.
func promising(t *testing.T, db *database.DB, callbacks int, terms outcome.Appointments) taskstest.Centre {
	t.Helper()
	c := taskstest.Planned(t, db, taskstest.Severes(callbacks)...)
	c.WithSet(t, func(s *outcome.Set) { s.Appointments = terms })
	return c
}

func appointed(at clock.Instant, whose callback.Whose) callback.Outcome {
	return callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentFor: whose,
	}
}

// fieldOf returns the field that an outcome is refused for; an empty one when it is not.
func fieldOf(t *testing.T, err error) fault.Field {
	t.Helper()
	if err == nil {
		return fault.Field{}
	}
	f, ok := fault.Of(err)
	if !ok || len(f.Fields) != 1 {
		t.Fatalf("refused by %v", err)
	}
	return f.Fields[0]
}

// A customer who said "between two and four" is not called late at three.
func TestAnAppointmentIsLateOnlyWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	at := taskstest.Morning.Add(3 * time.Hour) // 13:05
	tests := map[string]struct {
		terms       outcome.Appointments
		until       clock.Instant
		ready, late clock.Instant
	}{
		"a time, before sets said anything": {terms: outcome.Former().Appointments, ready: at, late: at.Add(30 * time.Minute)},
		"a time":                            {terms: outcome.Stock("CN").Appointments, ready: at, late: at.Add(15 * time.Minute)},
		"a time, and a little before it": {
			terms: outcome.Appointments{Early: 10, Late: 20, Kept: 30}, ready: at.Add(-10 * time.Minute), late: at.Add(20 * time.Minute),
		},
		"a span": {terms: outcome.Stock("CN").Appointments, until: at.Add(2 * time.Hour), ready: at, late: at.Add(2 * time.Hour)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := promising(t, db, 1, tt.terms)
				desk := c.Claim(t, taskstest.Caller(1))
				o := appointed(at, callback.ForAnybody)
				o.AppointmentUntil = tt.until
				c.Finish(t, taskstest.Caller(1), desk, o)
				got := c.Callback(t)
				if got.ReadyAt != tt.ready || got.AppointmentAt != at || got.AppointmentUntil != tt.until {
					t.Errorf("waits until %v for %v to %v", got.ReadyAt, got.AppointmentAt, got.AppointmentUntil)
				}
				if got.Overdue(tt.late) || !got.Overdue(tt.late+1) {
					t.Errorf("due at %v, not %v", got.DueAt, tt.late)
				}
				c.Pass(tt.ready.Sub(c.Now()))
				c.Work(t, callback.JobOffer, c.Callbacks.Offer)
				if again := c.Claim(t, taskstest.Caller(2)); again.Callback.AppointmentUntil != tt.until {
					t.Errorf("the desk knows of %v", again.Callback.AppointmentUntil)
				}
			})
		})
	}
}

func TestASpanThatIsNoneIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 1, outcome.Stock("CN").Appointments)
		desk := c.Claim(t, taskstest.Caller(1))
		at := taskstest.Morning.Add(3 * time.Hour)
		for _, tt := range []struct {
			until clock.Instant
			typed string
			want  string
		}{
			{at, "", "until_before"},
			{at.Add(-time.Hour), "", "until_before"},
			{at.Add(callback.LongestSpan + time.Minute), "", "until_long"},
			{at.Add(8 * time.Hour), "", "outside_hours"}, // 21:05
			{0, "25 o'clock", "no_time"},
		} {
			o := appointed(at, callback.ForAnybody)
			o.AppointmentUntil, o.UntilTyped = tt.until, tt.typed
			_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, o)
			if f := fieldOf(t, err); f.Name != "appointment_until" || f.Code != tt.want {
				t.Errorf("until %v %q: %s %s, want %s", tt.until, tt.typed, f.Name, f.Code, tt.want)
			}
		}
	})
}

// The last outcome of a span comes back into the form when it is undone.
func TestUndoGivesTheSpanBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		o := appointed(c.Now().Add(2*time.Hour), callback.ForMe)
		o.AppointmentUntil = c.Now().Add(4 * time.Hour)
		c.Finish(t, taskstest.Caller(1), desk, o)
		undone, err := c.Callbacks.Undo(t.Context(), taskstest.Caller(1), desk.Callback.ID)
		if err != nil || undone.Draft.AppointmentUntil != o.AppointmentUntil || !undone.Callback.AppointmentUntil.IsZero() {
			t.Errorf("typed %+v of a callback with %v, %v", undone.Draft, undone.Callback.AppointmentUntil, err)
		}
	})
}

func TestAFullQuarterOfAnHourIsNotOffered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 3, outcome.Appointments{Late: 15, Kept: 30, PerSlot: 1})
		full := taskstest.Morning.Add(70 * time.Minute) // 11:15, which the desk proposes
		first := c.Claim(t, taskstest.Caller(1))
		if !slices.Contains(first.Times, full) {
			t.Fatalf("proposed are %v", first.Times)
		}
		c.Finish(t, taskstest.Caller(1), first, appointed(full.Add(5*time.Minute), callback.ForAnybody))
		second := c.Claim(t, taskstest.Caller(2))
		if slices.Contains(second.Times, full) {
			t.Errorf("a full quarter is proposed: %v", second.Times)
		}
		finish := func(at clock.Instant) error {
			return taskstest.Second(c.Callbacks.Finish(t.Context(), taskstest.Caller(2), second.Callback.ID, second.Callback.Fence,
				appointed(at, callback.ForAnybody)))
		}
		f := fieldOf(t, finish(full.Add(14*time.Minute)))
		if f.Code != "slot_full" || f.Args["times"] != "11:00 · 11:30 · 10:45" {
			t.Errorf("refused by %s, near it: %v", f.Code, f.Args["times"])
		}
		if err := finish(full.Add(15 * time.Minute)); err != nil {
			t.Errorf("in the next one: %v", err)
		}
		// What was promised and is over makes room again, and nobody stands in their own way.
		var made []int64
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return tx.Gorm().Raw("SELECT id FROM attempts WHERE callback_id = ?", first.Callback.ID).Scan(&made).Error
		})
		if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), made[0], appointed(full, callback.ForAnybody), "早五分钟"); err != nil {
			t.Errorf("moved within its own quarter: %v", err)
		}
		if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), made[0],
			appointed(full.Add(15*time.Minute), callback.ForAnybody), "听错了"); fieldOf(t, err).Code != "slot_full" {
			t.Errorf("corrected into a full one: %v", err)
		}
		solved := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
		if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), made[0], solved, "听错了"); err != nil {
			t.Fatal(err)
		}
		if third := c.Claim(t, taskstest.Caller(3)); !slices.Contains(third.Times, full) {
			t.Errorf("what is closed takes up room: %v", third.Times)
		}
	})
}

// The customer was called before their time and did not answer: the next call is no promise, and takes no room. An undo makes it one again.
func TestAnAppointmentThatIsOverMakesRoom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 2, outcome.Appointments{Late: 15, Kept: 30, PerSlot: 1})
		full := taskstest.Morning.Add(355 * time.Minute) // 16:00, which the desk proposes
		first := c.Claim(t, taskstest.Caller(1))
		o := appointed(full, callback.ForAnybody)
		o.AppointmentUntil = full.Add(time.Hour)
		c.Finish(t, taskstest.Caller(1), first, o)
		c.Pass(100 * time.Minute)
		early, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, first.Callback.ID)
		if err != nil {
			t.Fatal(err)
		}
		c.Finish(t, taskstest.Supervisor, early, callback.Outcome{CallResult: callback.NoAnswer})
		second := c.Claim(t, taskstest.Caller(2))
		if !slices.Contains(second.Times, full) {
			t.Errorf("what is over takes up room: %v", second.Times)
		}
		undone, err := c.Callbacks.Undo(t.Context(), taskstest.Supervisor, first.Callback.ID)
		if err != nil || undone.Callback.AppointmentAt != full || undone.Callback.AppointmentUntil != o.AppointmentUntil {
			t.Errorf("undone, it is promised for %v to %v: %v", undone.Callback.AppointmentAt, undone.Callback.AppointmentUntil, err)
		}
	})
}

func TestOneCallerKeepsAFewInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 3, outcome.Appointments{Late: 15, Kept: 30, PerSlot: 50, PerCaller: 1})
		at := taskstest.Morning.Add(3 * time.Hour)
		c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), appointed(at, callback.ForMe))
		desk := c.Claim(t, taskstest.Caller(1))
		_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, appointed(at, callback.ForMe))
		if f := fieldOf(t, err); f.Code != "own_slot_full" {
			t.Errorf("a second one of their own: %s", f.Code)
		}
		c.Finish(t, taskstest.Caller(1), desk, appointed(at, callback.ForAnybody))
		c.Finish(t, taskstest.Caller(2), c.Claim(t, taskstest.Caller(2)), appointed(at, callback.ForMe))
	})
}

// What was promised before less room was given stays promised, whatever else of it is corrected.
func TestAPromiseKeepsItsPlaceWhenRoomIsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 2, outcome.Appointments{Late: 15, Kept: 30, PerSlot: 2, PerCaller: 2})
		o := appointed(taskstest.Morning.Add(3*time.Hour), callback.ForMe)
		for range 2 {
			c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), o)
		}
		less := outcome.Former()
		less.Appointments = outcome.Appointments{Late: 15, Kept: 30, PerSlot: 1, PerCaller: 1}
		if _, err := c.Outcomes.Publish(t.Context(), account.Viewer{Role: account.Admin}, less, 3, "less room"); err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Minute)
		o.Note = "先找李工"
		if err := c.Callbacks.Correct(t.Context(), taskstest.Caller(1), 1, o, "补充"); err != nil {
			t.Error(err)
		}
	})
}

func TestTwoCallersCannotBothTakeTheLastPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const callers = 6
		c := promising(t, db, callers, outcome.Appointments{Late: 15, Kept: 30, PerSlot: 2})
		desks := make([]callback.Desk, callers)
		for i := range desks {
			desks[i] = c.Claim(t, taskstest.Caller(int64(i+1)))
		}
		var group sync.WaitGroup
		results := make([]error, callers)
		for i, desk := range desks {
			group.Go(func() {
				o := appointed(taskstest.Morning.Add(3*time.Hour+time.Duration(i)*time.Minute), callback.ForAnybody)
				viewer := account.Viewer{UserID: int64(i + 1), Role: account.Caller}
				_, results[i] = c.Callbacks.Finish(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, o)
			})
		}
		group.Wait()
		made := 0
		for _, err := range results {
			if err == nil {
				made++
			} else if fieldOf(t, err).Code != "slot_full" {
				t.Error(err)
			}
		}
		if kept := c.Count(t, "callbacks", "appointment_at > 0"); made != 2 || kept != 2 {
			t.Errorf("%d were made and %d are kept, where two have room", made, kept)
		}
	})
}

func TestMineIsAnybodysAfterAsLongAsTheSetSays(t *testing.T) {
	t.Parallel()
	for _, minutes := range []int{5, 120} {
		t.Run(strconv.Itoa(minutes), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := promising(t, db, 1, outcome.Appointments{Late: 15, Kept: minutes})
				c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), appointed(c.Now().Add(2*time.Hour), callback.ForMe))
				c.Pass(2 * time.Hour)
				c.Work(t, callback.JobOffer, c.Callbacks.Offer)
				c.Pass(time.Duration(minutes)*time.Minute - time.Second)
				supply, err := c.Callbacks.Supply(t.Context(), taskstest.Caller(2))
				if err != nil || supply.Kept != 1 || supply.Ready != 0 {
					t.Errorf("a second before: %+v, %v", supply, err)
				}
				if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
					t.Error("a colleague got it a second before")
				}
				c.Pass(time.Second)
				c.Claim(t, taskstest.Caller(2))
			})
		})
	}
}
