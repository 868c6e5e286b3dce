package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/internal/taskstest"
)

// gone lets caller 7 be away within a span of time.
func gone(c taskstest.Centre, from, until clock.Instant) {
	c.Duty.Absent = func(id int64, asked, end clock.Instant) bool {
		return id == 7 && !asked.Before(from) && !end.After(until)
	}
}

// changesOf returns the changes of a kind of the one callback there is.
func changesOf(t *testing.T, c taskstest.Centre, kind callback.ChangeKind) (found []callback.ChangeRow) {
	t.Helper()
	all, err := c.Callbacks.Changes(t.Context(), taskstest.Supervisor, c.Callback(t).ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range all {
		if change.Kind == kind {
			found = append(found, change)
		}
	}
	return found
}

func TestWhatIsKeptForTheSickIsAnybodysAndSupervisorsAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 1, outcome.Stock("CN").Appointments)
		at := taskstest.Morning.Add(3 * time.Hour)
		c.Finish(t, taskstest.Caller(7), c.Claim(t, taskstest.Caller(7)), appointed(at, callback.ForMe))
		if err := c.Callbacks.FreeAbsent(t.Context(), outbox.Ticket{}, 7); err != nil || c.Callback(t).ReservedFor != 7 {
			t.Fatalf("freed while its caller is there: %v", err)
		}
		gone(c, at.Add(-time.Hour), at.Add(time.Hour))
		for range 2 { // and once more changes nothing
			if err := c.Callbacks.FreeAbsent(t.Context(), outbox.Ticket{}, 7); err != nil {
				t.Fatal(err)
			}
		}
		got := c.Callback(t)
		if got.ReservedFor != 0 || got.State != callback.Waiting || got.AppointmentAt != at || got.ReadyAt != at {
			t.Errorf("%+v", got)
		}
		if told := changesOf(t, c, callback.ChangeAbsent); len(told) != 1 || told[0].ForUserID != 7 || told[0].UserID != 0 {
			t.Errorf("the story says %+v", told)
		}
		unseen, err := c.Callbacks.FreedUnseen(t.Context(), taskstest.Supervisor)
		if err != nil || len(unseen) != 1 || unseen[0].CallerID != 7 || unseen[0].AppointmentAt != at || unseen[0].Callback.ID != got.ID {
			t.Fatalf("%+v %v", unseen, err)
		}
		other := account.Viewer{UserID: 901, Role: account.Supervisor, TeamIDs: []int64{4711}}
		if err := c.Callbacks.SeeFreed(t.Context(), other, unseen[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := c.Callbacks.SeeFreed(t.Context(), taskstest.Caller(7), unseen[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller: %v", err)
		}
		for want := 1; want >= 0; want-- {
			if unseen, err := c.Callbacks.FreedUnseen(t.Context(), taskstest.Supervisor); err != nil || len(unseen) != want {
				t.Errorf("%d unseen, want %d: %v", len(unseen), want, err)
			}
			if err := c.Callbacks.SeeFreed(t.Context(), taskstest.Supervisor, got.ID+100); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAnAppointmentOfWhoIsAwayIsOfferedToAnybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 1, outcome.Stock("CN").Appointments)
		at := taskstest.Morning.Add(3 * time.Hour)
		c.Finish(t, taskstest.Caller(7), c.Claim(t, taskstest.Caller(7)), appointed(at, callback.ForMe))
		gone(c, at.Add(-time.Hour), at.Add(24*time.Hour))
		c.Pass(at.Sub(c.Now()))
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Ready || got.ReservedFor != 0 {
			t.Fatalf("%+v", got)
		}
		if desk := c.Claim(t, taskstest.Caller(2)); desk.Callback.AppointmentAt != at {
			t.Errorf("somebody else has %+v", desk.Callback)
		}
	})
}

// Overtime is known by what somebody does, not by what was planned.
func TestWhoIsAtWorkKeepsTheirAppointmentWhateverTheRosterSays(t *testing.T) {
	t.Parallel()
	c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severes(2)...)
	c.WithSet(t, func(s *outcome.Set) { s.Appointments = outcome.Stock("CN").Appointments })
	at := taskstest.Morning.Add(time.Hour)
	first := c.Claim(t, taskstest.Caller(7))
	c.Finish(t, taskstest.Caller(7), first, appointed(at, callback.ForMe))
	gone(c, at, at.Add(24*time.Hour))
	c.Pass(at.Sub(c.Now()) - time.Minute)
	c.Claim(t, taskstest.Caller(7))
	c.Pass(time.Minute)
	c.Work(t, callback.JobOffer, c.Callbacks.Offer)
	got, err := c.Callbacks.ByID(t.Context(), taskstest.Supervisor, first.Callback.ID)
	if err != nil || got.Callback.ReservedFor != 7 {
		t.Errorf("%+v %v", got.Callback, err)
	}
}

func TestAnAppointmentOffShiftIsAnybodysAndItsCallerIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := promising(t, db, 1, outcome.Stock("CN").Appointments)
		at := taskstest.Morning.Add(3 * time.Hour)
		desk := c.Claim(t, taskstest.Caller(7))
		gone(c, at, at.Add(2*time.Hour))
		own, err := c.Callbacks.OwnTimeAt(t.Context(), taskstest.Caller(7), desk.Callback.ID, at, 0)
		if err != nil || !own.Absent || own.Nearest != taskstest.Morning.Add(2*time.Hour+55*time.Minute) {
			t.Errorf("ahead of it: %+v %v", own, err)
		}
		own, err = c.Callbacks.OwnTimeAt(t.Context(), taskstest.Caller(7), desk.Callback.ID, at.Add(-time.Hour), 0)
		if err != nil || own.Absent {
			t.Errorf("an hour before: %+v %v", own, err)
		}
		if _, err := c.Callbacks.OwnTimeAt(t.Context(), taskstest.Caller(8), desk.Callback.ID, at, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("of somebody else's callback: %v", err)
		}
		recorded, err := c.Callbacks.Finish(
			t.Context(), taskstest.Caller(7), desk.Callback.ID, desk.Callback.Fence, appointed(at, callback.ForMe))
		if err != nil || !recorded.OffShift || c.Callback(t).ReservedFor != 0 || c.Callback(t).AppointmentAt != at {
			t.Errorf("%+v %v", recorded, err)
		}
	})
}
