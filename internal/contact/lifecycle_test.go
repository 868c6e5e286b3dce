package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/database/dbtest"
)

// What a source can tell of one contact, in any order and several times, always leaves a history that makes sense.
func TestAnyOrderOfDeliveriesLeavesAHistoryThatMakesSense(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		key := fmt.Sprint("T-", round)
		hours := rapid.IntRange(1, 60)
		step := rapid.Custom(func(r *rapid.T) contact.Input {
			in := contact.Input{ExternalID: key, Status: rapid.SampledFrom(append(contact.Statuses(), "")).Draw(r, "status")}
			if in.Status == contact.Resolved || rapid.Bool().Draw(r, "with a time") {
				in.ResolvedAt = ago(time.Duration(hours.Draw(r, "resolved")) * time.Hour)
			}
			if rapid.Bool().Draw(r, "with an answer") {
				in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(rapid.IntRange(1, 5).Draw(r, "value"))}}
			}
			if rapid.Bool().Draw(r, "opened") {
				in.OpenedAt = ago(time.Duration(hours.Draw(r, "opened")) * time.Hour)
			}
			in.Category = rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "category")
			return in
		})
		deliveries := rapid.SliceOfN(step, 1, 8).Draw(r, "deliveries")
		cut := rapid.IntRange(0, len(deliveries)).Draw(r, "cut")
		var last contact.Outcome
		var added int
		for _, batch := range [][]contact.Input{deliveries[:cut], deliveries[cut:]} {
			outcomes, err := c.Take(context.Background(), c.source, batch)
			if err != nil {
				r.Fatal(err)
			}
			for _, o := range outcomes {
				last = o
				added += o.Resolved
			}
		}
		check(r, t, c, last, added)

		again := c.takeOne(t, deliveries[len(deliveries)-1])
		if last.Status != contact.Duplicate && again.Status != contact.Duplicate {
			r.Fatalf("the last delivery again is %s", again.Status)
		}
	})
}

func check(r *rapid.T, t *testing.T, c centre, o contact.Outcome, added int) {
	found := c.contact(t, o.ContactID)
	list := c.resolutions(t, o)
	if len(list) != found.ResolutionCount || added != len(list) {
		r.Fatalf("%d resolutions, %d counted on the contact, %d told", len(list), found.ResolutionCount, added)
	}
	for i, res := range list {
		stands := res.ReopenedAt.IsZero()
		switch {
		case res.No != i+1:
			r.Fatalf("resolution %d has number %d", i+1, res.No)
		case stands && i < len(list)-1:
			r.Fatalf("resolution %d stands beside a later one", res.No)
		case !stands && res.ReopenedAt < res.ResolvedAt:
			r.Fatalf("resolution %d was reopened before it was", res.No)
		case i > 0 && res.ResolvedAt <= list[i-1].ResolvedAt:
			r.Fatalf("resolution %d is not later than the one before", res.No)
		case stands != (found.Status == contact.Resolved) && i == len(list)-1:
			r.Fatalf("the contact is %s, its last resolution reopened at %s", found.Status, res.ReopenedAt)
		case found.OpenedAt > list[0].ResolvedAt:
			r.Fatalf("opened at %s, first resolved at %s", found.OpenedAt, list[0].ResolvedAt)
		}
	}
	if n := c.count(t, "score_entries", "resolution_id IN ?", append(o.Resolutions, 0)); n != len(list) {
		r.Fatalf("%d entries for %d resolutions", n, len(list))
	}
	if found.Status == contact.Resolved && len(list) == 0 {
		r.Fatal("resolved without a resolution")
	}
}
