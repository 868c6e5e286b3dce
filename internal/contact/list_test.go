package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

var admin = account.Viewer{Role: account.Admin}

func (c centre) list(t *testing.T, viewer account.Viewer, f contact.Filter) []string {
	t.Helper()
	rows, err := c.List(context.Background(), viewer, f)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ExternalID)
	}
	return ids
}

func TestListFindsExactlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		first, second := resolved("T-1", ago(time.Hour)), resolved("T-2", ago(time.Hour))
		second.Customer = contact.InputCustomer{
			Reference: "VIP 7", Name: "刘芳", Phones: []string{"010-6555 1234"}, Emails: []string{"Liu@Example.com"},
		}
		c.take(t, first, second, contact.Input{ExternalID: "T-3", Channel: contact.Email})
		for search, want := range map[string][]string{
			"":                {"T-3", "T-2", "T-1"},
			"T-1":             {"T-1"},
			" T-1 ":           {"T-1"},
			"T-":              nil,
			"VIP 7":           {"T-2"},
			"刘芳":              {"T-2"},
			"LIU@example.com": {"T-2"},
			"+861065551234":   {"T-2"},
			"139 1234 8000":   {"T-1"},
		} {
			t.Run(search, func(t *testing.T) {
				if diff := cmp.Diff(want, c.list(t, admin, contact.Filter{Search: search})); diff != "" {
					t.Errorf("search %q: %s", search, diff)
				}
			})
		}
		for _, check := range []struct {
			filter contact.Filter
			want   []string
		}{
			{contact.Filter{Status: contact.Open}, []string{"T-3"}},
			{contact.Filter{Channel: contact.Phone}, []string{"T-2", "T-1"}},
			{contact.Filter{Channel: contact.Phone, Search: "刘芳"}, []string{"T-2"}},
			{contact.Filter{SourceID: c.source + 1}, nil},
		} {
			t.Run(fmt.Sprintf("%+v", check.filter), func(t *testing.T) {
				if diff := cmp.Diff(check.want, c.list(t, admin, check.filter)); diff != "" {
					t.Errorf("%+v: %s", check.filter, diff)
				}
			})
		}
	})
}

func TestListShowsAViewerTheirTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		other, nobody := resolved("T-2", ago(time.Hour)), resolved("T-3", ago(time.Hour))
		other.Participants[0].Team = "一线"
		nobody.Participants = nil
		o := c.take(t, resolved("T-1", ago(time.Hour)), other, nobody)
		team := c.resolutions(t, o[0])[0].TeamID
		supervisor := account.Viewer{Role: account.Supervisor, TeamIDs: []int64{team}}
		if diff := cmp.Diff([]string{"T-3", "T-1"}, c.list(t, supervisor, contact.Filter{})); diff != "" {
			t.Error(diff)
		}
		if _, err := c.Contact(context.Background(), supervisor, o[1].ContactID); err == nil {
			t.Error("another team's contact was shown")
		}
		corrected := resolved("T-1", ago(time.Hour))
		corrected.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "一线"}}
		c.takeOne(t, corrected)
		if _, err := c.Contact(context.Background(), supervisor, o[0].ContactID); err != nil {
			t.Errorf("the source corrects who resolved it, and the team that its decisions count for does not see it: %v", err)
		}
		machine := account.Viewer{Role: account.Machine, SourceID: c.source + 1}
		if got := c.list(t, machine, contact.Filter{}); got != nil {
			t.Errorf("another source's token sees %v", got)
		}
	})
}

func TestListPagesNeitherRepeatNorSkip(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	var batch []contact.Input
	for i := range 25 {
		batch = append(batch, resolved(fmt.Sprint("T-", i), ago(time.Hour)))
	}
	c.take(t, batch...)
	seen := map[string]bool{}
	key, pages := contact.ListKey{}, 0
	for {
		rows, err := c.List(context.Background(), admin, contact.Filter{After: key, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			if seen[r.ExternalID] || r.CustomerName != "张伟" || r.ResolverName != "李强" || r.TeamName != "二线" ||
				r.SourceName != "helpdesk" {
				t.Errorf("row %+v", r)
			}
			seen[r.ExternalID] = true
		}
		key = rows[len(rows)-1].Key()
		pages++
	}
	if len(seen) != 25 || pages != 3 {
		t.Errorf("%d contacts on %d pages", len(seen), pages)
	}
}

func TestListTakesAFixedNumberOfQueries(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	var counts []int
	for i := range 2 {
		for n := range 1 + i*30 {
			c.takeOne(t, resolved(fmt.Sprint("T-", i, "-", n), ago(time.Hour)))
		}
		counts = append(counts, dbtest.CountQueries(t, c.db, func() { c.list(t, admin, contact.Filter{}) }))
	}
	if counts[0] != counts[1] {
		t.Errorf("%d queries for 1 contact, %d for 31", counts[0], counts[1])
	}
}

func TestEventsTellTheContactsLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(5*time.Hour))
		in.OpenedAt = ago(6 * time.Hour)
		c.takeOne(t, in)
		in.Category = "资费"
		in.Participants = []contact.InputParticipant{{Agent: "王敏"}}
		c.takeOne(t, in)
		o := c.takeOne(t, contact.Input{ExternalID: "T-1", Status: contact.Reopened, ChangedAt: ago(3 * time.Hour)})
		events, err := contact.EventsOfContact(db.View(context.Background()), o.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range events {
			got = append(got, fmt.Sprintf("%s %s %v %v", e.Code, e.Actor, e.Args["old"], e.Args["new"]))
		}
		want := []string{
			"contact_opened  <nil> <nil>", "contact_received  <nil> <nil>",
			"contact_resolved 李强 <nil> <nil>", "contact_reopened  <nil> <nil>",
			"contact_corrected  宽带 资费", "contact_corrected  李强 王敏",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
