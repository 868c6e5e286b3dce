package database_test

import (
	"context"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// A query whose rows are being read is not disturbed by the same query inside, though the statement of a text is kept for the next.
func TestAQueryInsideItselfReadsItsOwnRows(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
	sum := func(tx database.Tx, most int, each func()) int {
		rows, err := tx.Gorm().Raw(numbers, most).Rows()
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		total := 0
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			total += n
			each()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return total
	}
	for range 2 {
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			outer := sum(tx, 4, func() {
				if inner := sum(tx, 3, func() {}); inner != 6 {
					t.Errorf("inside: %d, want 6", inner)
				}
			})
			if outer != 10 {
				t.Errorf("outside: %d, want 10", outer)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
