package flow_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

var admin = account.Viewer{UserID: 1, Role: account.Admin}

// The timeline of a contact is told to whoever sees it, and that of a callback also to who makes the call.
func TestTimelineIsToldToWhomeverTheContactOrTheCallbackIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		contacts := contact.New(db, clocktest.Fixed(clock.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))), contact.Options{})
		source := contacttest.Source(t, contacts, "helpdesk")
		outcomes := contacttest.Take(t, contacts, source.ID, contact.Input{
			ExternalID: "T-1", OpenedAt: clock.At(time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)),
			Participants: []contact.InputParticipant{{Role: contact.TookIt, Agent: "李强", Team: "一线"}},
		})
		detail, err := contacts.Contact(ctx, admin, outcomes[0].ContactID)
		if err != nil {
			t.Fatal(err)
		}
		team, reads := detail.Participants[0].TeamID, flow.NewReads(db, contacts)
		own := account.Viewer{UserID: 2, Role: account.Caller, TeamIDs: []int64{team}}
		foreign := account.Viewer{UserID: 3, Role: account.Caller, TeamIDs: []int64{team + 1}}
		for name, tt := range map[string]struct {
			viewer   account.Viewer
			callback callback.Callback // none: the contact itself
			told     bool
		}{
			"a contact of one's team":              {own, callback.Callback{}, true},
			"another team's contact":               {foreign, callback.Callback{}, false},
			"a callback of one's team":             {foreign, callback.Callback{TeamID: team + 1}, true},
			"another team's callback, in hand":     {foreign, callback.Callback{TeamID: team, CallerID: 3}, true},
			"another team's callback":              {foreign, callback.Callback{TeamID: team}, false},
			"a callback nobody has, to no user":    {account.Viewer{TeamIDs: foreign.TeamIDs}, callback.Callback{TeamID: team}, false},
			"another team's callback, another has": {foreign, callback.Callback{TeamID: team, CallerID: 2}, false},
		} {
			t.Run(name, func(t *testing.T) {
				events, err := reads.Timeline(ctx, tt.viewer, detail.ID)
				if tt.callback.TeamID != 0 {
					tt.callback.ContactID = detail.ID
					events, err = reads.CallbackTimeline(ctx, tt.viewer, tt.callback)
				}
				if err != nil || (len(events) > 0) != tt.told {
					t.Errorf("%v %v", events, err)
				}
			})
		}
	})
}

func TestTimelineTellsEveryPartTheNewestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		at := clock.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
		contacts := contact.New(db, clocktest.Fixed(at), contact.Options{})
		source := contacttest.Source(t, contacts, "helpdesk")
		outcomes := contacttest.Take(t, contacts, source.ID, contact.Input{
			ExternalID: "T-1", OpenedAt: at.Add(-2 * time.Hour), ResolvedAt: at.Add(-time.Hour),
			Customer: contact.InputCustomer{Emails: []string{"ann@example.com"}},
		})
		resolutions, err := contact.ResolutionsByID(db.View(ctx), outcomes[0].Resolutions)
		if err != nil {
			t.Fatal(err)
		}
		planner := planner(t, db, clocktest.Fixed(at))
		if err := planner.Plan(ctx, outbox.Ticket{}, resolutions[outcomes[0].Resolutions[0]].BatchID); err != nil {
			t.Fatal(err)
		}
		events, err := flow.NewReads(db, contacts).Timeline(ctx, admin, outcomes[0].ContactID)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, e := range events {
			codes = append(codes, e.Code)
		}
		for _, code := range []string{"contact_opened", "contact_resolved", "contact_received", "follow_up_planned"} {
			if !slices.Contains(codes, code) {
				t.Errorf("the timeline lacks %s: %v", code, codes)
			}
		}
		if !slices.IsSortedFunc(events, func(a, b contact.Event) int { return int(b.At - a.At) }) {
			t.Errorf("not the newest first: %v", codes)
		}
	})
}

// Everything here happens at the same time: what came of it stands above what it came of.
func TestTimelineTellsTheCauseBelowItsEffect(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		at := clock.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
		contacts := contact.New(db, clocktest.Fixed(at), contact.Options{})
		source := contacttest.Source(t, contacts, "helpdesk")
		planner := planner(t, db, clocktest.Fixed(at))
		in := contact.Input{
			ExternalID: "T-1", OpenedAt: at.Add(-2 * time.Hour), ResolvedAt: at.Add(-time.Hour), Severity: contact.High,
			Customer: contact.InputCustomer{Phones: []string{"+8613912348000"}, Zone: "Asia/Shanghai"},
		}
		outcomes := contacttest.Take(t, contacts, source.ID, in)
		resolutions, err := contact.ResolutionsByID(db.View(ctx), outcomes[0].Resolutions)
		if err != nil {
			t.Fatal(err)
		}
		if err := planner.Plan(ctx, outbox.Ticket{}, resolutions[outcomes[0].Resolutions[0]].BatchID); err != nil {
			t.Fatal(err)
		}
		in.Severity = contact.Low
		contacttest.Take(t, contacts, source.ID, in)
		if err := planner.Redecide(ctx, outbox.Ticket{}, outcomes[0].ContactID); err != nil {
			t.Fatal(err)
		}
		events, err := flow.NewReads(db, contacts).Timeline(ctx, admin, outcomes[0].ContactID)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, e := range events {
			if e.Args["kind"] == string(policy.FollowUpCallback) {
				told = append(told, strings.TrimSpace(fmt.Sprint(e.Code, " ", cmp.Or[any](e.Args["rule"], ""),
					" ", cmp.Or[any](e.Args["version"], ""))))
			}
		}
		want := []string{"follow_up_skipped no_callback 1", "follow_up_again_corrected", "follow_up_planned severe 1"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// planner decides by the built-in policy, and knows no surveys.
func planner(t *testing.T, db *database.DB, now clock.Now) *decision.Service {
	t.Helper()
	s := app.Connect(db, now, app.Setup{Key: []byte("a key for tests only, 32 bytes.."), Surveys: survey.Options{Zone: time.UTC}})
	if err := s.Policies.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.Decisions
}
