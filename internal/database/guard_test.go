package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// Whoever passes a guard sees what those before them wrote, and really writes, so that a cluster notices too.
func TestOneAtATimePassesAGuard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		var group sync.WaitGroup
		first := errors.New("somebody was first")
		made := make(chan bool, 8)
		for range 8 {
			group.Go(func() {
				err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
					if err := database.Guard(tx, "name"); err != nil {
						return err
					}
					known, err := database.Setting(tx, "made")
					if err != nil || known != "" {
						return errors.Join(err, first)
					}
					return database.PutSetting(tx, "made", "yes")
				})
				if err != nil && !errors.Is(err, first) {
					t.Error(err)
				}
				made <- err == nil
			})
		}
		group.Wait()
		close(made)
		n := 0
		for ok := range made {
			if ok {
				n++
			}
		}
		var passed int
		if err := db.View(t.Context()).Gorm().Raw("SELECT passed FROM guards").Scan(&passed).Error; err != nil || n != 1 || passed != 1 {
			t.Errorf("%d made it, %d passed the guard and were kept: %v", n, passed, err)
		}
	})
}
