package database_test

import (
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestMigratingAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
