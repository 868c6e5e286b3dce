package database

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// guard is a row that two transactions write only to exclude each other. See Guard.
type guard struct {
	Name   string `gorm:"primaryKey"`
	Passed int64
}

// Guard makes every other transaction that guards the same name wait until this one ends. Use it where two transactions must
// not run side by side and there is no row to lock. On a cluster, where a lock is known to one server only, one of the two is
// run again instead. Read after Guard, not before: what was read before it may be old.
func Guard(tx Tx, name string) error {
	err := tx.gorm.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.Assignments(map[string]any{"passed": gorm.Expr("guards.passed + 1")}),
	}).Create(&guard{Name: name, Passed: 1}).Error
	if err != nil {
		return fmt.Errorf("pass the guard %s: %w", name, err)
	}
	return nil
}

// CountUpTo counts the rows of a query and stops at most, so that a count on a page stays cheap. A result of most means "at
// least so many".
func CountUpTo(tx Tx, query *gorm.DB, most int) (int, error) {
	var n int64
	if err := tx.gorm.Table("(?) AS some", query.Select("1").Limit(most)).Count(&n).Error; err != nil {
		return 0, err
	}
	return int(n), nil
}
