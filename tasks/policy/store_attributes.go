package policy

import (
	"fmt"

	"gorm.io/gorm/clause"
)

func (s store) attributes() ([]Attribute, error) {
	var list []Attribute
	if err := s.Gorm().Order("name").Limit(maxAttributes).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	return list, nil
}

// putAttribute adds an attribute, or changes the label of one there is.
func (s store) putAttribute(a Attribute) error {
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"label"}),
	}).Create(&a).Error
	if err != nil {
		return fmt.Errorf("register attribute: %w", err)
	}
	return nil
}

func (s store) deleteAttribute(name string) error {
	if err := s.Gorm().Where("name = ?", name).Delete(&Attribute{}).Error; err != nil {
		return fmt.Errorf("unregister attribute: %w", err)
	}
	return nil
}
