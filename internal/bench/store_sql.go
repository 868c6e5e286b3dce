package main

import (
	"context"
	"fmt"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/database"
)

func execute(ctx context.Context, db *database.DB, sql string) error {
	return db.View(ctx).Gorm().Exec(sql).Error
}

// contactRows reads the contacts that an intake left, as bare values.
func contactRows(ctx context.Context, db *database.DB) (columns []string, rows [][]any, err error) {
	found, err := db.View(ctx).Gorm().Model(&contact.Contact{}).Order("id").Rows()
	if err != nil {
		return nil, nil, fmt.Errorf("read contacts: %w", err)
	}
	defer func() { _ = found.Close() }()
	if columns, err = found.Columns(); err != nil {
		return nil, nil, fmt.Errorf("read contacts: %w", err)
	}
	for found.Next() {
		row, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := found.Scan(places...); err != nil {
			return nil, nil, fmt.Errorf("read contacts: %w", err)
		}
		rows = append(rows, row)
	}
	return columns, rows, found.Err()
}

// insertBare inserts rows with one multi-row statement. Its number makes it new to the database, as it is from a bare client: our
// connections would have prepared it already.
func insertBare(ctx context.Context, db *database.DB, number int, columns []string, rows [][]any) error {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	sql := fmt.Sprintf("/* %d */ ", number) + "INSERT INTO contacts (" + strings.Join(columns, ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(one+",", len(rows)), ",")
	values := make([]any, 0, len(rows)*len(columns))
	for _, r := range rows {
		values = append(values, r...)
	}
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return tx.Gorm().Exec(sql, values...).Error })
}

// updateOne is the smallest commit there is: one column of one row.
func updateOne(ctx context.Context, db *database.DB, id int64) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE jobs SET updated_at = updated_at + 1 WHERE id = ?", id).Error
	})
}
