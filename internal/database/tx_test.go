package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func exec(t *testing.T, tx database.Tx, sql string) {
	t.Helper()
	if err := tx.Gorm().Exec(sql).Error; err != nil {
		t.Fatal(err)
	}
}

func TestATransactionInsideAnotherFailsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		err := db.InTx(t.Context(), func(ctx context.Context, _ database.Tx) error {
			return db.InTx(ctx, func(context.Context, database.Tx) error { return nil })
		})
		if err == nil {
			t.Fatal("a nested transaction was begun")
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		broken := errors.New("broken")
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			exec(t, tx, "INSERT INTO persons (version) VALUES (7)")
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatalf("InTx returned %v", err)
		}
		var n int64
		if err := db.View(t.Context()).Gorm().Table("persons").Count(&n).Error; err != nil || n != 0 {
			t.Fatalf("%d rows are left, error %v", n, err)
		}
	})
}

func TestConcurrentIncrementsAreAllCounted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		exec(t, db.View(t.Context()), "INSERT INTO persons (id, version) VALUES (1, 0)")
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 25 {
					err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
						return tx.Gorm().Exec("UPDATE persons SET version = version + 1 WHERE id = 1").Error
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		var version int
		db.View(t.Context()).Gorm().Raw("SELECT version FROM persons WHERE id = 1").Scan(&version)
		if version != 200 {
			t.Fatalf("counted %d of 200", version)
		}
	})
}

// Two transactions that lock the same two rows in opposite order: the database rolls one back with 1213, and InTx runs it again.
func TestATransactionThatLostADeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	exec(t, db.View(t.Context()), "INSERT INTO persons (id, version) VALUES (1, 0), (2, 0)")
	both := make(chan struct{})
	arrive := sync.OnceFunc(func() { close(both) })
	var group, first sync.WaitGroup
	first.Add(2)
	runs := make(chan int, 16)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		once := sync.OnceFunc(func() { first.Done(); first.Wait(); arrive() })
		group.Go(func() {
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
				runs <- 1
				if err := tx.Gorm().Exec("UPDATE persons SET version = version + 1 WHERE id = ?", order[0]).Error; err != nil {
					return err
				}
				once()
				<-both
				return tx.Gorm().Exec("UPDATE persons SET version = version + 1 WHERE id = ?", order[1]).Error
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(runs) < 3 {
		t.Fatalf("the transactions ran %d times in all: there was no deadlock to test", len(runs))
	}
	var sum int
	db.View(t.Context()).Gorm().Raw("SELECT SUM(version) FROM persons").Scan(&sum)
	if sum != 4 {
		t.Fatalf("the versions sum to %d, want 4: each transaction has its effect once", sum)
	}
}

func TestAnAddressWeDoNotServeIsInvalid(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "postgres://x/y", "sqlite:", "mysql://host", "mysql://%zz/x"} {
		t.Run(address, func(t *testing.T) {
			if _, err := database.Open(t.Context(), address); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: got %v", address, err)
			}
		})
	}
}

// On SQLite, jobs and imports that wait for the one writer must not make a caller wait for all of them.
func TestWhoWaitsAtAScreenGoesBeforeTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := dbtest.SQLite(t)
		holds, release, done := make(chan struct{}), make(chan struct{}), make(chan string, 9)
		var group sync.WaitGroup
		transact := func(ctx context.Context, name string, work func()) {
			group.Go(func() {
				err := db.InTx(ctx, func(context.Context, database.Tx) error { work(); done <- name; return nil })
				if err != nil {
					t.Error(err)
				}
			})
		}
		background := database.Background(t.Context())
		transact(background, "first", func() { close(holds); <-release })
		<-holds
		for range 5 {
			transact(background, "background", func() {})
		}
		transact(t.Context(), "caller", func() {})
		synctest.Wait() // until the caller stands in line
		close(release)
		group.Wait()
		if first, second := <-done, <-done; first != "first" || second != "caller" {
			t.Fatalf("the order was %s, %s", first, second)
		}
	})
}
