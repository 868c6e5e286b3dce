package database_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestASettingIsWhatWasLastPut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for _, want := range []string{"one", "two"} {
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
				if err := database.PutSetting(tx, "name", want); err != nil {
					return err
				}
				return database.PutSetting(tx, "another "+want, "x")
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := database.Setting(db.View(t.Context()), "name"); err != nil || got != want {
				t.Errorf("kept %q, %v, want %q", got, err, want)
			}
		}
		if got, err := database.Setting(db.View(t.Context()), "unknown"); err != nil || got != "" {
			t.Errorf("a setting that nobody put is %q, %v", got, err)
		}
	})
}

// Processes that start at once on an empty database agree on one value, and a later one keeps it.
func TestEnsuredSettingIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const starting = 8
		kept := make([]string, starting+1)
		ensure := func(i int) {
			err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) (err error) {
				kept[i], err = database.EnsureSetting(tx, "installation", fmt.Sprint("draft ", i))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		var group sync.WaitGroup
		for i := range starting {
			group.Go(func() { ensure(i) })
		}
		group.Wait()
		ensure(starting)
		for i, got := range kept {
			if got == "" || got != kept[0] {
				t.Errorf("process %d goes by %q, the first by %q", i, got, kept[0])
			}
		}
	})
}
