package callback_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// What is asked about one candidate is asked once, however many callers ask and wait at the same time.
func TestWhoAsksTogetherIsAnsweredTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const callers = 20
		c := taskstest.Planned(t, db, taskstest.Severes(callers)...)
		one := dbtest.CountQueries(t, db, func() { _ = takes(t, c, 1, 1) })
		var all map[int64]int64
		together := dbtest.CountQueries(t, db, func() { all = takes(t, c, 2, callers) })
		if len(all) != callers-1 {
			t.Errorf("%d persons were handed out to %d callers", len(all), callers-1)
		}
		if one > 23 || together > 3*one+callers {
			t.Errorf("a claim reads %d times before its transaction, %d claims at once %d times", one, callers-1, together)
		}
		if n := c.Callbacks.Reaching(); n != 0 {
			t.Errorf("%d persons are still reached for", n)
		}
	})
}

// takes lets callers ask at the same time, and returns who got which person.
func takes(t *testing.T, c taskstest.Centre, from, to int64) map[int64]int64 {
	t.Helper()
	goOn := c.Callbacks.KeepLooks()
	var mu sync.Mutex
	got := make(map[int64]int64)
	var group sync.WaitGroup
	for id := from; id <= to; id++ {
		group.Go(func() {
			taken, err := c.Callbacks.Take(t.Context(), taskstest.Caller(id))
			if err != nil {
				t.Errorf("caller %d: %v", id, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			got[taken.PersonID] = id
		})
	}
	for c.Callbacks.Asking() < int(to-from)+1 {
		runtime.Gosched()
	}
	goOn()
	group.Wait()
	return got
}

// Who asks when a look is full already is answered by the next one, also when nobody asks after them.
func TestWhoseLookIsFullIsAnsweredByTheNext(t *testing.T) {
	t.Parallel()
	c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
	c.Callbacks.FillLook()
	taken := make(chan error, 1)
	go func() {
		_, err := c.Callbacks.Take(t.Context(), taskstest.Caller(1))
		taken <- err
	}()
	select {
	case err := <-taken:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("not answered within a minute")
	}
}

// A look that breaks off, such as by a panic in the database's driver, gives its turn back and lets go of everybody.
func TestALookThatBreaksOffStopsNobodyElse(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	c := taskstest.Planned(t, db, taskstest.Severe(1))
	rows := db.View(t.Context()).Gorm().Callback().Query()
	if err := rows.Before("gorm:query").Register("test:broken", func(g *gorm.DB) {
		if g.Statement.Table == "customers" {
			panic("the driver is broken")
		}
	}); err != nil {
		t.Fatal(err)
	}
	for range 3 { // more often than there are turns
		func() {
			defer func() {
				if recover() == nil {
					t.Error("nothing broke off")
				}
			}()
			_, _ = c.Callbacks.Take(t.Context(), taskstest.Caller(1))
		}()
	}
	if err := rows.Remove("test:broken"); err != nil {
		t.Fatal(err)
	}
	if n := c.Callbacks.Reaching(); n != 0 {
		t.Errorf("%d persons are still reached for", n)
	}
	if _, err := c.Callbacks.Take(t.Context(), taskstest.Caller(1)); err != nil {
		t.Error(err)
	}
}

// Who goes away while they wait for a look is not kept, and nothing is claimed for them.
func TestWhoGoesAwayIsNotAnswered(t *testing.T) {
	t.Parallel()
	c := taskstest.Planned(t, dbtest.SQLite(t), taskstest.Severe(1))
	goOn := c.Callbacks.KeepLooks()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.Callbacks.Take(ctx, taskstest.Caller(1)); !errors.Is(err, context.Canceled) || c.Callbacks.Asking() != 0 {
		t.Errorf("%d still wait: %v", c.Callbacks.Asking(), err)
	}
	goOn()
	c.Claim(t, taskstest.Caller(2))
}

// Of those who ask at once, one whom a callback is not for gets another one.
func TestNobodyWhoAsksAlongGetsWhatIsNotForThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(3)...)
		if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET not_for = 1 WHERE id = 1").Error; err != nil {
			t.Fatal(err)
		}
		if got := takes(t, c, 1, 2); len(got) != 2 || c.Count(t, "callbacks", "id = 1 AND caller_id = 1") != 0 {
			t.Errorf("%v were handed out, to two callers and not the first one to caller 1", got)
		}
	})
}

// Whoever is called between the look and the claim is not called again too soon: the guard row of the person tells.
func TestACallSinceTheLookIsSeenByTheClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		seen := c.Callback(t)
		var called atomic.Bool
		rows := db.View(t.Context()).Gorm().Callback().Row()
		err := rows.After("gorm:row").Register("test:called", func(g *gorm.DB) {
			if !strings.Contains(g.Statement.SQL.String(), "touches WHERE address_hash") || called.Swap(true) {
				return
			}
			dbtest.InTx(t, db, func(tx database.Tx) error {
				if err := permission.Reserve(tx, seen.PersonID); err != nil {
					return err
				}
				return c.Permit.Touch(tx, permission.Touch{
					PersonID: seen.PersonID, CustomerID: seen.CustomerID, Kind: permission.Attempt, Purpose: permission.ServiceCallback,
					Channel: permission.ByPhone, Ref: 99, At: c.Now(),
				})
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Remove("test:called") }()
		if _, err := c.Callbacks.Take(t.Context(), taskstest.Caller(1)); !errors.Is(err, callback.ErrNothingReady) || !called.Load() {
			t.Errorf("claimed, though somebody called just now: %v", err)
		}
		if after := c.Callback(t); after.State != callback.Waiting || after.WaitReason != callback.Reason(permission.AttemptGap) {
			t.Errorf("it is %s for %q, want waiting for the gap between calls", after.State, after.WaitReason)
		}
	})
}

// A pool that appears later is looked into, though pools are remembered.
func TestAPoolThatIsNewIsLookedInto(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Claim(t, taskstest.Caller(1))
		complaint := taskstest.Severe(2)
		complaint.Complaint = new(true)
		c.Take(t, complaint)
		c.Plan(t)
		if desk := c.Claim(t, taskstest.Caller(2)); desk.Callback.Kind != callback.ComplaintKind {
			t.Errorf("got a %s callback, want the complaint", desk.Callback.Kind)
		}
	})
}
