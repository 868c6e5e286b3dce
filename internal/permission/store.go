package permission

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

func (s store) addConsents(events []ConsentEvent) error {
	return database.Insert(s.Tx, "consents", events)
}

// newestConsents returns, for each customer, the newest event of each purpose and channel.
func (s store) newestConsents(customerIDs []int64) (map[int64][]ConsentEvent, error) {
	var events []ConsentEvent
	ranked := s.Gorm().Model(&ConsentEvent{}).
		Select("*, ROW_NUMBER() OVER (PARTITION BY customer_id, purpose, channel ORDER BY at DESC, id DESC) AS newest").
		Where("customer_id IN ?", customerIDs)
	if err := s.Gorm().Table("(?) AS ranked", ranked).Where("newest = 1").Find(&events).Error; err != nil {
		return nil, fmt.Errorf("read consent: %w", err)
	}
	return groupBy(events, func(e ConsentEvent) int64 { return e.CustomerID }), nil
}

func (s store) consentsOf(customerID int64, limit int) ([]ConsentEvent, error) {
	var events []ConsentEvent
	if err := s.Gorm().Where("customer_id = ?", customerID).Order("at DESC, id DESC").Limit(limit).Find(&events).Error; err != nil {
		return nil, fmt.Errorf("read consent of customer %d: %w", customerID, err)
	}
	return events, nil
}

func (s store) consentsByID(ids []int64) (map[int64]ConsentEvent, error) {
	found := make(map[int64]ConsentEvent, len(ids))
	for chunk := range slices.Chunk(ids, chunkSize) {
		var events []ConsentEvent
		if err := s.Gorm().Where("id IN ?", chunk).Find(&events).Error; err != nil {
			return nil, fmt.Errorf("read consent by id: %w", err)
		}
		for _, e := range events {
			found[e.ID] = e
		}
	}
	return found, nil
}

// addSuppressions leaves out what is already forbidden for ever in the same scope.
func (s store) addSuppressions(suppressions []Suppression) error {
	hashes := make([]string, len(suppressions))
	for i, sup := range suppressions {
		hashes[i] = sup.AddressHash
	}
	for chunk := range slices.Chunk(suppressions, chunkSize) {
		known, err := s.suppressions(hashes[:len(chunk)])
		if err != nil {
			return err
		}
		hashes = hashes[len(chunk):]
		fresh := slices.DeleteFunc(slices.Clone(chunk), func(sup Suppression) bool {
			return slices.ContainsFunc(known[sup.AddressHash], func(k Suppression) bool { return k.Scope == sup.Scope && k.UntilAt.IsZero() })
		})
		if len(fresh) == 0 {
			continue
		}
		if err := s.Gorm().Create(fresh).Error; err != nil {
			return fmt.Errorf("suppress: %w", err)
		}
	}
	return nil
}

// suppressions returns those in force by address hash.
func (s store) suppressions(hashes []string) (map[string][]Suppression, error) {
	found := map[string][]Suppression{}
	for chunk := range slices.Chunk(hashes, chunkSize) {
		var rows []Suppression
		if err := s.Gorm().Where("address_hash IN ? AND lifted_at = 0", chunk).Order("id").Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read suppressions: %w", err)
		}
		for _, row := range rows {
			found[row.AddressHash] = append(found[row.AddressHash], row)
		}
	}
	return found, nil
}

func (s store) lift(id int64, at clock.Instant) error {
	r := s.Gorm().Model(&Suppression{}).Where("id = ? AND lifted_at = 0", id).Update("lifted_at", at)
	if r.Error != nil {
		return fmt.Errorf("lift suppression %d: %w", id, r.Error)
	}
	if r.RowsAffected == 0 {
		return fault.New(fault.NotFound, "suppression_not_found", "there is no such suppression in force")
	}
	return nil
}

func (s store) addTouches(touches []Touch) error {
	return database.Insert(s.Tx, "touches", touches)
}

func (s store) touchesOfPersons(personIDs []int64, since clock.Instant) (map[int64][]Touch, error) {
	if len(personIDs) == 0 {
		return nil, nil //nolint:nilnil // reading a nil map finds nothing
	}
	var rows []Touch
	err := s.Gorm().Where("person_id IN ? AND at > ?", personIDs, since).Order("at DESC, id DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read touches of persons: %w", err)
	}
	return groupBy(rows, func(t Touch) int64 { return t.PersonID }), nil
}

func (s store) touchesToAddresses(hashes []string, since clock.Instant) (map[string][]Touch, error) {
	if len(hashes) == 0 {
		return nil, nil //nolint:nilnil // reading a nil map finds nothing
	}
	var rows []Touch
	err := s.Gorm().Where("address_hash IN ? AND at > ?", hashes, since).Order("at DESC, id DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read touches of addresses: %w", err)
	}
	return groupBy(rows, func(t Touch) string { return t.AddressHash }), nil
}

func (s store) reserve(personIDs []int64) error {
	for chunk := range slices.Chunk(personIDs, chunkSize) {
		r := s.Gorm().Table("persons").Where("id IN ?", chunk).Update("version", gorm.Expr("version + 1"))
		if r.Error != nil {
			return fmt.Errorf("reserve persons: %w", r.Error)
		}
		if int(r.RowsAffected) != len(chunk) {
			return fault.New(fault.NotFound, "person_not_found", "a person to be contacted is not known any more")
		}
	}
	return nil
}

// fingerprint returns the stored fingerprint of the key, after storing this one if there was none.
func (s store) fingerprint(own string) (string, error) {
	const name = "permission.key_fingerprint"
	row := map[string]any{"name": name, "value": own}
	keep := clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}
	if err := s.Gorm().Table("settings").Clauses(keep).Create(row).Error; err != nil {
		return "", fmt.Errorf("store key fingerprint: %w", err)
	}
	var stored string
	if err := s.Gorm().Table("settings").Where("name = ?", name).Pluck("value", &stored).Error; err != nil {
		return "", fmt.Errorf("read key fingerprint: %w", err)
	}
	return stored, nil
}

func groupBy[K comparable, V any](rows []V, key func(V) K) map[K][]V {
	groups := make(map[K][]V, len(rows))
	for _, row := range rows {
		groups[key(row)] = append(groups[key(row)], row)
	}
	return groups
}
