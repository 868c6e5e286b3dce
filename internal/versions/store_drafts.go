package versions

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

// Drafts is a table of drafts and of the versions that were published of them, by id. A draft has a revision, which every save raises:
// who saves names the one they saw. R is a row, whose table it names.
type Drafts[R any] struct {
	What      string // in errors, as in "write policy 3"
	Draft     string // the condition that a row is a draft
	State     func(R) (draft bool, revision int)
	Unknown   error // fault.NotFound
	Published error // fault.Conflict: a published version never changes
	Changed   error // fault.Conflict: somebody else saved or published the draft since
}

// One returns the row that a query finds, or Unknown.
func (d *Drafts[R]) One(query *gorm.DB) (R, error) { return database.One[R](query, d.What, d.Unknown) }

// ByID returns a row, or Unknown.
func (d *Drafts[R]) ByID(tx database.Tx, id int64) (R, error) {
	return d.One(tx.Gorm().Where("id = ?", id))
}

// Lock returns a draft that nobody else changes until the transaction ends, if it is still the revision that was shown. Otherwise it
// returns Unknown, Published or Changed.
func (d *Drafts[R]) Lock(tx database.Tx, id int64, revision int) (R, error) {
	row, err := d.One(tx.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id))
	if err != nil {
		return row, err
	}
	switch draft, now := d.State(row); {
	case !draft:
		err = d.Published
	case now != revision:
		err = d.Changed
	}
	return row, err
}

// Write writes columns of a draft; where one of them is its version, that publishes it, and returns Changed if somebody else has it.
func (d *Drafts[R]) Write(tx database.Tx, id int64, values map[string]any) error {
	err := tx.Gorm().Model(new(R)).Where("id = ? AND "+d.Draft, id).Updates(values).Error
	if database.IsTaken(err) {
		return d.Changed
	}
	if err != nil {
		return fmt.Errorf("write %s %d: %w", d.What, id, err)
	}
	return nil
}

// Add adds a row and gives it its id.
func (d *Drafts[R]) Add(tx database.Tx, row *R) error {
	if err := tx.Gorm().Create(row).Error; err != nil {
		return fmt.Errorf("add %s: %w", d.What, err)
	}
	return nil
}

// Ensure adds versions unless they are there.
func (d *Drafts[R]) Ensure(tx database.Tx, rows ...R) error {
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return fmt.Errorf("add the built-in %s: %w", d.What, err)
	}
	return nil
}

// Delete deletes a draft.
func (d *Drafts[R]) Delete(tx database.Tx, id int64) error {
	if err := tx.Gorm().Where("id = ? AND "+d.Draft, id).Delete(new(R)).Error; err != nil {
		return fmt.Errorf("delete draft %d of %s: %w", id, d.What, err)
	}
	return nil
}
