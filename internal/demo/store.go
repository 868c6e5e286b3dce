package demo

import (
	"fmt"
	"strings"

	"aftercall/internal/database"
)

type store struct{ database.Tx }

// empty reports whether nobody has used the database: no users and no contacts.
func (s store) empty() (bool, error) {
	for _, table := range []string{"users", "contacts", "sources"} {
		var n int64
		if err := s.Gorm().Table(table).Limit(1).Count(&n).Error; err != nil {
			return false, fmt.Errorf("look for data: %w", err)
		}
		if n > 0 {
			return false, nil
		}
	}
	return true, nil
}

// wipe empties every table but the record of migrations. Only what an interrupted Build left is ever wiped.
func (s store) wipe() error {
	tables, err := s.Gorm().Migrator().GetTables()
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
	for _, table := range tables {
		if strings.HasPrefix(table, "goose_") || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		if err := s.Gorm().Exec("DELETE FROM " + table).Error; err != nil {
			return fmt.Errorf("empty table %s: %w", table, err)
		}
	}
	return nil
}
