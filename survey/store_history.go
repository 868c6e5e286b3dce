package survey

import "fmt"

// newestScores returns the newest core answers of some customers, the newest first.
func (s store) newestScores(customerIDs []int64) ([]Score, error) {
	ranked := s.Gorm().Model(&Response{}).
		Select("id, customer_id, score_metric AS metric, score_value AS value, score_band AS band, first_answered_at AS at, "+
			"ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY first_answered_at DESC, id DESC) AS place").
		Where("customer_id IN ?", customerIDs).Where(counts)
	var rows []Score
	if err := s.Gorm().Table("(?) AS ranked", ranked).Where("place <= ?", scoresEach).Order("at DESC, id DESC").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the newest answers of customers: %w", err)
	}
	return rows, nil
}
