package contact

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

// maxIn bounds an IN list, maxRows the rows of one upsert.
const (
	maxIn   = 500
	maxRows = 500
)

// isTaken reports whether another transaction inserted one of our keys first.
func isTaken(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

// rewrite writes rows that exist again, in few statements.
func rewrite[T any](s store, what string, rows []T, columns []string) error {
	for part := range slices.Chunk(rows, maxRows) {
		err := s.Gorm().Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(columns),
		}).Create(&part).Error
		if err != nil {
			return fmt.Errorf("update %s: %w", what, err)
		}
	}
	return nil
}

// find reads the rows whose column is one of the values, in several statements if there are many.
func find[T, V any](s store, what, column string, values []V, order string, locked bool) ([]T, error) {
	var rows []T
	for part := range slices.Chunk(values, maxIn) {
		q := s.Gorm().Where(column+" IN ?", part).Order(order)
		if locked {
			q = q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		}
		var some []T
		if err := q.Find(&some).Error; err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

func (s store) ensureSource(name string, now clock.Instant) (Source, error) {
	source := Source{Name: name, CreatedAt: now}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&source).Error; err != nil {
		return Source{}, fmt.Errorf("add source: %w", err)
	}
	source = Source{}
	if err := s.Gorm().Where("name = ?", name).Take(&source).Error; err != nil {
		return Source{}, fmt.Errorf("read source: %w", err)
	}
	return source, nil
}

func (s store) sources() ([]Source, error) {
	var sources []Source
	if err := s.Gorm().Order("name").Limit(1000).Find(&sources).Error; err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return sources, nil
}
