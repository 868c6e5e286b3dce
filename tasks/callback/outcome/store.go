package outcome

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// store is a transaction on the table of sets.
type store struct{ database.Tx }

// setRow is a published version as it is stored.
type setRow struct {
	Version     int    `gorm:"primaryKey;autoIncrement:false"`
	Document    string // JSON of a Set
	Note        string
	PublishedBy int64
	PublishedAt clock.Instant
}

// TableName names the table.
func (setRow) TableName() string { return "outcome_sets" }

func (row setRow) version() Version {
	return Version{Number: row.Version, Note: row.Note, PublishedBy: row.PublishedBy, PublishedAt: row.PublishedAt}
}

func (row setRow) set() (*Set, error) {
	set := Set{Version: row.Version}
	if err := json.Unmarshal([]byte(row.Document), &set); err != nil {
		return nil, fmt.Errorf("read version %d of the outcomes: %w", row.Version, err)
	}
	return &set, nil
}

var (
	errNotFound = fault.New(fault.NotFound, "outcomes_not_found", "there is no such version of the outcomes")
	errChanged  = fault.New(fault.Conflict, "outcomes_changed", "somebody else has published outcomes since: look at theirs first")
)

// newestVersion returns the number of the newest set, 0 when there is none.
func (s store) newestVersion() (int, error) {
	var version int
	if err := s.Gorm().Raw("SELECT COALESCE(MAX(version), 0) FROM outcome_sets").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the version of the outcomes: %w", err)
	}
	return version, nil
}

func (s store) one(version int) (setRow, error) {
	return database.One[setRow](s.Gorm().Where("version = ?", version), fmt.Sprintf("version %d of the outcomes", version), errNotFound)
}

// sets returns the newest sets, newest first.
func (s store) sets(limit int) (rows []setRow, err error) {
	if err := s.Gorm().Order("version DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the outcomes: %w", err)
	}
	return rows, nil
}

// versionsBefore lists versions below one (0: from the newest on), newest first, without their documents.
func (s store) versionsBefore(before, limit int) (rows []setRow, err error) {
	q := s.Gorm().Select("version, note, published_by, published_at").Order("version DESC").Limit(limit)
	if before > 0 {
		q = q.Where("version < ?", before)
	}
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the versions of the outcomes: %w", err)
	}
	return rows, nil
}

// add adds a version; somebody who was first makes it errChanged.
func (s store) add(row setRow) error {
	err := s.Gorm().Create(&row).Error
	if database.IsTaken(err) {
		return errChanged
	}
	if err != nil {
		return fmt.Errorf("add version %d of the outcomes: %w", row.Version, err)
	}
	return nil
}

// addFirst leaves sets that are there as they are.
func (s store) addFirst(row setRow) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("add the first outcomes: %w", err)
	}
	return nil
}

// anyAttempt reports whether anybody was ever called.
func (s store) anyAttempt() (bool, error) {
	var ids []int64
	if err := s.Gorm().Raw("SELECT id FROM attempts ORDER BY id LIMIT 1").Scan(&ids).Error; err != nil {
		return false, fmt.Errorf("look for attempts: %w", err)
	}
	return len(ids) > 0, nil
}
