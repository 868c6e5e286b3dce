package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"aftercall/internal/database"
)

// Dump returns every row of an SQLite database as a line "table column=value …", sorted, without the columns that the test names as
// "table.column".
func Dump(t testing.TB, db *database.DB, without ...string) []string {
	t.Helper()
	g := db.View(t.Context()).Gorm()
	var tables []string
	if err := g.Raw("SELECT name FROM sqlite_master WHERE type = 'table'").Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, table := range tables {
		var rows []map[string]any
		if err := g.Table(table).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			var values []string
			for column, value := range row {
				if !slices.Contains(without, table+"."+column) {
					values = append(values, fmt.Sprintf("%s=%v", column, value))
				}
			}
			slices.Sort(values)
			lines = append(lines, table+" "+strings.Join(values, " "))
		}
	}
	slices.Sort(lines)
	return lines
}
