package demo

import (
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// The demo's rows in the table settings.
const (
	settingState = "demo.state"
	settingSeen  = "demo.seen"

	stateBuilding = "building"
	stateReady    = "ready"
)

type store struct{ database.Tx }

type setting struct {
	Name  string
	Value string
}

// text returns a setting, or "" when there is none.
func (s store) text(name string) (string, error) {
	var rows []setting
	if err := s.Gorm().Table("settings").Where("name = ?", name).Find(&rows).Error; err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	return rows[0].Value, nil
}

func (s store) setText(name, value string) error {
	err := s.Gorm().Table("settings").Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"value"}),
	}).Create(&setting{name, value}).Error
	if err != nil {
		return fmt.Errorf("write setting %s: %w", name, err)
	}
	return nil
}

func (s store) instant(name string) (clock.Instant, error) {
	text, err := s.text(name)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read setting %s: %w", name, err)
	}
	return clock.Instant(n), nil
}

func (s store) setInstant(name string, at clock.Instant) error {
	return s.setText(name, strconv.FormatInt(int64(at), 10))
}

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
