package contact_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestTheLastResolutionOfACustomerHasHappened(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		before, ahead := resolved("T-1", ago(time.Hour)), resolved("T-2", noon.Add(time.Hour))
		ahead.Customer = before.Customer
		id := c.contact(t, c.take(t, before, ahead)[0].ContactID).CustomerID
		for now, want := range map[time.Duration]time.Duration{0: -time.Hour, 2 * time.Hour: time.Hour} {
			t.Run(now.String(), func(t *testing.T) {
				found, err := contact.LastResolutions(db.View(context.Background()), noon.Add(now), []int64{id})
				if err != nil || found[id].ResolvedAt != noon.Add(want) {
					t.Errorf("%s later it is %+v: %v", now, found[id], err)
				}
			})
		}
	})
}

// What counted once keeps its time; what counts nowhere yet may be told again, before and after it was reopened.
func TestOnlyATimeInTheFutureIsMended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		ahead := noon.Add(365 * 24 * time.Hour)
		c.take(t, resolved("past", ago(time.Hour)), resolved("ahead", ahead), resolved("reopened", ahead))
		past := c.takeOne(t, resolved("past", ago(2*time.Hour)))
		mended := c.takeOne(t, resolved("ahead", ago(2*time.Hour)))
		c.takeOne(t, contact.Input{ExternalID: "reopened", Status: contact.Open, ChangedAt: ago(3 * time.Hour)})
		again := c.takeOne(t, resolved("reopened", ago(2*time.Hour)))
		if got := c.resolutions(t, past)[0].ResolvedAt; got != ago(time.Hour) || len(past.Warnings) != 1 {
			t.Errorf("a time that counted is %s now: %+v", got, past.Warnings)
		}
		if got := c.resolutions(t, mended)[0].ResolvedAt; got != ago(2*time.Hour) || len(mended.Warnings) != 0 {
			t.Errorf("a time in the future is %s now: %+v", got, mended.Warnings)
		}
		list := c.resolutions(t, again)
		if len(list) != 2 || list[0].ResolvedAt != ago(3*time.Hour) || list[1].ResolvedAt != ago(2*time.Hour) {
			t.Errorf("what was reopened before its time: %+v", list)
		}
		const inForce = "metric = 'resolved' AND sign = 1 AND occurred_at > ?"
		told, undone := c.count(t, "score_entries", inForce, noon), c.count(t, "score_entries", "sign = -1")
		if told != 2 || undone != told {
			t.Errorf("%d entries in the future, %d of them reversed", told, undone)
		}
		if n := c.count(t, "contact_corrections", "field = 'resolved_at'"); n != 3 {
			t.Errorf("%d corrections kept, want 3", n)
		}
	})
}
