package contact_test

import (
	"context"
	"fmt"
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

var noon = clock.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))

func ago(d time.Duration) clock.Instant { return noon.Add(-d) }

// centre is a contact service with one source.
type centre struct {
	*contact.Service
	db     *database.DB
	source int64
}

func newCentre(t testing.TB, db *database.DB) centre {
	t.Helper()
	s := contact.New(db, clocktest.Fixed(noon), contact.Options{})
	source := contacttest.Source(t, s, "helpdesk")
	return centre{s, db, source.ID}
}

func (c centre) take(t testing.TB, batch ...contact.Input) []contact.Outcome {
	t.Helper()
	return contacttest.Take(t, c.Service, c.source, batch...)
}

func (c centre) takeOne(t testing.TB, in contact.Input) contact.Outcome {
	t.Helper()
	return c.take(t, in)[0]
}

func (c centre) contact(t testing.TB, id int64) contact.Contact {
	t.Helper()
	found, err := contact.ContactsByID(c.db.View(context.Background()), []int64{id})
	if err != nil {
		t.Fatal(err)
	}
	return found[id]
}

func (c centre) resolutions(t testing.TB, o contact.Outcome) []contact.Resolution {
	t.Helper()
	found, err := contact.ResolutionsByID(c.db.View(context.Background()), o.Resolutions)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]contact.Resolution, len(o.Resolutions))
	for i, id := range o.Resolutions {
		list[i] = found[id]
	}
	return list
}

// count returns the rows of a table that match a condition.
func (c centre) count(t testing.TB, table, where string, args ...any) int {
	t.Helper()
	return dbtest.Count(t, c.db, table, where, args...)
}

func resolved(externalID string, at clock.Instant) contact.Input {
	return contact.Input{
		ExternalID: externalID, Status: contact.Resolved, ResolvedAt: at, Channel: contact.Phone, Category: "宽带",
		Customer:     contact.InputCustomer{Reference: "C-" + externalID, Name: "张伟", Phones: []string{"13912348000"}},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	}
}

func TestTakingTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		first := c.takeOne(t, resolved("T-1", ago(time.Hour)))
		if first.Status != contact.Accepted || first.Resolved != 1 || len(first.Resolutions) != 1 {
			t.Fatalf("first: %+v", first)
		}
		again := c.takeOne(t, resolved("T-1", ago(time.Hour)))
		if again.Status != contact.Duplicate || again.ContactID != first.ContactID || !cmp.Equal(again.Resolutions, first.Resolutions) {
			t.Errorf("again: %+v, want a duplicate with the ids of %+v", again, first)
		}
		for table, want := range map[string]int{
			"contacts": 1, "resolutions": 1, "customers": 1, "persons": 1, "jobs": 1, "score_entries": 1,
		} {
			if got := c.count(t, table, "1 = 1"); got != want {
				t.Errorf("%s has %d rows, want %d", table, got, want)
			}
		}
	})
}

func TestFirstResolutionFreezesWhatReportsNeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.takeOne(t, resolved("T-1", ago(time.Hour)))
		moved := resolved("T-1", ago(time.Hour))
		moved.Category, moved.Participants = "资费", []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "一线"}}
		o := c.takeOne(t, moved)
		if o.Status != contact.Updated || o.Resolved != 0 {
			t.Fatalf("correction: %+v", o)
		}
		r := c.resolutions(t, o)[0]
		names, err := contact.AgentNames(db.View(context.Background()), []int64{r.AgentID})
		if err != nil || r.Category != "宽带" || names[r.AgentID] != "李强" {
			t.Errorf("the resolution changed: %+v %v %v", r, names, err)
		}
		if got := c.contact(t, o.ContactID).Category; got != "资费" {
			t.Errorf("the contact's category is %q", got)
		}
		if got := c.count(t, "contact_corrections", "contact_id = ?", o.ContactID); got != 2 {
			t.Errorf("%d corrections, want category and agent", got)
		}
	})
}

func TestNewNumberOnlyAfterReopening(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.takeOne(t, resolved("T-1", ago(5*time.Hour)))

		later := c.takeOne(t, resolved("T-1", ago(4*time.Hour)))
		if later.Resolved != 0 || len(later.Resolutions) != 1 || len(later.Warnings) != 1 {
			t.Errorf("another time for the same resolution: %+v", later)
		}
		reopened := c.takeOne(t, contact.Input{ExternalID: "T-1", Status: contact.Open})
		if got := c.contact(t, reopened.ContactID).Status; got != contact.Reopened {
			t.Errorf("status after resolved → open is %q", got)
		}
		if got := c.count(t, "jobs", "kind = ? AND ref = ?", contact.JobReopened, reopened.ContactID); got != 1 {
			t.Errorf("%d jobs for the reopening, want 1", got)
		}
		second := c.takeOne(t, resolved("T-1", ago(time.Hour)))
		if second.Resolved != 1 || len(second.Resolutions) != 2 {
			t.Fatalf("resolved again: %+v", second)
		}
		list := c.resolutions(t, second)
		if list[0].ReopenedAt.IsZero() || !list[1].ReopenedAt.IsZero() || list[1].No != 2 {
			t.Errorf("resolutions: %+v", list)
		}
		if got := c.count(t, "score_entries", "metric = 'resolved'"); got != 2 {
			t.Errorf("%d entries, want 2: a reopened resolution stays counted", got)
		}
	})
}

func TestOvertakenDeliveryChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.takeOne(t, resolved("T-1", ago(5*time.Hour)))
	c.takeOne(t, contact.Input{ExternalID: "T-1", Status: contact.Reopened, ChangedAt: ago(time.Hour)})
	for name, late := range map[string]contact.Input{
		"the first resolution told again": resolved("T-1", ago(5*time.Hour)),
		"a change from before":            {ExternalID: "T-1", Category: "资费", ChangedAt: ago(2 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			if o := c.takeOne(t, late); o.Status != contact.Duplicate {
				t.Errorf("%+v, want a duplicate", o)
			}
		})
	}
	if o := c.takeOne(t, contact.Input{ExternalID: "T-1", Status: contact.Reopened}); c.contact(t, o.ContactID).Status != contact.Reopened {
		t.Errorf("status is %q, want reopened", c.contact(t, o.ContactID).Status)
	}
}

func TestEarlierResolutionsComeAlong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(time.Hour))
		in.Resolutions = []contact.InputResolution{{No: 1, ResolvedAt: ago(9 * time.Hour)}, {No: 2, ResolvedAt: ago(5 * time.Hour)}}
		o := c.takeOne(t, in)
		list := c.resolutions(t, o)
		if len(list) != 3 || list[0].ReopenedAt.IsZero() || list[1].ReopenedAt.IsZero() || !list[2].ReopenedAt.IsZero() {
			t.Fatalf("%+v: %+v", o, list)
		}
		if got := c.count(t, "jobs", "kind = ?", contact.JobReopened); got != 0 {
			t.Errorf("%d jobs for reopenings of the past, want none", got)
		}
	})
}

func TestImpossibleTimesAreDroppedAndTheResolutionCounts(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	in := resolved("T-1", ago(3*time.Hour))
	in.OpenedAt, in.FirstResponse = ago(2*time.Hour), ago(time.Hour)
	o := c.takeOne(t, in)
	got := c.contact(t, o.ContactID)
	if o.Resolved != 1 || len(o.Warnings) != 2 || !got.OpenedAt.IsZero() || !got.FirstResponseAt.IsZero() {
		t.Errorf("%+v\n%+v", o, got)
	}
	future := c.takeOne(t, resolved("T-2", noon.Add(time.Hour)))
	if future.Resolved != 1 || len(future.Warnings) != 1 || future.Warnings[0].Code != "in_the_future" {
		t.Errorf("a future resolution: %+v", future)
	}
}

func TestBadInputNeverStopsTheRest(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	bad := resolved("T-2", ago(time.Hour))
	bad.Severity, bad.TalkSeconds = "urgent", new(int64)
	*bad.TalkSeconds = -3
	outcomes := c.take(t, resolved("T-1", ago(time.Hour)), bad, contact.Input{}, resolved("T-3", ago(time.Hour)))
	var got []string
	for _, o := range outcomes {
		got = append(got, string(o.Status))
		for _, p := range o.Problems {
			got = append(got, p.Name+" "+p.Code+" "+p.Value)
		}
	}
	want := []string{
		"accepted", "rejected", "severity unknown_value urgent", "talk_seconds out_of_range -3", "rejected",
		"external_id required ", "accepted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := c.count(t, "contacts", "1 = 1"); n != 2 {
		t.Errorf("%d contacts, want 2", n)
	}
}

func TestSameContactSeveralTimesInOneBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		opened := contact.Input{ExternalID: "T-1", Status: contact.Open, OpenedAt: ago(9 * time.Hour)}
		outcomes := c.take(t, opened, resolved("T-1", ago(5*time.Hour)), contact.Input{ExternalID: "T-1", Status: contact.Reopened},
			resolved("T-1", ago(time.Hour)), resolved("T-1", ago(time.Hour)))
		var got []contact.OutcomeStatus
		for _, o := range outcomes {
			got = append(got, o.Status)
		}
		want := []contact.OutcomeStatus{contact.Accepted, contact.Updated, contact.Updated, contact.Updated, contact.Duplicate}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if list := c.resolutions(t, outcomes[4]); len(list) != 2 || list[0].ReopenedAt.IsZero() {
			t.Errorf("resolutions: %+v", list)
		}
	})
}

func TestSharedAddressMakesOnePersonUpToFiveCustomers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for i := range 7 {
			in := resolved(fmt.Sprint("T-", i), ago(time.Hour))
			in.Customer.Phones = []string{[]string{"139 1234 8000", "+86-139-1234-8000"}[i%2]}
			c.takeOne(t, in)
		}
		var sizes []int
		err := db.View(context.Background()).Gorm().Raw("SELECT COUNT(*) FROM customers GROUP BY person_id ORDER BY 1").Scan(&sizes).Error
		if diff := cmp.Diff([]int{1, 1, 5}, sizes); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}

func TestWholeSharedLineInOneBatchMergesNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var batch []contact.Input
		for i := range 6 {
			in := resolved(fmt.Sprint("T-", i), ago(time.Hour))
			in.Customer.Phones = []string{"01065551234", "010-6555 1234"} // the same twice
			batch = append(batch, in)
		}
		c.take(t, batch...)
		if n := c.count(t, "persons", "1 = 1"); n != 6 {
			t.Errorf("%d persons, want 6", n)
		}
	})
}

func TestCustomerWithoutReference(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(time.Hour))
		in.Customer = contact.InputCustomer{Name: "Ann", Phones: []string{"12"}, Emails: []string{"Ann@Example.com"}}
		o := c.takeOne(t, in)
		if len(o.Warnings) != 1 || o.Warnings[0].Code != "not_phone" || o.Warnings[0].Value != "12" {
			t.Errorf("warnings: %+v", o.Warnings)
		}
		id := c.contact(t, o.ContactID).CustomerID
		tx := db.View(context.Background())
		customers, err := contact.CustomersByID(tx, []int64{id})
		if err != nil || customers[id].Reference != "ann@example.com" {
			t.Errorf("customer: %+v %v", customers[id], err)
		}
		subjects, err := contact.Subjects(tx, []int64{id})
		if err != nil || len(subjects[id].Phones) != 0 || !cmp.Equal(subjects[id].Emails, []string{"ann@example.com"}) {
			t.Errorf("subject: %+v %v", subjects[id], err)
		}
		anonymous := resolved("T-2", ago(time.Hour))
		anonymous.Customer = contact.InputCustomer{}
		if o := c.takeOne(t, anonymous); o.Resolved != 1 || c.contact(t, o.ContactID).CustomerID != 0 {
			t.Errorf("without a customer: %+v", o)
		}
	})
}

func TestAnswersAreTakenOnceAndKeptWhenTheyChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.takeOne(t, resolved("T-1", ago(time.Hour)))
		with := resolved("T-1", ago(time.Hour))
		with.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(4)}, {Metric: "nps", Value: new(11)}}
		o := c.takeOne(t, with)
		if len(o.Warnings) != 1 || o.Warnings[0].Code != "out_of_scale" {
			t.Errorf("warnings: %+v", o.Warnings)
		}
		if r := c.resolutions(t, o)[0]; !r.Answered {
			t.Errorf("not marked answered: %+v", r)
		}
		with.Category = "资费"
		c.takeOne(t, with)
		with.Category, with.Answers[0].Value = "宽带", new(1)
		if o := c.takeOne(t, with); len(o.Warnings) != 1 {
			t.Errorf("another answer: %+v", o.Warnings)
		}
		for value, revision := range map[int]int{4: 1, 1: 2} {
			const kept = "metric = 'csat' AND scale = '1-5' AND value = ? AND revision = ? AND contact_id = ? AND resolution_id = ?"
			if got := c.count(t, "imported_answers", kept, value, revision, o.ContactID, o.Resolutions[0]); got != 1 {
				t.Errorf("%d answers of value %d", got, value)
			}
		}
	})
}

func TestTwoProcessesTakingTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var batch []contact.Input
		for i := range 300 {
			batch = append(batch, resolved(fmt.Sprint("T-", i), ago(time.Hour)))
		}
		const processes = 4
		errs := make(chan error, processes)
		for range processes {
			go func() {
				_, err := c.Take(context.Background(), c.source, batch)
				errs <- err
			}()
		}
		for range processes {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		for table, want := range map[string]int{
			"contacts": 300, "resolutions": 300, "customers": 300, "customer_addresses": 300, "agents": 1, "score_entries": 300,
		} {
			if got := c.count(t, table, "1 = 1"); got != want {
				t.Errorf("%s has %d rows, want %d", table, got, want)
			}
		}
	})
}
