package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/database"
)

func execute(ctx context.Context, db *database.DB, sql string) error {
	return db.View(ctx).Gorm().Exec(sql).Error
}

// leftTable is a table with all its rows, as bare values.
type leftTable struct {
	name    string
	columns []string
	rows    [][]any
}

// leftBehind is what an intake left: every table that has more rows than before, and how many more there are.
type leftBehind struct {
	tables []leftTable
	count  int
}

// countRows counts the rows of every table.
func countRows(ctx context.Context, db *database.DB) (map[string]int, error) {
	g := db.View(ctx).Gorm()
	names, err := g.Migrator().GetTables()
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	counts := make(map[string]int, len(names))
	for _, name := range names {
		if strings.HasPrefix(name, "goose_") || strings.HasPrefix(name, "sqlite_") {
			continue
		}
		var n int64
		if err := g.Table(name).Count(&n).Error; err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		counts[name] = int(n)
	}
	return counts, nil
}

// leftRows reads every table that has more rows than before. The few that it had then come along.
func leftRows(ctx context.Context, db *database.DB, before map[string]int) (leftBehind, error) {
	var left leftBehind
	after, err := countRows(ctx, db)
	if err != nil {
		return left, err
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		more := after[name] - before[name]
		if more <= 0 {
			continue
		}
		table, err := wholeTable(ctx, db, name)
		if err != nil {
			return left, err
		}
		left.tables, left.count = append(left.tables, table), left.count+more
	}
	return left, nil
}

func wholeTable(ctx context.Context, db *database.DB, name string) (leftTable, error) {
	table := leftTable{name: name}
	fail := func(err error) (leftTable, error) { return table, fmt.Errorf("read %s: %w", name, err) }
	found, err := db.View(ctx).Gorm().Raw("SELECT * FROM " + name + " ORDER BY 1").Rows()
	if err != nil {
		return fail(err)
	}
	defer func() { _ = found.Close() }()
	if table.columns, err = found.Columns(); err != nil {
		return fail(err)
	}
	for found.Next() {
		row, places := make([]any, len(table.columns)), make([]any, len(table.columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := found.Scan(places...); err != nil {
			return fail(err)
		}
		for i, value := range row {
			if text, ok := value.([]byte); ok && utf8.Valid(text) {
				row[i] = string(text) // as it was written
			}
		}
		table.rows = append(table.rows, row)
	}
	if err := found.Err(); err != nil {
		return fail(err)
	}
	return table, nil
}

// clearTables empties the tables of what a migration put there.
func clearTables(ctx context.Context, db *database.DB, left leftBehind) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		for _, table := range left.tables {
			if err := tx.Gorm().Exec("DELETE FROM " + table.name).Error; err != nil {
				return fmt.Errorf("clear %s: %w", table.name, err)
			}
		}
		return nil
	})
}

// insertPart inserts one of several parts of each table, in one transaction.
func insertPart(ctx context.Context, db *database.DB, left leftBehind, part, parts int) error {
	return db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		for _, table := range left.tables {
			rows := table.rows[part*len(table.rows)/parts : (part+1)*len(table.rows)/parts]
			for first := 0; first < len(rows); first += db.RowsPerTx() {
				if err := insertBare(ctx, tx, part, table, rows[first:min(first+db.RowsPerTx(), len(rows))]); err != nil {
					return fmt.Errorf("fill %s: %w", table.name, err)
				}
			}
		}
		return nil
	})
}

// insertBare inserts rows with one multi-row statement, around gorm. Its number makes it new to the database, as it is from a bare
// client: our connections would have prepared it already.
func insertBare(ctx context.Context, tx database.Tx, number int, table leftTable, rows [][]any) error {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(table.columns)), ",") + ")"
	sql := fmt.Sprintf("/* %d */ INSERT INTO %s (`%s`) VALUES %s", number, table.name, strings.Join(table.columns, "`,`"),
		strings.TrimSuffix(strings.Repeat(one+",", len(rows)), ","))
	values := make([]any, 0, len(rows)*len(table.columns))
	for _, r := range rows {
		values = append(values, r...)
	}
	_, err := tx.Gorm().Statement.ConnPool.ExecContext(ctx, sql, values...)
	return err
}

// updateOne is the smallest commit there is: one column of one row.
func updateOne(ctx context.Context, db *database.DB, id int64) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE jobs SET updated_at = updated_at + 1 WHERE id = ?", id).Error
	})
}
