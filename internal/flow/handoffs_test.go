package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
)

var (
	lao   = handoff.ByUser(account.Viewer{UserID: 50, Role: account.Handler})
	chief = account.Viewer{UserID: 60, Role: account.Supervisor}
)

// say records what came of the talk of a desk, and lets it take effect.
func (o *office) say(desk callback.Desk, result callback.BusinessResult, rating int) int64 {
	o.t.Helper()
	said := callback.Outcome{CallResult: callback.Reached, BusinessResult: result, Note: "客户说还是上不了网"}
	if rating > 0 {
		said.Answers = callback.Answers{Rating: &rating, Comment: "修了三次"}
	}
	recorded, err := o.Callbacks.Finish(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, said)
	if err != nil {
		o.t.Fatal(err)
	}
	o.at = o.at.Add(callback.UndoTime)
	o.work(callback.JobOutcome, survey.JobAnswered, callback.JobClosed)
	return recorded.AttemptID
}

// handoffs returns all handoffs, the oldest first.
func (o *office) handoffs() []handoff.Handoff {
	o.t.Helper()
	page, err := o.Handoffs.List(o.t.Context(), account.Viewer{Role: account.Admin}, handoff.Filter{
		States: handoff.States(), Order: handoff.ByAge,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []handoff.Handoff
	for _, row := range page.Rows {
		all = append(all, row.Handoff)
	}
	return all
}

// last returns the newest handoff, which must be the n-th.
func (o *office) last(n int) handoff.Handoff {
	o.t.Helper()
	all := o.handoffs()
	if len(all) != n {
		o.t.Fatalf("%d handoffs, want %d: %+v", len(all), n, all)
	}
	return all[n-1]
}

// reply replies four hours later: nobody is called twice in a row.
func (o *office) reply(h handoff.Handoff) {
	o.t.Helper()
	o.at = o.at.Add(4 * time.Hour)
	_, err := o.Handoffs.Reply(o.t.Context(), lao, h.ID, h.Version, handoff.Answer{Words: "换了光猫", Remedy: handoff.Fixed})
	if err != nil {
		o.t.Fatal(err)
	}
	o.work(callback.JobOffer)
}

// nobodyCalls fails if a callback can be had.
func (o *office) nobodyCalls(when string) {
	o.t.Helper()
	o.work(callback.JobOffer)
	if desk, err := o.Callbacks.Claim(o.t.Context(), mei); !fault.Is(err, fault.NotFound) {
		o.t.Fatalf("%s there is a callback to make: %+v %v", when, desk.Callback, err)
	}
}

// open returns the callbacks that are not closed.
func (o *office) open() []callback.Callback {
	o.t.Helper()
	var open []callback.Callback
	if err := o.DB.View(o.t.Context()).Gorm().Where("state IN ?", callback.OpenStates()).Order("id").Find(&open).Error; err != nil {
		o.t.Fatal(err)
	}
	return open
}

func TestWhatIsNotSolvedIsCalledAboutAfterTheReply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, contactID := planned(t, db)
		o.work(callback.JobOffer)
		o.say(o.claim(), callback.NotSolved, 0)
		h := o.last(1)
		if h.State != handoff.Open || h.Note == "" || h.ForCaller != mei.UserID || h.Via != handoff.ViaDesk || h.ContactID != contactID {
			t.Fatalf("what opened: %+v", h)
		}
		o.nobodyCalls("before the reply")
		o.reply(h)
		desk := o.claim()
		if desk.Callback.Kind != callback.SecondKind || desk.Callback.NoteForNext != "换了光猫" {
			t.Fatalf("the second call: %+v", desk.Callback)
		}
		o.say(desk, callback.Solved, 0)
		if h := o.last(1); h.State != handoff.Closed || h.Result != handoff.Solved {
			t.Fatalf("how it ended: %+v", h)
		}
		events, err := contact.SourceEvents(db.View(t.Context()), o.source, 0, 10)
		if err != nil || len(events) != 1 || events[0].Kind != contact.EventUnresolved || events[0].ContactID != contactID {
			t.Fatalf("what the source is told: %+v %v", events, err)
		}
	})
}

func TestWhatIsStillNotSolvedWeighsMoreInTheNextRound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.work(callback.JobOffer)
		o.say(o.claim(), callback.NotSolved, 0)
		first := o.last(1)
		o.reply(first)
		attempt := o.say(o.claim(), callback.NotSolved, 0)
		second := o.last(2)
		if second.Round != 2 || second.PreviousID != first.ID || second.Severity >= first.Severity || second.DueAt <= o.at {
			t.Fatalf("the next round: %+v", second)
		}
		if ended := o.handoffs()[0]; ended.Result != handoff.NotSolved || ended.NextID != second.ID {
			t.Fatalf("the first round: %+v", ended)
		}
		o.nobodyCalls("in the second round")
		// The caller had pressed the wrong key: the round that nobody has begun is taken back.
		right := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
		if err := o.Callbacks.Correct(t.Context(), mei, attempt, right, "按错了"); err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobOutcome, callback.JobClosed)
		all := o.handoffs()
		if all[0].Result != handoff.Solved || all[1].Result != handoff.Withdrawn {
			t.Fatalf("after the correction: %+v", all)
		}
	})
}

func TestNotSolvedByLinkOpensTheSameHandoff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.work(callback.JobOffer)
		token := o.invited()
		no := 0
		err := o.Surveys.Submit(t.Context(), token, "zh-CN", survey.Submission{Given: map[string]survey.Given{
			survey.KeySolved: {Value: &no}, survey.KeyComment: {Text: "还是不行"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		o.work(survey.JobAnswered)
		h := o.last(1)
		if h.Via != handoff.ViaLink || h.Said != "还是不行" {
			t.Fatalf("what opened: %+v", h)
		}
		o.nobodyCalls("before the reply") // the confirmation waits
		o.reply(h)
		if open := o.open(); len(open) != 1 || open[0].Kind != callback.SecondKind {
			t.Fatalf("more than one call after the reply: %+v", open)
		}
	})
}

func TestARecoveryWaitsForTheReplyAndIsTheSameCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.work(callback.JobOffer)
		o.say(o.claim(), callback.NotSolved, 1)
		h := o.last(1)
		if open := o.open(); len(open) != 1 || open[0].Kind != callback.RecoveryKind {
			t.Fatalf("what a low score plans: %+v", open)
		}
		o.nobodyCalls("before the reply")
		o.reply(h)
		open := o.open()
		if len(open) != 1 || open[0].Kind != callback.SecondKind || open[0].OriginValue != 1 {
			t.Fatalf("one call, which asks for the score again: %+v", open)
		}
		if h.Said != "修了三次" {
			t.Fatalf("what the customer said: %q", h.Said)
		}
	})
}

func TestACorrectedOutcomeTakesItsHandoffBack(t *testing.T) {
	for _, begun := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, db *database.DB) {
			o, _ := planned(t, db)
			o.work(callback.JobOffer)
			attempt := o.say(o.claim(), callback.NotSolved, 0)
			if h := o.last(1); begun {
				if _, err := o.Handoffs.Claim(t.Context(), lao, h.ID, h.Version); err != nil {
					t.Fatal(err)
				}
			}
			right := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
			if err := o.Callbacks.Correct(t.Context(), mei, attempt, right, "按错了"); err != nil {
				t.Fatal(err)
			}
			o.at = o.at.Add(callback.UndoTime)
			o.work(callback.JobOutcome)
			h := o.last(1)
			told, err := o.Handoffs.Notices(t.Context(), lao.Viewer)
			if err != nil {
				t.Fatal(err)
			}
			if begun != (h.State == handoff.Taken) || begun != (len(told) == 1) || !begun && h.Result != handoff.Withdrawn {
				t.Fatalf("begun %v: %+v, told %+v", begun, h, told)
			}
		})
	}
}

func TestASecondResolutionAtTheSourceLeavesOneCall(t *testing.T) {
	for name, replied := range map[string]bool{"before the reply": false, "after it": true} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				o, _ := planned(t, db)
				o.work(callback.JobOffer)
				o.say(o.claim(), callback.NotSolved, 0)
				h := o.last(1)
				if replied {
					o.reply(h)
				}
				again := contact.Input{
					ExternalID: "T-1", Status: contact.Reopened, Severity: contact.High,
					Customer: contact.InputCustomer{Reference: "ZHANG", Phones: []string{"13912348001"}, Zone: "Asia/Shanghai"},
				}
				o.tell(again)
				o.work(contact.JobReopened)
				if h := o.last(1); h.State == handoff.Closed {
					t.Fatalf("a reopening ended it: %+v", h)
				}
				o.at = o.at.Add(time.Hour)
				again.Status, again.ResolvedAt = contact.Resolved, o.at.Add(-time.Minute)
				o.tell(again)
				o.work(contact.JobPlan, handoff.JobResolved)
				o.at = o.at.Add(time.Minute)
				o.work(handoff.JobResolved, callback.JobOffer)
				if h := o.last(1); h.Result != handoff.SettledAtSource {
					t.Fatalf("how it ended: %+v", h)
				}
				open := o.open()
				if len(open) != 1 || open[0].ResolutionID == h.ResolutionID {
					t.Fatalf("one call about the new resolution: %+v", open)
				}
				o.claim()
			})
		})
	}
}

func TestOldAnswersOpenNoHandoff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, contactID := planned(t, db)
		no := false
		old := handoff.Answered{
			ResponseID: 7, ResolutionID: 1, ContactID: contactID, CustomerID: 1, Solved: &no, Via: handoff.ViaImport,
			At: o.at.Add(-400 * 24 * time.Hour),
		}
		if err := o.Handoffs.FollowAnswer(t.Context(), old, 7*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		o.last0()
		old.At = o.at
		for range 2 { // the same again changes nothing
			if err := o.Handoffs.FollowAnswer(t.Context(), old, 7*24*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		sheet, err := o.Handoffs.ByID(t.Context(), handoff.ByUser(chief), o.last(1).ID)
		if err != nil || len(sheet.Log) != 1 {
			t.Fatalf("the log: %+v %v", sheet.Log, err)
		}
	})
}

func (o *office) last0() {
	o.t.Helper()
	if all := o.handoffs(); len(all) != 0 {
		o.t.Fatalf("handoffs: %+v", all)
	}
}
