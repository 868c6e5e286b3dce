package contact_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// resolutionsBetween returns the resolutions of a period in the order of their time.
func resolutionsBetween(t *testing.T, db *database.DB, from, to clock.Instant, page int) []contact.Resolution {
	t.Helper()
	ids, err := contact.ResolutionIDsBetween(db.View(t.Context()), from, to, page)
	if err != nil {
		t.Fatal(err)
	}
	found, err := contact.ResolutionsByID(db.View(t.Context()), ids)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]contact.Resolution, len(ids))
	for i, id := range ids {
		list[i] = found[id]
	}
	return list
}

// Pages put together are the period in order, none twice and none left out, also where many were resolved at the same instant.
func TestResolutionsBetweenGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		now := clocktest.Fixed(clock.At(time.Date(2026, 12, 22, 2, 0, 0, 0, time.UTC)))
		contacts := contact.New(db, now, contact.Options{})
		source := contacttest.Source(t, contacts, "helpdesk")
		var batch []contact.Input
		for i, hour := range []int{5, 5, 3, 5, 1, 5, 9, 5, 2, 5} {
			batch = append(batch, contact.Input{
				ExternalID: string(rune('a' + i)), Customer: contact.InputCustomer{Reference: "x"},
				Status: contact.Resolved, ResolvedAt: clock.At(time.Date(2026, 11, 20, 2+hour, 0, 0, 0, time.UTC)),
			})
		}
		if _, err := contacts.Take(ctx, source.ID, batch); err != nil {
			t.Fatal(err)
		}
		from := batch[8].ResolvedAt // hour 2
		to := batch[6].ResolvedAt   // hour 9, exclusive
		var hours []int
		for _, r := range resolutionsBetween(t, db, from, to, 3) {
			hours = append(hours, int(r.ResolvedAt.Sub(from)/time.Hour)+2)
		}
		if diff := cmp.Diff([]int{2, 3, 5, 5, 5, 5, 5, 5}, hours); diff != "" {
			t.Error(diff)
		}
	})
}
