package figures

import (
	"fmt"
	"slices"

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

// rollupState is the one row that says in which zone the days of the roll-ups begin. It is the guard row of Fold: every fold
// writes it first.
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

// guard writes the state row, and something new in it, so that other folders wait until this transaction ends, and returns the zone of
// the roll-ups.
func (s store) guard(zone string, now clock.Instant) (string, error) {
	state := rollupState{ID: 1, Zone: zone, FoldedAt: now}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}},
		DoUpdates: clause.Assignments(map[string]any{"folded_at": clause.Expr{
			SQL: "CASE WHEN rollup_state.folded_at < ? THEN ? ELSE rollup_state.folded_at + 1 END", Vars: []any{now, now},
		}}),
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

// noZone stands for the zone of roll-ups that are being dropped.
const noZone = "dropping"

func (s store) setZone(zone string) error {
	if err := s.Gorm().Model(&rollupState{}).Where("id = 1").Update("zone", zone).Error; err != nil {
		return fmt.Errorf("set the zone of the roll-ups: %w", err)
	}
	return nil
}

// dropRollups deletes the first roll-ups, about as many as a limit: whole days of a metric and dimension. It returns how many.
func (s store) dropRollups(limit int) (int, error) {
	dropped := 0
	for dropped < limit {
		var first []rollup
		if err := s.Gorm().Order("metric, dimension, day, member, scale").Limit(1).Find(&first).Error; err != nil {
			return dropped, fmt.Errorf("find roll-ups to drop: %w", err)
		}
		if len(first) == 0 {
			break
		}
		c := first[0].Cell
		r := s.Gorm().Where("metric = ? AND dimension = ? AND day = ?", c.Metric, c.Dimension, c.Day).Delete(&rollup{})
		if r.Error != nil {
			return dropped, fmt.Errorf("drop roll-ups: %w", r.Error)
		}
		dropped += int(r.RowsAffected)
	}
	return dropped, nil
}

// unfold marks the first folded entries unfolded, at most limit, and returns how many there were.
func (s store) unfold(limit int) (int, error) {
	var ids []int64
	if err := s.Gorm().Model(&Entry{}).Where("folded = ?", true).Order("id").Limit(limit).Pluck("id", &ids).Error; err != nil {
		return 0, fmt.Errorf("find folded entries: %w", err)
	}
	for part := range slices.Chunk(ids, database.MaxIn) {
		if err := s.Gorm().Model(&Entry{}).Where("id IN ?", part).Update("folded", false).Error; err != nil {
			return 0, fmt.Errorf("unfold entries: %w", err)
		}
	}
	return len(ids), nil
}

// unfolded returns the first entries that are not folded and have happened: what is in the future counts on no day yet.
func (s store) unfolded(now clock.Instant, limit int) ([]Entry, error) {
	var entries []Entry
	if err := s.Gorm().Where("folded = ? AND occurred_at <= ?", false, now).Order("id").Limit(limit).Find(&entries).Error; err != nil {
		return nil, fmt.Errorf("read unfolded entries: %w", err)
	}
	return entries, nil
}

func (s store) countUnfolded(now clock.Instant) (int, error) {
	var n int64
	if err := s.Gorm().Model(&Entry{}).Where("folded = ? AND occurred_at <= ?", false, now).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count unfolded entries: %w", err)
	}
	return int(n), nil
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
		n := min(len(ids), database.MaxIn)
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
