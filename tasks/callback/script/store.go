package script

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/versions"
)

// store is a transaction on the tables of scripts.
type store struct{ database.Tx }

// scripts are the drafts and the versions.
var scripts = versions.Drafts[Script]{
	What: "script", Draft: "version = 0", State: func(s Script) (bool, int) { return s.Draft(), s.Revision },
	Unknown: errUnknown, Published: errPublished, Changed: errChanged,
}

// newest is the condition for the newest version of each script.
const newest = `version > 0 AND NOT EXISTS (SELECT 1 FROM scripts AS newer WHERE newer.kind = scripts.kind AND
	newer.language = scripts.language AND newer.category = scripts.category AND newer.product = scripts.product AND
	newer.version > scripts.version)`

// matching returns the scripts in force that match: at most four.
func (s store) matching(m Match) ([]Script, error) {
	var found []Script
	err := s.Gorm().Where("kind = ? AND language = ? AND category IN ? AND product IN ?",
		m.Kind, m.Language, database.Distinct([]string{"", m.Category}), database.Distinct([]string{"", m.Product})).
		Where(newest).Where("retired = ?", false).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read the scripts for a call: %w", err)
	}
	return found, nil
}

// all returns the newest version of every script, and every draft.
func (s store) all() ([]Script, error) {
	var found []Script
	err := s.Gorm().Where("version = 0 OR (" + newest + ")").Order("kind, language, category, product").
		Limit(2 * maxScripts).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list scripts: %w", err)
	}
	return found, nil
}

// count returns how many scripts and drafts there are.
func (s store) count() (int, error) {
	return database.CountUpTo(s.Tx, s.Gorm().Model(&Script{}).Where("version = 0 OR (retired = ? AND "+newest+")", false), maxScripts)
}

func (s store) ofMatch(m Match) *gorm.DB {
	return s.Gorm().Model(&Script{}).
		Where("kind = ? AND language = ? AND category = ? AND product = ?", m.Kind, m.Language, m.Category, m.Product)
}

func (s store) draftOf(m Match) (draft Script, there bool, err error) {
	var found []Script
	if err := s.ofMatch(m).Where("version = 0").Limit(1).Find(&found).Error; err != nil {
		return Script{}, false, fmt.Errorf("read the draft of a script: %w", err)
	}
	if len(found) == 0 {
		return Script{}, false, nil
	}
	return found[0], true, nil
}

// newestVersion returns the number of the newest version of a script; 0 when none was published.
func (s store) newestVersion(m Match) (int, error) {
	var version int
	if err := s.ofMatch(m).Select("COALESCE(MAX(version), 0)").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the newest version of a script: %w", err)
	}
	return version, nil
}

func (s store) versions(m Match, limit int) ([]Script, error) {
	var found []Script
	if err := s.ofMatch(m).Where("version > 0").Order("version DESC").Limit(limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read the versions of a script: %w", err)
	}
	return found, nil
}

// update writes a draft, and publishes it when it has a version.
func (s store) update(row Script) error {
	return scripts.Write(s.Tx, row.ID, map[string]any{
		"version": row.Version, "body": row.Body, "short": row.Short, "note": row.Note, "revision": row.Revision,
		"updated_by": row.UpdatedBy, "updated_at": row.UpdatedAt,
	})
}

func (s store) phrases(owners ...int64) ([]phraseRow, error) {
	var rows []phraseRow
	if err := s.Gorm().Where("owner_id IN ?", owners).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read canned phrases: %w", err)
	}
	return rows, nil
}

func (s store) putPhrases(row phraseRow) error {
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "owner_id"}}, DoUpdates: clause.AssignmentColumns([]string{"body", "updated_by", "updated_at"}),
	}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("write canned phrases: %w", err)
	}
	return nil
}
