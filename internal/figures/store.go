package figures

import (
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

// rollup is a row of rollups.
type rollup struct {
	Cell `gorm:"embedded"`
	Sums `gorm:"embedded"`
}

// TableName names the table.
func (rollup) TableName() string { return "rollups" }

// rollupState is the one row that says whose days the roll-ups are. Every folder writes it first.
type rollupState struct {
	ID       int64
	Zone     string
	FoldedAt clock.Instant
}

// TableName names the table.
func (rollupState) TableName() string { return "rollup_state" }

func (s store) insert(entries []Entry) error {
	return database.Insert(s.Tx, "entries", entries)
}

// guard writes the state row, so that other folders wait until this transaction ends, and returns the zone of the roll-ups.
func (s store) guard(zone string, now clock.Instant) (string, error) {
	state := rollupState{ID: 1, Zone: zone, FoldedAt: now}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.Assignments(map[string]any{"folded_at": now}),
	}).Create(&state).Error
	if err != nil {
		return "", fmt.Errorf("guard the roll-ups: %w", err)
	}
	return s.rollupZone()
}

// rollupZone returns the zone whose days the roll-ups are, or "" when nothing was folded yet.
func (s store) rollupZone() (string, error) {
	var states []rollupState
	if err := s.Gorm().Where("id = 1").Limit(1).Find(&states).Error; err != nil {
		return "", fmt.Errorf("read the state of the roll-ups: %w", err)
	}
	if len(states) == 0 {
		return "", nil
	}
	return states[0].Zone, nil
}

// dropRollups makes every entry unfolded, for the days of another zone.
func (s store) dropRollups(zone string) error {
	for _, statement := range []string{"DELETE FROM rollups", "UPDATE score_entries SET folded = 0 WHERE folded = 1"} {
		if err := s.Gorm().Exec(statement).Error; err != nil {
			return fmt.Errorf("drop the roll-ups: %w", err)
		}
	}
	if err := s.Gorm().Model(&rollupState{}).Where("id = 1").Update("zone", zone).Error; err != nil {
		return fmt.Errorf("drop the roll-ups: %w", err)
	}
	return nil
}

func (s store) unfolded(limit int) ([]Entry, error) {
	var entries []Entry
	if err := s.Gorm().Where("folded = ?", false).Order("id").Limit(limit).Find(&entries).Error; err != nil {
		return nil, fmt.Errorf("read unfolded entries: %w", err)
	}
	return entries, nil
}

func (s store) addRollups(rows []rollup) error {
	add := map[string]any{}
	for _, column := range []string{"n", "low", "mid", "high", "sum", "sum_squares"} {
		add[column] = clause.Expr{SQL: "rollups." + column + " + " + s.Inserted(column)}
	}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "metric"}, {Name: "dimension"}, {Name: "day"}, {Name: "member"}, {Name: "scale"}},
		DoUpdates: clause.Assignments(add),
	}).CreateInBatches(rows, 500).Error
	if err != nil {
		return fmt.Errorf("add to the roll-ups: %w", err)
	}
	return nil
}

func (s store) markFolded(ids []int64) error {
	for len(ids) > 0 {
		n := min(len(ids), 500)
		r := s.Gorm().Model(&Entry{}).Where("id IN ? AND folded = ?", ids[:n], false).Update("folded", true)
		if r.Error != nil {
			return fmt.Errorf("mark entries folded: %w", r.Error)
		}
		if r.RowsAffected != int64(n) {
			return fmt.Errorf("mark entries folded: %d of %d were unfolded", r.RowsAffected, n)
		}
		ids = ids[n:]
	}
	return nil
}
