package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/survey"
	"aftercall/tasks/callback"
)

// strangers counts the rows of a table that are of a customer, and those of others.
func (o *office) strangers(table string, customer int64) (of, others int64) {
	o.t.Helper()
	for count, where := range map[*int64]string{&of: "customer_id = ?", &others: "customer_id <> ?"} {
		if err := o.DB.View(o.t.Context()).Gorm().Table(table).Where(where, customer).Count(count).Error; err != nil {
			o.t.Fatal(err)
		}
	}
	return of, others
}

// The resolution keeps that it was Zhang's. It is Li who is called, answers, says yes to offers, and is called about the low score.
func TestWhatIsSaidInACallAfterACorrectionIsTheWordOfWhoWasCalled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.at = o.at.Add(time.Minute)
		o.take("LI", "13912340002")
		o.work(contact.JobCorrected, callback.JobOffer)
		caller := account.Viewer{UserID: 1, Role: account.Caller}
		desk, err := o.Callbacks.Claim(t.Context(), caller)
		if err != nil || desk.Customer.Reference != "LI" {
			t.Fatalf("claimed the callback of %q: %v", desk.Customer.Reference, err)
		}
		phone, err := o.Callbacks.Dial(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || phone != "+8613912340002" {
			t.Fatalf("dialled %s: %v", phone, err)
		}
		rating := 1
		_, err = o.Callbacks.Finish(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &rating, Consent: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobOutcome, survey.JobAnswered)
		for table, want := range map[string]int64{"responses": 1, "consent_events": 3, "touches": 2} { // the call, and what was asked in it
			if of, others := o.strangers(table, desk.Customer.ID); of != want || others != 0 {
				t.Errorf("%s: %d of Li, %d of others, want %d of Li", table, of, others, want)
			}
		}
		var recoveries []callback.Callback
		if err := db.View(t.Context()).Gorm().Where("kind = ?", callback.RecoveryKind).Find(&recoveries).Error; err != nil {
			t.Fatal(err)
		}
		if len(recoveries) != 1 || recoveries[0].CustomerID != desk.Customer.ID || recoveries[0].PersonID != desk.Customer.PersonID {
			t.Errorf("recoveries: %+v", recoveries)
		}
	})
}

// What was said in a call counts as it was corrected: a low score that was none asks for no recovery.
func TestACorrectedCallIsScoredAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.work(callback.JobOffer)
		caller := account.Viewer{UserID: 1, Role: account.Caller}
		desk, err := o.Callbacks.Claim(t.Context(), caller)
		if err != nil {
			t.Fatal(err)
		}
		rated := func(value int) callback.Outcome {
			answers := callback.Answers{Rating: &value}
			return callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: answers}
		}
		recorded, err := o.Callbacks.Finish(t.Context(), caller, desk.Callback.ID, desk.Callback.Fence, rated(1))
		if err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobOutcome, survey.JobAnswered)
		looks := func(when string, scored, covered, recoveries int64) {
			t.Helper()
			for what, want := range map[string]int64{
				"SELECT COALESCE(SUM(sign), 0) FROM score_entries WHERE metric = 'csat'":                   scored,
				"SELECT COALESCE(SUM(sign), 0) FROM score_entries WHERE metric = 'covered'":                covered,
				"SELECT COUNT(*) FROM callbacks WHERE kind = 'recovery' AND state IN ('waiting', 'ready')": recoveries,
			} {
				var got int64
				if err := db.View(t.Context()).Gorm().Raw(what).Scan(&got).Error; err != nil || got != want {
					t.Errorf("%s: %s is %d, want %d (%v)", when, what, got, want, err)
				}
			}
		}
		looks("a low score", 1, 1, 1)
		for _, step := range []struct {
			name                        string
			is                          callback.Outcome
			scored, covered, recoveries int64
		}{
			{"it was five", rated(5), 1, 1, 0},
			{"nobody answered at all", callback.Outcome{CallResult: callback.NoAnswer}, 0, 0, 0},
			{"it was five after all", rated(5), 1, 1, 0},
		} {
			o.at = o.at.Add(time.Minute)
			if err := o.Callbacks.Correct(t.Context(), caller, recorded.AttemptID, step.is, "记错了"); err != nil {
				t.Fatal(err)
			}
			o.work(callback.JobOutcome, survey.JobAnswered)
			looks(step.name, step.scored, step.covered, step.recoveries)
		}
		o.work("figures.fold")
		if differences, err := o.Flow.VerifyScores(t.Context()); err != nil || len(differences) > 0 {
			t.Errorf("the recount differs: %+v, %v", differences, err)
		}
	})
}
