package contact

import (
	"fmt"
	"slices"

	"aftercall/internal/clock"
)

// complaint is what is known of a customer's complaints.
type complaint struct {
	CustomerID int64
	Open       bool          // one is not resolved
	ResolvedAt clock.Instant // of the newest resolution of one; none: there was none
}

// complaints returns the customers who ever complained. The index by customer finds their contacts, of which a person has few.
func (s store) complaints(customerIDs []int64) (map[int64]complaint, error) {
	found := map[int64]complaint{}
	for part := range slices.Chunk(customerIDs, maxIn) {
		var rows []complaint
		err := s.Gorm().Table("contacts AS c").Joins("LEFT JOIN resolutions AS r ON r.contact_id = c.id").
			Select("c.customer_id, MAX(c.status <> ?) AS open, COALESCE(MAX(r.resolved_at), 0) AS resolved_at", Resolved).
			Where("c.customer_id IN ? AND c.complaint = ?", part, true).Group("c.customer_id").Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read complaints: %w", err)
		}
		for _, row := range rows {
			found[row.CustomerID] = row
		}
	}
	return found, nil
}

// recordsOf returns every customer of the persons, with id and person only. A person has few: identity joins at most sharedBy
// customers by one address, and people join the others one by one.
func (s store) recordsOf(personIDs []int64) ([]Customer, error) {
	var records []Customer
	for part := range slices.Chunk(personIDs, maxIn) {
		var some []Customer
		if err := s.Gorm().Select("id", "person_id").Where("person_id IN ?", part).Order("id").Find(&some).Error; err != nil {
			return nil, fmt.Errorf("read the records of persons: %w", err)
		}
		records = append(records, some...)
	}
	return records, nil
}

// customersWith returns who has each of the addresses, in order of their ids.
func (s store) customersWith(kind AddressKind, normalised []string) (map[string][]int64, error) {
	found := make(map[string][]int64, len(normalised))
	for part := range slices.Chunk(normalised, maxIn) {
		var rows []Address
		err := s.Gorm().Distinct("normalised", "customer_id").Where("kind = ? AND normalised IN ?", kind, part).
			Order("normalised, customer_id").Find(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read who has an address: %w", err)
		}
		for _, a := range rows {
			found[a.Normalised] = append(found[a.Normalised], a.CustomerID)
		}
	}
	return found, nil
}

// sourcesNamed returns the sources there are of the names that are the keys.
func (s store) sourcesNamed(names map[string][]string) ([]Source, error) {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	return find[Source](s, "sources", "name", list, "id", false)
}

// customersReferred returns the customers of a source, with id and reference only.
func (s store) customersReferred(sourceID int64, references []string) ([]Customer, error) {
	var customers []Customer
	for part := range slices.Chunk(references, maxIn) {
		var some []Customer
		err := s.Gorm().Select("id", "reference").Where("source_id = ? AND reference IN ?", sourceID, part).Find(&some).Error
		if err != nil {
			return nil, fmt.Errorf("read customers by reference: %w", err)
		}
		customers = append(customers, some...)
	}
	return customers, nil
}

// resolutionsAfter returns up to limit resolutions with an id above after, in order of their ids.
func (s store) resolutionsAfter(after int64, limit int) ([]Resolution, error) {
	var rows []Resolution
	if err := s.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read resolutions: %w", err)
	}
	return rows, nil
}
