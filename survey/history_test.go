package survey_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

func TestScoresAreTheNewestTwentyAnswersOfACustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		answered := func(id, email, metric string, value int, before time.Duration) contact.Resolution {
			r := c.take(contact.Input{
				ExternalID: id, Status: contact.Resolved, ResolvedAt: c.now.Add(-before),
				Customer: contact.InputCustomer{Reference: email, Emails: []string{email}},
				Answers:  []contact.InputAnswer{{Metric: metric, Value: new(value)}},
			})
			if err := c.surveys.Record(t.Context(), outbox.Ticket{}, r.BatchID); err != nil {
				t.Fatal(err)
			}
			return r
		}
		ann := answered("A1", "ann@example.com", "csat", 5, 72*time.Hour).CustomerID
		answered("A2", "ann@example.com", "nps", 6, 48*time.Hour)
		answered("A3", "ann@example.com", "csat", 3, 24*time.Hour)
		bob := int64(0)
		for i := range 25 {
			bob = answered("B"+string(rune('a'+i)), "bob@example.com", "csat", 1, time.Duration(i)*time.Hour).CustomerID
		}
		scores, err := c.surveys.Scores(db.View(t.Context()), []int64{ann, bob, 999})
		if err != nil {
			t.Fatal(err)
		}
		want := []survey.Score{
			{CustomerID: ann, Metric: figures.CSAT, Value: 3, Band: figures.Mid, At: c.now.Add(-24 * time.Hour)},
			{CustomerID: ann, Metric: figures.NPS, Value: 6, Band: figures.Low, At: c.now.Add(-48 * time.Hour)},
			{CustomerID: ann, Metric: figures.CSAT, Value: 5, Band: figures.High, At: c.now.Add(-72 * time.Hour)},
		}
		if diff := cmp.Diff(want, scores[ann]); diff != "" {
			t.Error(diff)
		}
		if n := len(scores[bob]); n != 20 || scores[bob][0].At != c.now || len(scores) != 2 {
			t.Errorf("%d scores of one customer, %d customers", n, len(scores))
		}
	})
}
