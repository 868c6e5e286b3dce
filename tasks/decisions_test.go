package tasks_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks"
)

// ownWords is a policy whose one rule about callbacks, and its reason, are called as given; the codes are the same every time.
func ownWords(t testing.TB, rule, reason string) tasks.Policy {
	t.Helper()
	p, err := tasks.ParsePolicy([]byte("reasons: {reason_1: " + reason + "}\nrules:\n  - {id: rule_1, name: " + rule + ", nothing: {callback: reason_1}}\n  - {id: all, survey: {delay: 1h}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An imported policy may say something else by a code that another version has used.
func TestADecisionIsToldInTheWordsOfItsOwnVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		words := [][2]string{{"大客户", "由大客户经理回访"}, {"移机", "移机不回访"}}
		for i, w := range words {
			c.publish(t, ownWords(t, w[0], w[1]))
			c.take(t, severe(i+1))
			c.plan(t)
		}
		rows, err := c.Decisions(t.Context(), admin, tasks.DecisionFilter{Kind: tasks.FollowUpCallback})
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows: %v", len(rows), err)
		}
		for i, want := range words {
			if row := rows[len(rows)-1-i]; row.RuleName != want[0] || row.ReasonText != want[1] {
				t.Errorf("version %d: %q, %q, want %q", row.Decision.PolicyVersion, row.RuleName, row.ReasonText, want)
			}
		}
		for i, want := range words {
			events, err := tasks.EventsOfContact(db.View(t.Context()), rows[len(rows)-1-i].Decision.ContactID)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(events, func(e contact.Event) bool {
				return e.Code == "follow_up_skipped" && e.Args["rule"] == want[0] && e.Args["reason"] == want[1] && e.Args["version"] == i+2
			}) {
				t.Errorf("the story does not name rule, reason and version %d: %+v", i+2, events)
			}
		}
	})
}

func TestNoCodeIsGivenTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, ownWords(t, "大客户", "由大客户经理回访"))
		c.publish(t, policy(t, "  - {id: other, nothing: {callback: vip}}\n"))
		draft, err := c.DraftPolicy(t.Context(), supervisor, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SavePolicy(t.Context(), supervisor, draft.ID, draft.Revision, policy(t, "  - {id: drafted, survey: {delay: 1h}}\n"), ""); err != nil {
			t.Fatal(err)
		}
		used, err := c.UsedCodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"rule_1", "all", "other", "drafted", "severe", "by_hand"} {
			if !used.Rule(code) {
				t.Errorf("%s would be the code of a second rule", code)
			}
		}
		for _, code := range []string{"reason_1", "vip", "not_needed", "no_answer", "done", "reopened", "undecided"} {
			if !used.Reason(code) {
				t.Errorf("%s would be the code of a second reason", code)
			}
		}
		if used.Rule("rule_2") || used.Reason("reason_2") {
			t.Error("a free code is not free")
		}
	})
}

// listed counts the rows of a list, page by page, and fails when a resolution comes twice.
func (c centre) listed(t testing.TB, viewer account.Viewer, f tasks.DecisionFilter) int {
	t.Helper()
	seen := map[int64]bool{}
	for f.Limit = 2; ; {
		rows, err := c.Decisions(t.Context(), viewer, f)
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
		early, elsewhere := severe(4), severe(5)
		early.ResolvedAt = morning.Add(-50 * time.Hour)
		elsewhere.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "一线"}}
		c := planned(t, db, severe(1), severe(2), early)
		c.take(t, severe(3), elsewhere, severe(6))
		lee, err := account.New(db, nil, c.now).AddUser(t.Context(), account.NewUser{Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Supervisor, Teams: []string{"一线"}})
		if err != nil {
			t.Fatal(err)
		}
		var teams []int64
		if err := db.View(t.Context()).Gorm().Table("teams").Where("name = ?", "一线").Pluck("id", &teams).Error; err != nil {
			t.Fatal(err)
		}
		yesterday := morning.Add(-24 * time.Hour)
		for _, tt := range []struct {
			name                string
			viewer              account.Viewer
			f                   tasks.DecisionFilter
			resolved, undecided int
		}{
			{"all", admin, tasks.DecisionFilter{}, 6, 3},
			{"since yesterday", admin, tasks.DecisionFilter{From: yesterday}, 5, 3},
			{"before", admin, tasks.DecisionFilter{To: yesterday}, 1, 0},
			{"one team", account.Viewer{UserID: lee.ID, Role: account.Supervisor, TeamIDs: teams}, tasks.DecisionFilter{}, 1, 1},
		} {
			summary, err := c.Summary(t.Context(), tt.viewer, tt.f.From, tt.f.To)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range summary.Kinds {
				tt.f.Kind, tt.f.State = k.Kind, tasks.EveryResolution
				if n := c.listed(t, tt.viewer, tt.f); n != tt.resolved || n != k.Resolved {
					t.Errorf("%s, %s: %d rows, %d resolved, want %d", tt.name, k.Kind, n, k.Resolved, tt.resolved)
				}
				tt.f.State = tasks.Undecided
				if n := c.listed(t, tt.viewer, tt.f); n != tt.undecided || n != k.Undecided {
					t.Errorf("%s, %s: %d rows, %d undecided, want %d", tt.name, k.Kind, n, k.Undecided, tt.undecided)
				}
			}
		}
	})
}
