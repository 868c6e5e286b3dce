package flow_test

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

var (
	mei    = account.Viewer{UserID: 1, Role: account.Caller}
	answer = regexp.MustCompile(`/s/([0-9A-Za-z]{22})`)
)

// invited lets the hour until the survey pass, and returns the token of the link that was sent.
func (o *office) invited() string {
	o.t.Helper()
	o.at = o.at.Add(time.Hour)
	o.work(decision.JobSendSurvey)
	if len(o.carrier.taken) == 0 {
		o.t.Fatal("nothing was sent")
	}
	return answer.FindStringSubmatch(o.carrier.taken[len(o.carrier.taken)-1].Text)[1]
}

// click answers by link.
func (o *office) click(token string, rating int) error {
	return o.Surveys.Submit(o.t.Context(), token, "zh-CN", survey.Submission{
		Given: map[string]survey.Given{survey.KeyRating: {Value: &rating}},
	})
}

// claim claims the callback that is next for Mei.
func (o *office) claim() callback.Desk {
	o.t.Helper()
	desk, err := o.Callbacks.Claim(o.t.Context(), mei)
	if err != nil {
		o.t.Fatal(err)
	}
	return desk
}

// finish records that the customer was reached, and rated.
func (o *office) finish(desk callback.Desk, rating int) {
	o.t.Helper()
	_, err := o.Callbacks.Finish(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating},
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// answered does the jobs of answers: of a call, once it cannot be undone any more, and of any.
func (o *office) answered() {
	o.t.Helper()
	o.at = o.at.Add(callback.UndoTime)
	o.work(callback.JobOutcome, survey.JobAnswered)
}

// ratings returns how many ratings count, and their sum.
func (o *office) ratings() (n, sum int) {
	o.t.Helper()
	var entries []figures.Entry
	if err := o.DB.View(o.t.Context()).Gorm().Where("metric = ?", figures.CSAT).Find(&entries).Error; err != nil {
		o.t.Fatal(err)
	}
	for _, e := range entries {
		n, sum = n+int(e.Sign), sum+int(e.Sign)*e.Value
	}
	return n, sum
}

// reconcile finds figures that are not what the raw rows say.
func (o *office) reconcile() {
	o.t.Helper()
	o.work(figures.JobFold)
	if wrong, err := o.Flow.VerifyScores(o.t.Context()); err != nil || len(wrong) > 0 {
		o.t.Errorf("figures: %+v, %v", wrong, err)
	}
}

// one returns the one row of a table that meets a condition.
func one[T any](o *office, where string, args ...any) T {
	o.t.Helper()
	var rows []T
	if err := o.DB.View(o.t.Context()).Gorm().Where(where, args...).Find(&rows).Error; err != nil {
		o.t.Fatal(err)
	}
	if len(rows) != 1 {
		o.t.Fatalf("%d rows with %s %v", len(rows), where, args)
	}
	return rows[0]
}

func TestARatingGivenInACallClosesTheLinkThatWasSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		token := o.invited()
		o.finish(o.claim(), 5)
		o.answered()
		asked, err := o.Surveys.ByToken(t.Context(), token)
		if err != nil || asked.LinkState != survey.ByPhone {
			t.Fatalf("the link is %s: %v", asked.LinkState, err)
		}
		if err := o.click(token, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("the link took an answer: %v", err)
		}
		o.answered()
		if n, sum := o.ratings(); n != 1 || sum != 5 {
			t.Errorf("%d ratings count, %d in all", n, sum)
		}
		i := one[survey.Invitation](o, "1 = 1")
		if i.State != survey.Cancelled || i.Reason != survey.ReasonInCall {
			t.Errorf("the invitation is %s because %s", i.State, i.Reason)
		}
		o.reconcile()
	})
}

func TestARatingGivenInACallCancelsTheSurveyToCome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.finish(o.claim(), 5)
		o.answered()
		d := one[decision.Decision](o, "kind = ?", policy.FollowUpSurvey)
		if d.CancelledAt != o.at || d.CancelReason != policy.ReasonAlreadyAnswered {
			t.Errorf("the survey is cancelled at %s because %q", d.CancelledAt, d.CancelReason)
		}
		if job := one[outbox.Job](o, "kind = ?", decision.JobSendSurvey); job.State != outbox.Cancelled {
			t.Errorf("its job is %s", job.State)
		}
	})
}

func TestTheReminderOfALinkAnsweredByPhoneIsCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newTrials(t, db).office
		o.carryBy(o.carrier.Channels()...)
		o.take("ZHANG", "13912348001")
		o.work(contact.JobPlan)
		o.invited()
		i := one[survey.Invitation](o, "1 = 1")
		rating := 4
		err := o.Surveys.RecordCall(t.Context(), outbox.Ticket{}, survey.CallAnswers{
			AttemptID: 1, ResolutionID: i.ResolutionID, CustomerID: i.CustomerID, CallerID: 1, AnsweredAt: o.at, Rating: &rating,
		})
		if err != nil {
			t.Fatal(err)
		}
		if i = one[survey.Invitation](o, "1 = 1"); i.Reminder.State != survey.Cancelled || i.Reminder.Reason != survey.ReasonInCall {
			t.Errorf("the reminder is %s because %s", i.Reminder.State, i.Reminder.Reason)
		}
	})
}

// What the customer was asked all the same is kept, and does not count a second time.
func TestWhatWasAnsweredByLinkIsNotAskedInTheCall(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		token := o.invited()
		if desk := o.claim(); desk.Answered != nil {
			t.Fatalf("answered before it was asked: %+v", desk.Answered)
		}
		if err := o.click(token, 5); err != nil {
			t.Fatal(err)
		}
		desk := o.claim()
		if a := desk.Answered; a == nil || a.Value != 5 || a.Scale != "1-5" || a.Via != string(survey.ByLink) || a.At != o.at {
			t.Fatalf("the desk says %+v", desk.Answered)
		}
		o.finish(desk, 2)
		o.answered()
		if n, sum := o.ratings(); n != 1 || sum != 5 {
			t.Errorf("%d ratings count, %d in all", n, sum)
		}
		kept := one[survey.Response](o, "via = ?", survey.InCall)
		if kept.ScoreValue != 2 || kept.ExcludedReason != survey.ReasonAnswered {
			t.Errorf("kept %+v", kept)
		}
		asked, err := o.Surveys.ByToken(t.Context(), token)
		if err != nil || asked.LinkState != survey.Open {
			t.Errorf("the link, whose rating may be changed for a day, is %s: %v", asked.LinkState, err)
		}
		o.reconcile()
	})
}

// The resolution was corrected since the link went out: who answers by it and who is called are two persons, with a guard row each.
func TestOfALinkAndACallAtOnceExactlyOneCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for n := range 6 {
			o := newOffice(t, db)
			o.carryBy(o.carrier.Channels()...)
			o.takeAs(fmt.Sprintf("T-%d", n), fmt.Sprintf("ZHANG-%d", n), fmt.Sprintf("1391234801%d", n))
			o.work(contact.JobPlan)
			token := o.invited()
			called := o.takeAs(fmt.Sprintf("U-%d", n), fmt.Sprintf("LI-%d", n), fmt.Sprintf("1391234802%d", n))
			var i survey.Invitation
			if err := db.View(t.Context()).Gorm().Order("id DESC").Take(&i).Error; err != nil {
				t.Fatal(err)
			}
			before, _ := o.ratings()
			rating, customer := 5, one[contact.Contact](o, "id = ?", called).CustomerID
			var both sync.WaitGroup
			both.Go(func() { _ = o.click(token, 1) })
			both.Go(func() {
				err := o.Surveys.RecordCall(context.Background(), outbox.Ticket{}, survey.CallAnswers{
					AttemptID: int64(n + 1), ResolutionID: i.ResolutionID, CustomerID: customer, CallerID: 1, AnsweredAt: o.at,
					Rating: &rating,
				})
				if err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			if after, _ := o.ratings(); after != before+1 {
				t.Fatalf("%d ratings count", after-before)
			}
		}
	})
}

// dissatisfied gives a low score by link.
func (o *office) dissatisfied(token string) {
	o.t.Helper()
	if err := o.click(token, 1); err != nil {
		o.t.Fatal(err)
	}
	o.answered()
}

func (o *office) callback(kind callback.Kind) callback.Callback {
	o.t.Helper()
	return one[callback.Callback](o, "kind = ?", kind)
}

func TestARecoverySupersedesTheConfirmation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.dissatisfied(o.invited())
		if c := o.callback(callback.ConfirmKind); c.CloseReason != callback.ReasonSuperseded {
			t.Errorf("the confirmation is %s because %s", c.State, c.CloseReason)
		}
		d := one[decision.Decision](o, "kind = ?", policy.FollowUpCallback)
		if d.CancelledAt != o.at || d.CancelReason != policy.Reason(callback.ReasonSuperseded) {
			t.Errorf("its decision says %+v", d)
		}
		if c := o.callback(callback.RecoveryKind); c.State != callback.Waiting {
			t.Errorf("the recovery is %s", c.State)
		}
	})
}

// What a caller has in hand is theirs to finish; once they give it back it is not called any more, and there is one recovery.
func TestAConfirmationInHandIsLeftByTheRecovery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		token := o.invited()
		desk := o.claim()
		o.dissatisfied(token)
		if c := o.callback(callback.ConfirmKind); c.State != callback.Claimed {
			t.Fatalf("in hand, the confirmation is %s because %s", c.State, c.CloseReason)
		}
		if _, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Errorf("dialling: %v", err)
		}
		noAnswer := callback.Outcome{CallResult: callback.NoAnswer}
		_, err := o.Callbacks.Finish(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, noAnswer)
		if err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(4 * time.Hour) // past the rest at noon
		o.work(callback.JobOffer)
		if c := o.callback(callback.ConfirmKind); c.CloseReason != callback.ReasonSuperseded {
			t.Errorf("given back, the confirmation is %s because %s", c.State, c.CloseReason)
		}
		if err := o.click(token, 2); err != nil { // changed within the day
			t.Fatal(err)
		}
		o.answered()
		o.callback(callback.RecoveryKind)
	})
}

func TestAConfirmationPlannedBesideARecoveryIsCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		in := contact.Input{
			ExternalID: "T-1", Severity: contact.Low, ResolvedAt: o.at.Add(-10 * time.Minute),
			Customer: contact.InputCustomer{Reference: "ZHANG", Phones: []string{"13912348001"}, Zone: "Asia/Shanghai"},
		}
		o.tell(in)
		o.work(contact.JobPlan)
		o.dissatisfied(o.invited())
		in.Severity = contact.Critical // its source corrects it, and the policy wants it confirmed
		o.tell(in)
		o.work(contact.JobCorrected)
		if c := o.callback(callback.ConfirmKind); c.CloseReason != callback.ReasonSuperseded {
			t.Errorf("the confirmation is %s because %s", c.State, c.CloseReason)
		}
		d := one[decision.Decision](o, "kind = ?", policy.FollowUpCallback)
		if d.State != decision.Planned || d.CancelReason != policy.Reason(callback.ReasonSuperseded) {
			t.Errorf("its decision says %+v", d)
		}
	})
}

// again takes in that the customer reports something else, or what became of that.
func (o *office) again(status contact.Status) int64 {
	o.t.Helper()
	in := contact.Input{
		ExternalID: "T-2", Status: status, OpenedAt: o.at, Severity: contact.High,
		Customer: contact.InputCustomer{Reference: "ZHANG", Phones: []string{"13912348001"}, Zone: "Asia/Shanghai"},
	}
	if status == contact.Resolved {
		in.OpenedAt, in.ResolvedAt = 0, o.at
	}
	return o.tell(in)
}

func TestANewerOpenContactHoldsTheOlderConfirmation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, older := planned(t, db)
		o.at = o.at.Add(10 * time.Minute)
		newer := o.again(contact.Open)
		if _, err := o.Callbacks.Claim(t.Context(), mei); !fault.Is(err, fault.NotFound) {
			t.Fatalf("claimed: %v", err)
		}
		c := one[callback.Callback](o, "contact_id = ?", older)
		if c.State != callback.Waiting || c.WaitReason != callback.ReasonNewer || c.ReadyAt != o.at.Add(history.LookAgain) {
			t.Fatalf("%s for %s until %s", c.State, c.WaitReason, c.ReadyAt)
		}
		o.at = o.at.Add(history.LookAgain)
		o.work(callback.JobOffer)
		if c = one[callback.Callback](o, "contact_id = ?", older); c.State != callback.Waiting || c.ReadyAt != o.at.Add(history.LookAgain) {
			t.Fatalf("a quarter of an hour later: %s until %s", c.State, c.ReadyAt)
		}
		o.again(contact.Resolved)
		o.work(contact.JobPlan)
		if c = one[callback.Callback](o, "contact_id = ?", older); c.CloseReason != callback.ReasonSuperseded {
			t.Errorf("when the newer one is resolved and confirmed: %s because %s", c.State, c.CloseReason)
		}
		if desk := o.claim(); desk.Contact.ID != newer {
			t.Errorf("claimed the callback of contact %d, not %d", desk.Contact.ID, newer)
		}
	})
}

func TestAHeldConfirmationGoesOnIfTheNewerOnePlansNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, older := planned(t, db)
		o.at = o.at.Add(10 * time.Minute)
		in := contact.Input{
			ExternalID: "T-2", OpenedAt: o.at, Severity: contact.Low,
			Customer: contact.InputCustomer{Reference: "ZHANG", Phones: []string{"13912348001"}, Zone: "Asia/Shanghai"},
		}
		o.tell(in)
		_, _ = o.Callbacks.Claim(t.Context(), mei)
		in.ResolvedAt = o.at.Add(time.Minute)
		o.at = o.at.Add(history.LookAgain)
		o.tell(in)
		o.work(contact.JobPlan, callback.JobOffer)
		if c := one[callback.Callback](o, "contact_id = ?", older); c.State != callback.Ready {
			t.Errorf("%s for %s", c.State, c.WaitReason)
		}
	})
}

// The caller has it in hand at 13:35, the customer reports again at 13:40.
func TestANewerOpenContactIsAskedAboutAtTheDial(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		desk := o.claim()
		if len(desk.Newer) != 0 {
			t.Fatalf("newer: %+v", desk.Newer)
		}
		o.at = o.at.Add(time.Minute)
		newer := o.again(contact.Open)
		_, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		if f, ok := fault.Of(err); !ok || f.Args["reason"] != string(callback.ReasonNewer) {
			t.Errorf("dialling: %v", err)
		}
		if desk = o.claim(); len(desk.Newer) != 1 || desk.Newer[0].ID != newer {
			t.Errorf("the desk shows %+v", desk.Newer)
		}
		pulse, err := o.Callbacks.Beat(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || pulse.Forbidden != callback.ReasonNewer {
			t.Errorf("an open desk hears %q, %v", pulse.Forbidden, err)
		}
		left, err := o.Callbacks.Release(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		waits := left.State == callback.Waiting && left.WaitReason == callback.ReasonNewer
		if err != nil || !waits || left.Skips != 0 || left.Attempts != 0 {
			t.Errorf("given back it is %s for %q after %d skips, %v", left.State, left.WaitReason, left.Skips, err)
		}
		if _, err := o.Callbacks.Claim(t.Context(), mei); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is handed out again: %v", err)
		}
	})
}

func TestANewerContactIsShownAndHoldsNoRecovery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.dissatisfied(o.invited())
		o.work(callback.JobOffer)
		newer := o.again(contact.Open)
		desk := o.claim()
		if desk.Callback.Kind != callback.RecoveryKind || len(desk.Newer) != 1 || desk.Newer[0].ID != newer {
			t.Fatalf("%s, beside %+v", desk.Callback.Kind, desk.Newer)
		}
		if _, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Errorf("dialling: %v", err)
		}
	})
}

func TestANewerOpenContactHoldsTheInvitation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, older := planned(t, db)
		o.at = o.at.Add(time.Hour)
		o.again(contact.Open)
		o.work(decision.JobSendSurvey)
		d := one[decision.Decision](o, "kind = ? AND contact_id = ?", policy.FollowUpSurvey, older)
		if len(o.carrier.taken) != 0 || d.WaitReason != policy.Reason(survey.ReasonNewer) || d.DueAt != o.at.Add(history.LookAgain) {
			t.Fatalf("%d sent, waits for %q until %s", len(o.carrier.taken), d.WaitReason, d.DueAt)
		}
		o.again(contact.Resolved)
		o.work(contact.JobPlan)
		o.at = d.DueAt
		o.work(decision.JobSendSurvey)
		if len(o.carrier.taken) != 0 {
			t.Error("asked about the older one, though the newer one is asked about")
		}
		d = one[decision.Decision](o, "kind = ? AND contact_id = ?", policy.FollowUpSurvey, older)
		if d.CancelReason != policy.Reason(callback.ReasonSuperseded) {
			t.Errorf("cancelled because %q", d.CancelReason)
		}
	})
}

func TestAHeldInvitationGoesOutOnceTheNewerContactIsGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.at = o.at.Add(time.Hour)
		o.again(contact.Open)
		o.work(decision.JobSendSurvey)
		o.tell(contact.Input{
			ExternalID: "T-2", Customer: contact.InputCustomer{Reference: "LI", Phones: []string{"13912348002"}}, // was another's
		})
		o.at = o.at.Add(history.LookAgain)
		o.work(decision.JobSendSurvey)
		if len(o.carrier.taken) != 1 {
			t.Errorf("%d sent", len(o.carrier.taken))
		}
	})
}

func TestANewerContactDoesNotHoldATimeTheCustomerNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		desk, named := o.claim(), o.at.Add(4*time.Hour) // past the rest at noon
		_, err := o.Callbacks.Finish(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: named,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(time.Hour)
		o.again(contact.Open)
		o.at = named
		o.work(callback.JobOffer)
		if c := o.callback(callback.ConfirmKind); c.State != callback.Ready {
			t.Errorf("%s for %s", c.State, c.WaitReason)
		}
	})
}
