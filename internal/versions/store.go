package versions

import (
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/database"
)

// Newest returns the number of the newest version, 0 when there is none.
func (d *Document[K]) Newest(tx database.Tx) (int, error) {
	var version int
	if err := tx.Gorm().Table(d.Table).Select("COALESCE(MAX(version), 0)").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the version of %s: %w", d.What, err)
	}
	return version, nil
}

// rows returns the newest versions, newest first.
func (d *Document[K]) rows(tx database.Tx, limit int) (rows []Row, err error) {
	if err := tx.Gorm().Table(d.Table).Select(d.columns()).Order("version DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", d.What, err)
	}
	return rows, nil
}

func (d *Document[K]) columns() string {
	return "version, note, published_by, published_at, " + d.Column + " AS document"
}

// At returns one version, or Unknown.
func (d *Document[K]) At(tx database.Tx, version int) (Row, error) {
	query := tx.Gorm().Table(d.Table).Select(d.columns()).Where("version = ?", version)
	return database.One[Row](query, fmt.Sprintf("version %d of %s", version, d.What), d.Unknown)
}

// Before lists up to limit versions, at most 200, below one (0: from the newest on), newest first.
func (d *Document[K]) Before(tx database.Tx, before, limit int) (list []Line, err error) {
	q := tx.Gorm().Table(d.Table).Order("version DESC").Limit(min(max(limit, 1), 200))
	if before > 0 {
		q = q.Where("version < ?", before)
	}
	if err := q.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list the versions of %s: %w", d.What, err)
	}
	return list, nil
}

// insert adds a version; where somebody was first it returns Changed, or leaves theirs as it is.
func (d *Document[K]) insert(tx database.Tx, row Row, leave bool) error {
	g := tx.Gorm().Table(d.Table)
	if leave {
		g = g.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "version"}}, DoUpdates: clause.Assignments(map[string]any{"version": row.Version}),
		})
	}
	err := g.Create(map[string]any{
		"version": row.Version, d.Column: row.Document, "note": row.Note,
		"published_by": row.PublishedBy, "published_at": row.PublishedAt,
	}).Error
	if database.IsTaken(err) {
		return d.Changed
	}
	if err != nil {
		return fmt.Errorf("add version %d of %s: %w", row.Version, d.What, err)
	}
	return nil
}
