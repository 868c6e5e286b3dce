package contact_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

// subject returns the customer of an outcome as permission sees them.
func (c centre) subject(t testing.TB, o contact.Outcome) permission.Subject {
	t.Helper()
	id := c.contact(t, o.ContactID).CustomerID
	subjects, err := contact.Subjects(c.db.View(context.Background()), []int64{id})
	if err != nil {
		t.Fatal(err)
	}
	return subjects[id]
}

// complained is an open contact that is a complaint of one of the records of a person.
func complained(id, reference string) contact.Input {
	return contact.Input{
		ExternalID: id, Status: contact.Open, Complaint: new(true), OpenedAt: ago(5 * time.Hour),
		Customer: contact.InputCustomer{Reference: reference, Phones: []string{"13912348000"}},
	}
}

func TestAComplaintIsThePersonsWhoeverOfTheirRecordsMadeIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		other := c.takeOne(t, contact.Input{
			ExternalID: "T-0", Customer: contact.InputCustomer{Reference: "A", Phones: []string{"13912348000"}},
		})
		complaint := complained("T-1", "B")
		own := c.takeOne(t, complaint)
		a, b := c.subject(t, other), c.subject(t, own)
		if diff := cmp.Diff(a.Records, b.Records); len(a.Records) != 2 || diff != "" {
			t.Fatalf("not one person: %+v %+v", a, b)
		}
		if !a.OpenComplaint || !b.OpenComplaint || !a.ComplaintAt.IsZero() {
			t.Errorf("while it is open: %+v %+v", a, b)
		}
		complaint.Status, complaint.ResolvedAt = contact.Resolved, ago(2*time.Hour)
		c.takeOne(t, complaint)
		if a := c.subject(t, other); a.OpenComplaint || a.ComplaintAt != ago(2*time.Hour) {
			t.Errorf("when it is resolved: %+v", a)
		}
		complaint.Status, complaint.ResolvedAt, complaint.ChangedAt = contact.Reopened, 0, ago(time.Hour)
		c.takeOne(t, complaint)
		if a := c.subject(t, other); !a.OpenComplaint {
			t.Errorf("when it is reopened: %+v", a)
		}
	})
}

func TestARegionSaysWhereTheCustomerIsAndHowToReadTheirNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for i, row := range []struct {
			region, phoneRegion, phone string
			wantRegion, wantPhone      string
			warnings                   int
		}{
			{"us-fl", "", "(212) 555-0123", "US-FL", "+12125550123", 0},
			{"", "us", "(212) 555-0123", "", "+12125550123", 0},
			{"CN", "US", "(212) 555-0123", "CN", "+12125550123", 0},
			{"US-", "", "13912348000", "", "+8613912348000", 1},
			{"XX", "XX", "13912348000", "", "+8613912348000", 2},
		} {
			t.Run(row.region+" "+row.phoneRegion+" "+row.phone, func(t *testing.T) {
				o := c.takeOne(t, contact.Input{ExternalID: fmt.Sprint("R-", i), Customer: contact.InputCustomer{
					Reference: "C-" + strconv.Itoa(i), Region: row.region, PhoneRegion: row.phoneRegion, Phones: []string{row.phone},
				}})
				s := c.subject(t, o)
				if s.Region != row.wantRegion || !cmp.Equal(s.Phones, []string{row.wantPhone}) || len(o.Warnings) != row.warnings {
					t.Errorf("%q, %q: %+v %v", row.region, row.phoneRegion, s, o.Warnings)
				}
			})
		}
	})
}

func TestSubjectsTakeAFixedNumberOfQueries(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var batch []contact.Input
		for i := range 300 {
			batch = append(batch, complained(fmt.Sprint("T-", i), fmt.Sprint("C-", i)))
			batch[i].Customer.Phones = []string{strconv.Itoa(13912340000 + i/3)}
		}
		c.take(t, batch...)
		var ids []int64
		if err := db.View(context.Background()).Gorm().Table("customers").Pluck("id", &ids).Error; err != nil {
			t.Fatal(err)
		}
		subjects := map[int64]permission.Subject{}
		n := dbtest.CountQueries(t, db, func() {
			var err error
			if subjects, err = contact.Subjects(db.View(context.Background()), ids); err != nil {
				t.Fatal(err)
			}
		})
		if len(subjects) != 300 || n != 4 {
			t.Errorf("%d queries for %d subjects", n, len(subjects))
		}
	})
}

func TestIntakeOutdatesNothingAboutStrangers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		standing := permission.Standing{CustomerID: 0, Purpose: permission.Survey, Channel: permission.ByPhone, RulesVersion: 1}
		version := func() (n int) {
			t.Helper()
			err := db.View(context.Background()).Gorm().Model(&permission.Standing{}).Select("MAX(rules_version)").Scan(&n).Error
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		known := complained("T-1", "A")
		known.Complaint = nil
		standing.CustomerID = c.contact(t, c.takeOne(t, known).ContactID).CustomerID
		keep := func() {
			t.Helper()
			if err := db.View(context.Background()).Gorm().Model(&standing).Update("rules_version", 1).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := db.View(context.Background()).Gorm().Create(&standing).Error; err != nil {
			t.Fatal(err)
		}
		stranger := complained("T-2", "B")
		stranger.Customer.Phones = []string{"13800000000"}
		c.takeOne(t, stranger)
		again := known
		again.ExternalID, again.Category = "T-3", "other"
		c.takeOne(t, again)
		if version() != 1 {
			t.Error("what is kept about a customer is out of date, though nothing about them changed")
		}
		for what, in := range map[string]contact.Input{
			"a complaint":           complained("T-4", "A"),
			"one of another record": complained("T-5", "A2"),
			"another address": {
				ExternalID: "T-6", Customer: contact.InputCustomer{Reference: "A", Emails: []string{"a@example.com"}},
			},
			"another place":           {ExternalID: "T-7", Customer: contact.InputCustomer{Reference: "A", Region: "US-FL"}},
			"another zone":            {ExternalID: "T-8", Customer: contact.InputCustomer{Reference: "A", Zone: "America/New_York"}},
			"a complaint, also old":   complained("T-1", "A"),
			"a complaint's new owner": complained("T-2", "A"),
		} {
			t.Run(what, func(t *testing.T) {
				keep()
				if c.takeOne(t, in); version() != 0 {
					t.Errorf("%s leaves what is kept as it was", what)
				}
			})
		}
	})
}
