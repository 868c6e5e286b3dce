package permission_test

import (
	"testing"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

func TestAMarketingCallMarksTheOthersOnTheLineWithoutGuardingThem(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error { // so that both have rows
			return c.s.RecordConsent(tx,
				permission.ConsentEvent{CustomerID: 3, Purpose: permission.MarketingCall, Given: true},
				permission.ConsentEvent{CustomerID: 4, Purpose: permission.MarketingCall, Given: true},
			)
		})
		pluck := func(table, column, where string) (n int64) {
			t.Helper()
			if err := c.db.View(t.Context()).Gorm().Table(table).Where(where).Pluck(column, &n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		guard := pluck("persons", "version", "id = 3")
		c.do(t, func(tx database.Tx) error {
			return c.s.Touch(tx, permission.Touch{
				PersonID: 2, CustomerID: 3, Address: line, Kind: permission.Attempt,
				Purpose: permission.MarketingCall, Channel: permission.ByPhone, Ref: 1,
			})
		})
		if now := pluck("persons", "version", "id = 3"); now != guard {
			t.Errorf("the other person was written %d times by whoever holds the number", now-guard)
		}
		const ofOther, ofCalled = "customer_id = 4 AND purpose = 'marketing_call'", "customer_id = 3 AND purpose = 'marketing_call'"
		marked, called := pluck("permission_standings", "rules_version", ofOther), pluck("permission_standings", "rules_version", ofCalled)
		if marked != 0 || called == 0 {
			t.Errorf("versions of rows: %d of the other, %d of the one called", marked, called)
		}
		c.rowsAreTheEvaluator(t)
		if err := c.s.Refresh(t.Context(), outbox.Ticket{}); err != nil {
			t.Fatal(err)
		}
		c.nothingIsDue(t)
		c.rowsAreTheEvaluator(t)
	})
}

func TestAMarkIsNotLostToWhoeverComputesTheRowMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
		n := rounds(db) / 5
		addPeople(t, db, n)
		subjects, err := contact.Subjects(db.View(t.Context()), upTo(n))
		if err != nil {
			t.Fatal(err)
		}
		call := func(i, ref int) permission.Touch {
			subject := subjects[int64(2*i+1)]
			return permission.Touch{
				PersonID: subject.PersonID, CustomerID: subject.CustomerID, Address: subject.Phones[0], Kind: permission.Attempt,
				Purpose: permission.MarketingCall, Channel: permission.ByPhone, Ref: int64(ref), At: morning,
			}
		}
		yes := func(id int64) permission.ConsentEvent {
			return permission.ConsentEvent{CustomerID: id, Purpose: permission.MarketingCall, Given: true}
		}
		inTx(t, db, func(tx database.Tx) error {
			var touches []permission.Touch
			var consents []permission.ConsentEvent
			for i := range n / 2 {
				touches = append(touches, call(i, 1), call(i, 2), call(i, 3))
				if i%2 == 0 { // of the others the first row is written while the mark is made
					consents = append(consents, yes(int64(2*i+2)))
				}
			}
			if err := s.Touch(tx, touches...); err != nil {
				return err
			}
			return s.RecordConsent(tx, consents...)
		})
		abreast(n/2, func(i int) {
			race(t, db, func(tx database.Tx, planner int) (bool, error) {
				if planner == 0 {
					return true, s.Touch(tx, call(i, 4))
				}
				return true, s.RecordConsent(tx, yes(int64(2*i+2)))
			})
		})
		rows, err := s.Standings(db.View(t.Context()), upTo(n), permission.MarketingCall, permission.ByPhone, morning)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n / 2 {
			if row := rows[int64(2*i+2)]; row.First != permission.MarketingCap {
				t.Errorf("line %d, called four times: the other's row says %q", i, row.First)
			}
		}
	})
}
