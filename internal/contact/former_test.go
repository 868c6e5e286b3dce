package contact_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

func TestAnIDIsOneHoweverItIsBlankedAndPasted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("D 2", ago(time.Hour))
		in.Customer = contact.InputCustomer{Reference: "C 7", Phones: []string{"13912348000"}}
		first := c.takeOne(t, in)
		for _, id := range []string{"  D 2 ", "D  2", "D\u00a02", "D\t2", "\ufeffD\u3000 2\u200b", "D 2\x00", "D 2\r\n"} {
			t.Run(id, func(t *testing.T) {
				in.ExternalID, in.Customer.Reference = id, "C\u3000 7\u200b"
				if again := c.takeOne(t, in); again.ContactID != first.ContactID || again.Status != contact.Duplicate {
					t.Errorf("%q: %+v", id, again)
				}
				if found := c.list(t, admin, contact.Filter{Search: id}); len(found) != 1 {
					t.Errorf("%q finds %v", id, found)
				}
			})
		}
		names := []permission.Reference{
			{Source: " helpdesk", Reference: "C  7"},
			{Source: "helpdesk", Reference: "\u200bC 7 "},
			{Source: "helpdesk", Reference: "C7"},
		}
		found, err := contact.Directory{}.CustomersByReference(db.View(context.Background()), names)
		if err != nil || found[names[0]] == 0 || found[names[0]] != found[names[1]] || found[names[2]] != 0 {
			t.Errorf("%v %v", found, err)
		}
	})
}

// TestWhatWasStoredUnderAFormerIDIsNotDoubled begins with what was stored before ids had one form and addresses their third.
func TestWhatWasStoredUnderAFormerIDIsNotDoubled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		g := db.View(context.Background()).Gorm()
		stored := map[string]struct{ before, reference, was string }{
			"A 1": {"  A  1", "K 1", "K  1"}, "A2": {"A\u200b2", "K2", "K2"}, "Café": {"Cafe\u0301", "K3", "K3"},
			"A4": {"A4", "+541123456789", "+5491123456789"}, "A5": {"A5", "ann@xn--fsqu00a.xn--fiqs8s", "ann@例子.中国"},
		}
		var batch []contact.Input
		for id, s := range stored {
			in := resolved(id, ago(time.Hour))
			in.Customer = contact.InputCustomer{Reference: s.reference, Phones: []string{"13912348000"}}
			batch = append(batch, in)
		}
		c.take(t, batch...)
		for id, s := range stored {
			for query, args := range map[string][]any{
				"UPDATE contacts SET external_id = ? WHERE external_id = ?": {s.before, id},
				"UPDATE customers SET reference = ? WHERE reference = ?":    {s.was, s.reference},
			} {
				if err := g.Exec(query, args...).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		again := make([]contact.Input, 0, len(batch))
		for _, in := range batch {
			s := stored[in.ExternalID]
			in.ExternalID, in.Customer.Reference, in.Category = s.before, s.was, "other"
			switch in.ExternalID {
			case "A4":
				in.Customer = contact.InputCustomer{Phones: []string{"+54 9 11 2345 6789"}}
			case "A5":
				in.Customer = contact.InputCustomer{Emails: []string{"ann@例子.中国"}}
			}
			again = append(again, in)
		}
		for i, o := range c.take(t, again...) {
			if o.Status != contact.Updated {
				t.Errorf("%q: %+v", again[i].ExternalID, o)
			}
		}
		if diff := cmp.Diff([]int{5, 5}, []int{c.count(t, "contacts", "1 = 1"), c.count(t, "customers", "1 = 1")}); diff != "" {
			t.Error(diff)
		}
		for _, s := range stored {
			if found := c.list(t, admin, contact.Filter{Search: s.before}); len(found) != 1 {
				t.Errorf("%q finds %v", s.before, found)
			}
		}
		name := permission.Reference{Source: "helpdesk", Reference: "K  1"}
		found, err := contact.Directory{}.CustomersByReference(db.View(context.Background()), []permission.Reference{name})
		if err != nil || found[name] == 0 {
			t.Errorf("%v %v", found, err)
		}
	})
}
