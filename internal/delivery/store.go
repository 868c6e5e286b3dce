package delivery

import (
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

func (s store) add(message Kept) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&message).Error; err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	return nil
}

func (s store) newest(before int64, limit int) ([]Kept, error) {
	var rows []Kept
	g := s.Gorm()
	if before > 0 {
		g = g.Where("id < ?", before)
	}
	if err := g.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return rows, nil
}

// prune deletes messages made before an instant, the oldest first, at most limit, and returns how many.
func (s store) prune(before clock.Instant, limit int) (int, error) {
	var ids []int64
	if err := s.Gorm().Model(&Kept{}).Where("created_at < ?", before).Order("created_at").Limit(limit).Pluck("id", &ids).Error; err != nil {
		return 0, fmt.Errorf("find old messages: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	if err := s.Gorm().Where("id IN ?", ids).Delete(&Kept{}).Error; err != nil {
		return 0, fmt.Errorf("delete old messages: %w", err)
	}
	return len(ids), nil
}
