package database_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestMigratingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// On a cluster, where a server's lock is not known to the others, a row says who migrates.
func TestOneProcessOfAClusterMigratesAtATime(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	begin := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	for _, step := range []struct {
		who  string
		at   time.Duration
		want bool
	}{
		{"first", 0, true},
		{"second", 0, false},
		{"first", database.SchemaLease / 2, true}, // lives, and says so
		{"second", database.SchemaLease + 1, false},
		{"second", 2 * database.SchemaLease, true}, // the first has died
		{"first", 2 * database.SchemaLease, false},
		{"second", -3 * database.SchemaLease, true}, // done
		{"first", 2 * database.SchemaLease, true},
	} {
		if got, err := db.TakeSchema(t.Context(), step.who, begin.Add(step.at)); got != step.want || err != nil {
			t.Errorf("%s after %s: %t, %v", step.who, step.at, got, err)
		}
	}
}
