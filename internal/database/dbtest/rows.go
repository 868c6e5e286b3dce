package dbtest

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"aftercall/internal/database"
)

// MostRows returns how many rows the transactions that fn ran on the database changed or deleted, of the one that did most; tests of
// housekeeping use it against work without a bound.
func MostRows(t testing.TB, db *database.DB, fn func()) int {
	t.Helper()
	most, rows, name := 0, 0, "rows:"+randomName()
	var current gorm.ConnPool
	count := func(g *gorm.DB) {
		if current != g.Statement.ConnPool {
			current, rows = g.Statement.ConnPool, 0
		}
		rows += int(g.RowsAffected)
		most = max(most, rows)
	}
	err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		calls := tx.Gorm().Callback() // the writer's
		for _, register := range []func(string, func(*gorm.DB)) error{
			calls.Update().After("gorm:update").Register,
			calls.Delete().After("gorm:delete").Register, calls.Raw().After("gorm:raw").Register,
		} {
			if err := register(name, count); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fn()
	return most
}
