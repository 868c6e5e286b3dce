package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestARatingThatIsChangedTooLateIsKeptAndTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(9*time.Hour))
		in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(4), RevisableDays: new(0)}}
		c.takeOne(t, in)
		in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2), RevisableDays: new(0), AnsweredAt: ago(time.Hour)}}
		o := c.takeOne(t, in)
		if len(o.Warnings) != 1 || o.Warnings[0].Code != "answer_changed_late" {
			t.Errorf("warnings: %+v", o.Warnings)
		}
		events, err := contact.EventsOfContact(db.View(context.Background()), o.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		var got []contact.Event
		for _, e := range events {
			if e.Code == "rating_changed_late" {
				got = append(got, e)
			}
		}
		want := []contact.Event{{
			At: ago(time.Hour), Code: "rating_changed_late", Args: map[string]any{"score": "2/5"}, Row: 2, ContactID: o.ContactID,
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// Told again with another window, or none, a change that came too late counts after all; told again as before it stays what it was.
func TestALateRatingCountsWhenItsWindowIsLifted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(9*time.Hour))
		first := contact.InputAnswer{Metric: "csat", Value: new(4), AnsweredAt: ago(9 * time.Hour)}
		late := contact.InputAnswer{Metric: "csat", Value: new(2), RevisableDays: new(0)}
		lifted := contact.InputAnswer{Metric: "csat", Value: new(2)}
		var told []string
		for _, a := range []contact.InputAnswer{first, late, late, lifted, lifted} {
			in.Answers = []contact.InputAnswer{a}
			o := c.takeOne(t, in)
			told = append(told, fmt.Sprint(o.Status, " ", len(o.Warnings)))
		}
		want := []string{"accepted 0", "updated 1", "duplicate 0", "updated 0", "duplicate 0"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

// A source that tells less the next time has not taken back what it told.
func TestARatingKeepsTheCommentAndTheTimeThatAreNotToldAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(9*time.Hour))
		for _, a := range []contact.InputAnswer{
			{Metric: "csat", Value: new(4), Comment: "慢", AnsweredAt: ago(5 * time.Hour)},
			{Metric: "csat", Value: new(4)},
			{Metric: "csat", Value: new(2)},
			{Metric: "csat", Value: new(2), Comment: "太慢"},
		} {
			in.Answers = []contact.InputAnswer{a}
			if o := c.takeOne(t, in); len(o.Warnings) != 0 {
				t.Errorf("warnings: %+v", o.Warnings)
			}
		}
		type told struct {
			Revision, Value int
			Comment         string
		}
		var got []told
		g := db.View(context.Background()).Gorm().Table("imported_answers").Where("answered_at = ?", ago(5*time.Hour))
		if err := g.Order("revision").Scan(&got).Error; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]told{{1, 4, "慢"}, {2, 2, "慢"}, {3, 2, "太慢"}}, got); diff != "" {
			t.Error(diff)
		}
	})
}
