package contact_test

import (
	"context"
	"testing"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

func TestANumberIsDialledAsItWasWrittenWhateverItsLineIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for raw, want := range map[string]struct{ line, to, dialled, note string }{
			"+54 9 11 2345 6789":   {"+541123456789", "+5491123456789", "+5491123456789", ""},
			"+54 11 2345 6780":     {"+541123456780", "+541123456780", "", ""},
			"010-65551234 转 801":   {"+861065551234", "+861065551234", "+861065551234,801", ""},
			"13912348000（王女士）":     {"+8613912348000", "+8613912348000", "+8613912348000", "王女士"},
			"+86 139-1234 8001":    {"+8613912348001", "+8613912348001", "", ""},
			"+1 (212) 555-0123 x9": {"+12125550123", "+12125550123", "+12125550123,9", ""},
		} {
			t.Run(raw, func(t *testing.T) {
				o := c.takeOne(t, contact.Input{ExternalID: raw, Customer: contact.InputCustomer{Reference: raw, Phones: []string{raw}}})
				id := c.contact(t, o.ContactID).CustomerID
				subjects, err := contact.Subjects(db.View(context.Background()), []int64{id})
				if err != nil {
					t.Fatal(err)
				}
				s := subjects[id]
				beside, found := s.Beside[want.line]
				if s.Address(permission.BySMS) != want.line || s.To(permission.ByPhone) != want.to || found != (want.dialled != "") {
					t.Errorf("%q: %+v", raw, s)
				}
				if found && (beside.Dialled() != want.dialled || beside.Note != want.note) {
					t.Errorf("%q: %+v", raw, beside)
				}
			})
		}
	})
}
