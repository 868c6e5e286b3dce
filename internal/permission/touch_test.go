package permission_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

// race lets two planners go for one allowance at the same time, and returns how many got it.
func race(t *testing.T, db *database.DB, plan func(tx database.Tx, planner int) (bool, error)) int {
	t.Helper()
	var group sync.WaitGroup
	won, start := make([]bool, 2), make(chan struct{})
	for planner := range won {
		group.Go(func() {
			<-start
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) (err error) {
				won[planner], err = plan(tx, planner)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	group.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	return n
}

// abreast runs rounds, several at a time: what a race takes is mostly waiting for the disk.
func abreast(n int, round func(i int)) {
	var group sync.WaitGroup
	for lane := range 8 {
		group.Go(func() {
			for i := lane; i < n; i += 8 {
				round(i)
			}
		})
	}
	group.Wait()
}

// rounds is how often a race is run.
func rounds(db *database.DB) int {
	if db.Dialect() == database.SQLite {
		return 200 // its one writer cannot race
	}
	return 1000
}

// addPeople adds customers of one person each, every two of them on one line.
func addPeople(t *testing.T, db *database.DB, n int) {
	t.Helper()
	persons, customers, addresses := make([]contact.Person, n), make([]contact.Customer, n), make([]contact.Address, n)
	for i := range n {
		id := int64(i + 1)
		persons[i] = contact.Person{ID: id}
		customers[i] = contact.Customer{
			ID: id, SourceID: 1, Reference: strconv.FormatInt(id, 10), PersonID: id, Tags: "[]", Attributes: "{}",
		}
		addresses[i] = contact.Address{CustomerID: id, Kind: contact.PhoneAddress, Normalised: fmt.Sprintf("+86139%08d", i/2)}
	}
	inTx(t, db, func(tx database.Tx) error {
		for _, err := range []error{
			database.Insert(tx, "persons", persons),
			database.Insert(tx, "customers", customers), database.Insert(tx, "addresses", addresses),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTwoPlannersNeverSpendTheSameAllowance(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := permission.New(db, key, clocktest.Fixed(morning), contact.Directory{})
		addPeople(t, db, rounds(db))
		subjects, err := contact.Subjects(db.View(t.Context()), upTo(rounds(db)))
		if err != nil {
			t.Fatal(err)
		}
		abreast(rounds(db), func(i int) {
			subject := subjects[int64(i+1)]
			q := permission.Question{Subject: subject, Purpose: permission.Survey, Channel: permission.BySMS, Family: "csat", At: morning}
			winners := race(t, db, func(tx database.Tx, planner int) (bool, error) {
				if err := permission.Reserve(tx, subject.PersonID); err != nil {
					return false, err
				}
				verdicts, err := s.Judge(tx, []permission.Question{q})
				if err != nil || !verdicts[0].Allowed {
					return false, err
				}
				return true, s.Touch(tx, permission.Touch{
					PersonID: subject.PersonID, CustomerID: subject.CustomerID,
					Kind: permission.Invitation, Purpose: q.Purpose, Channel: q.Channel,
					Family: q.Family, Ref: int64(planner + 1), At: morning,
				})
			})
			if winners != 1 {
				t.Errorf("round %d: %d planners spent the one invitation", i+1, winners)
			}
		})
	})
}

func TestTwoPeopleOnOneLineNeverSpendItsLastCall(t *testing.T) {
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
		abreast(n/2, func(i int) {
			first := int64(2*i + 1)
			winners := race(t, db, func(tx database.Tx, planner int) (bool, error) {
				subject := subjects[first+int64(planner)]
				q := permission.Question{Subject: subject, Purpose: permission.ServiceCallback, Channel: permission.ByPhone, At: morning}
				if err := permission.Reserve(tx, subject.PersonID); err != nil {
					return false, err
				}
				if err := s.ReserveAddresses(tx, q); err != nil {
					return false, err
				}
				verdicts, err := s.Judge(tx, []permission.Question{q})
				if err != nil || !verdicts[0].Allowed {
					return false, err
				}
				return true, s.Touch(tx, permission.Touch{
					PersonID: subject.PersonID, CustomerID: subject.CustomerID, Address: subject.Phones[0], Kind: permission.Attempt,
					Purpose: q.Purpose, Channel: q.Channel, Ref: int64(planner + 1), At: morning,
				})
			})
			if winners != 1 {
				t.Errorf("line of customer %d: %d calls at once", first, winners)
			}
		})
	})
}

func upTo(n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i + 1)
	}
	return ids
}

func TestOffersToOneOnALineStandAgainstTheOthers(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error { // so that both have rows
			return c.s.RecordConsent(tx,
				permission.ConsentEvent{CustomerID: 3, Purpose: permission.MarketingCall, Given: true},
				permission.ConsentEvent{CustomerID: 4, Purpose: permission.MarketingCall, Given: true},
			)
		})
		first := func() permission.Code {
			t.Helper()
			c.rowsAreTheEvaluator(t)
			rows, err := c.s.Standings(c.db.View(t.Context()), []int64{4}, permission.MarketingCall, permission.ByPhone, c.at)
			if err != nil {
				t.Fatal(err)
			}
			return rows[4].First
		}
		for i := range 4 {
			if code := first(); code != "" {
				t.Fatalf("after %d calls: %s", i, code)
			}
			c.do(t, func(tx database.Tx) error {
				return c.s.Touch(tx, permission.Touch{
					PersonID: 2, CustomerID: 3, Address: line, Kind: permission.Attempt,
					Purpose: permission.MarketingCall, Channel: permission.ByPhone,
					Ref: int64(i + 1), At: c.at,
				})
			})
			c.at = c.at.Add(2 * time.Hour)
		}
		if code := first(); code != permission.MarketingCap {
			t.Errorf("after four calls to the line: %q", code)
		}
		c.do(t, func(tx database.Tx) error { return c.s.Untouch(tx, 2, permission.Attempt, 1) })
		if code := first(); code != "" {
			t.Errorf("after one was taken back: %q", code)
		}
	})
}
