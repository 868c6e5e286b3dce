package permission

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// rulesRow is a published version as it is stored.
type rulesRow struct {
	Version     int `gorm:"primaryKey;autoIncrement:false"`
	Body        string
	Note        string
	PublishedBy int64
	PublishedAt clock.Instant
}

// TableName names the table.
func (rulesRow) TableName() string { return "permission_rules" }

func (row rulesRow) version() RulesVersion {
	return RulesVersion{Version: row.Version, Note: row.Note, PublishedBy: row.PublishedBy, PublishedAt: row.PublishedAt}
}

func (row rulesRow) rules() (Rules, error) {
	var r Rules
	if err := json.Unmarshal([]byte(row.Body), &r); err != nil {
		return Rules{}, fmt.Errorf("read version %d of the rules: %w", row.Version, err)
	}
	r.Version = row.Version
	return r, nil
}

// newestVersion returns the number of the newest rules, 0 when there are none.
func (s store) newestVersion() (int, error) {
	var version int
	if err := s.Gorm().Raw("SELECT COALESCE(MAX(version), 0) FROM permission_rules").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the version of the rules: %w", err)
	}
	return version, nil
}

func (s store) rules(version int) (rulesRow, error) {
	notFound := fault.New(fault.NotFound, "rules_not_found", "there is no such version of the rules")
	return database.One[rulesRow](s.Gorm().Where("version = ?", version), fmt.Sprintf("version %d of the rules", version), notFound)
}

// rulesBefore lists versions below one (0: from the newest on), newest first, without their bodies.
func (s store) rulesBefore(before, limit int) (rows []rulesRow, err error) {
	q := s.Gorm().Select("version, note, published_by, published_at").Order("version DESC").Limit(limit)
	if before > 0 {
		q = q.Where("version < ?", before)
	}
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the versions of the rules: %w", err)
	}
	return rows, nil
}

var errRulesChanged = fault.New(fault.Conflict, "rules_changed", "somebody else has published rules since: look at theirs first")

// addRules adds a version; somebody who was first makes it errRulesChanged.
func (s store) addRules(row rulesRow) error {
	err := s.Gorm().Create(&row).Error
	if database.IsTaken(err) {
		return errRulesChanged
	}
	if err != nil {
		return fmt.Errorf("add version %d of the rules: %w", row.Version, err)
	}
	return nil
}

// addFirstRules leaves rules that are there as they are.
func (s store) addFirstRules(row rulesRow) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("add the first rules: %w", err)
	}
	return nil
}
