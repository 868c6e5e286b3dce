package contact_test

import (
	"fmt"
	"slices"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// Whoever rings back is found by what they say first, however it is typed.
func TestACustomerIsFoundByWhatTheySayFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := contact.New(db, func() clock.Instant { return noon }, contact.Options{})
		source := contacttest.Source(t, s, "helpdesk")
		for i, c := range []contact.InputCustomer{
			{Reference: "K-1", Name: "张伟强", Phones: []string{"13912348001"}, Emails: []string{"zwq8001@example.com"}},
			{Reference: "K-2", Name: "Maria Keller", Phones: []string{"+49 30 5550 8001", "13800005555"}},
			{Reference: "K-3", Name: "欧阳伟", Phones: []string{"010-65551234 转 801"}},
			{Reference: "8001", Name: "刘芳"},
		} {
			contacttest.Take(t, s, source.ID, contact.Input{ExternalID: fmt.Sprintf("GD-%d", i+1), Customer: c})
		}
		admin := account.Viewer{UserID: 1, Role: account.Admin}
		for typed, want := range map[string][]string{
			"8001": {"K-1", "K-2", "8001"}, "2348001": {"K-1"}, "139 1234 8001": {"K-1"}, "１３９１２３４８００１": {"K-1"}, "139-1234-8001": {"K-1"},
			"5550 8001": {"K-2"}, "5555": {"K-2"}, "1234": {"K-3"}, "65551234": {"K-3"}, "9999": nil, "801": nil,
			"张": {"K-1"}, "伟": {"K-1", "K-3"}, "伟强": {"K-1"}, "欧阳": {"K-3"}, "keller": {"K-2"}, "maria": {"K-2"}, "M": nil,
			"GD-3": {"K-3"}, "K-3": {"K-3"}, "": nil, " ": nil, "%": nil, "zwq8001@example.com": {"K-1"},
		} {
			t.Run(typed, func(t *testing.T) {
				met, err := s.Meet(t.Context(), admin, typed)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, m := range met {
					got = append(got, m.Reference)
					if m.SourceName != "helpdesk" || m.Newest.CustomerID != m.ID {
						t.Errorf("%s is shown with %+v of %q", m.Reference, m.Newest, m.SourceName)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q finds %v, want %v", typed, got, want)
				}
			})
		}
		other := account.Viewer{UserID: 2, Role: account.Machine, SourceID: source.ID + 1}
		for _, typed := range []string{"8001", "张", "伟", "GD-3"} {
			if met, err := s.Meet(t.Context(), other, typed); err != nil || len(met) > 0 {
				t.Errorf("%q shows somebody else %+v, %v", typed, met, err)
			}
		}
	})
}
