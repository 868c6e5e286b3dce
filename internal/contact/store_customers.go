package contact

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/whose"
)

// customersNamedBy reads the customers of the references; locked, others are kept from changing them until the transaction ends.
func (s store) customersNamedBy(sourceID int64, references []string, locked bool) ([]Customer, error) {
	return findIn[Customer](s.along("customers", "customers_source_id_reference"), "customers",
		"source_id = "+strconv.FormatInt(sourceID, 10)+" AND reference", references, "id", locked)
}

func (s store) addresses(customerIDs []int64) ([]Address, error) {
	return findIn[Address](s.along("customer_addresses", "customer_addresses_customer_id_kind_position"), "addresses",
		"customer_id", customerIDs, "customer_id, kind, position", false)
}

// persons returns the person of each customer.
func (s store) persons(customerIDs []int64) (map[int64]int64, error) {
	rows, err := database.In[Customer](customerIDs, "persons", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "person_id").Where("id IN ?", part)
	})
	persons := make(map[int64]int64, len(rows))
	for _, c := range rows {
		persons[c.ID] = c.PersonID
	}
	return persons, err
}

// customersKnown returns customers with what says who they are.
func (s store) customersKnown(ids []int64) (map[int64]Customer, error) {
	rows, err := database.In[Customer](ids, "whose contacts were", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "person_id", "reference", "name").Where("id IN ?", part)
	})
	customers := make(map[int64]Customer, len(rows))
	for _, c := range rows {
		customers[c.ID] = c
	}
	return customers, err
}

// tally is how many contacts of a customer came with a description.
type tally struct {
	CustomerID    int64
	DescriptionID *int64
	Contacts      int
}

// tallies returns what the contacts of customers came with. It reads all of them: whose they are is looked at once for a customer.
func (s store) tallies(customerIDs []int64) (map[int64][]tally, error) {
	rows, err := database.In[tally](customerIDs, "what contacts came with", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Contact{}).Select("customer_id, description_id, COUNT(*) AS contacts").
			Where("customer_id IN ?", part).Group("customer_id, description_id")
	})
	all := make(map[int64][]tally, len(customerIDs))
	for _, t := range rows {
		all[t.CustomerID] = append(all[t.CustomerID], t)
	}
	return all, err
}

// lockContactsOf locks those of the contacts that are a customer's.
func (s store) lockContactsOf(customerID int64, ids []int64) ([]Contact, error) {
	return find[Contact](s, "contacts", "customer_id = "+id(customerID)+" AND id", database.DistinctNonzero(ids), "id", true)
}

// lockByHand locks the contacts that somebody gave a customer by hand, at most limit.
func (s store) lockByHand(customerID int64, limit int) ([]Contact, error) {
	var rows []Contact
	err := s.Gorm().Where("customer_id = ? AND customer_by_hand = ?", customerID, true).Order("id").Limit(limit).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the contacts taken apart: %w", err)
	}
	return rows, nil
}

// countContactsOf counts the contacts of a customer and stops at most.
func (s store) countContactsOf(customerID int64, most int) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Contact{}).Where("customer_id = ?", customerID), most)
	if err != nil {
		return 0, fmt.Errorf("count the contacts of a customer: %w", err)
	}
	return n, nil
}

func (s store) lockCustomersByID(ids ...int64) ([]Customer, error) {
	return find[Customer](s, "customers", "id", ids, "id", true)
}

// giveAddresses gives addresses of one customer to another. They are written anew: who looks for records of one person looks at new rows.
func (s store) giveAddresses(rows []Address, to int64) error {
	ids := make([]int64, len(rows))
	anew := make([]Address, len(rows))
	for i, a := range rows {
		ids[i], anew[i] = a.ID, a
		anew[i].ID, anew[i].CustomerID = 0, to
	}
	for part := range slices.Chunk(ids, database.MaxIn) {
		if err := s.Gorm().Where("id IN ?", part).Delete(&Address{}).Error; err != nil {
			return fmt.Errorf("give addresses away: %w", err)
		}
	}
	return s.addAddresses(anew)
}

// lockMisplaced returns contacts that came with one of the descriptions under an address and are of who was known by the address alone,
// while that is somebody else, at most limit of them. Whose somebody said they are by hand stay.
func (s store) lockMisplaced(c whose.Contested, references map[int64]string, limit int) ([]Contact, error) {
	var holders []Customer
	err := s.Gorm().Select("id", "reference").Where("id = ?", c.CustomerID).Or("source_id = ? AND reference = ?", c.SourceID, c.Address).
		Order("id").Find(&holders).Error
	if err != nil {
		return nil, fmt.Errorf("read who is known by an address: %w", err)
	}
	var misplaced []Contact
	for _, h := range holders {
		var others []int64
		for _, id := range slices.Sorted(maps.Keys(references)) {
			if references[id] != h.Reference {
				others = append(others, id)
			}
		}
		if len(others) == 0 || len(misplaced) == limit {
			continue
		}
		var rows []Contact
		err := s.Gorm().Where("customer_id = ? AND description_id IN ? AND customer_by_hand = ?", h.ID, others, false).
			Order("id").Limit(limit - len(misplaced)).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Find(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read the contacts of a contested address: %w", err)
		}
		misplaced = append(misplaced, rows...)
	}
	return misplaced, nil
}

// customersOf returns the customer of each contact.
func (s store) customersOf(contactIDs []int64) (map[int64]int64, error) {
	rows, err := database.In[Contact](contactIDs, "whose contacts are", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "customer_id").Where("id IN ?", part)
	})
	customers := make(map[int64]int64, len(rows))
	for _, c := range rows {
		customers[c.ID] = c.CustomerID
	}
	return customers, err
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
		for part := range slices.Chunk(ids, database.MaxIn) {
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

// SharedLine is an address with how many customers have it and the oldest person among them.
type SharedLine struct {
	Normalised string
	Customers  int
	PersonID   int64
}

// Sharing counts the customers of each address, and names a person where there are few enough to be one.
func Sharing(tx database.Tx, kind AddressKind, normalised []string) ([]SharedLine, error) {
	lines, err := database.In[SharedLine](normalised, "who shares an address", func(part []string) *gorm.DB {
		return tx.Gorm().Model(&Address{}).Select("normalised, COUNT(DISTINCT customer_id) AS customers").
			Where("kind = ? AND normalised IN ?", kind, part).Group("normalised")
	})
	if err != nil {
		return nil, err
	}
	var few []string
	for _, l := range lines {
		if l.Customers < permission.SharedBy {
			few = append(few, l.Normalised)
		}
	}
	named, err := database.In[SharedLine](few, "the person who has an address", func(part []string) *gorm.DB {
		return tx.Gorm().Table("customer_addresses AS a").Select("a.normalised, MIN(c.person_id) AS person_id").
			Joins("JOIN customers AS c ON c.id = a.customer_id").
			Where("a.kind = ? AND a.normalised IN ?", kind, part).Group("a.normalised")
	})
	persons := make(map[string]int64, len(few))
	for _, n := range named {
		persons[n.Normalised] = n.PersonID
	}
	for i := range lines {
		lines[i].PersonID = persons[lines[i].Normalised]
	}
	return lines, err
}
