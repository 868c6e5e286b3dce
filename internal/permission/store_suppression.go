package permission

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

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
	err := s.Gorm().Model(&Suppression{}).Where("address_hash = ?", from).Updates(map[string]any{"address_hash": to, "form": address.Form}).Error
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
