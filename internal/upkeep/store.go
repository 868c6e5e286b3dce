package upkeep

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Standing returns the corrections that stand, by customer. There is one of a field at most: who corrects holds the customer's row.
func Standing(tx database.Tx, customerIDs []int64) (map[int64][]Correction, error) {
	rows, err := database.In[Correction](customerIDs, "standing corrections", func(part []int64) *gorm.DB {
		return tx.Gorm().Where("customer_id IN ? AND ended_at = 0", part).Order("id")
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	standing := make(map[int64][]Correction, len(rows))
	for _, c := range rows {
		standing[c.CustomerID] = append(standing[c.CustomerID], c)
	}
	return standing, nil
}

// Add writes corrections down.
func Add(tx database.Tx, rows []Correction) error {
	return database.Insert(tx, "corrections of a customer", rows)
}

// Finish ends corrections.
func Finish(tx database.Tx, ended map[int64]End, now clock.Instant) error {
	byEnd := map[End][]int64{}
	for id, end := range ended {
		byEnd[end] = append(byEnd[end], id)
	}
	for _, end := range slices.Sorted(maps.Keys(byEnd)) {
		for part := range slices.Chunk(database.Distinct(byEnd[end]), database.MaxIn) {
			err := tx.Gorm().Model(&Correction{}).Where("id IN ? AND ended_at = 0", part).
				Updates(map[string]any{"ended_at": now, "ended_by": end}).Error
			if err != nil {
				return fmt.Errorf("end corrections of customers: %w", err)
			}
		}
	}
	return nil
}

// MostLogged is how many corrections of a customer are shown.
const MostLogged = 50

// OfCustomer returns the corrections of a customer, the newest first, at most MostLogged.
func OfCustomer(tx database.Tx, customerID int64) ([]Correction, error) {
	var rows []Correction
	if err := tx.Gorm().Where("customer_id = ?", customerID).Order("id DESC").Limit(MostLogged).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the corrections of a customer: %w", err)
	}
	return rows, nil
}

// Before returns the corrections of customers that were made, or ended, in a stretch of the past. What was corrected once more is told by
// that.
func Before(tx database.Tx, customerIDs []int64, stretch database.Stretch) ([]Correction, error) {
	ids, err := stretch.Latest(tx, "id", func() *gorm.DB {
		return tx.Gorm().Table("customer_corrections").Where("customer_id IN ?", customerIDs)
	}, database.Moment{Column: "at"}, database.Moment{Column: "ended_at", When: "ended_by <> ?", Args: []any{Again}})
	if err != nil {
		return nil, err
	}
	return database.In[Correction](ids, "past corrections of customers", func(part []int64) *gorm.DB {
		return tx.Gorm().Where("id IN ?", part)
	})
}

// After returns what was corrected of the customers of a source after a correction, in order, at most limit.
func After(tx database.Tx, sourceID, after int64, limit int) ([]Correction, error) {
	var rows []Correction
	if err := tx.Gorm().Where("source_id = ? AND id > ?", sourceID, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the corrections of a source: %w", err)
	}
	return rows, nil
}

// Told notes that a source knows its corrections up to one. It looks back at as many as one answer holds: what was told before that has
// been noted when the source asked before.
func Told(tx database.Tx, sourceID, upTo int64, limit int, now clock.Instant) error {
	var ids []int64
	err := tx.Gorm().Model(&Correction{}).Where("source_id = ? AND id <= ?", sourceID, upTo).
		Order("id DESC").Limit(limit).Pluck("id", &ids).Error
	if err == nil && len(ids) > 0 {
		err = tx.Gorm().Model(&Correction{}).Where("id IN ? AND told_at = 0", ids).Update("told_at", now).Error
	}
	if err != nil {
		return fmt.Errorf("note what a source knows: %w", err)
	}
	return nil
}
