package database

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

const maxInsertRows = 500 // of one INSERT

// Insert adds rows, 500 a statement; what names them in an error. The ids are not filled in and the rows stay as they are, so
// that a transaction that is run again can add them again. Use InsertWithIDs where the ids are needed.
func Insert[T any](tx Tx, what string, rows []T) error {
	for part := range slices.Chunk(slices.Clone(rows), maxInsertRows) {
		if err := tx.gorm.Create(&part).Error; err != nil {
			return fmt.Errorf("add %s: %w", what, err)
		}
	}
	return nil
}

// errIDStep says that a server joined or left the cluster during an insert, so that the ids of its rows are not known. The
// transaction is run again.
var errIDStep = errors.New("the step between ids has changed meanwhile")

// InsertWithIDs is Insert for rows whose ids are needed afterwards; id returns where a row keeps its own. It fills the ids in:
// on a run that is repeated they must be zero again.
//
// A server of a cluster counts ids in steps, which gorm does not know: the ids of a statement are counted again from its first
// one. The step changes with the number of servers, also within a transaction, so it is asked for after every statement.
func InsertWithIDs[T any](tx Tx, what string, rows []T, id func(*T) *int64) error {
	for part := range slices.Chunk(rows, maxInsertRows) {
		if err := insertWithIDs(tx, part, id); err != nil {
			return fmt.Errorf("add %s: %w", what, err)
		}
	}
	return nil
}

func insertWithIDs[T any](tx Tx, rows []T, id func(*T) *int64) error {
	if len(rows) > 1 && *tx.idStep == 0 {
		if err := tx.learnIDStep(); err != nil {
			return err
		}
	}
	step := *tx.idStep
	if err := tx.gorm.Create(&rows).Error; err != nil || len(rows) == 1 {
		return err
	}
	if err := tx.learnIDStep(); err != nil {
		return err
	}
	if *tx.idStep != step {
		return errIDStep
	}
	for i := 1; step > 1 && i < len(rows); i++ {
		*id(&rows[i]) = *id(&rows[0]) + int64(i)*step
	}
	return nil
}

// learnIDStep asks for the step between the ids of one statement: 1, or the number of servers of a cluster.
func (tx Tx) learnIDStep() error {
	if tx.dialect == SQLite {
		*tx.idStep = 1
		return nil
	}
	if err := tx.gorm.Raw("SELECT @@auto_increment_increment").Scan(tx.idStep).Error; err != nil {
		return fmt.Errorf("ask for the step of ids: %w", err)
	}
	return nil
}

// IsTaken reports whether a statement failed because a row with the same unique key exists, such as one that another
// transaction inserted first.
func IsTaken(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }
