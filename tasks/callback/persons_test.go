package callback_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// joinable is a centre with two strangers who each have a callback, and where somebody may say that they are the same person.
func joinable(t *testing.T, db *database.DB) (c taskstest.Centre, one, other int64) {
	t.Helper()
	c = taskstest.New(t, db)
	c.Identity = identity.New(db, c.Contacts, c.Now, identity.Options{
		Holds: c.Callbacks, Movers: []identity.PersonMover{c.Permit, c.Callbacks},
	})
	c.Take(t, taskstest.Severe(1), taskstest.Severe(2))
	c.Plan(t)
	var customers []int64
	if err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Order("id").Pluck("id", &customers).Error; err != nil {
		t.Fatal(err)
	}
	return c, customers[0], customers[1]
}

func person(t *testing.T, c taskstest.Centre, customer int64) int64 {
	t.Helper()
	found, err := contact.CustomersByID(c.DB.View(t.Context()), []int64{customer})
	if err != nil {
		t.Fatal(err)
	}
	return found[customer].PersonID
}

func TestMergedPersonIsCalledByOneCallerAtATime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		change, err := c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, one), person(t, c, other), "同一户主")
		if err != nil {
			t.Fatal(err)
		}
		if n := c.Count(t, "callbacks", "person_id = ?", person(t, c, one)); n != 2 {
			t.Errorf("%d callbacks of the merged person, want 2", n)
		}
		desk := c.Claim(t, taskstest.Caller(1))
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); !errors.Is(err, callback.ErrNothingReady) {
			t.Errorf("the other record of a person who is being called: %v", err)
		}
		if _, err := c.Identity.Undo(t.Context(), taskstest.Supervisor, change.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("splitting a person who is being called: %v", err)
		}
		if _, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Identity.Undo(t.Context(), taskstest.Supervisor, change.ID); err != nil {
			t.Fatal(err)
		}
		if n := c.Count(t, "touches", "person_id = ?", person(t, c, desk.Callback.CustomerID)); n != 1 {
			t.Errorf("%d touches of the record that was called, want 1", n)
		}
		c.Pass(2 * time.Minute) // the other record was not called
		if desk := c.Claim(t, taskstest.Caller(2)); desk.Callback.PersonID != person(t, c, desk.Callback.CustomerID) {
			t.Errorf("callback of person %d, whose record is of person %d", desk.Callback.PersonID, person(t, c, desk.Callback.CustomerID))
		}
	})
}

func TestClosedCallbacksStayWithWhoItWasThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		before := person(t, c, other)
		ofOther := db.View(t.Context()).Gorm().Model(&callback.Callback{}).Where("customer_id = ?", other)
		if err := ofOther.Update("state", callback.Finished).Error; err != nil {
			t.Fatal(err)
		}
		if _, err := c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, one), before, "同一户主"); err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "callbacks", "person_id = ?", before) != 1 {
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
		persons := []int64{person(t, c, one), person(t, c, other)}
		won := map[string]int{}
		for round := range rounds[string(db.Dialect())] {
			claimed, merged := make(chan error, 1), make(chan error, 1)
			var desk callback.Desk
			go func() {
				err := error(callback.ErrClaimBusy)
				for errors.Is(err, callback.ErrClaimBusy) { // the merge has both: they click again
					desk, err = c.Callbacks.Claim(context.Background(), taskstest.Caller(1))
				}
				claimed <- err
			}()
			var change identity.PersonChange
			go func() {
				var err error
				for range round % 4 { // the supervisor looks first, which gives the caller a start
					_, err = c.Identity.Person(context.Background(), taskstest.Supervisor, one)
				}
				if err != nil {
					merged <- err
					return
				}
				change, err = c.Identity.Merge(context.Background(), taskstest.Supervisor, persons[0], persons[1], "同一户主")
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
			wrong := "NOT EXISTS (SELECT 1 FROM callbacks AS cb JOIN customers AS c ON c.id = cb.customer_id " +
				"WHERE cb.id = holds.callback_id AND c.person_id = holds.person_id)"
			if c.Count(t, "holds", wrong) != 0 || c.Count(t, "holds", "1 = 1") != 1 {
				t.Fatal("somebody is called whose person nobody holds")
			}
			if _, err := c.Callbacks.Release(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
				t.Fatal(err)
			}
			if mergeErr == nil {
				if _, err := c.Identity.Undo(t.Context(), taskstest.Supervisor, change.ID); err != nil {
					t.Fatal(err)
				}
			}
			if person(t, c, one) != persons[0] || person(t, c, other) != persons[1] {
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
		old := person(t, c, other)
		if _, err := c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, one), old, "同一户主"); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context()).Gorm().Model(&callback.Callback{}).Where("1 = 1").Update("person_id", old).Error; err != nil {
			t.Fatal(err)
		}
		c.Claim(t, taskstest.Caller(1))
		if c.Count(t, "holds", "person_id = ?", person(t, c, one)) != 1 {
			t.Error("the hold is not of the person the record belongs to")
		}
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(2)); err == nil {
			t.Error("two callers call one person")
		}
	})
}

// TestReservedPersonStaysUntilTheTransactionEnds: whoever reserves gets the person as it stays until they commit.
func TestReservedPersonStaysUntilTheTransactionEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		persons := []int64{person(t, c, one), person(t, c, other)}
		reserved, merged := make(chan struct{}), make(chan error, 1)
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			of, err := contact.ReservePersons(tx, other)
			if err != nil {
				return err
			}
			close(reserved)
			go func() {
				_, err := c.Identity.Merge(context.Background(), taskstest.Supervisor, persons[0], persons[1], "同一户主")
				merged <- err
			}()
			return c.Permit.Touch(tx, permission.Touch{
				PersonID: of[other], CustomerID: other, Kind: permission.Attempt,
				Purpose: permission.ServiceCallback, Channel: permission.ByPhone, At: clock.Instant(1),
			})
		})
		<-reserved
		if err := errors.Join(err, <-merged); err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "touches", "person_id = ?", persons[0]) != 1 {
			t.Error("a touch made while persons were merged is counted for nobody")
		}
	})
}

// thirdRecord takes in the contact of a third stranger and the correction that contact 1 is of the other customer, and returns the
// third one.
func thirdRecord(t *testing.T, c taskstest.Centre) (third int64) {
	t.Helper()
	c.Take(t, taskstest.Severe(3))
	c.Plan(t)
	c.Pass(time.Minute)
	c.Readdressed(t)
	c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
	if err := c.DB.View(t.Context()).Gorm().Model(&contact.Customer{}).Where("reference = 'C-3'").Pluck("id", &third).Error; err != nil {
		t.Fatal(err)
	}
	return third
}

// And not the customer whom the contact seemed to be of at first.
func TestCallbacksFollowTheCustomerTheyAreFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, _, other := joinable(t, db)
		third := thirdRecord(t, c)
		_, err := c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, third), person(t, c, other), "同一户主")
		if err != nil {
			t.Fatal(err)
		}
		open := []callback.State{callback.Waiting, callback.Ready}
		if n := c.Count(t, "callbacks", "customer_id = ? AND state IN ? AND person_id = ?", other, open, person(t, c, third)); n != 2 {
			t.Errorf("%d callbacks of the merged customer are of their person, want both", n)
		}
	})
}

// The customer whom the contact was of before is merged meanwhile.
func TestACallInHandStaysWithItsPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, one, other := joinable(t, db)
		third := thirdRecord(t, c)
		contactID := c.DecisionOf(t, 1).ContactID
		err := db.View(t.Context()).
			Gorm().
			Where("contact_id <> ? AND state IN ?", contactID, []callback.State{callback.Waiting, callback.Ready}).
			Delete(&callback.Callback{}).
			Error
		if err != nil {
			t.Fatal(err)
		}
		desk := c.Claim(t, taskstest.Caller(1))
		if desk.Callback.CustomerID != other {
			t.Fatalf("claimed the callback of customer %d, not %d", desk.Callback.CustomerID, other)
		}
		_, err = c.Identity.Merge(t.Context(), taskstest.Supervisor, person(t, c, third), person(t, c, one), "同一户主")
		if err != nil {
			t.Fatal(err)
		}
		if c.Count(t, "callbacks", "id = ? AND person_id = ?", desk.Callback.ID, person(t, c, other)) != 1 {
			t.Error("the callback in hand went to the person of the former customer")
		}
		if _, err := c.Callbacks.Dial(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Errorf("dial: %v", err)
		}
	})
}
