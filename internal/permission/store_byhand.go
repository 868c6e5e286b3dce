package permission

import "fmt"

// consentsOfRecords returns the newest events of several customers together.
func (s store) consentsOfRecords(customerIDs []int64, limit int) ([]ConsentEvent, error) {
	var events []ConsentEvent
	if err := s.Gorm().Where("customer_id IN ?", customerIDs).Order("at DESC, id DESC").Limit(limit).Find(&events).Error; err != nil {
		return nil, fmt.Errorf("read consent of a person: %w", err)
	}
	return events, nil
}

// standingsBy returns the rows of one purpose, channel and first reason behind a customer, in order of their ids, of customers for
// whom a condition holds.
func (s store) standingsBy(seen string, args []any, purpose Purpose, channel Channel, first Code, after int64, limit int) ([]Standing, error) {
	var rows []Standing
	err := s.Gorm().Where("purpose = ? AND channel = ? AND first = ? AND customer_id > ?", purpose, channel, first, after).Where(seen, args...).
		Order("customer_id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read standings by reason: %w", err)
	}
	return rows, nil
}
