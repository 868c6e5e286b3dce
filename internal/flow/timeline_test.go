package flow_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

func TestTimelineTellsEveryPartTheNewestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		at := clock.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
		contacts := contact.New(db, clock.Fixed(at), contact.Options{})
		source, err := contacts.EnsureSource(ctx, "helpdesk")
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := contacts.Take(ctx, source.ID, []contact.Input{{
			ExternalID: "T-1", OpenedAt: at.Add(-2 * time.Hour), ResolvedAt: at.Add(-time.Hour),
			Customer: contact.InputCustomer{Emails: []string{"ann@example.com"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		resolutions, err := contact.ResolutionsByID(db.View(ctx), outcomes[0].Resolutions)
		if err != nil {
			t.Fatal(err)
		}
		planner := tasks.New(db, permission.New(db, []byte("a key for tests only, 32 bytes.."), clock.Fixed(at), contact.Directory{}), flow.PolicySurveys{}, clock.Fixed(at), tasks.Options{Zone: time.UTC})
		if err := planner.EnsureBuiltIn(ctx); err != nil {
			t.Fatal(err)
		}
		if err := planner.Plan(ctx, outbox.Ticket{}, resolutions[outcomes[0].Resolutions[0]].BatchID); err != nil {
			t.Fatal(err)
		}
		events, err := flow.Timeline(db.View(ctx), outcomes[0].ContactID)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, e := range events {
			codes = append(codes, e.Code)
		}
		for _, code := range []string{"contact_opened", "contact_resolved", "contact_received", "follow_up_planned"} {
			if !slices.Contains(codes, code) {
				t.Errorf("the story lacks %s: %v", code, codes)
			}
		}
		if !slices.IsSortedFunc(events, func(a, b contact.Event) int { return int(b.At - a.At) }) {
			t.Errorf("not the newest first: %v", codes)
		}
	})
}
