package callback

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

// openOfContacts returns the callbacks of contacts that are not closed, by the index on the contact, of which each has a few.
func (s store) openOfContacts(contactIDs []int64) ([]Callback, error) {
	return database.In[Callback](contactIDs, "open callbacks of contacts", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ? AND state IN ?", part, openStates).Order("id")
	})
}

// keepSuspended remembers what callbacks were. What is remembered already stays.
func (s store) keepSuspended(before ...suspension) error {
	if len(before) == 0 {
		return nil
	}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(before, 200).Error; err != nil {
		return fmt.Errorf("remember suspended callbacks: %w", err)
	}
	return nil
}

func (s store) suspensions(ids []int64) (map[int64]suspension, error) {
	rows, err := database.In[suspension](ids, "suspended callbacks", func(part []int64) *gorm.DB {
		return s.Gorm().Where("callback_id IN ?", part)
	})
	byID := make(map[int64]suspension, len(rows))
	for _, row := range rows {
		byID[row.CallbackID] = row
	}
	return byID, err
}

func (s store) forgetSuspended(ids []int64) error {
	for part := range slices.Chunk(ids, database.MaxIn) {
		if err := s.Gorm().Where("callback_id IN ?", part).Delete(&suspension{}).Error; err != nil {
			return fmt.Errorf("forget suspended callbacks: %w", err)
		}
	}
	return nil
}
