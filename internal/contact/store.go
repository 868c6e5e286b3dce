package contact

import (
	"cmp"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

// maxRows bounds the rows of one upsert.
const maxRows = 500

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

// find reads the rows whose column is one of the values.
func find[T any, V cmp.Ordered](s store, what, column string, values []V, order string, locked bool) ([]T, error) {
	return database.In[T](values, what, func(part []V) *gorm.DB {
		q := s.Gorm().Where(column+" IN ?", part).Order(order)
		if locked {
			q = q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		}
		return q
	})
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
