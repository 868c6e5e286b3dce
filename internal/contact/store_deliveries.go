package contact

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// receivedTimes returns when resolved contacts of a source came in after an instant, the newest first, each time once.
func (s store) receivedTimes(sourceID int64, after clock.Instant, limit int) ([]clock.Instant, error) {
	var times []clock.Instant
	err := s.Gorm().Model(&Resolution{}).Distinct("received_at").Where("source_id = ? AND received_at > ?", sourceID, after).
		Order("received_at DESC").Limit(limit).Pluck("received_at", &times).Error
	if err != nil {
		return nil, fmt.Errorf("read when contacts came in: %w", err)
	}
	return times, nil
}

func (s store) receivedSince(sourceID int64, since clock.Instant, most int) (int, error) {
	return database.CountUpTo(s.Tx, s.Gorm().Model(&Resolution{}).Where("source_id = ? AND received_at >= ?", sourceID, since), most)
}
