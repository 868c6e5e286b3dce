package outcome

import (
	"fmt"

	"aftercall/internal/database"
)

// anyAttempt reports whether anybody was ever called.
func anyAttempt(tx database.Tx) (bool, error) {
	var ids []int64
	if err := tx.Gorm().Raw("SELECT id FROM attempts ORDER BY id LIMIT 1").Scan(&ids).Error; err != nil {
		return false, fmt.Errorf("look for attempts: %w", err)
	}
	return len(ids) > 0, nil
}
