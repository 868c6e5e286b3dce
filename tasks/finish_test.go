package tasks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks"
)

func TestRetryByCallResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		result tasks.CallResult
		after  time.Duration // 0: closed
	}{
		{tasks.NoAnswer, 2 * time.Hour},
		{tasks.Busy, time.Hour}, // half an hour, but the number may be called once an hour
		{tasks.Off, 4 * time.Hour},
		{tasks.Rejected, 4 * time.Hour},
		{tasks.OutOfService, 24 * time.Hour},
		{tasks.NotThePerson, 4 * time.Hour},
		{tasks.WrongNumber, 0},
	}
	for _, tt := range tests {
		t.Run(string(tt.result), func(t *testing.T) {
			t.Parallel()
			c := planned(t, dbtest.SQLite(t), severe(1))
			c.finish(t, caller(1), c.claim(t, caller(1)), tasks.Outcome{CallResult: tt.result, NoteForNext: "下午打"})
			got := c.callback(t)
			if tt.after == 0 {
				if got.State != tasks.Finished || got.CloseReason != tasks.Reason(tt.result) {
					t.Errorf("%s for %q, want it closed", got.State, got.CloseReason)
				}
				return
			}
			if want := c.now().Add(tt.after); got.State != tasks.Waiting || got.ReadyAt != want || got.WaitReason != tasks.Reason(tt.result) {
				t.Errorf("%s for %q until %v, want waiting until %v", got.State, got.WaitReason, got.ReadyAt, want)
			}
			if n := c.count(t, "jobs", "kind = ? AND state = ? AND run_at = ?", tasks.JobOffer, outbox.Due, got.ReadyAt); n != 1 {
				t.Errorf("%d jobs offer it again then, want 1", n)
			}
		})
	}
}

func TestSixAttemptsAndItIsUnreachable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		for i := range tasks.MaxAttempts {
			for range 30 { // until hours and caps allow the next attempt
				c.work(t, tasks.JobOffer, c.Offer)
				if c.callback(t).State == tasks.Ready {
					break
				}
				c.at.Store(int64(c.callback(t).ReadyAt))
			}
			desk := c.claim(t, caller(1))
			if len(desk.Attempts) != i {
				t.Fatalf("attempt %d shows %d earlier ones", i+1, len(desk.Attempts))
			}
			c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.NoAnswer})
		}
		if got := c.callback(t); got.State != tasks.Finished || got.CloseReason != tasks.ReasonUnreachable || got.Attempts != tasks.MaxAttempts {
			t.Errorf("%s for %q after %d attempts", got.State, got.CloseReason, got.Attempts)
		}
	})
}

func TestDialAndFinishAreOneAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		c.pass(20 * time.Second)
		for range 2 { // the line dropped: dialled again
			phone, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence)
			if err != nil || phone != "+8613912340001" {
				t.Fatalf("dial: %q, %v", phone, err)
			}
		}
		c.pass(2 * time.Minute)
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved})
		if n := c.count(t, "attempts", "1 = 1"); n != 1 {
			t.Errorf("%d attempts, want 1", n)
		}
		if n := c.count(t, "touches", "kind = 'attempt'"); n != 1 {
			t.Errorf("%d touches, want 1", n)
		}
		day, err := c.MyDay(t.Context(), caller(1), 0)
		if err != nil {
			t.Fatal(err)
		}
		if day.Dialled != 1 || day.Reached != 1 || day.Finished != 1 || day.Handling != 140*time.Second {
			t.Errorf("my day: %+v", day)
		}
	})
}

func TestDiallingAgainAsksPermissionToo(t *testing.T) {
	t.Parallel()
	c, desk := atWork(t, dbtest.SQLite(t))
	dial := func() error {
		_, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence)
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	c.pass(11 * time.Hour) // into the night
	if err := dial(); !fault.Is(err, fault.Conflict) {
		t.Errorf("dialled at night: %v", err)
	}
}

func TestAppointmentIsKeptForItsCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severes(3)...)
		desk := c.claim(t, caller(1))
		at := c.now().Add(3 * time.Hour)
		c.finish(t, caller(1), desk, tasks.Outcome{
			CallResult: tasks.Reached, BusinessResult: tasks.Appointment, AppointmentAt: at, AppointmentFor: tasks.ForMe,
		})
		mine, err := c.MyTasks(t.Context(), caller(1))
		if err != nil {
			t.Fatal(err)
		}
		if len(mine.Appointments) != 1 || mine.Appointments[0].Callback.AppointmentAt != at || mine.Appointments[0].Customer != desk.Customer.Name {
			t.Errorf("my appointments: %+v", mine.Appointments)
		}
		c.pass(3 * time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		if other := c.claim(t, caller(2)); other.Callback.ID == desk.Callback.ID {
			t.Error("a colleague got the appointment")
		}
		if own := c.claim(t, caller(1)); own.Callback.ID != desk.Callback.ID {
			t.Error("the caller did not get their own appointment first")
		}
	})
}

func TestMissedAppointmentBecomesAnybodys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := atWork(t, db)
		c.finish(t, caller(1), desk, tasks.Outcome{
			CallResult: tasks.Reached, BusinessResult: tasks.Appointment, AppointmentAt: c.now().Add(2 * time.Hour), AppointmentFor: tasks.ForMe,
		})
		c.pass(2 * time.Hour)
		c.work(t, tasks.JobOffer, c.Offer)
		if _, err := c.Claim(t.Context(), caller(2)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Fatalf("a colleague at once: %v", err)
		}
		c.pass(31 * time.Minute)
		c.claim(t, caller(2))
	})
}

func TestRefusalHoldsForEverythingElseAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		another := severe(1)
		another.ExternalID = "T-1b"
		c.take(t, severe(1), another)
		c.plan(t)
		c.finish(t, caller(1), c.claim(t, caller(1)), tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.NeverContact})
		if _, err := c.Claim(t.Context(), caller(2)); err == nil {
			t.Fatal("the other callback of the customer was handed out")
		}
		if n := c.count(t, "callbacks", "state = ? AND close_reason = 'suppressed'", tasks.Cancelled); n != 1 {
			t.Errorf("%d callbacks cancelled as suppressed, want 1", n)
		}
	})
}

func TestAnswersInTheCallGoOnAsAJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := planned(t, db, severe(1))
		rating, solved := 2, false
		answers := tasks.Answers{Rating: &rating, Solved: &solved, Reasons: []string{"slow"}, Comment: "等了三天", Consent: true}
		c.finish(t, caller(1), c.claim(t, caller(1)), tasks.Outcome{
			CallResult: tasks.Reached, BusinessResult: tasks.NotSolved, Note: "仍未解决", Answers: answers,
		})
		jobs := c.jobs(t, tasks.JobAnswered)
		if len(jobs) != 1 {
			t.Fatalf("%d jobs, want 1", len(jobs))
		}
		got, err := c.CallAnswers(t.Context(), jobs[0].Ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(answers, got.Answers); diff != "" || got.ResolutionID == 0 || got.AnsweredAt != c.now() {
			t.Errorf("%+v %s", got, diff)
		}
	})
}

func TestOutcomeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	c, desk := atWork(t, dbtest.SQLite(t))
	six := 6
	tests := []struct {
		name    string
		outcome tasks.Outcome
		fields  []string
	}{
		{"nothing chosen", tasks.Outcome{}, []string{"call_result"}},
		{"reached and no result", tasks.Outcome{CallResult: tasks.Reached}, []string{"business_result"}},
		{"not solved and no note", tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.NotSolved, Note: "  "}, []string{"note"}},
		{"appointment without a time", tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Appointment}, []string{"appointment_at"}},
		{"appointment at night", tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Appointment, AppointmentAt: morning.Add(12 * time.Hour)}, []string{"appointment_at"}},
		{"a rating off the scale", tasks.Outcome{CallResult: tasks.Reached, BusinessResult: tasks.Solved, Answers: tasks.Answers{Rating: &six}}, []string{"rating"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := c.Finish(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence, tt.outcome)
			flt, ok := fault.Of(err)
			if !ok || flt.Kind != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			var got []string
			for _, f := range flt.Fields {
				got = append(got, f.Name)
			}
			if diff := cmp.Diff(tt.fields, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := c.callback(t); got.State != tasks.Claimed || got.Attempts != 0 {
		t.Errorf("a refused outcome changed the callback: %s, %d attempts", got.State, got.Attempts)
	}
}
