package contact

import (
	"fmt"
	"slices"

	"aftercall/internal/database"
)

// CustomerKey is a place in the order of customers by person: the customers of one person stand together.
type CustomerKey struct{ PersonID, CustomerID int64 }

// CustomersAfter returns the customers after a key, in its order, at most limit.
func CustomersAfter(tx database.Tx, after CustomerKey, limit int) ([]Customer, error) {
	var customers []Customer
	err := tx.Gorm().
		Where("person_id >= ? AND (person_id > ? OR id > ?)", after.PersonID, after.PersonID, after.CustomerID).
		Order("person_id, id").Limit(limit).Find(&customers).Error
	if err != nil {
		return nil, fmt.Errorf("read customers after %v: %w", after, err)
	}
	return customers, nil
}

// CountCustomers returns how many customers there are, and stops counting at atMost.
func CountCustomers(tx database.Tx, atMost int) (int, error) {
	var n int64
	some := tx.Gorm().Model(&Customer{}).Select("id").Limit(atMost)
	if err := tx.Gorm().Table("(?) AS some", some).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return int(n), nil
}

// LastResolutions returns each customer's newest resolution that stands. A customer without one is not in the map.
func LastResolutions(tx database.Tx, customerIDs []int64) (map[int64]Resolution, error) {
	found := make(map[int64]Resolution, len(customerIDs))
	for chunk := range slices.Chunk(customerIDs, maxIn) {
		ranked := tx.Gorm().Model(&Resolution{}).
			Select("*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY resolved_at DESC, id DESC) AS newest").
			Where("customer_id IN ? AND reopened_at = 0", chunk)
		var rows []Resolution
		if err := tx.Gorm().Table("(?) AS ranked", ranked).Where("newest = 1").Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read last resolutions: %w", err)
		}
		for _, row := range rows {
			found[row.CustomerID] = row
		}
	}
	return found, nil
}
