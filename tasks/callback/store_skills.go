package callback

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/database"
)

// newestCallback returns the highest id of a callback; 0 when there is none.
func (s store) newestCallback() (int64, error) {
	var id int64
	if err := s.Gorm().Model(&Callback{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("read the newest callback: %w", err)
	}
	return id, nil
}

// openBetween returns what skills are decided by of the callbacks that are not closed, with ids above after and up to last.
func (s store) openBetween(after, last int64) ([]Callback, error) {
	return listCallbacks(s.Gorm().Select("id, kind, contact_id, customer_id, pool_id").
		Where("id > ? AND id <= ? AND state IN ?", after, last, openStates).Order("id"))
}

func (s store) poolsByID(ids []int64) ([]pool, error) {
	return database.In[pool](ids, "pools", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// movePool moves callbacks from one pool to another, but for those that somebody moved meanwhile.
func (s store) movePool(callbacks []int64, from, to int64) error {
	for part := range slices.Chunk(callbacks, database.MaxIn) {
		err := s.Gorm().Model(&Callback{}).Where("id IN ? AND pool_id = ? AND state IN ?", part, from, openStates).
			Update("pool_id", to).Error
		if err != nil {
			return fmt.Errorf("move callbacks to the pool of their skill: %w", err)
		}
	}
	return nil
}
