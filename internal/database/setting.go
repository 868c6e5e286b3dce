package database

import (
	"fmt"

	"gorm.io/gorm/clause"
)

// setting is one row of the few facts about the installation as a whole.
type setting struct {
	Name  string `gorm:"primaryKey"`
	Value string
}

// Setting returns what is kept under a name, or "" when nothing is.
func Setting(tx Tx, name string) (string, error) {
	var found []setting
	if err := tx.gorm.Where("name = ?", name).Find(&found).Error; err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0].Value, nil
}

// PutSetting keeps a value under a name.
func PutSetting(tx Tx, name, value string) error {
	return putSetting(tx, setting{name, value}, clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"value"}),
	})
}

// EnsureSetting stores a value under a name that has none, and returns the stored one. When several processes call it at once,
// all of them get the same value.
func EnsureSetting(tx Tx, name, value string) (string, error) {
	if err := putSetting(tx, setting{name, value}, clause.OnConflict{DoNothing: true}); err != nil {
		return "", err
	}
	return Setting(tx, name)
}

func putSetting(tx Tx, row setting, conflict clause.OnConflict) error {
	if err := tx.gorm.Clauses(conflict).Create(&row).Error; err != nil {
		return fmt.Errorf("write setting %s: %w", row.Name, err)
	}
	return nil
}
