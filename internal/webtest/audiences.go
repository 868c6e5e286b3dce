package webtest

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/web/frame"
)

// FillAudiences takes in contacts with answers, and records the consent of most of the customers.
func (ts *Server) FillAudiences(t testing.TB) {
	t.Helper()
	ts.AddAnswers(t, 60, 12)
	Must(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	permit := permission.New(ts.DB, []byte("a key for tests only, 32 bytes.."), ts.Now, contact.Directory{})
	Must(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		customers, err := contact.CustomersAfter(tx, 0, 1000)
		if err != nil {
			return err
		}
		subjects, err := contact.Subjects(tx, frame.IDsBy(customers, func(c contact.Customer) int64 { return c.ID }))
		if err != nil {
			return err
		}
		for i, c := range customers {
			switch {
			case i%3 != 0:
				err = permit.RecordConsent(tx, permission.ConsentEvent{
					CustomerID: c.ID, Purpose: permission.MarketingCall, Channel: permission.ByPhone,
					Given: true, Source: "survey", At: Now.Add(-time.Hour),
				})
			case i%30 == 0:
				err = permit.Refuse(tx, permission.Refusal{Subject: subjects[c.ID], Scope: permission.MarketingOnly, Source: "call"})
			}
			if err == nil && i%11 == 0 {
				err = permit.Touch(tx, permission.Touch{
					PersonID: c.PersonID, CustomerID: c.ID, Kind: permission.Invitation,
					Channel: permission.BySMS, At: Now.Add(-time.Duration(i%40) * 24 * time.Hour),
				})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
}
