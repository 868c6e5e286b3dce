package survey_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/survey"
)

func TestLowScoresArePagedAndThoseOfTheViewersTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var team int64
		for i := range 5 {
			r := c.resolved(strconv.Itoa(i), fmt.Sprintf("p%d@example.com", i))
			team = r.TeamID
			token := c.sent(r)
			if i > 0 {
				c.now = c.now.Add(time.Minute / 2 * time.Duration(i%2)) // some at the same instant
			}
			c.mustRate(token, 1+i%2*4) // 1, 5, 1, 5, 1
		}
		admin := account.Viewer{Role: account.Admin}
		first, err := c.surveys.LowScores(t.Context(), admin, survey.LowFilter{Limit: 2})
		if err != nil || len(first) != 2 {
			t.Fatalf("%d, %v", len(first), err)
		}
		last := first[1]
		rest, err := c.surveys.LowScores(t.Context(), admin,
			survey.LowFilter{Limit: 2, Before: survey.Position{AnsweredAt: last.AnsweredAt, ID: last.ResponseID}})
		if err != nil || len(rest) != 1 {
			t.Fatalf("%d, %v", len(rest), err)
		}
		ids := []int64{first[0].ResponseID, first[1].ResponseID, rest[0].ResponseID}
		if diff := cmp.Diff([]int64{5, 3, 1}, ids); diff != "" {
			t.Error(diff)
		}
		for viewerTeam, want := range map[int64]int{team: 3, team + 1: 0} {
			viewer := account.Viewer{Role: account.Supervisor, TeamIDs: []int64{viewerTeam}}
			low, err := c.surveys.LowScores(t.Context(), viewer, survey.LowFilter{})
			if err != nil || len(low) != want {
				t.Errorf("team %d sees %d, want %d, %v", viewerTeam, len(low), want, err)
			}
		}
	})
}

func TestTheTimelineTellsWhatWasAskedAndAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token := c.sent(r)
		c.now = c.now.Add(time.Hour)
		err := c.surveys.Submit(t.Context(), token, survey.Chinese, survey.Submission{Given: map[string]survey.Given{
			survey.KeyRating: {Value: ptr(2)}, survey.KeySolved: {Value: ptr(0)}, survey.KeyComment: {Text: "等了三天"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		events, err := survey.EventsOfContact(db.View(t.Context()), r.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(events, func(a, b contact.Event) int { return int(a.At - b.At) })
		want := []contact.Event{
			{At: c.now.Add(-time.Hour), Code: "survey_sent_email"},
			{At: c.now, Code: "survey_answered_link", Args: map[string]any{"score": "2/5", "note": "等了三天"}},
			{At: c.now, Code: "survey_unsolved"},
		}
		for i := range events {
			if events[i].Row == 0 || events[i].ContactID != r.ContactID {
				t.Errorf("it does not say where it is told, or of what: %+v", events[i])
			}
			if events[i].About.ID == 0 {
				t.Errorf("nothing leads to what was asked or answered: %+v", events[i])
			}
			events[i].Row, events[i].ContactID, events[i].About = 0, 0, contact.Object{}
		}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Error(diff)
		}
	})
}
