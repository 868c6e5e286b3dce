package contact

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// complaint is what is known of a customer's complaints.
type complaint struct {
	CustomerID int64
	Open       bool          // one is not resolved
	ResolvedAt clock.Instant // of the newest resolution of one; none: there was none
}

// complaints returns the customers who ever complained. The index by customer finds their contacts, of which a person has few.
func (s store) complaints(customerIDs []int64) (map[int64]complaint, error) {
	rows, err := database.In[complaint](customerIDs, "complaints", func(part []int64) *gorm.DB {
		return s.Gorm().Table("contacts AS c").Joins("LEFT JOIN resolutions AS r ON r.contact_id = c.id").
			Select("c.customer_id, MAX(c.status <> ?) AS open, COALESCE(MAX(r.resolved_at), 0) AS resolved_at", Resolved).
			Where("c.customer_id IN ? AND c.complaint = ?", part, true).Group("c.customer_id")
	})
	found := make(map[int64]complaint, len(rows))
	for _, row := range rows {
		found[row.CustomerID] = row
	}
	return found, err
}

// recordsOf returns every customer of the persons, with id and person only. A person has few: identity joins at most permission.SharedBy
// customers by one address, and people join the others one by one.
func (s store) recordsOf(personIDs []int64) ([]Customer, error) {
	return database.In[Customer](personIDs, "the records of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "person_id").Where("person_id IN ?", part).Order("id")
	})
}

// customersWith returns who has each of the addresses, in order of their ids.
func (s store) customersWith(kind AddressKind, normalised []string) (map[string][]int64, error) {
	rows, err := database.In[Address](normalised, "who has an address", func(part []string) *gorm.DB {
		return s.Gorm().Distinct("normalised", "customer_id").Where("kind = ? AND normalised IN ?", kind, part).
			Order("normalised, customer_id")
	})
	found := make(map[string][]int64, len(normalised))
	for _, a := range rows {
		found[a.Normalised] = append(found[a.Normalised], a.CustomerID)
	}
	return found, err
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
	return database.In[Customer](references, "customers by reference", func(part []string) *gorm.DB {
		return s.Gorm().Select("id", "reference").Where("source_id = ? AND reference IN ?", sourceID, part)
	})
}

// resolutionsAfter returns up to limit resolutions with an id above after, in order of their ids.
func (s store) resolutionsAfter(after int64, limit int) ([]Resolution, error) {
	var rows []Resolution
	if err := s.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read resolutions: %w", err)
	}
	return rows, nil
}

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
	records, err := store{tx}.recordsOf(database.DistinctNonzero(personIDs))
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

// CountAnswers counts the ratings that batches of intake brought.
func CountAnswers(tx database.Tx, batchIDs []int64) (int, error) {
	counts, err := database.In[struct{ N int }](batchIDs, "the number of answers", func(part []int64) *gorm.DB {
		return tx.Gorm().Model(&ImportedAnswer{}).Select("COUNT(*) AS n").Where("batch_id IN ?", part)
	})
	total := 0
	for _, c := range counts {
		total += c.N
	}
	return total, err
}

// LastResolutions returns each customer's newest resolution until now that stands. A customer without one is not in the map.
func LastResolutions(tx database.Tx, now clock.Instant, customerIDs []int64) (map[int64]Resolution, error) {
	rows, err := database.In[Resolution](customerIDs, "last resolutions", func(part []int64) *gorm.DB {
		ranked := tx.Gorm().Model(&Resolution{}).
			Select("*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY resolved_at DESC, id DESC) AS newest").
			Where("customer_id IN ? AND resolved_at <= ? AND reopened_at = 0", part, now)
		return tx.Gorm().Table("(?) AS ranked", ranked).Where("newest = 1")
	})
	found := make(map[int64]Resolution, len(rows))
	for _, row := range rows {
		found[row.CustomerID] = row
	}
	return found, err
}
