package dbtest

import (
	"context"

	"aftercall/internal/database"
)

// failer is a test, or a drawn case of one.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// Count returns how many rows of a table match a condition.
func Count(t failer, db *database.DB, table, where string, args ...any) int {
	t.Helper()
	var n int64
	if err := db.View(context.Background()).Gorm().Table(table).Where(where, args...).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// InTx runs a transaction that must succeed.
func InTx(t failer, db *database.DB, fn func(tx database.Tx) error) {
	t.Helper()
	if err := db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error { return fn(tx) }); err != nil {
		t.Fatal(err)
	}
}
