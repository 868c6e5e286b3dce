package decision_test

import (
	"slices"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// A customer of years has many surveys that were sent: who still waits for one is found among them with the same few reads.
func TestWhoWaitsForASurveyIsFoundAmongThoseSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(2)...)
		waiting, other := c.DecisionOf(t, 1).CustomerID, c.DecisionOf(t, 2).CustomerID
		const sentTo = "DELETE FROM jobs WHERE kind = ? AND ref IN (SELECT id FROM decisions WHERE customer_id = ?)"
		if err := db.View(t.Context()).Gorm().Exec(sentTo, decision.JobSendSurvey, other).Error; err != nil {
			t.Fatal(err)
		}
		ask := func() int {
			return dbtest.CountQueries(t, db, func() {
				found, err := decision.WithSurveys(db.View(t.Context()), []int64{waiting, other})
				if err != nil || !slices.Equal(found, []int64{waiting}) {
					t.Errorf("%v wait, want %d, %v", found, waiting, err)
				}
			})
		}
		few := ask()
		sent := make([]decision.Decision, 3*database.MaxIn)
		for i := range sent {
			sent[i] = decision.Decision{
				Kind: policy.FollowUpSurvey, State: decision.Planned, Revision: 1, ContactID: 1 + int64(i%2), ResolutionID: int64(1000 + i),
				CustomerID: []int64{waiting, other}[i%2], DecidedAt: c.Now(), ResolvedAt: c.Now(),
			}
		}
		if err := db.View(t.Context()).Gorm().CreateInBatches(sent, 200).Error; err != nil {
			t.Fatal(err)
		}
		if many := ask(); many != few {
			t.Errorf("%d reads where %d surveys were sent, %d where none was", many, len(sent), few)
		}
	})
}
