package contact

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/database"
)

// contactsLike returns the contacts whose id begins with what is sought: the index is by source, of which there are a few.
func (s store) contactsLike(by Sought, limit int) ([]int64, error) {
	var ids []int64
	condition, _ := by.Conditions("contacts", "customers")
	if condition.SQL == "" {
		return nil, nil
	}
	err := s.Gorm().Table(Along(s.Tx, "contacts", "contacts_source_id_external_id")).
		Where("contacts.source_id IN (SELECT id FROM sources)").Where(condition.SQL, condition.Vars...).Limit(limit).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for contacts by the beginning of their id: %w", err)
	}
	return ids, nil
}

// customersLike returns the customers by the end of a phone number, or by the beginning or the end of their name.
func (s store) customersLike(by Sought, limit int) ([]int64, error) {
	if by.Nothing() {
		return nil, nil
	}
	if by.digits != "" {
		q := s.Gorm().Table(Along(s.Tx, "customer_addresses", "customer_addresses_ending_customer_id")).Select("customer_id").
			Where("ending = ? AND normalised LIKE ?", by.ending(), "%"+by.digits)
		return firstOf([]*gorm.DB{q}, limit)
	}
	end := nameEnd(by.text)
	return firstOf([]*gorm.DB{
		s.Gorm().Table(Along(s.Tx, "customers", "customers_name")).Select("id").Where("name >= ? AND name < ?", by.text, by.text+highest),
		s.Gorm().Table(Along(s.Tx, "customers", "customers_name_end")).Select("id").
			Where("name_end >= ? AND name_end < ? AND SUBSTR(name, ?) = ?", end, end+highest, by.fromEnd(), by.text),
	}, limit)
}

// Along names a table that is read along one of its indexes.
func Along(tx database.Tx, table, index string) string {
	if tx.Dialect() == database.MySQL {
		return table + " FORCE INDEX (" + index + ")"
	}
	return table + " INDEXED BY " + index
}

// Categories returns the categories that contacts have, by name, at most 500.
func Categories(tx database.Tx) ([]string, error) {
	var names []string
	err := tx.Gorm().Model(&Contact{}).Where("category <> ''").Distinct().Order("category").Limit(500).Pluck("category", &names).Error
	if err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	return names, nil
}
