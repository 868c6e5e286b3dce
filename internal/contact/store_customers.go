package contact

import (
	"fmt"
	"slices"

	"aftercall/internal/database"
)

func (s store) lockCustomers(sourceID int64, references []string) ([]Customer, error) {
	return find[Customer](s, "customers", "source_id = "+id(sourceID)+" AND reference", references, "id", true)
}

func (s store) addresses(customerIDs []int64) ([]Address, error) {
	return find[Address](s, "addresses", "customer_id", customerIDs, "customer_id, kind, position", false)
}

// persons returns the person of each customer.
func (s store) persons(customerIDs []int64) (map[int64]int64, error) {
	persons := make(map[int64]int64, len(customerIDs))
	for part := range slices.Chunk(customerIDs, maxIn) {
		var rows []Customer
		if err := s.Gorm().Select("id", "person_id").Where("id IN ?", part).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read persons: %w", err)
		}
		for _, c := range rows {
			persons[c.ID] = c.PersonID
		}
	}
	return persons, nil
}

// customersOf returns the customer of each contact.
func (s store) customersOf(contactIDs []int64) (map[int64]int64, error) {
	customers := make(map[int64]int64, len(contactIDs))
	for part := range slices.Chunk(contactIDs, maxIn) {
		var rows []Contact
		if err := s.Gorm().Select("id", "customer_id").Where("id IN ?", part).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read whose contacts are: %w", err)
		}
		for _, c := range rows {
			customers[c.ID] = c.CustomerID
		}
	}
	return customers, nil
}

func (s store) addPersons(slots []*personSlot) error {
	rows := make([]Person, len(slots))
	if err := database.InsertWithIDs(s.Tx, "persons", rows, func(p *Person) *int64 { return &p.ID }); err != nil {
		return err
	}
	for i, slot := range slots {
		slot.id = rows[i].ID
	}
	return nil
}

func (s store) addCustomers(drafts []*customerDraft) error {
	rows := make([]Customer, len(drafts))
	for i, d := range drafts {
		rows[i] = d.customer
	}
	if err := database.InsertWithIDs(s.Tx, "customers", rows, func(c *Customer) *int64 { return &c.ID }); err != nil {
		return err
	}
	for i, d := range drafts {
		d.customer.ID = rows[i].ID
	}
	return nil
}

var customerColumns = []string{"name", "language", "zone", "region", "tags", "attributes", "updated_at"}

// updateCustomers writes known customers again and takes away the addresses that were replaced.
func (s store) updateCustomers(drafts []*customerDraft) error {
	rows := make([]Customer, len(drafts))
	moved := map[AddressKind][]int64{}
	for i, d := range drafts {
		rows[i] = d.customer
		for kind := range d.moved {
			moved[kind] = append(moved[kind], d.customer.ID)
		}
	}
	if err := rewrite(s, "customers", rows, customerColumns); err != nil {
		return err
	}
	for kind, ids := range moved {
		for part := range slices.Chunk(ids, maxIn) {
			if err := s.Gorm().Where("kind = ? AND customer_id IN ?", kind, part).Delete(&Address{}).Error; err != nil {
				return fmt.Errorf("replace addresses: %w", err)
			}
		}
	}
	return nil
}

func (s store) addAddresses(addresses []Address) error {
	return database.Insert(s.Tx, "addresses", addresses)
}

func (s store) removeAddresses(ids []int64) error {
	for part := range slices.Chunk(ids, maxIn) {
		if err := s.Gorm().Where("id IN ?", part).Delete(&Address{}).Error; err != nil {
			return fmt.Errorf("remove addresses: %w", err)
		}
	}
	return nil
}

// sharedLine is an address with how many customers have it and the oldest person among them.
type sharedLine struct {
	Normalised string
	Customers  int
	PersonID   int64
}

// sharing counts the customers of each address, and names a person where there are few enough to be one.
func (s store) sharing(kind AddressKind, normalised []string) ([]sharedLine, error) {
	var lines []sharedLine
	for part := range slices.Chunk(normalised, maxIn) {
		var counted []sharedLine
		err := s.Gorm().Model(&Address{}).Select("normalised, COUNT(DISTINCT customer_id) AS customers").
			Where("kind = ? AND normalised IN ?", kind, part).Group("normalised").Scan(&counted).Error
		if err != nil {
			return nil, fmt.Errorf("count who shares an address: %w", err)
		}
		lines = append(lines, counted...)
	}
	return lines, s.nameSharers(kind, lines)
}

func (s store) nameSharers(kind AddressKind, lines []sharedLine) error {
	var few []string
	for _, l := range lines {
		if l.Customers < sharedBy {
			few = append(few, l.Normalised)
		}
	}
	persons := make(map[string]int64, len(few))
	for part := range slices.Chunk(few, maxIn) {
		var named []sharedLine
		err := s.Gorm().Table("customer_addresses AS a").Select("a.normalised, MIN(c.person_id) AS person_id").
			Joins("JOIN customers AS c ON c.id = a.customer_id").
			Where("a.kind = ? AND a.normalised IN ?", kind, part).Group("a.normalised").Scan(&named).Error
		if err != nil {
			return fmt.Errorf("read who shares an address: %w", err)
		}
		for _, n := range named {
			persons[n.Normalised] = n.PersonID
		}
	}
	for i := range lines {
		lines[i].PersonID = persons[lines[i].Normalised]
	}
	return nil
}
