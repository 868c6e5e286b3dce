package dbtest

import (
	"context"
	"testing"

	"aftercall/internal/database"
)

// Count returns how many rows of a table match a condition.
func Count(t testing.TB, db *database.DB, table, where string, args ...any) int {
	t.Helper()
	var n int64
	if err := db.View(context.Background()).Gorm().Table(table).Where(where, args...).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return int(n)
}
