package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/internal/taskstest"
)

// stocked is a centre with the stock outcomes in which caller 1 has claimed the one callback there is, and has dialled.
func stocked(t *testing.T, db *database.DB, in contact.Input) (taskstest.Centre, callback.Desk) {
	t.Helper()
	c := taskstest.Planned(t, db, in)
	c.WithStock(t)
	desk := c.Claim(t, taskstest.Caller(1))
	dial(t, c, desk)
	c.Pass(time.Minute)
	return c, desk
}

func dial(t *testing.T, c taskstest.Centre, desk callback.Desk) (phone string) {
	t.Helper()
	phone, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(desk.Callback.CallerID), desk.Callback.ID, desk.Callback.Fence)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	return phone
}

// again claims the callback when it is ready again.
func again(t *testing.T, c taskstest.Centre) callback.Desk {
	t.Helper()
	c.At.Store(int64(c.Callback(t).ReadyAt))
	c.Work(t, callback.JobOffer, c.Callbacks.Offer)
	return c.Claim(t, taskstest.Caller(1))
}

func field(t *testing.T, err error) fault.Field {
	t.Helper()
	flt, ok := fault.Of(err)
	if !ok || flt.Kind != fault.Invalid || len(flt.Fields) != 1 {
		t.Fatalf("got %v, want one field", err)
	}
	return flt.Fields[0]
}

func TestAnAnswerSoonerThanAnybodyCanTalkIsRefused(t *testing.T) {
	t.Parallel()
	c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
	c.WithStock(t)
	desk := c.Claim(t, taskstest.Caller(1))
	finish := func(o callback.Outcome) error {
		_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, o)
		return err
	}
	dial(t, c, desk)
	c.Pass(4900 * time.Millisecond)
	solved := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
	f := field(t, finish(solved))
	if f.Name != "call_result" || f.Code != "talk_too_short" || f.Args["seconds"] != 5 || f.Args["silent"] != "silent" {
		t.Errorf("refused with %+v", f)
	}
	if got := c.Callback(t); got.State != callback.Claimed {
		t.Fatalf("a refused outcome left it %s", got.State)
	}
	c.Pass(100 * time.Millisecond)
	if err := finish(solved); err != nil {
		t.Errorf("after five seconds: %v", err)
	}
}

// Who dials on a telephone beside the desk, who was insulted, and who reached nobody is not asked how long it took.
func TestTheLeastTalkIsAskedOfNobodyElse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		dials bool
		o     callback.Outcome
	}{
		"no dial was seen": {false, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}},
		"abuse":            {true, callback.Outcome{CallResult: callback.Reached, BusinessResult: "abuse"}},
		"hung up":          {true, callback.Outcome{CallResult: "hung_up"}},
		"no answer":        {true, callback.Outcome{CallResult: callback.NoAnswer}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.WithStock(t)
			desk := c.Claim(t, taskstest.Caller(1))
			if tt.dials {
				dial(t, c, desk)
			}
			c.Finish(t, taskstest.Caller(1), desk, tt.o)
		})
	}
}

func TestAWrongNumberLeadsToTheNextPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		in := taskstest.Severe(1)
		in.Customer.Phones = append(in.Customer.Phones, "13912349999")
		c, desk := stocked(t, db, in)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.WrongNumber})
		if got := c.Callback(t); got.State != callback.Waiting || got.WaitReason != callback.Reason(callback.WrongNumber) ||
			got.ReadyAt.Sub(c.Now()) > time.Hour { // the gap between two calls to one person holds
			t.Fatalf("it is %s for %q until %v", got.State, got.WaitReason, got.ReadyAt)
		}
		desk = again(t, c)
		if phone := dial(t, c, desk); phone != "+8613912349999" || desk.Phone != phone {
			t.Errorf("the next phone is %q, shown %q", phone, desk.Phone)
		}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.WrongNumber})
		if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != callback.Reason(callback.WrongNumber) {
			t.Errorf("without another phone it is %s for %q", got.State, got.CloseReason)
		}
		// Nobody calls these for that customer any more, in whatever callback.
		another := in
		another.ExternalID = "T-1b"
		c.Take(t, another)
		c.Plan(t)
		c.Pass(2 * time.Hour)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
			t.Error("a customer without a phone that is theirs was handed out")
		}
		if n := c.Count(t, "callbacks", "close_reason = 'no_address'"); n != 1 {
			t.Errorf("%d callbacks ended for want of a number", n)
		}
	})
}

func TestARefusedCallIsMadeOnceMoreTheNextDay(t *testing.T) {
	t.Parallel()
	c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Rejected})
	if got := c.Callback(t); got.State != callback.Waiting || got.ReadyAt != c.Now().Add(24*time.Hour) {
		t.Fatalf("it is %s until %v", got.State, got.ReadyAt)
	}
	desk = again(t, c)
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Rejected})
	if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != callback.ReasonUnreachable || got.Attempts != 2 {
		t.Errorf("refused twice it is %s for %q after %d attempts", got.State, got.CloseReason, got.Attempts)
	}
}

func TestTriesGoIntoOtherPartsOfTheDay(t *testing.T) {
	t.Parallel()
	c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1)) // 10:05
	for i, begins := range []int{12, 18} {
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		at := c.Callback(t).ReadyAt.In(time.FixedZone("", 8*60*60))
		if at.Day() != 22 || at.Hour() < begins || at.Hour() >= begins+6 {
			t.Errorf("try %d is at %v", i+2, at)
		}
		desk = again(t, c)
	}
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer}) // every part was tried
	if got := c.Callback(t); got.State != callback.Waiting || !got.ReadyAt.After(c.Now()) {
		t.Errorf("it is %s until %v", got.State, got.ReadyAt)
	}
}

// Each purpose a customer wants no more of is refused, and no other.
func TestSuppressionIsOfThePurposeOfTheCode(t *testing.T) {
	t.Parallel()
	for result, refused := range map[callback.BusinessResult][]permission.Purpose{
		"declined":            {permission.Survey},
		"no_marketing":        {permission.MarketingCall, permission.MarketingMessage},
		callback.NeverContact: permission.Purposes(),
		callback.Solved:       nil,
	} {
		t.Run(string(result), func(t *testing.T) {
			t.Parallel()
			c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: result})
			if n := c.Count(t, "consent_events", "given = 0"); n != len(refused) {
				t.Errorf("%d purposes are refused, want %d", n, len(refused))
			}
			for _, purpose := range refused {
				if c.Count(t, "consent_events", "given = 0 AND purpose = ?", purpose) != 1 {
					t.Errorf("%s is not refused", purpose)
				}
			}
		})
	}
}

// After a refusal, a complaint and abuse nothing is asked: what was typed before the result was chosen does not count, and no word is lost.
func TestNoQuestionIsAnsweredAfterARefusal(t *testing.T) {
	t.Parallel()
	rating := 5
	for _, result := range []callback.BusinessResult{"declined", "complaint", "abuse", "never_contact"} {
		t.Run(string(result), func(t *testing.T) {
			t.Parallel()
			c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: result, Note: "很生气",
				Answers: callback.Answers{Rating: &rating, Consent: true, Comment: "别再打了"},
			})
			if n := c.Count(t, "attempts", "answers = '' AND note = ?", "很生气\n别再打了"); n != 1 {
				t.Error("the answers were kept, or a word was lost")
			}
		})
	}
}

func TestAbuseLeavesTheFiguresAndIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := stocked(t, db, taskstest.Severe(1))
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: "abuse", Note: "骂人"})
		day, err := c.Worklist.MyDay(t.Context(), taskstest.Caller(1), 0)
		if err != nil || day.Dialled != 0 || day.Reached != 0 || day.Finished != 0 || day.Handling != 0 || len(day.Results) != 0 {
			t.Errorf("the day counts it: %+v %v", day, err)
		}
		if len(day.Attempts) != 1 {
			t.Errorf("the day lists %d attempts", len(day.Attempts))
		}
		p, on, err := c.Pauses.Current(t.Context(), taskstest.Caller(1))
		if err != nil || !on || p.Reason != pause.Abuse {
			t.Errorf("the pause is %+v %v", p, err)
		}
		marks, err := c.Worklist.Marks(t.Context(), taskstest.Supervisor)
		if err != nil || len(marks) != 1 || marks[0].Attempt.Mark != outcome.Abuse || marks[0].Attempt.Note != "骂人" ||
			marks[0].Row.Customer != "客户1" || marks[0].Agent != "李强" {
			t.Fatalf("supervisors are told %+v %v", marks, err)
		}
		if err := c.Callbacks.SeeMarks(t.Context(), taskstest.Caller(1), desk.Callback.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller took it off the list: %v", err)
		}
		if err := c.Callbacks.SeeMarks(t.Context(), taskstest.Supervisor, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		if marks, err := c.Worklist.Marks(t.Context(), taskstest.Supervisor); err != nil || len(marks) != 0 {
			t.Errorf("what was seen is told again: %+v %v", marks, err)
		}
		if n := c.Count(t, "attempts", "mark_seen_by = ? AND mark_seen_at = ?", taskstest.Supervisor.UserID, c.Now()); n != 1 {
			t.Error("nobody knows who saw it")
		}
	})
}

func TestSupervisorsAreToldByTheFlagsOfTheOutcome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		o    callback.Outcome
		mark outcome.Flag
	}{
		{callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Complaint, Note: "x"}, outcome.Complaint},
		{callback.Outcome{CallResult: callback.Reached, BusinessResult: "praise", Note: "x"}, outcome.Praise},
		{callback.Outcome{CallResult: callback.Reached, BusinessResult: "suggestion", Note: "x"}, outcome.Suggestion},
		{callback.Outcome{CallResult: callback.Reached, BusinessResult: "transferred", Note: "x"}, outcome.NeedsAction},
		{callback.Outcome{CallResult: "number_changed"}, outcome.NeedsAction},
		{callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}, ""},
		{callback.Outcome{CallResult: callback.NoAnswer}, ""},
	} {
		t.Run(string(tt.o.CallResult)+"/"+string(tt.o.BusinessResult), func(t *testing.T) {
			t.Parallel()
			c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
			c.Finish(t, taskstest.Caller(1), desk, tt.o)
			if n := c.Count(t, "attempts", "mark = ? AND outcome_version = 2", tt.mark); n != 1 {
				t.Errorf("the mark is not %q", tt.mark)
			}
		})
	}
}

// Family who answer for the customer count as reached, and what they say of the problem counts.
func TestFamilyWhoAnswerCountAsReached(t *testing.T) {
	t.Parallel()
	c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
	solved := true
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
		CallResult: "family", BusinessResult: "phone_solved", Answers: callback.Answers{Solved: &solved},
	})
	day, err := c.Worklist.MyDay(t.Context(), taskstest.Caller(1), 0)
	if err != nil || day.Reached != 1 || day.Finished != 1 || len(day.Results) != 1 || day.Results[0].Result != "family" {
		t.Errorf("the day: %+v %v", day, err)
	}
	if got := c.Callback(t); got.CloseReason != "phone_solved" {
		t.Errorf("it ended with %q", got.CloseReason)
	}
}

// What was reached and rings again keeps the reason of the talk, also when it is the last attempt.
func TestATalkThatAsksForAnotherCallWaits(t *testing.T) {
	t.Parallel()
	c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: "call_later"})
	if got := c.Callback(t); got.State != callback.Waiting || got.WaitReason != "call_later" || !got.ReadyAt.After(c.Now()) {
		t.Errorf("it is %s for %q", got.State, got.WaitReason)
	}
	if err := c.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET max_attempts = 2").Error; err != nil {
		t.Fatal(err)
	}
	desk = again(t, c)
	c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: "call_later"})
	if got := c.Callback(t); got.State != callback.Finished || got.CloseReason != "call_later" {
		t.Errorf("after the last attempt it is %s for %q", got.State, got.CloseReason)
	}
}

// An attempt is read by the set it was recorded under, whatever was published since.
func TestAnAttemptKeepsTheSetItWasRecordedUnder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := stocked(t, db, taskstest.Severe(1))
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: "family", BusinessResult: callback.Solved})
		set := c.Outcomes.Stock()
		set = set.Without(outcome.CallLayer, "family")
		if _, err := c.Outcomes.Publish(t.Context(), taskstest.Admin, set, 2, "we ask only the customer"); err != nil {
			t.Fatal(err)
		}
		day, err := c.Worklist.MyDay(t.Context(), taskstest.Caller(1), 0)
		if err != nil || day.Reached != 1 || len(day.Results) != 1 {
			t.Errorf("the day: %+v %v", day, err)
		}
		if label, ok := c.Outcomes.Label("zh-CN", "family", true); !ok || label != "家人代答" {
			t.Errorf("it is called %q", label)
		}
	})
}

// A centre that was at work before keeps its outcomes until somebody publishes others.
func TestACentreAtWorkKeepsItsOutcomes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), callback.Outcome{CallResult: callback.Busy})
		for range 2 {
			c.WithStock(t)
		}
		set, err := c.Callbacks.Outcomes(t.Context())
		if err != nil || set.Version != 1 || len(set.Call) != 8 {
			t.Errorf("version %d with %d call results is in force: %v", set.Version, len(set.Call), err)
		}
		if _, _, err := c.Outcomes.Version(t.Context(), 2); !fault.Is(err, fault.NotFound) {
			t.Errorf("version 2 is there: %v", err)
		}
	})
}

// Another process publishes: the next outcome is of its set, and whoever has recorded under the old one is asked to choose anew.
func TestOutcomesOfAnotherProcessHoldAtOnce(t *testing.T) {
	t.Parallel()
	c, desk := stocked(t, dbtest.SQLite(t), taskstest.Severe(1))
	elsewhere := outcome.New(c.DB, c.Now, outcome.China)
	set := elsewhere.Stock()
	set = set.Without(outcome.CallLayer, "fax")
	if _, err := elsewhere.Publish(t.Context(), taskstest.Supervisor, set, 2, "no fax"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a supervisor published: %v", err)
	}
	if _, err := elsewhere.Publish(t.Context(), taskstest.Admin, set, 1, "no fax"); !fault.Is(err, fault.Conflict) {
		t.Errorf("published over another version: %v", err)
	}
	if _, err := elsewhere.Publish(t.Context(), taskstest.Admin, set, 2, "no fax"); err != nil {
		t.Fatal(err)
	}
	fax := callback.Outcome{CallResult: "fax"}
	_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, fax)
	if f := field(t, err); f.Name != "call_result" || f.Code != "choose" {
		t.Errorf("refused with %+v", f)
	}
}

// A recovery has as many attempts as the outcomes say, since no policy plans it.
func TestRecoveriesHaveTheAttemptsOfTheSet(t *testing.T) {
	t.Parallel()
	china, elsewhere := outcome.Stock(outcome.China), outcome.Stock("DE")
	if china.Kinds["recovery"].Attempts != 3 || elsewhere.Kinds["recovery"].Attempts != 6 {
		t.Errorf("%+v and %+v", china.Kinds, elsewhere.Kinds)
	}
}

// One wrong number ends every callback of the call, and the customer's other phone is none of its wrong ones.
func TestAWrongNumberIsOneOfAllCallbacksOfTheCall(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		in := taskstest.Severe(1)
		in.Customer.Phones = append(in.Customer.Phones, "13912349999")
		another := in
		another.ExternalID = "T-1b"
		c := taskstest.Planned(t, db, in, another)
		c.WithStock(t)
		desk := c.Claim(t, taskstest.Caller(1))
		if len(desk.Others) != 1 {
			t.Fatalf("%d others are held", len(desk.Others))
		}
		dial(t, c, desk)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.WrongNumber})
		if n := c.Count(t, "attempts", "wrong_phone = '+8613912340001'"); n != 2 {
			t.Errorf("%d attempts say that it is wrong", n)
		}
		if n := c.Count(t, "attempts", "wrong_phone = '+8613912349999'"); n != 0 {
			t.Error("a phone that nobody called is wrong")
		}
		if n := c.Count(t, "callbacks", "state = ?", callback.Waiting); n != 2 {
			t.Errorf("%d callbacks wait for the other phone", n)
		}
	})
}

// What a correction takes back is taken back whole: the wrong phone, the mark, and the refusal of one purpose for that of another.
func TestACorrectionTakesTheFlagsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := stocked(t, db, taskstest.Severe(1))
		record := func(o callback.Outcome) callback.Recorded {
			recorded, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, o)
			if err != nil {
				t.Fatal(err)
			}
			return recorded
		}
		correct := func(id int64, o callback.Outcome) {
			t.Helper()
			c.Pass(time.Minute)
			if err := c.Callbacks.Correct(t.Context(), taskstest.Supervisor, id, o, "heard the recording"); err != nil {
				t.Fatal(err)
			}
		}
		id := record(callback.Outcome{CallResult: "number_changed"}).AttemptID
		if c.Count(t, "attempts", "wrong_phone > '' AND mark = 'needs_action'") != 1 {
			t.Error("nothing was marked")
		}
		if err := c.Callbacks.SeeMarks(t.Context(), taskstest.Supervisor, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		correct(id, callback.Outcome{CallResult: callback.Reached, BusinessResult: "declined"})
		if c.Count(t, "attempts", "wrong_phone = '' AND mark = ''") != 1 {
			t.Error("the wrong phone or the mark stays")
		}
		if n := c.Count(t, "suppressions", "lifted_at = 0 AND scope = 'surveys'"); n == 0 {
			t.Error("surveys are not refused")
		}
		correct(id, callback.Outcome{CallResult: callback.Reached, BusinessResult: "no_marketing"})
		if c.Count(t, "suppressions", "lifted_at = 0 AND scope = 'surveys'") != 0 ||
			c.Count(t, "suppressions", "lifted_at = 0 AND scope = 'marketing'") == 0 {
			t.Error("the refusal of marketing has not taken the place of that of surveys")
		}
		correct(id, callback.Outcome{CallResult: callback.Reached, BusinessResult: "praise", Note: "很耐心"})
		if marks, err := c.Worklist.Marks(t.Context(), taskstest.Supervisor); err != nil || len(marks) != 1 {
			t.Errorf("a mark of another kind is taken as seen: %+v %v", marks, err)
		}
	})
}
