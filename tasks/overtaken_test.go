package tasks_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks"
)

// readdressed takes in that contact 1 is customer 2's. What follows from it is still to come.
func (c centre) readdressed(t testing.TB) {
	t.Helper()
	in := severe(1)
	in.Customer = severe(2).Customer
	c.take(t, in)
}

// oneCallback is a centre in which contact 1 has a callback and contact 2, of another customer, has none.
func oneCallback(t testing.TB, db *database.DB) (c centre, wrong, right int64) {
	t.Helper()
	quiet := severe(2)
	quiet.Severity = contact.Low
	c = planned(t, db, severe(1), quiet)
	return c, c.decisionOf(t, 1).CustomerID, c.decisionOf(t, 2).CustomerID
}

// passOn lets the caller skip a callback, and looks at it when the pause is over.
func (c centre) passOn(t testing.TB, viewer account.Viewer, desk tasks.Desk) {
	t.Helper()
	if _, err := c.Skip(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, tasks.SkipLater); err != nil {
		t.Fatal(err)
	}
	c.pass(31 * time.Minute)
	c.work(t, tasks.JobOffer, c.Offer)
}

// goesTo checks that contact 1 has one open callback, that it is of the customer, and that every decision is still one.
func (c centre) goesTo(t testing.TB, customer int64) {
	t.Helper()
	of := c.count(t, "callbacks", "state IN ? AND customer_id = ?", []tasks.CallbackState{tasks.Waiting, tasks.Ready, tasks.Claimed}, customer)
	if of != 1 || c.openCallbacks(t) != 1 {
		t.Errorf("%d callbacks are open, %d of them of the right customer", c.openCallbacks(t), of)
	}
	if d := c.decisionOf(t, 1); d.CustomerID != customer || d.State != tasks.Planned || !d.CancelledAt.IsZero() {
		t.Errorf("decided %+v", d)
	}
	c.addsUp(t)
}

func TestASurveyPutOffWhileItsContactWasCorrectedGoesToTheRightCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: all, survey: {delay: 1h}}\n"))
		c.take(t, severe(1), severe(2))
		c.plan(t)
		var surveys []tasks.Decision
		if err := db.View(t.Context()).Gorm().Where("kind = ?", tasks.FollowUpSurvey).Order("id").Find(&surveys).Error; err != nil {
			t.Fatal(err)
		}
		first, right := surveys[0], surveys[1].CustomerID
		c.pass(2 * time.Hour)
		ticket, err := c.queued(t, c.jobs(t, tasks.JobSendSurvey)[0]).Begin(t.Context(), db, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		c.readdressed(t)
		c.work(t, contact.JobCorrected, c.Redecide) // finds the survey on its way
		if err := c.SurveyPutOff(t.Context(), ticket, first.ID, c.now().Add(10*time.Hour), "outside_hours"); err != nil {
			t.Fatal(err)
		}
		c.pass(10 * time.Hour)
		plan, err := c.SurveyPlan(t.Context(), first.ID)
		if err != nil || plan.Wanted || plan.Reason != tasks.ReasonCorrected {
			t.Fatalf("wanted %v, %q, %v", plan.Wanted, plan.Reason, err)
		}
		for _, job := range c.jobs(t, tasks.JobSendSurvey) {
			if job.Ref != first.ID {
				continue
			}
			if err := c.SurveySkipped(t.Context(), c.queued(t, job), first.ID, plan.Reason); err != nil {
				t.Fatal(err)
			}
		}
		c.work(t, contact.JobCorrected, c.Redecide)
		if plan, err = c.SurveyPlan(t.Context(), first.ID); err != nil || !plan.Wanted || plan.Resolution.CustomerID != right {
			t.Errorf("wanted %v of customer %d, not %d: %q, %v", plan.Wanted, plan.Resolution.CustomerID, right, plan.Reason, err)
		}
		if n := c.count(t, "jobs", "kind = ? AND ref = ? AND state = ?", tasks.JobSendSurvey, first.ID, outbox.Due); n != 1 {
			t.Errorf("%d surveys wait, want the one", n)
		}
		c.addsUp(t)
	})
}

// A correction is looked at when somebody is about to be called, however late its own job is.
func TestNobodyIsCalledAboutAContactThatIsAnothers(t *testing.T) {
	t.Parallel()
	moments := map[string]func(t *testing.T, c centre){
		"offered": func(t *testing.T, c centre) {
			desk := c.claim(t, caller(1))
			c.readdressed(t)
			c.passOn(t, caller(1), desk)
		},
		"claimed": func(t *testing.T, c centre) {
			c.readdressed(t)
			if _, err := c.Claim(t.Context(), caller(1)); !fault.Is(err, fault.NotFound) && !errors.Is(err, tasks.ErrClaimBusy) {
				t.Errorf("claimed: %v", err)
			}
		},
		"dialled": func(t *testing.T, c centre) {
			desk := c.claim(t, caller(1))
			c.readdressed(t)
			c.work(t, contact.JobCorrected, c.Redecide) // leaves what is in hand alone
			_, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence)
			if f, ok := fault.Of(err); !ok || f.Code != "dial_refused" || f.Args["reason"] != "corrected" {
				t.Errorf("dialled: %v", err)
			}
			c.passOn(t, caller(1), desk)
		},
	}
	for name, happens := range moments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, _, right := oneCallback(t, db)
				happens(t, c)
				if n := c.openCallbacks(t); n != 0 {
					t.Fatalf("%d callbacks are open", n)
				}
				if n := c.count(t, "touches", "1 = 1"); n != 0 {
					t.Errorf("called %d times", n)
				}
				c.addsUp(t)
				c.pass(time.Minute)
				c.work(t, contact.JobCorrected, c.Redecide)
				c.goesTo(t, right)
				c.work(t, contact.JobCorrected, c.Redecide)
				c.goesTo(t, right)
			})
		})
	}
}

func TestACallbackMadeInVainGoesToTheCustomerTheContactWasCorrectedTo(t *testing.T) {
	t.Parallel()
	outcomes := map[string]tasks.Outcome{
		"no answer":   {CallResult: tasks.NoAnswer},
		"appointment": {CallResult: tasks.Reached, BusinessResult: tasks.Appointment, AppointmentAt: morning.Add(2 * time.Hour)},
	}
	for name, outcome := range outcomes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, _, right := oneCallback(t, db)
				c.finish(t, caller(1), c.claim(t, caller(1)), outcome)
				c.readdressed(t)
				c.work(t, contact.JobCorrected, c.Redecide)
				c.goesTo(t, right)
			})
		})
	}
}

func TestWhatWasGivenUpForACorrectionComesBackWhenTheCorrectionIsTakenBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, wrong, _ := oneCallback(t, db)
		c.readdressed(t)
		if _, err := c.Claim(t.Context(), caller(1)); err == nil {
			t.Fatal("claimed")
		}
		c.pass(time.Minute)
		c.take(t, severe(1))
		c.work(t, contact.JobCorrected, c.Redecide)
		c.goesTo(t, wrong)
	})
}

func TestACallbackPlannedByHandGoesToTheCustomerTheContactWasCorrectedTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		quiet := severe(1)
		quiet.Severity = contact.Low
		c := planned(t, db, quiet)
		hand := tasks.HandPlan{Kind: tasks.ComplaintCallback, Priority: 2, Due: c.now().Add(3 * time.Hour), Reason: "老板要求"}
		if err := c.PlanByHand(t.Context(), admin, c.decisionOf(t, 1).ContactID, hand); err != nil {
			t.Fatal(err)
		}
		quiet.Customer = severe(2).Customer
		c.take(t, quiet)
		c.work(t, contact.JobCorrected, c.Redecide)
		var right int64
		if err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Where("reference = 'C-2'").Pluck("id", &right).Error; err != nil {
			t.Fatal(err)
		}
		c.goesTo(t, right)
		n := c.count(t, "callbacks", "state = ? AND kind = ? AND priority = 2 AND ready_at = ?", tasks.Waiting, hand.Kind, hand.Due)
		if d := c.decisionOf(t, 1); n != 1 || d.Rule != tasks.RuleByHand || d.Revision != 3 {
			t.Errorf("%d callbacks are as the supervisor wanted; decided %+v", n, d)
		}
	})
}

// Who gave the low score is called about it: before the correction that was the one, after it the other.
func TestARecoveryCallsWhoAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, wrong, right := oneCallback(t, db)
		desk := c.claim(t, caller(1))
		c.finish(t, caller(1), desk, tasks.Outcome{CallResult: tasks.WrongNumber})
		c.readdressed(t)
		c.work(t, contact.JobCorrected, c.Redecide)
		for _, answered := range []int64{wrong, right} {
			c.pass(61 * time.Minute)
			low := tasks.LowScore{ResponseID: answered, CustomerID: answered, Resolution: desk.Resolution, Value: 1, Scale: "1-5", AnsweredAt: c.now()}
			if err := c.Recover(t.Context(), outbox.Ticket{}, low); err != nil {
				t.Fatal(err)
			}
			c.work(t, tasks.JobOffer, c.Offer)
			got := c.claim(t, caller(2)).Callback
			if got.Kind != tasks.RecoveryCallback || got.CustomerID != answered || got.PersonID != c.person(t, answered) {
				t.Errorf("customer %d answered, and %d is called: %+v", answered, got.CustomerID, got)
			}
			if err := db.View(t.Context()).Gorm().Where("id = ?", got.ID).Delete(&tasks.Callback{}).Error; err != nil {
				t.Fatal(err)
			}
		}
	})
}
