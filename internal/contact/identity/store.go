package identity

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

type store struct{ database.Tx }

func (s store) addPerson() (int64, error) {
	rows := make([]contact.Person, 1)
	err := database.InsertWithIDs(s.Tx, "persons", rows, func(p *contact.Person) *int64 { return &p.ID })
	return rows[0].ID, err
}

func (s store) addresses(customerIDs []int64) ([]contact.Address, error) {
	return database.In[contact.Address](customerIDs, "addresses", func(part []int64) *gorm.DB {
		return s.Gorm().Where("customer_id IN ?", part).Order("customer_id, kind, position")
	})
}

func (s store) lockAddresses(ids []int64) ([]contact.Address, error) {
	return database.In[contact.Address](ids, "stale addresses", func(part []int64) *gorm.DB {
		return s.Gorm().Where("id IN ?", part).Order("id").Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	})
}

func (s store) removeAddresses(ids []int64) error {
	for part := range slices.Chunk(ids, database.MaxIn) {
		if err := s.Gorm().Where("id IN ?", part).Delete(&contact.Address{}).Error; err != nil {
			return fmt.Errorf("remove addresses: %w", err)
		}
	}
	return nil
}

// recordIDs returns the customers of a person in order, at most limit.
func (s store) recordIDs(personID int64, limit int) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&contact.Customer{}).Where("person_id = ?", personID).Order("id").Limit(limit).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read the records of a person: %w", err)
	}
	return ids, nil
}

// recordsOf returns the customers of persons, as far as they can be moved about.
func (s store) recordsOf(personIDs []int64) ([]int64, error) {
	rows, err := database.In[contact.Customer](personIDs, "the records of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id").Where("person_id IN ?", part).Limit(len(part) * maxRecords)
	})
	ids := make([]int64, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
	}
	return ids, err
}

// moveCustomers gives customers another person, and their resolutions with them: what acts on one later reads the person there.
func (s store) moveCustomers(ids []int64, from, to int64) error {
	for part := range slices.Chunk(ids, database.MaxIn) {
		r := s.Gorm().Model(&contact.Customer{}).Where("id IN ? AND person_id = ?", part, from).UpdateColumn("person_id", to)
		if r.Error != nil {
			return fmt.Errorf("move customers to another person: %w", r.Error)
		}
		if int(r.RowsAffected) != len(part) {
			return contact.ErrPersonChanged
		}
		if err := s.Gorm().Model(&contact.Resolution{}).Where("customer_id IN ?", part).Update("person_id", to).Error; err != nil {
			return fmt.Errorf("move resolutions to another person: %w", err)
		}
	}
	return nil
}

// addChange writes one line of the log and sets its id.
func (s store) addChange(change *PersonChange, moved, stayed []int64) error {
	if err := s.Gorm().Create(change).Error; err != nil {
		return fmt.Errorf("add a change of persons: %w", err)
	}
	rows := make([]changeRecord, 0, len(moved)+len(stayed))
	for _, id := range moved {
		rows = append(rows, changeRecord{ChangeID: change.ID, CustomerID: id, Moved: true})
	}
	for _, id := range stayed {
		rows = append(rows, changeRecord{ChangeID: change.ID, CustomerID: id})
	}
	return database.Insert(s.Tx, "records of a change of persons", rows)
}

func (s store) addApart(made madeApart) error {
	if err := s.Gorm().Create(&made).Error; err != nil {
		return fmt.Errorf("note who was taken apart: %w", err)
	}
	return nil
}

// apartBy returns whom a change took apart; the zero value where it took nobody.
func (s store) apartBy(changeID int64) (madeApart, error) {
	var made []madeApart
	if err := s.Gorm().Where("change_id = ?", changeID).Find(&made).Error; err != nil {
		return madeApart{}, fmt.Errorf("read who was taken apart: %w", err)
	}
	if len(made) == 0 {
		return madeApart{}, nil
	}
	return made[0], nil
}

var errNoChange = fault.New(fault.NotFound, "change_unknown", "there is no such change")

// change returns a line of the log with the records it moved and those on the other side, each in order.
func (s store) change(id int64) (change PersonChange, moved, stayed []int64, err error) {
	if change, err = database.One[PersonChange](s.Gorm().Where("id = ?", id), "a change of persons", errNoChange); err != nil {
		return change, nil, nil, err
	}
	var records []changeRecord
	if err := s.Gorm().Where("change_id = ?", id).Order("customer_id").Find(&records).Error; err != nil {
		return change, nil, nil, fmt.Errorf("read the records of a change: %w", err)
	}
	for _, r := range records {
		if r.Moved {
			moved = append(moved, r.CustomerID)
		} else {
			stayed = append(stayed, r.CustomerID)
		}
	}
	return change, moved, stayed, nil
}

// decidedByHand returns what was last decided by hand about any two of the records.
func (s store) decidedByHand(customerIDs []int64) (decisions, error) {
	rows, err := database.In[decidedSide](customerIDs, "what was decided about records", func(part []int64) *gorm.DB {
		return s.Gorm().Table("person_change_records AS r").Joins("JOIN person_changes AS c ON c.id = r.change_id").
			Select("r.change_id, r.customer_id, c.kind, r.moved").
			Where("r.customer_id IN ? AND c.kind IN ?", part, []ChangeKind{ChangeMerge, ChangeSplit})
	})
	return decisionsFrom(rows), err
}

// personsOn returns the persons with at least few records on a line, the oldest first, at most limit.
func (s store) personsOn(kind contact.AddressKind, normalised string, few, limit int) ([]int64, error) {
	var persons []int64
	err := s.Gorm().Table("customer_addresses AS a").Joins("JOIN customers AS c ON c.id = a.customer_id").
		Where("a.kind = ? AND a.normalised = ?", kind, normalised).
		Group("c.person_id").Having("COUNT(DISTINCT c.id) >= ?", few).Order("c.person_id").Limit(limit).Pluck("c.person_id", &persons).Error
	if err != nil {
		return nil, fmt.Errorf("read who is on a line: %w", err)
	}
	return persons, nil
}

func (s store) personScan() (personScan, error) {
	var scan personScan
	if err := s.Gorm().Take(&scan).Error; err != nil {
		return personScan{}, fmt.Errorf("read how far the scan for persons is: %w", err)
	}
	return scan, nil
}

// movePersonScan writes how far the search has come. It returns fault.Conflict when another worker was faster.
func (s store) movePersonScan(before, after personScan) error {
	r := s.Gorm().Model(&personScan{}).Where("id = ? AND reached_id = ? AND seen_at = ?", before.ID, before.ReachedID, before.SeenAt).
		Updates(map[string]any{"reached_id": after.ReachedID, "seen_id": after.SeenID, "seen_at": after.SeenAt})
	if r.Error != nil {
		return fmt.Errorf("write how far the scan for persons is: %w", r.Error)
	}
	if r.RowsAffected == 0 {
		return fault.New(fault.Conflict, "scan_overtaken", "somebody else has looked at these addresses")
	}
	return nil
}

func (s store) newestAddress() (int64, error) {
	var id int64
	if err := s.Gorm().Model(&contact.Address{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("read the newest address: %w", err)
	}
	return id, nil
}

// addressesAfter returns the addresses with an id above after, up to upTo and at most limit of them, and the id it came to.
func (s store) addressesAfter(after, upTo int64, limit int) (addresses []contact.Address, last int64, err error) {
	if err := s.Gorm().Where("id > ? AND id <= ?", after, upTo).Order("id").Limit(limit).Find(&addresses).Error; err != nil {
		return nil, 0, fmt.Errorf("read new addresses: %w", err)
	}
	last = upTo
	if len(addresses) == limit {
		last = addresses[limit-1].ID
	}
	return addresses, last, nil
}

// misgroupedLines returns a customer of each line among the addresses whose customers are not grouped as they should be.
func (s store) misgroupedLines(addresses []contact.Address) (odd []int64, err error) {
	for _, kind := range []contact.AddressKind{contact.PhoneAddress, contact.EmailAddress} {
		// A line of few customers makes them one person; on a shared line nobody has two records.
		const misgrouped = "CASE WHEN COUNT(DISTINCT c.id) > ? THEN COUNT(DISTINCT c.person_id) < COUNT(DISTINCT c.id) " +
			"ELSE COUNT(DISTINCT c.person_id) > 1 END"
		some, err := database.In[int64](normalisedOf(addresses, kind), "lines with several persons", func(part []string) *gorm.DB {
			return s.Gorm().Table("customer_addresses AS a").Joins("JOIN customers AS c ON c.id = a.customer_id").
				Where("a.kind = ? AND a.normalised IN ?", kind, part).Group("a.normalised").
				Having(misgrouped, permission.SharedBy).Select("MIN(c.id)")
		})
		if err != nil {
			return nil, err
		}
		odd = append(odd, some...)
	}
	return odd, nil
}
