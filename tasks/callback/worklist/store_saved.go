package worklist

import (
	"fmt"

	"aftercall/internal/database"
)

func (s store) saved(userID int64) ([]SavedFilter, error) {
	return database.List[SavedFilter](s.Gorm().Where("user_id = ?", userID).Order("name").Limit(mostSaved), "saved filters")
}

// save keeps a filter in place of the one of its name; if the list begins with it, it begins with no other one.
func (s store) save(f SavedFilter) error {
	err := s.Gorm().Where("user_id = ? AND name = ?", f.UserID, f.Name).Delete(&SavedFilter{}).Error
	if err == nil && f.First {
		err = s.Gorm().Model(&SavedFilter{}).Where("user_id = ?", f.UserID).Update("first", false).Error
	}
	if err == nil {
		err = s.Gorm().Create(&f).Error
	}
	if err != nil {
		return fmt.Errorf("write filter: %w", err)
	}
	return nil
}

func (s store) deleteSaved(userID, id int64) error {
	if err := s.Gorm().Where("user_id = ? AND id = ?", userID, id).Delete(&SavedFilter{}).Error; err != nil {
		return fmt.Errorf("delete filter: %w", err)
	}
	return nil
}
