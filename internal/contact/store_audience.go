package contact

import (
	"fmt"
	"slices"

	"aftercall/internal/database"
)

// CustomersAfter returns the customers after an id, in the order of their ids, at most limit. Nothing moves a customer in that order:
// who walks along it meets everybody once, whatever becomes of their persons meanwhile.
func CustomersAfter(tx database.Tx, after int64, limit int) ([]Customer, error) {
	var customers []Customer
	if err := tx.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&customers).Error; err != nil {
		return nil, fmt.Errorf("read customers after %d: %w", after, err)
	}
	return customers, nil
}

// PersonsOf returns who each customer is now; those who are gone are not in the map.
func PersonsOf(tx database.Tx, customerIDs []int64) (map[int64]int64, error) {
	return store{tx}.persons(customerIDs)
}

// RecordsOf returns the customers of each person, in the order of their ids.
func RecordsOf(tx database.Tx, personIDs []int64) (map[int64][]int64, error) {
	records, err := store{tx}.recordsOf(distinct(personIDs))
	byPerson := make(map[int64][]int64, len(personIDs))
	for _, r := range records {
		byPerson[r.PersonID] = append(byPerson[r.PersonID], r.ID)
	}
	return byPerson, err
}

// CountCustomers returns how many customers there are, and stops counting at atMost.
func CountCustomers(tx database.Tx, atMost int) (int, error) {
	n, err := database.CountUpTo(tx, tx.Gorm().Model(&Customer{}), atMost)
	if err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
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
