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
	err := o.Callbacks.Finish(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating},
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// answered does the jobs of answers: of a call, and of any.
func (o *office) answered() {
	o.t.Helper()
	o.work(callback.JobAnswered, survey.JobAnswered)
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
		o := newOffice(t, db)
		o.take("ZHANG", "13912348001")
		o.work(contact.JobPlan)
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
		o := newOffice(t, db)
		o.take("ZHANG", "13912348001")
		o.work(contact.JobPlan)
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
		o := newOffice(t, db)
		o.take("ZHANG", "13912348001")
		o.work(contact.JobPlan)
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
					AttemptID: int64(n + 1), ResolutionID: i.ResolutionID, CustomerID: customer, CallerID: 1, AnsweredAt: o.at, Rating: &rating,
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
