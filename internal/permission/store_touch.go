package permission

import (
	"database/sql"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

func (s store) addTouches(touches []Touch) error {
	return database.Insert(s.Tx, "touches", touches)
}

func (s store) readTouches(where string, args ...any) ([]Touch, error) {
	touches, err := read(s, func(rows *sql.Rows, t *Touch) error {
		return rows.Scan(&t.ID, &t.PersonID, &t.CustomerID, &t.AddressHash, (*string)(&t.Kind), (*string)(&t.Purpose),
			(*string)(&t.Channel), &t.Family, &t.Ref, (*int64)(&t.At))
	}, "SELECT id, person_id, customer_id, address_hash, kind, purpose, channel, family, ref, at "+
		"FROM touches WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read touches: %w", err)
	}
	return touches, nil
}

func (s store) touchesOfPersons(personIDs []int64, since clock.Instant) ([]Touch, error) {
	if len(personIDs) == 0 {
		return nil, nil
	}
	return s.readTouches("person_id IN ? AND at > ?", personIDs, since)
}

// touchesToAddresses returns the touches to each address. Most of them are among those of the persons, which are known: so it reads
// only ids, which the index has, and then the rows that are missing.
func (s store) touchesToAddresses(hashes []string, since clock.Instant, known []Touch) (map[string][]Touch, error) {
	if len(hashes) == 0 {
		return nil, nil //nolint:nilnil // reading a nil map finds nothing
	}
	ids, err := read(s, func(rows *sql.Rows, id *int64) error { return rows.Scan(id) },
		"SELECT id FROM touches WHERE address_hash IN ? AND at > ?", hashes, since)
	if err != nil {
		return nil, fmt.Errorf("read touches of addresses: %w", err)
	}
	at := make(map[int64]int, len(known))
	for i, t := range known {
		at[t.ID] = i
	}
	found, missing := make([]Touch, 0, len(ids)), []int64(nil)
	for _, id := range ids {
		if i, ok := at[id]; ok {
			found = append(found, known[i])
		} else {
			missing = append(missing, id)
		}
	}
	for chunk := range slices.Chunk(missing, database.MaxIn) {
		rows, err := s.readTouches("id IN ?", chunk)
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return groupBy(found, func(t Touch) string { return t.AddressHash }), nil
}

// touchesOf returns the touches of a person for one attempt, invitation or offer.
func (s store) touchesOf(personID int64, kind TouchKind, ref int64) ([]Touch, error) {
	var rows []Touch
	if err := s.Gorm().Where("person_id = ? AND kind = ? AND ref = ?", personID, kind, ref).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s touch %d: %w", kind, ref, err)
	}
	return rows, nil
}

// removeTouches returns what it removed.
func (s store) removeTouches(personID int64, kind TouchKind, ref int64) ([]Touch, error) {
	rows, err := s.touchesOf(personID, kind, ref)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if err := s.Gorm().Delete(&rows).Error; err != nil {
		return nil, fmt.Errorf("take back %s touch %d: %w", kind, ref, err)
	}
	return rows, nil
}

func (s store) retouch(personID int64, kind TouchKind, from, to int64) error {
	err := s.Gorm().Model(&Touch{}).Where("person_id = ? AND kind = ? AND ref = ?", personID, kind, from).Update("ref", to).Error
	if err != nil {
		return fmt.Errorf("move %s touch %d: %w", kind, from, err)
	}
	return nil
}

func (s store) reserve(personIDs []int64) error {
	for chunk := range slices.Chunk(personIDs, database.MaxIn) {
		found, err := s.raise(chunk)
		if err != nil {
			return err
		}
		if found != len(chunk) {
			return fault.New(fault.NotFound, "person_not_found", "a person to be contacted is not known any more")
		}
	}
	return nil
}

// guard is reserve for persons who may have gone.
func (s store) guard(personIDs []int64) error {
	for chunk := range slices.Chunk(personIDs, database.MaxIn) {
		if _, err := s.raise(chunk); err != nil {
			return err
		}
	}
	return nil
}

// raise writes the guard rows of persons and returns how many there are.
func (s store) raise(personIDs []int64) (int, error) {
	r := s.Gorm().Table("persons").Where("id IN ?", personIDs).Update("version", gorm.Expr("version + 1"))
	if r.Error != nil {
		return 0, fmt.Errorf("reserve persons: %w", r.Error)
	}
	return int(r.RowsAffected), nil
}

// guardVersion is the guard row of a person.
type guardVersion struct{ ID, Version int64 }

func (s store) versions(personIDs []int64) (map[int64]int64, error) {
	rows, err := database.In[guardVersion](personIDs, "guard rows of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Table("persons").Select("id", "version").Where("id IN ?", part)
	})
	versions := make(map[int64]int64, len(rows))
	for _, row := range rows {
		versions[row.ID] = row.Version
	}
	return versions, err
}

// raiseFrom writes the guard row of a person if it still has a version.
func (s store) raiseFrom(personID, version int64) (bool, error) {
	r := s.Gorm().Exec("UPDATE persons SET version = version + 1 WHERE id = ? AND version = ?", personID, version)
	if r.Error != nil {
		return false, fmt.Errorf("reserve person %d: %w", personID, r.Error)
	}
	return r.RowsAffected > 0, nil
}

// addressGuard is the guard row of an address.
type addressGuard struct {
	AddressHash string
	Version     int64
}

// TableName names the table.
func (addressGuard) TableName() string { return "address_guards" }

func (s store) reserveAddresses(hashes []string) error {
	for chunk := range slices.Chunk(hashes, database.MaxIn) {
		rows := make([]addressGuard, len(chunk))
		for i, hash := range chunk {
			rows[i] = addressGuard{AddressHash: hash, Version: 1}
		}
		err := s.Gorm().Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "address_hash"}},
			DoUpdates: clause.Assignments(map[string]any{"version": gorm.Expr("address_guards.version + 1")}),
		}).Create(&rows).Error
		if err != nil {
			return fmt.Errorf("reserve addresses: %w", err)
		}
	}
	return nil
}

// MovePerson moves the touches made to customers from one person to another, in the transaction that moves the customers: caps
// count by person, and a touch belongs to the record it was made to.
func (s *Service) MovePerson(tx database.Tx, customerIDs []int64, from, to int64) error {
	return store{tx}.moveTouches(customerIDs, from, to)
}

func (s store) moveTouches(customerIDs []int64, from, to int64) error {
	for part := range slices.Chunk(customerIDs, database.MaxIn) {
		err := s.Gorm().Model(&Touch{}).Where("person_id = ? AND customer_id IN ?", from, part).Update("person_id", to).Error
		if err != nil {
			return fmt.Errorf("move touches to another person: %w", err)
		}
	}
	return nil
}
