package contact

import (
	"fmt"
	"slices"
)

// openComplaints returns which customers have a complaint that is not resolved.
func (s store) openComplaints(customerIDs []int64) (map[int64]bool, error) {
	open := map[int64]bool{}
	for part := range slices.Chunk(customerIDs, maxIn) {
		var ids []int64
		err := s.Gorm().Model(&Contact{}).Distinct("customer_id").
			Where("customer_id IN ? AND complaint = ? AND status <> ?", part, true, Resolved).Scan(&ids).Error
		if err != nil {
			return nil, fmt.Errorf("read open complaints: %w", err)
		}
		for _, id := range ids {
			open[id] = true
		}
	}
	return open, nil
}

// resolutionsAfter returns up to limit resolutions with an id above after, in order of their ids.
func (s store) resolutionsAfter(after int64, limit int) ([]Resolution, error) {
	var rows []Resolution
	if err := s.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read resolutions: %w", err)
	}
	return rows, nil
}
