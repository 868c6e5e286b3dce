package decision_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// An imported policy may say something else by a code that another version has used.
func TestADecisionIsToldInTheWordsOfItsOwnVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		words := [][2]string{{"大客户", "由大客户经理回访"}, {"移机", "移机不回访"}}
		for i, w := range words {
			c.Publish(t, taskstest.OwnWords(t, w[0], w[1]))
			c.Take(t, taskstest.Severe(i+1))
			c.Plan(t)
		}
		rows, err := c.Decisions.List(t.Context(), taskstest.Admin, decision.Filter{Kind: policy.FollowUpCallback})
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows: %v", len(rows), err)
		}
		for i, want := range words {
			if row := rows[len(rows)-1-i]; row.RuleName != want[0] || row.ReasonText != want[1] {
				t.Errorf("version %d: %q, %q, want %q", row.Decision.PolicyVersion, row.RuleName, row.ReasonText, want)
			}
		}
		for i, want := range words {
			events, err := decision.EventsOfContact(db.View(t.Context()), rows[len(rows)-1-i].Decision.ContactID)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(events, func(e contact.Event) bool {
				return e.Code == "follow_up_skipped" && e.Args["rule"] == want[0] && e.Args["reason"] == want[1] && e.Args["version"] == i+2
			}) {
				t.Errorf("the timeline does not name rule, reason and version %d: %+v", i+2, events)
			}
		}
	})
}

// listed counts the rows of a list, page by page, and fails when a resolution comes twice.
func listed(t testing.TB, c taskstest.Centre, viewer account.Viewer, f decision.Filter) int {
	t.Helper()
	seen := map[int64]bool{}
	for f.Limit = 2; ; {
		rows, err := c.Decisions.List(t.Context(), viewer, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if seen[row.Decision.ResolutionID] || row.ExternalID == "" {
				t.Fatalf("%s comes twice, or has no contact: %+v", row.ExternalID, row.Decision)
			}
			seen[row.Decision.ResolutionID] = true
		}
		if len(rows) < f.Limit {
			return len(seen)
		}
		f.BeforeAt, f.Before = rows[len(rows)-1].Decision.ResolvedAt, rows[len(rows)-1].Decision.ResolutionID
	}
}

// What was resolved, and what is not decided yet, are lists of resolutions, of the same teams and the same period as their numbers.
func TestTheResolvedAndTheUndecidedAreListedOneByOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		early, elsewhere := taskstest.Severe(4), taskstest.Severe(5)
		early.ResolvedAt = taskstest.Morning.Add(-50 * time.Hour)
		elsewhere.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "一线"}}
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.Severe(2), early)
		c.Take(t, taskstest.Severe(3), elsewhere, taskstest.Severe(6))
		lee, err := account.New(db, nil, c.Now).
			AddUser(t.Context(), account.NewUser{
				Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Supervisor, Teams: []string{"一线"},
			})
		if err != nil {
			t.Fatal(err)
		}
		var teams []int64
		if err := db.View(t.Context()).Gorm().Table("teams").Where("name = ?", "一线").Pluck("id", &teams).Error; err != nil {
			t.Fatal(err)
		}
		yesterday := taskstest.Morning.Add(-24 * time.Hour)
		for _, tt := range []struct {
			name                string
			viewer              account.Viewer
			f                   decision.Filter
			resolved, undecided int
		}{
			{"all", taskstest.Admin, decision.Filter{}, 6, 3},
			{"since yesterday", taskstest.Admin, decision.Filter{From: yesterday}, 5, 3},
			{"before", taskstest.Admin, decision.Filter{To: yesterday}, 1, 0},
			{"one team", account.Viewer{UserID: lee.ID, Role: account.Supervisor, TeamIDs: teams}, decision.Filter{}, 1, 1},
		} {
			t.Run(tt.name, func(t *testing.T) {
				summary, err := c.Decisions.Summary(t.Context(), tt.viewer, tt.f.From, tt.f.To)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range summary.Kinds {
					tt.f.Kind, tt.f.State = k.Kind, decision.EveryResolution
					if n := listed(t, c, tt.viewer, tt.f); n != tt.resolved || n != k.Resolved {
						t.Errorf("%s, %s: %d rows, %d resolved, want %d", tt.name, k.Kind, n, k.Resolved, tt.resolved)
					}
					tt.f.State = decision.Undecided
					if n := listed(t, c, tt.viewer, tt.f); n != tt.undecided || n != k.Undecided {
						t.Errorf("%s, %s: %d rows, %d undecided, want %d", tt.name, k.Kind, n, k.Undecided, tt.undecided)
					}
				}
			})
		}
	})
}
