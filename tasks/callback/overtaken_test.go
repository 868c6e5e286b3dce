package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// The contact was corrected while its survey waited.
func TestASurveyPutOffGoesToTheCorrectedCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: all, survey: {delay: 1h}}\n"))
		c.Take(t, taskstest.Severe(1), taskstest.Severe(2))
		c.Plan(t)
		var surveys []decision.Decision
		if err := db.View(t.Context()).Gorm().Where("kind = ?", policy.FollowUpSurvey).Order("id").Find(&surveys).Error; err != nil {
			t.Fatal(err)
		}
		first, right := surveys[0], surveys[1].CustomerID
		c.Pass(2 * time.Hour)
		ticket, err := c.Queued(t, c.Jobs(t, decision.JobSendSurvey)[0]).Begin(t.Context(), db, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		c.Readdressed(t)
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide) // finds the survey on its way
		if err := c.Decisions.SurveyPutOff(t.Context(), ticket, first.ID, c.Now().Add(10*time.Hour), "outside_hours"); err != nil {
			t.Fatal(err)
		}
		c.Pass(10 * time.Hour)
		plan, err := c.Decisions.SurveyPlan(t.Context(), first.ID)
		if err != nil || plan.Wanted || plan.Reason != policy.ReasonCorrected {
			t.Fatalf("wanted %v, %q, %v", plan.Wanted, plan.Reason, err)
		}
		for _, job := range c.Jobs(t, decision.JobSendSurvey) {
			if job.Ref != first.ID {
				continue
			}
			if err := c.Decisions.SurveySkipped(t.Context(), c.Queued(t, job), first.ID, plan.Reason); err != nil {
				t.Fatal(err)
			}
		}
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		if plan, err = c.Decisions.SurveyPlan(t.Context(), first.ID); err != nil || !plan.Wanted || plan.Resolution.CustomerID != right {
			t.Errorf("wanted %v of customer %d, not %d: %q, %v", plan.Wanted, plan.Resolution.CustomerID, right, plan.Reason, err)
		}
		if n := c.Count(t, "jobs", "kind = ? AND ref = ? AND state = ?", decision.JobSendSurvey, first.ID, outbox.Due); n != 1 {
			t.Errorf("%d surveys wait, want the one", n)
		}
		c.AddsUp(t)
	})
}

// A correction is looked at when somebody is about to be called, however late its own job is.
func TestNobodyIsCalledAboutAContactThatIsAnothers(t *testing.T) {
	t.Parallel()
	moments := map[string]func(t *testing.T, c taskstest.Centre){
		"offered": func(t *testing.T, c taskstest.Centre) {
			desk := c.Claim(t, taskstest.Caller(1))
			c.Readdressed(t)
			c.PassOn(t, taskstest.Caller(1), desk)
		},
		"claimed": func(t *testing.T, c taskstest.Centre) {
			c.Readdressed(t)
			if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); !fault.Is(err, fault.NotFound) &&
				!errors.Is(err, callback.ErrClaimBusy) {
				t.Errorf("claimed: %v", err)
			}
		},
		"dialled": func(t *testing.T, c taskstest.Centre) {
			desk := c.Claim(t, taskstest.Caller(1))
			c.Readdressed(t)
			c.Work(t, contact.JobCorrected, c.Decisions.Redecide) // leaves what is in hand alone
			_, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
			if f, ok := fault.Of(err); !ok || f.Code != "dial_refused" || f.Args["reason"] != "corrected" {
				t.Errorf("dialled: %v", err)
			}
			c.PassOn(t, taskstest.Caller(1), desk)
		},
	}
	for name, happens := range moments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, _, right := taskstest.OneCallback(t, db)
				happens(t, c)
				if n := c.OpenCallbacks(t); n != 0 {
					t.Fatalf("%d callbacks are open", n)
				}
				if n := c.Count(t, "touches", "1 = 1"); n != 0 {
					t.Errorf("called %d times", n)
				}
				c.AddsUp(t)
				c.Pass(time.Minute)
				c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
				c.GoesTo(t, right)
				c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
				c.GoesTo(t, right)
			})
		})
	}
}

func TestACallbackMadeInVainGoesToTheCorrectedCustomer(t *testing.T) {
	t.Parallel()
	outcomes := map[string]callback.Outcome{
		"no answer": {CallResult: callback.NoAnswer},
		"appointment": {
			CallResult:     callback.Reached,
			BusinessResult: callback.Appointment,
			AppointmentAt:  taskstest.Morning.Add(2 * time.Hour),
		},
	}
	for name, outcome := range outcomes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, _, right := taskstest.OneCallback(t, db)
				c.Finish(t, taskstest.Caller(1), c.Claim(t, taskstest.Caller(1)), outcome)
				c.Readdressed(t)
				c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
				c.GoesTo(t, right)
			})
		})
	}
}

// It was given up for a correction, which is then taken back.
func TestWhatWasGivenUpComesBackWithTheCorrection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, wrong, _ := taskstest.OneCallback(t, db)
		c.Readdressed(t)
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); err == nil {
			t.Fatal("claimed")
		}
		c.Pass(time.Minute)
		c.Take(t, taskstest.Severe(1))
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		c.GoesTo(t, wrong)
	})
}

func TestACallbackPlannedByHandGoesToTheCorrectedCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := taskstest.Severe(1)
		quiet.Severity = contact.Low
		c := taskstest.Planned(t, db, quiet)
		hand := decision.HandPlan{Kind: policy.ComplaintCallback, Priority: 2, Due: c.Now().Add(3 * time.Hour), Reason: "老板要求"}
		if err := c.Decisions.PlanByHand(t.Context(), taskstest.Admin, c.DecisionOf(t, 1).ContactID, hand); err != nil {
			t.Fatal(err)
		}
		quiet.Customer = taskstest.Severe(2).Customer
		c.Take(t, quiet)
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		var right int64
		if err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Where("reference = 'C-2'").Pluck("id", &right).Error; err != nil {
			t.Fatal(err)
		}
		c.GoesTo(t, right)
		n := c.Count(t, "callbacks", "state = ? AND kind = ? AND priority = 2 AND ready_at = ?", callback.Waiting, hand.Kind, hand.Due)
		if d := c.DecisionOf(t, 1); n != 1 || d.Rule != policy.RuleByHand || d.Revision != 3 {
			t.Errorf("%d callbacks are as the supervisor wanted; decided %+v", n, d)
		}
	})
}

// Who gave the low score is called about it: before the correction that was the one, after it the other.
func TestARecoveryCallsWhoAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, wrong, right := taskstest.OneCallback(t, db)
		desk := c.Claim(t, taskstest.Caller(1))
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.WrongNumber})
		c.Readdressed(t)
		c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
		for _, answered := range []int64{wrong, right} {
			c.Pass(61 * time.Minute)
			low := callback.LowScore{
				ResponseID: answered,
				CustomerID: answered,
				Resolution: desk.Resolution,
				Value:      1,
				Scale:      "1-5",
				AnsweredAt: c.Now(),
				MaxAge:     7 * 24 * time.Hour,
			}
			if err := c.Callbacks.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
				t.Fatal(err)
			}
			c.Work(t, callback.JobOffer, c.Callbacks.Offer)
			got := c.Claim(t, taskstest.Caller(2)).Callback
			if got.Kind != callback.RecoveryKind || got.CustomerID != answered || got.PersonID != person(t, c, answered) {
				t.Errorf("customer %d answered, and %d is called: %+v", answered, got.CustomerID, got)
			}
			if err := db.View(t.Context()).Gorm().Where("id = ?", got.ID).Delete(&callback.Callback{}).Error; err != nil {
				t.Fatal(err)
			}
		}
	})
}
