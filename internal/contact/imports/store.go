package imports

import (
	"fmt"

	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

// chunk is a piece of an uploaded file.
type chunk struct {
	RunID int64
	No    int
	Body  []byte
}

// TableName names the table.
func (chunk) TableName() string { return "import_chunks" }

func (s store) addRun(r *Run) error {
	if err := s.Gorm().Create(r).Error; err != nil {
		return fmt.Errorf("add import: %w", err)
	}
	return nil
}

// unfinished returns the newest run of the fingerprint that has not come to its end, or nil.
func (s store) unfinished(fingerprint string) (*Run, error) {
	var runs []Run
	err := s.Gorm().Where("fingerprint = ? AND state IN ?", fingerprint, []State{Running, Stopped, Failed}).
		Order("id DESC").Limit(1).Find(&runs).Error
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return &runs[0], nil
}

func (s store) restart(id int64, state State, now clock.Instant) error {
	return s.update(id, map[string]any{"state": state, "error": "", "finished_at": 0, "updated_at": now})
}

func (s store) update(id int64, values map[string]any) error {
	if err := s.Gorm().Model(&Run{}).Where("id = ?", id).Updates(values).Error; err != nil {
		return fmt.Errorf("update import %d: %w", id, err)
	}
	return nil
}

// begin turns a draft into a waiting run, and reports whether it was a draft.
func (s store) begin(r Run) (bool, error) {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state = ?", r.ID, Draft).
		Select("source_id", "user_id", "fingerprint", "mapping", "state", "shift_to_now", "without_answers", "started_at", "updated_at").
		Updates(&r)
	return done.RowsAffected > 0, done.Error
}

// move changes the state if it is one of those, and reports whether it was.
func (s store) move(id int64, from []State, to State, now clock.Instant) (bool, error) {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state IN ?", id, from).
		Updates(map[string]any{"state": to, "error": "", "updated_at": now})
	if done.Error != nil {
		return false, fmt.Errorf("change the state of import %d: %w", id, done.Error)
	}
	return done.RowsAffected > 0, nil
}

func (s store) end(id int64, state State, cause string, now clock.Instant) error {
	return s.update(id, map[string]any{"state": state, "error": cause, "updated_at": now, "finished_at": now})
}

func (s store) setExtent(r Run, now clock.Instant) error {
	return s.update(r.ID, map[string]any{"rows_total": r.RowsTotal, "shift_by": r.ShiftBy, "updated_at": now})
}

// touch says that a running run is worked on.
func (s store) touch(id int64, now clock.Instant) error {
	if err := s.Gorm().Model(&Run{}).Where("id = ? AND state = ?", id, Running).Update("updated_at", now).Error; err != nil {
		return fmt.Errorf("touch import %d: %w", id, err)
	}
	return nil
}

// progress writes the counts of a run that is still running and where it was, and reports whether it is.
func (s store) progress(was, is Run) (bool, error) {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state = ? AND rows_read = ?", was.ID, Running, was.RowsRead).
		Select("rows_read", "last_line", "accepted", "updated", "resolved", "duplicates", "rejected", "warnings", "rate", "updated_at").
		Updates(&is)
	if done.Error != nil {
		return false, fmt.Errorf("write progress of import %d: %w", was.ID, done.Error)
	}
	return done.RowsAffected > 0, nil
}

func (s store) addIssues(issues []Issue) error {
	return database.Insert(s.Tx, "lines of the report", issues)
}

func (s store) addChunk(c chunk) error {
	if err := s.Gorm().Create(&c).Error; err != nil {
		return fmt.Errorf("keep piece %d: %w", c.No, err)
	}
	return nil
}

// chunk returns a piece of a file, or nil after the last one.
func (s store) chunk(runID int64, no int) ([]byte, error) {
	var pieces []chunk
	if err := s.Gorm().Where("run_id = ? AND no = ?", runID, no).Limit(1).Find(&pieces).Error; err != nil {
		return nil, fmt.Errorf("read piece %d: %w", no, err)
	}
	if len(pieces) == 0 {
		return nil, nil
	}
	return pieces[0].Body, nil
}

func (s store) hasChunks(runID int64) (bool, error) {
	var n int64
	if err := s.Gorm().Model(&chunk{}).Where("run_id = ?", runID).Count(&n).Error; err != nil {
		return false, fmt.Errorf("look for the file of import %d: %w", runID, err)
	}
	return n > 0, nil
}

func (s store) dropChunks(runID int64) error {
	if err := s.Gorm().Where("run_id = ?", runID).Delete(&chunk{}).Error; err != nil {
		return fmt.Errorf("drop the file of import %d: %w", runID, err)
	}
	return nil
}

func (s store) dropDraft(runID int64) error {
	done := s.Gorm().Where("id = ? AND state = ?", runID, Draft).Delete(&Run{})
	if done.Error != nil {
		return fmt.Errorf("drop draft %d: %w", runID, done.Error)
	}
	if done.RowsAffected == 0 {
		return errNotDraft
	}
	return nil
}

// dropDraftsBefore forgets drafts, and their files, that nobody went on with: a few of them, for the one who uploads waits, and the next
// upload forgets the next ones.
func (s store) dropDraftsBefore(at clock.Instant) error {
	var old []int64
	err := s.Gorm().Model(&Run{}).Where("state = ? AND started_at < ?", Draft, at).Order("id").Limit(2).Pluck("id", &old).Error
	if err != nil || len(old) == 0 {
		return err
	}
	if err := s.Gorm().Where("run_id IN ?", old).Delete(&chunk{}).Error; err != nil {
		return fmt.Errorf("drop files of old drafts: %w", err)
	}
	if err := s.Gorm().Where("id IN ? AND state = ?", old, Draft).Delete(&Run{}).Error; err != nil {
		return fmt.Errorf("drop old drafts: %w", err)
	}
	return nil
}

func (s store) run(id int64) (Run, error) {
	return database.One[Run](s.Gorm().Where("id = ?", id), fmt.Sprintf("import %d", id), errNoRun)
}

func (s store) runs(before int64, limit int) ([]Run, error) {
	q := s.Gorm().Order("id DESC").Limit(limit)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	var runs []Run
	if err := q.Find(&runs).Error; err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return runs, nil
}

func (s store) issues(runID, after int64, limit int) ([]Issue, error) {
	var issues []Issue
	err := s.Gorm().Where("run_id = ? AND id > ?", runID, after).Order("id").Limit(limit).Find(&issues).Error
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return issues, nil
}

func (s store) mappings() ([]SavedMapping, error) {
	var mappings []SavedMapping
	if err := s.Gorm().Order("name").Limit(200).Find(&mappings).Error; err != nil {
		return nil, fmt.Errorf("read mappings: %w", err)
	}
	return mappings, nil
}

func (s store) mapping(id int64) (SavedMapping, error) {
	return database.One[SavedMapping](s.Gorm().Where("id = ?", id), "a mapping",
		fault.New(fault.NotFound, "no_mapping", "there is no such mapping"))
}

func (s store) saveMapping(m SavedMapping) error {
	return s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"body", "updated_at"}),
	}).Create(&m).Error
}
