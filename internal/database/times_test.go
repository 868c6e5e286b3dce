package database_test

import (
	"testing"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// mapping is a row with a field that gorm would like to keep itself.
type mapping struct {
	ID        int64
	Name      string
	Body      string
	UpdatedAt clock.Instant
}

func TestAnUpdateWritesNoTimeThatWasNotHandedIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		g := db.View(t.Context()).Gorm()
		row := mapping{Name: "a", UpdatedAt: 7}
		if err := g.Create(&row).Error; err != nil {
			t.Fatal(err)
		}
		check := func(what string, want clock.Instant, err error) {
			t.Helper()
			var stored mapping
			if err != nil || g.Take(&stored, row.ID).Error != nil || stored.UpdatedAt != want {
				t.Errorf("%s: updated at %d, want %d, %v", what, stored.UpdatedAt, want, err)
			}
		}
		of := g.Model(&mapping{}).Where("id = ?", row.ID)
		check("a column", 7, of.Update("body", "b").Error)
		of = g.Model(&mapping{}).Where("id = ?", row.ID)
		check("a map", 7, of.Updates(map[string]any{"body": "c"}).Error)
		of = g.Model(&mapping{}).Where("id = ?", row.ID)
		check("a struct", 9, of.Select("body", "updated_at").Updates(&mapping{Body: "d", UpdatedAt: 9}).Error)
	})
}
