package callback_test

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

func TestRetryByCallResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		result callback.CallResult
		after  time.Duration // 0: closed
	}{
		{callback.NoAnswer, 2 * time.Hour},
		{callback.Busy, time.Hour}, // half an hour, but the number may be called once an hour
		{callback.Off, 4 * time.Hour},
		{callback.Rejected, 4 * time.Hour},
		{callback.OutOfService, 24 * time.Hour},
		{callback.NotThePerson, 4 * time.Hour},
		{callback.WrongNumber, 0},
	}
	for _, tt := range tests {
		t.Run(string(tt.result), func(t *testing.T) {
			t.Parallel()
			c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)),
				callback.Outcome{CallResult: tt.result, NoteForNext: "下午打"})
			got := c.Callback(t)
			if tt.after == 0 {
				if got.State != callback.Finished || got.CloseReason != callback.Reason(tt.result) {
					t.Errorf("%s for %q, want it closed", got.State, got.CloseReason)
				}
				return
			}
			if want := c.Now().Add(tt.after); got.State != callback.Waiting || got.ReadyAt != want ||
				got.WaitReason != callback.Reason(tt.result) {
				t.Errorf("%s for %q until %v, want waiting until %v", got.State, got.WaitReason, got.ReadyAt, want)
			}
			if n := c.Count(t, "jobs", "kind = ? AND state = ? AND run_at = ?", callback.JobOffer, outbox.Due, got.ReadyAt); n != 1 {
				t.Errorf("%d jobs offer it again then, want 1", n)
			}
		})
	}
}

func TestSixAttemptsAndItIsUnreachable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		for i := range callback.MaxAttempts {
			for range 30 { // until hours and caps allow the next attempt
				c.Work(t, callback.JobOffer, c.Callbacks.Offer)
				if c.Callback(t).State == callback.Ready {
					break
				}
				c.At.Store(int64(c.Callback(t).ReadyAt))
			}
			desk := c.Claim(t, taskstest.Caller(1))
			if len(desk.Attempts) != i {
				t.Fatalf("attempt %d shows %d earlier ones", i+1, len(desk.Attempts))
			}
			c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		}
		if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != callback.ReasonUnreachable ||
			got.Attempts != callback.MaxAttempts {
			t.Errorf("%s for %q after %d attempts", got.State, got.CloseReason, got.Attempts)
		}
	})
}

func TestDialAndFinishAreOneAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Pass(20 * time.Second)
		for range 2 { // the line dropped: dialled again
			phone, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
			if err != nil || phone != "+8613912340001" {
				t.Fatalf("dial: %q, %v", phone, err)
			}
		}
		c.Pass(2 * time.Minute)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if n := c.Count(t, "attempts", "1 = 1"); n != 1 {
			t.Errorf("%d attempts, want 1", n)
		}
		if n := c.Count(t, "touches", "kind = 'attempt'"); n != 1 {
			t.Errorf("%d touches, want 1", n)
		}
		day, err := c.Worklist.MyDay(t.Context(), taskstest.Caller(1), 0)
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
	c, desk := taskstest.AtWork(t, dbtest.SQLite(t))
	dial := func() error {
		_, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	c.Pass(11 * time.Hour) // into the night
	if err := dial(); !fault.Is(err, fault.Conflict) {
		t.Errorf("dialled at night: %v", err)
	}
}

func TestAppointmentIsKeptForItsCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(3)...)
		desk := c.Claim(t, taskstest.Caller(1))
		at := c.Now().Add(3 * time.Hour)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentFor: callback.ForMe,
		})
		mine, err := c.Worklist.MyTasks(t.Context(), taskstest.Caller(1), worklist.MineFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(mine.Rows) != 1 || mine.Rows[0].Callback.AppointmentAt != at || mine.Rows[0].Customer != desk.Customer.Name {
			t.Errorf("my appointments: %+v", mine.Rows)
		}
		c.Pass(3 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if other := c.Claim(t, taskstest.Caller(2)); other.Callback.ID == desk.Callback.ID {
			t.Error("a colleague got the appointment")
		}
		if own := c.Claim(t, taskstest.Caller(1)); own.Callback.ID != desk.Callback.ID {
			t.Error("the caller did not get their own appointment first")
		}
	})
}

func TestMissedAppointmentBecomesAnybodys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment,
			AppointmentAt: c.Now().Add(2 * time.Hour), AppointmentFor: callback.ForMe,
		})
		c.Pass(2 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) {
			t.Fatalf("a colleague at once: %v", err)
		}
		c.Pass(31 * time.Minute)
		c.Claim(t, taskstest.Caller(2))
	})
}

func TestRefusalHoldsForEverythingElseAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		another := taskstest.Severe(1)
		another.ExternalID = "T-1b"
		c.Take(t, taskstest.Severe(1), another)
		c.Plan(t)
		c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)),
			callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NeverContact})
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
			t.Fatal("the other callback of the customer was handed out")
		}
		if n := c.Count(t, "callbacks", "state = ? AND close_reason = 'suppressed'", callback.Cancelled); n != 1 {
			t.Errorf("%d callbacks cancelled as suppressed, want 1", n)
		}
	})
}

func TestAnswersInTheCallGoOnAsAJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		rating, solved := 2, false
		answers := callback.Answers{Rating: &rating, Solved: &solved, Reasons: []string{"slow"}, Comment: "等了三天", Consent: true}
		c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "仍未解决", Answers: answers,
		})
		if jobs := c.Jobs(t, callback.JobOutcome); len(jobs) != 0 {
			t.Errorf("%d jobs are due while it can be undone", len(jobs))
		}
		answered := c.Now()
		c.Pass(callback.UndoTime)
		jobs := c.Jobs(t, callback.JobOutcome)
		if len(jobs) != 1 {
			t.Fatalf("%d jobs, want 1", len(jobs))
		}
		got, err := c.Calls.Answers(t.Context(), jobs[0].Ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(answers, got.Answers); diff != "" || got.ResolutionID == 0 || got.AnsweredAt != answered {
			t.Errorf("%+v %s", got, diff)
		}
	})
}

func TestOutcomeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	c, desk := taskstest.AtWork(t, dbtest.SQLite(t))
	six := 6
	tests := []struct {
		name    string
		outcome callback.Outcome
		fields  []string
	}{
		{"nothing chosen", callback.Outcome{}, []string{"call_result"}},
		{"reached and no result", callback.Outcome{CallResult: callback.Reached}, []string{"business_result"}},
		{
			name:    "not solved and no note",
			outcome: callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "  "},
			fields:  []string{"note"},
		},
		{
			name:    "appointment without a time",
			outcome: callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Appointment},
			fields:  []string{"appointment_at"},
		},
		{
			"appointment at night",
			callback.Outcome{
				CallResult:     callback.Reached,
				BusinessResult: callback.Appointment,
				AppointmentAt:  taskstest.Morning.Add(12 * time.Hour),
			},
			[]string{"appointment_at"},
		},
		{
			name: "a rating off the scale",
			outcome: callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &six},
			},
			fields: []string{"rating"},
		},
		{
			name: "a comment longer than the survey takes",
			outcome: callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved,
				Answers: callback.Answers{Comment: strings.Repeat("长", survey.MaxComment+1)},
			},
			fields: []string{"comment"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, tt.outcome)
			flt, ok := fault.Of(err)
			if !ok || flt.Kind != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			var got []string
			for _, f := range flt.Fields {
				got = append(got, f.Name)
			}
			if diff := gocmp.Diff(tt.fields, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := c.Callback(t); got.State != callback.Claimed || got.Attempts != 0 {
		t.Errorf("a refused outcome changed the callback: %s, %d attempts", got.State, got.Attempts)
	}
}

// Lists offer every reason to choose from: whatever a caller records, the callback is found by what it waits for or ended with.
func TestEveryOutcomeLeavesAReasonThatListsKnow(t *testing.T) {
	t.Parallel()
	stock := outcome.Stock(outcome.China)
	var outcomes []callback.Outcome
	for _, code := range stock.Call {
		if !code.Is(outcome.CountsAsReached) {
			outcomes = append(outcomes, callback.Outcome{CallResult: callback.CallResult(code.Key), Note: "听客户说"})
		}
	}
	for _, code := range stock.Business {
		outcomes = append(outcomes,
			callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.BusinessResult(code.Key), Note: "听客户说"})
	}
	for _, o := range outcomes {
		t.Run(string(o.CallResult+"/"+callback.CallResult(o.BusinessResult)), func(t *testing.T) {
			t.Parallel()
			c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.WithStock(t)
			desk := c.Claim(t, taskstest.Caller(1))
			if o.BusinessResult == callback.Appointment {
				o.AppointmentAt = c.Now().Add(2 * time.Hour)
			}
			c.Finish(t, taskstest.Caller(1), desk, o)
			got := c.Callback(t)
			reasons, err := c.Callbacks.Reasons(t.Context())
			if reason := cmp.Or(got.CloseReason, got.WaitReason); err != nil || !slices.Contains(reasons, reason) {
				t.Errorf("it is %s for %q, which is none of %v (%v)", got.State, reason, reasons, err)
			}
			if got.State == callback.Waiting && !got.ReadyAt.After(c.Now()) {
				t.Errorf("it waits until %v, which is past", got.ReadyAt)
			}
		})
	}
}
