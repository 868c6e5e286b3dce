package permission

import (
	"fmt"
	"slices"

	"aftercall/internal/database"
)

// FollowPerson moves the touches made to customers from one person to another, in the transaction that moves the customers: caps
// count by person, and a touch belongs to the record it was made to.
func (s *Service) FollowPerson(tx database.Tx, customerIDs []int64, from, to int64) error {
	return store{tx}.moveTouches(customerIDs, from, to)
}

func (s store) moveTouches(customerIDs []int64, from, to int64) error {
	for part := range slices.Chunk(customerIDs, chunkSize) {
		err := s.Gorm().Model(&Touch{}).Where("person_id = ? AND customer_id IN ?", from, part).Update("person_id", to).Error
		if err != nil {
			return fmt.Errorf("move touches to another person: %w", err)
		}
	}
	return nil
}
