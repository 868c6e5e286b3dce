package tasks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

var supervisor = account.Viewer{UserID: 900, Role: account.Supervisor}

// joinable is a centre with two strangers who each have a callback, and where somebody may say that they are the same person.
func joinable(t *testing.T, db *database.DB) (c centre, one, other int64) {
	t.Helper()
	c = newCentre(t, db)
	c.contacts = contact.New(db, c.now, contact.Options{Holds: c.Service, Followers: []contact.Follower{c.permit, c.Service}})
	c.take(t, severe(1), severe(2))
	c.plan(t)
	var customers []int64
	if err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Order("id").Pluck("id", &customers).Error; err != nil {
		t.Fatal(err)
	}
	return c, customers[0], customers[1]
}

func (c centre) person(t *testing.T, customer int64) int64 {
	t.Helper()
	found, err := contact.CustomersByID(c.db.View(t.Context()), []int64{customer})
	if err != nil {
		t.Fatal(err)
	}
	return found[customer].PersonID
}

func TestMergedPersonIsCalledByOneCallerAtATime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		change, err := c.contacts.Merge(t.Context(), supervisor, c.person(t, one), c.person(t, other), "同一户主")
		if err != nil {
			t.Fatal(err)
		}
		if n := c.count(t, "callbacks", "person_id = ?", c.person(t, one)); n != 2 {
			t.Errorf("%d callbacks of the merged person, want 2", n)
		}
		desk := c.claim(t, caller(1))
		if _, err := c.Claim(t.Context(), caller(2)); !errors.Is(err, tasks.ErrNothingReady) {
			t.Errorf("the other record of a person who is being called: %v", err)
		}
		if _, err := c.contacts.Undo(t.Context(), supervisor, change.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("splitting a person who is being called: %v", err)
		}
		if _, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Release(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.contacts.Undo(t.Context(), supervisor, change.ID); err != nil {
			t.Fatal(err)
		}
		if n := c.count(t, "touches", "person_id = ?", c.person(t, desk.Callback.CustomerID)); n != 1 {
			t.Errorf("%d touches of the record that was called, want 1", n)
		}
		c.pass(2 * time.Minute) // the other record was not called
		if desk := c.claim(t, caller(2)); desk.Callback.PersonID != c.person(t, desk.Callback.CustomerID) {
			t.Errorf("callback of person %d, whose record is of person %d", desk.Callback.PersonID, c.person(t, desk.Callback.CustomerID))
		}
	})
}

func TestClosedCallbacksStayWithWhoItWasThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		before := c.person(t, other)
		if err := db.View(t.Context()).Gorm().Model(&tasks.Callback{}).Where("customer_id = ?", other).Update("state", tasks.Finished).Error; err != nil {
			t.Fatal(err)
		}
		if _, err := c.contacts.Merge(t.Context(), supervisor, c.person(t, one), before, "同一户主"); err != nil {
			t.Fatal(err)
		}
		if c.count(t, "callbacks", "person_id = ?", before) != 1 {
			t.Error("a closed callback was moved")
		}
	})
}

// TestClaimAndMergeAtOnceNeverSplitAHold lets a caller claim while a supervisor merges and splits: whoever is second sees the
// first. A hold is always of the person the called record belongs to.
func TestClaimAndMergeAtOnceNeverSplitAHold(t *testing.T) {
	t.Parallel()
	rounds := map[string]int{"sqlite": 20, "mysql": 40}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		persons := []int64{c.person(t, one), c.person(t, other)}
		won := map[string]int{}
		for round := range rounds[string(db.Dialect())] {
			claimed, merged := make(chan error, 1), make(chan error, 1)
			var desk tasks.Desk
			go func() {
				var err error
				desk, err = c.Claim(context.Background(), caller(1))
				claimed <- err
			}()
			var change contact.PersonChange
			go func() {
				var err error
				for range round % 4 { // the supervisor looks first, which gives the caller a start
					_, err = c.contacts.Person(context.Background(), supervisor, one)
				}
				if err != nil {
					merged <- err
					return
				}
				change, err = c.contacts.Merge(context.Background(), supervisor, persons[0], persons[1], "同一户主")
				merged <- err
			}()
			claimErr, mergeErr := <-claimed, <-merged
			switch f, _ := fault.Of(mergeErr); {
			case claimErr != nil:
				t.Fatalf("claim: %v", claimErr)
			case mergeErr == nil:
				won["merge first"]++
			case f != nil && f.Code == "person_held":
				won["claim first"]++
			default:
				t.Fatalf("merge: %v", mergeErr)
			}
			wrong := "NOT EXISTS (SELECT 1 FROM callbacks AS cb JOIN customers AS c ON c.id = cb.customer_id WHERE cb.id = holds.callback_id AND c.person_id = holds.person_id)"
			if c.count(t, "holds", wrong) != 0 || c.count(t, "holds", "1 = 1") != 1 {
				t.Fatal("somebody is called whose person nobody holds")
			}
			if _, err := c.Release(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
				t.Fatal(err)
			}
			if mergeErr == nil {
				if _, err := c.contacts.Undo(t.Context(), supervisor, change.ID); err != nil {
					t.Fatal(err)
				}
			}
			if c.person(t, one) != persons[0] || c.person(t, other) != persons[1] {
				t.Fatal("taking the merge back did not restore who was whom")
			}
		}
		t.Log(won)
		if len(won) < 2 && db.Dialect() == database.MySQL {
			t.Error("the race was never won by both")
		}
	})
}

// TestPlanWrittenWhileAPersonWasMergedIsPutRightByTheClaim is about a callback that was inserted with the person of before.
func TestPlanWrittenWhileAPersonWasMergedIsPutRightByTheClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		old := c.person(t, other)
		if _, err := c.contacts.Merge(t.Context(), supervisor, c.person(t, one), old, "同一户主"); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context()).Gorm().Model(&tasks.Callback{}).Where("1 = 1").Update("person_id", old).Error; err != nil {
			t.Fatal(err)
		}
		c.claim(t, caller(1))
		if c.count(t, "holds", "person_id = ?", c.person(t, one)) != 1 {
			t.Error("the hold is not of the person the record belongs to")
		}
		if _, err := c.Claim(t.Context(), caller(2)); err == nil {
			t.Error("two callers call one person")
		}
	})
}

// TestReservedPersonStaysUntilTheTransactionEnds: whoever reserves gets the person as it stays until they commit.
func TestReservedPersonStaysUntilTheTransactionEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		persons := []int64{c.person(t, one), c.person(t, other)}
		reserved, merged := make(chan struct{}), make(chan error, 1)
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			of, err := contact.ReservePersons(tx, other)
			if err != nil {
				return err
			}
			close(reserved)
			go func() {
				_, err := c.contacts.Merge(context.Background(), supervisor, persons[0], persons[1], "同一户主")
				merged <- err
			}()
			return c.permit.Touch(tx, permission.Touch{
				PersonID: of[other], CustomerID: other, Kind: permission.Attempt, Purpose: permission.ServiceCallback, Channel: permission.ByPhone, At: clock.Instant(1),
			})
		})
		<-reserved
		if err := errors.Join(err, <-merged); err != nil {
			t.Fatal(err)
		}
		if c.count(t, "touches", "person_id = ?", persons[0]) != 1 {
			t.Error("a touch made while persons were merged is counted for nobody")
		}
	})
}

// thirdRecord takes in the contact of a third stranger and the correction that contact 1 is of the other customer, and returns the
// third one.
func (c centre) thirdRecord(t *testing.T) (third int64) {
	t.Helper()
	c.take(t, severe(3))
	c.plan(t)
	c.pass(time.Minute)
	c.readdressed(t)
	c.work(t, contact.JobCorrected, c.Redecide)
	if err := c.db.View(t.Context()).Gorm().Model(&contact.Customer{}).Where("reference = 'C-3'").Pluck("id", &third).Error; err != nil {
		t.Fatal(err)
	}
	return third
}

func TestCallbacksFollowTheCustomerTheyAreForNotWhoTheContactFirstSeemedToBeOf(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _, other := joinable(t, db)
		third := c.thirdRecord(t)
		if _, err := c.contacts.Merge(t.Context(), supervisor, c.person(t, third), c.person(t, other), "同一户主"); err != nil {
			t.Fatal(err)
		}
		open := []tasks.CallbackState{tasks.Waiting, tasks.Ready}
		if n := c.count(t, "callbacks", "customer_id = ? AND state IN ? AND person_id = ?", other, open, c.person(t, third)); n != 2 {
			t.Errorf("%d callbacks of the merged customer are of their person, want both", n)
		}
	})
}

func TestACallInHandStaysWithItsPersonWhileTheFormerCustomerIsMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		third := c.thirdRecord(t)
		contactID := c.decisionOf(t, 1).ContactID
		err := db.View(t.Context()).Gorm().Where("contact_id <> ? AND state IN ?", contactID, []tasks.CallbackState{tasks.Waiting, tasks.Ready}).
			Delete(&tasks.Callback{}).Error
		if err != nil {
			t.Fatal(err)
		}
		desk := c.claim(t, caller(1))
		if desk.Callback.CustomerID != other {
			t.Fatalf("claimed the callback of customer %d, not %d", desk.Callback.CustomerID, other)
		}
		if _, err := c.contacts.Merge(t.Context(), supervisor, c.person(t, third), c.person(t, one), "同一户主"); err != nil {
			t.Fatal(err)
		}
		if c.count(t, "callbacks", "id = ? AND person_id = ?", desk.Callback.ID, c.person(t, other)) != 1 {
			t.Error("the callback in hand went to the person of the former customer")
		}
		if _, err := c.Dial(t.Context(), caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Errorf("dial: %v", err)
		}
	})
}
