package permission

import (
	"gorm.io/gorm"

	"aftercall/internal/database"
)

func (s store) pastConsents(customerIDs []int64, stretch database.Stretch) ([]ConsentEvent, error) {
	ids, err := stretch.Latest(s.Tx, "id", func() *gorm.DB {
		return s.Gorm().Table("consent_events").Where("customer_id IN ?", customerIDs)
	}, database.Moment{Column: "at"})
	if err != nil {
		return nil, err
	}
	return database.In[ConsentEvent](ids, "past consents", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

func (s store) pastSuppressions(hashes []string, stretch database.Stretch) ([]Suppression, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	ids, err := stretch.Latest(s.Tx, "id", func() *gorm.DB {
		return s.Gorm().Table("suppressions").Where("address_hash IN ?", hashes)
	}, database.Moment{Column: "at"}, database.Moment{Column: "lifted_at"})
	if err != nil {
		return nil, err
	}
	return database.In[Suppression](ids, "past suppressions", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

func (s store) pastTouches(personID int64, stretch database.Stretch) ([]Touch, error) {
	ids, err := stretch.Latest(s.Tx, "id", func() *gorm.DB {
		return s.Gorm().Table("touches").Where("person_id = ?", personID)
	}, database.Moment{Column: "at"})
	if err != nil {
		return nil, err
	}
	return database.In[Touch](ids, "past touches", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}
