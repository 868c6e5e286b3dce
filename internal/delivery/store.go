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

func (s store) prune(before clock.Instant) (int, error) {
	r := s.Gorm().Where("created_at < ?", before).Delete(&Kept{})
	if r.Error != nil {
		return 0, fmt.Errorf("delete old messages: %w", r.Error)
	}
	return int(r.RowsAffected), nil
}
