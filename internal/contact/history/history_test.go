package history_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/contact/history"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// historyInput is a contact of a customer, opened and resolved some hours from a fixed morning.
func historyInput(id, customer string, opened, resolved int) contact.Input {
	base := clock.At(time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC))
	in := contact.Input{ExternalID: id, Status: contact.Open, Customer: contact.InputCustomer{Reference: customer}}
	if opened != 0 {
		in.OpenedAt = base.Add(time.Duration(opened) * time.Hour)
	}
	if resolved != 0 {
		in.Status, in.ResolvedAt = contact.Resolved, base.Add(time.Duration(resolved)*time.Hour)
	}
	return in
}

func TestHistoryIsWhatCameBefore(t *testing.T) {
	t.Parallel()
	complaint := historyInput("C", "ann", 200, 0)
	complaint.Complaint = new(true)
	over := historyInput("D", "eve", -900, -800)
	over.Complaint = new(true)
	same := historyInput("P2", "bob-again", 60, 61)
	same.Customer.Emails = []string{"bob@example.com"}
	bob := historyInput("P1", "bob", 30, 31)
	bob.Customer.Emails = []string{"bob@example.com"}
	batch := []contact.Input{
		historyInput("A1", "ann", -100, -90), historyInput("A2", "ann", -50, -49), historyInput("A3", "ann", 1, 2),
		complaint, historyInput("A4", "ann", 300, 301),
		over, historyInput("E", "eve", -700, -699),
		bob, same,
		historyInput("N1", "noopen", 0, 10), historyInput("N2", "noopen", 0, 57), historyInput("N3", "noopen", 0, 106),
	}
	want := map[string]history.Past{
		"A1": {First: true},
		"A2": {Repeat: true}, // 40 h after A1 was resolved
		"A3": {},             // 50 h after A2 was resolved
		"A4": {OpenComplaint: true},
		"D":  {First: true},
		"E":  {}, // the complaint was resolved
		"P1": {First: true},
		"P2": {Repeat: true}, // another record of the same person, 29 h later
		"N1": {First: true},
		"N2": {Repeat: true}, // without openings, the resolutions count
		"N3": {},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		now := clocktest.Fixed(clock.At(time.Date(2026, 12, 22, 2, 0, 0, 0, time.UTC)))
		contacts := contact.New(db, now, contact.Options{})
		persons := identity.New(db, contacts, now, identity.Options{})
		source := contacttest.Source(t, contacts, "helpdesk")
		if _, err := contacts.Take(ctx, source.ID, batch); err != nil {
			t.Fatal(err)
		}
		var jobs []outbox.Job
		if err := db.View(ctx).Gorm().Where("kind = ?", identity.JobIdentify).Find(&jobs).Error; err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if err := persons.Identify(ctx, outbox.Ticket{}, job.Ref); err != nil {
				t.Fatal(err)
			}
		}
		var page []contact.Resolution
		if err := db.View(ctx).Gorm().Find(&page).Error; err != nil {
			t.Fatal(err)
		}
		var moments []history.Moment
		var ids []int64
		for _, r := range page {
			moments = append(moments, history.Moment{
				ContactID: r.ContactID, CustomerID: r.CustomerID, ResolvedAt: r.ResolvedAt, At: r.ResolvedAt,
			})
			ids = append(ids, r.ContactID)
		}
		pasts, err := history.Of(db.View(ctx), moments)
		if err != nil {
			t.Fatal(err)
		}
		named, err := contact.ContactsByID(db.View(ctx), ids)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]history.Past{}
		for i, r := range page {
			got[named[r.ContactID].ExternalID] = pasts[i]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
