package identity

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// recordCount is how many customers a person has, and how many of them a viewer sees.
type recordCount struct {
	PersonID int64
	Records  int
	Seen     int
}

func (n recordCount) hidden() int { return n.Records - n.Seen }

// countRecordsOf returns how many customers each person has.
func (s store) countRecordsOf(viewer account.Viewer, personIDs []int64) (map[int64]recordCount, error) {
	seen, args := contact.Directory{}.SeenBy(viewer, "customers.id")
	rows, err := database.In[recordCount](personIDs, "how many records persons have", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&contact.Customer{}).Where("person_id IN ?", part).Group("person_id").
			Select("person_id, COUNT(*) AS records, SUM(CASE WHEN "+seen+" THEN 1 ELSE 0 END) AS seen", args...)
	})
	counts := make(map[int64]recordCount, len(rows))
	for _, row := range rows {
		counts[row.PersonID] = row
	}
	return counts, err
}

// firstRecords returns customers of a person whom a viewer sees, the oldest first but never without the one that is looked at.
func (s store) firstRecords(viewer account.Viewer, personID, always int64, limit int) ([]contact.Customer, error) {
	var customers []contact.Customer
	seen, args := contact.Directory{}.SeenBy(viewer, "customers.id")
	err := s.Gorm().Where("person_id = ?", personID).Where(seen, args...).
		Order(fmt.Sprintf("CASE WHEN id = %d THEN 0 ELSE 1 END, id", always)).Limit(limit).Find(&customers).Error
	if err != nil {
		return nil, fmt.Errorf("read the records of a person: %w", err)
	}
	return customers, nil
}

// changes returns the log of a customer, the newest first.
func (s store) changes(customerID int64, limit int) ([]PersonChange, error) {
	var changes []PersonChange
	err := s.Gorm().Where("id IN (SELECT change_id FROM person_change_records WHERE customer_id = ?)", customerID).
		Order("id DESC").Limit(limit).Find(&changes).Error
	if err != nil {
		return nil, fmt.Errorf("read the changes of a customer's person: %w", err)
	}
	return changes, nil
}

// movedBy returns the first few customers that each change moved and a viewer sees.
func (s store) movedBy(viewer account.Viewer, changeIDs []int64, few int) (map[int64][]contact.Customer, error) {
	var rows []struct {
		ChangeID int64
		contact.Customer
	}
	seen, args := contact.Directory{}.SeenBy(viewer, "person_change_records.customer_id")
	ranked := s.Gorm().Model(&changeRecord{}).
		Select("change_id, customer_id, ROW_NUMBER() OVER (PARTITION BY change_id ORDER BY customer_id) AS place").
		Where("change_id IN ? AND moved = ?", changeIDs, true).Where(seen, args...)
	err := s.Gorm().Table("(?) AS ranked", ranked).Joins("JOIN customers AS c ON c.id = ranked.customer_id").
		Select("ranked.change_id, c.*").Where("place <= ?", few).Order("ranked.change_id, c.id").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read whom changes moved: %w", err)
	}
	moved := map[int64][]contact.Customer{}
	for _, row := range rows {
		moved[row.ChangeID] = append(moved[row.ChangeID], row.Customer)
	}
	return moved, nil
}

// pastChanges returns the changes of who customers are that lie in a stretch of the past.
func (s store) pastChanges(p contact.Past) ([]PersonChange, error) {
	ids, err := p.Latest(s.Tx, "person_changes.id", func() *gorm.DB {
		return s.Gorm().Table("person_changes").
			Where("person_changes.id IN (SELECT change_id FROM person_change_records WHERE customer_id IN ?)", p.Customers)
	}, database.Moment{Column: "at"})
	if err != nil {
		return nil, err
	}
	return database.In[PersonChange](ids, "past changes of persons", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}
