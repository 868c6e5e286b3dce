package permission

import (
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

func (s store) addConsents(events []ConsentEvent) error {
	return database.Insert(s.Tx, "consents", events)
}

// newestConsents returns, for each customer, purpose and channel, the newest yes and the newest no, up to n of each.
func (s store) newestConsents(customerIDs []int64, n int) (map[int64][]ConsentEvent, error) {
	const ranked = "SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id, purpose, channel, given ORDER BY at DESC, id DESC) AS place " +
		"FROM consent_events WHERE customer_id IN ?"
	events, err := read(s, func(rows *sql.Rows, e *ConsentEvent) error {
		return rows.Scan(&e.ID, &e.CustomerID, (*string)(&e.Purpose), (*string)(&e.Channel), &e.Given, (*string)(&e.Basis), &e.Wording,
			&e.Source, &e.Evidence, &e.UserID, (*int64)(&e.At), (*int64)(&e.ExpiresAt), (*int64)(&e.RecordedAt), &e.DedupeKey)
	}, "SELECT id, customer_id, purpose, channel, given, basis, wording, source, evidence, user_id, at, expires_at, recorded_at, "+
		"dedupe_key FROM ("+ranked+") AS ranked WHERE place <= ?", customerIDs, n)
	if err != nil {
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
	events, err := database.In[ConsentEvent](ids, "consent by id", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
	found := make(map[int64]ConsentEvent, len(events))
	for _, e := range events {
		found[e.ID] = e
	}
	return found, err
}

// delivered returns the customers for whom each key was recorded before.
func (s store) delivered(dedupeKeys []string) (map[string][]int64, error) {
	events, err := database.In[ConsentEvent](dedupeKeys, "consent by key", func(part []string) *gorm.DB {
		return s.Gorm().Select("dedupe_key", "customer_id").Where("dedupe_key IN ?", part)
	})
	found := map[string][]int64{}
	for _, e := range events {
		found[*e.DedupeKey] = append(found[*e.DedupeKey], e.CustomerID)
	}
	return found, err
}

// consentsOfRecords returns the newest events of several customers together.
func (s store) consentsOfRecords(customerIDs []int64, limit int) ([]ConsentEvent, error) {
	var events []ConsentEvent
	if err := s.Gorm().Where("customer_id IN ?", customerIDs).Order("at DESC, id DESC").Limit(limit).Find(&events).Error; err != nil {
		return nil, fmt.Errorf("read consent of a person: %w", err)
	}
	return events, nil
}

func (s store) addSuppressions(suppressions []Suppression) error {
	return database.Insert(s.Tx, "suppressions", suppressions)
}

// suppressions returns by address hash those that are not lifted, or all of them.
func (s store) suppressions(hashes []string, lifted bool) (map[string][]Suppression, error) {
	rows, err := database.In[Suppression](hashes, "suppressions", func(part []string) *gorm.DB {
		q := s.Gorm().Where("address_hash IN ?", part).Order("id")
		if !lifted {
			q = q.Where("lifted_at = 0")
		}
		return q
	})
	return groupBy(rows, func(row Suppression) string { return row.AddressHash }), err
}

// respell moves what is kept under the hash of an address to that of its normal form.
func (s store) respell(from, to string) error {
	err := s.Gorm().Model(&Suppression{}).Where("address_hash = ?", from).
		Updates(map[string]any{"address_hash": to, "form": address.Form}).Error
	if err != nil {
		return fmt.Errorf("move suppressions to the normal form of an address: %w", err)
	}
	if err := s.Gorm().Model(&Touch{}).Where("address_hash = ?", from).Update("address_hash", to).Error; err != nil {
		return fmt.Errorf("move touches to the normal form of an address: %w", err)
	}
	return nil
}

func (s store) lift(id int64, l Suppression) error {
	r := s.Gorm().Model(&Suppression{}).Where("id = ? AND lifted_at = 0", id).
		Updates(map[string]any{"lifted_at": l.LiftedAt, "lifted_by": l.LiftedBy, "lift_reason": l.LiftReason})
	if r.Error != nil {
		return fmt.Errorf("lift suppression %d: %w", id, r.Error)
	}
	if r.RowsAffected == 0 {
		return fault.New(fault.NotFound, "suppression_not_found", "there is no such suppression in force")
	}
	return nil
}

func (s store) suppressionPage(f SuppressionFilter, hashes []string, now clock.Instant, limit int) ([]Suppression, error) {
	q := s.Gorm().Order("id DESC").Limit(limit)
	if len(hashes) > 0 {
		q = q.Where("address_hash IN ?", hashes)
	}
	if f.Scope != "" {
		q = q.Where("scope = ?", f.Scope)
	}
	if f.Active {
		q = q.Where("lifted_at = 0 AND (until_at = 0 OR until_at > ?)", now)
	}
	if f.Before != 0 {
		q = q.Where("id < ?", f.Before)
	}
	var rows []Suppression
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list suppressions: %w", err)
	}
	return rows, nil
}
