package incident

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// addHours adds to the counts of hours.
func (s store) addHours(rows []hourCount) error {
	sum := "count + excluded.count"
	if s.Dialect() != database.SQLite {
		sum = "contact_hours.count + VALUES(count)"
	}
	for part := range slices.Chunk(rows, 500) {
		err := s.Gorm().Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "hour_at"}, {Name: "field"}, {Name: "value"}},
			DoUpdates: clause.Assignments(map[string]any{"count": gorm.Expr(sum)}),
		}).Create(&part).Error
		if err != nil {
			return fmt.Errorf("count contacts by the hour: %w", err)
		}
	}
	return nil
}

const maxHourRows = 20_000

// hours returns the counts of hours that are at least as high as least.
func (s store) hours(hours []clock.Instant, least int) ([]hourCount, error) {
	return database.In[hourCount](hours, "contacts by the hour", func(part []clock.Instant) *gorm.DB {
		return s.Gorm().Where("hour_at IN ? AND count >= ?", part, least).Limit(maxHourRows)
	})
}

// firstHour is the first hour that is counted; none: nothing was yet.
func (s store) firstHour() (clock.Instant, error) {
	var first clock.Instant
	if err := s.Gorm().Model(&hourCount{}).Select("COALESCE(MIN(hour_at), 0)").Scan(&first).Error; err != nil {
		return 0, fmt.Errorf("read since when contacts are counted: %w", err)
	}
	return first, nil
}

// forgetHours deletes the counts from before an instant, and of hours before another one what came once.
func (s store) forgetHours(before, settled clock.Instant) error {
	err := s.Gorm().Where("hour_at < ? OR hour_at >= ? AND hour_at < ? AND count < 2", before, settled.Add(-2*24*hour), settled).
		Delete(&hourCount{}).Error
	if err != nil {
		return fmt.Errorf("forget old counts of contacts: %w", err)
	}
	return nil
}

// bursts returns the bursts that were seen since an instant, by field and value.
func (s store) bursts(since clock.Instant) (map[[2]string]burst, error) {
	rows, err := database.List[burst](s.Gorm().Where("seen_at >= ?", since).Limit(maxHourRows), "bursts")
	known := make(map[[2]string]burst, len(rows))
	for _, b := range rows {
		known[[2]string{b.Field, b.Value}] = b
	}
	return known, err
}

func (s store) putBursts(rows []burst) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "field"}, {Name: "value"}},
		DoUpdates: clause.AssignmentColumns([]string{"since_at", "seen_at", "incident_id"}),
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("note bursts: %w", err)
	}
	return nil
}
