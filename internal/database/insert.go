package database

import (
	"fmt"
	"slices"
)

const maxInsertRows = 500 // of one INSERT

// Insert adds rows in few statements; what names them in an error. The rows stay as they are, without ids, so that a transaction that
// runs again can add them again; see InsertWithIDs.
func Insert[T any](tx Tx, what string, rows []T) error {
	for part := range slices.Chunk(slices.Clone(rows), maxInsertRows) {
		if err := tx.gorm.Create(&part).Error; err != nil {
			return fmt.Errorf("add %s: %w", what, err)
		}
	}
	return nil
}

// InsertWithIDs is Insert for rows whose ids are needed afterwards; id returns where a row keeps its own. A server of a cluster
// counts in steps, which gorm does not know, so the ids of a statement are counted again from its first one.
func InsertWithIDs[T any](tx Tx, what string, rows []T, id func(*T) *int64) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.learnIDStep(); err != nil {
		return err
	}
	for part := range slices.Chunk(rows, maxInsertRows) {
		if err := tx.gorm.Create(&part).Error; err != nil {
			return fmt.Errorf("add %s: %w", what, err)
		}
		for i := 1; *tx.idStep > 1 && i < len(part); i++ {
			*id(&part[i]) = *id(&part[0]) + int64(i)**tx.idStep
		}
	}
	return nil
}

// learnIDStep asks, once in a transaction, for the step between the ids of one statement: 1, or the number of writers of a cluster.
func (tx Tx) learnIDStep() error {
	switch {
	case *tx.idStep != 0:
		return nil
	case tx.dialect == SQLite:
		*tx.idStep = 1
		return nil
	}
	if err := tx.gorm.Raw("SELECT @@auto_increment_increment").Scan(tx.idStep).Error; err != nil {
		return fmt.Errorf("ask for the step of ids: %w", err)
	}
	return nil
}
