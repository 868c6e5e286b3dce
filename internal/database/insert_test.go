package database_test

import (
	"context"
	"fmt"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// labelled is a row of a table whose names are unique, so that its id can be checked.
type labelled struct {
	ID   int64
	Name string
}

// TableName names the table.
func (labelled) TableName() string { return "sources" }

func labels(n int) []labelled {
	rows := make([]labelled, n)
	for i := range rows {
		rows[i].Name = fmt.Sprintf("source %d", i)
	}
	return rows
}

// wantStored checks that each row has the id under which the database keeps it.
func wantStored(t *testing.T, db *database.DB, rows []labelled) {
	t.Helper()
	var stored []labelled
	if err := db.View(t.Context()).Gorm().Select("id", "name").Find(&stored).Error; err != nil {
		t.Fatal(err)
	}
	if len(stored) != len(rows) {
		t.Fatalf("%d rows are stored, want %d", len(stored), len(rows))
	}
	ids := make(map[string]int64, len(stored))
	for _, row := range stored {
		ids[row.Name] = row.ID
	}
	for _, row := range rows {
		if ids[row.Name] != row.ID {
			t.Fatalf("%s has id %d and is stored under %d", row.Name, row.ID, ids[row.Name])
		}
	}
}

func insertLabels(t *testing.T, db *database.DB, rows []labelled, first func(tx database.Tx)) {
	t.Helper()
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		first(tx)
		return database.InsertWithIDs(tx, "labels", rows, func(l *labelled) *int64 { return &l.ID })
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRowsKnowTheIDsTheyWereGiven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		rows := labels(1201) // more than two statements
		insertLabels(t, db, rows, func(tx database.Tx) { exec(t, tx, "INSERT INTO sources (name) VALUES ('before')") })
		exec(t, db.View(t.Context()), "DELETE FROM sources WHERE name = 'before'")
		wantStored(t, db, rows)
	})
}

// Every server of a Galera cluster of three counts in steps of three.
func TestRowsKnowTheIDsAClusterGaveThem(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	rows := labels(7)
	insertLabels(t, db, rows, func(tx database.Tx) { exec(t, tx, "SET SESSION auto_increment_increment = 3") })
	wantStored(t, db, rows)
}

// When a server leaves, the others count in smaller steps at once, also in transactions that are open.
func TestRowsKnowTheirIDsWhenAServerLeavesTheClusterMeanwhile(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	var rows []labelled
	step := 3
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		exec(t, tx, fmt.Sprintf("SET SESSION auto_increment_increment = %d", step))
		rows = labels(14)
		for _, part := range [][]labelled{rows[:7], rows[7:]} {
			if err := database.InsertWithIDs(tx, "labels", part, func(l *labelled) *int64 { return &l.ID }); err != nil {
				return err
			}
			step = 2
			exec(t, tx, "SET SESSION auto_increment_increment = 2")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantStored(t, db, rows)
}

func TestAKeptStatementTakesNewValuesAndANewSchema(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	add := func(name string) {
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO sources (name) VALUES (?)", name).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("one")
	exec(t, db.View(t.Context()), "ALTER TABLE sources ADD COLUMN note TEXT NOT NULL DEFAULT 'new'")
	add("two")
	var notes []string
	if err := db.View(t.Context()).Gorm().Raw("SELECT name || ' ' || note FROM sources ORDER BY id").Scan(&notes).Error; err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(notes); got != "[one new two new]" {
		t.Errorf("stored %s", got)
	}
}
