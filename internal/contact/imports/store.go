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

// addDraft adds a run; the file is its own unless it says another one's.
func (s store) addDraft(r *Run) error {
	if err := s.addRun(r); err != nil || r.FileID != 0 {
		return err
	}
	r.FileID = r.ID
	return s.update(r.ID, map[string]any{"file_id": r.ID})
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

// begin turns a draft into a run that is worked on, with nothing counted yet, and reports whether it was a draft.
func (s store) begin(r Run) (bool, error) {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state IN ?", r.ID, []State{Draft, Checked}).
		Select(append([]string{
			"source_id", "user_id", "fingerprint", "mapping", "state", "shift_to_now", "shift_by", "without_answers", "rows_total",
			"error", "started_at", "finished_at",
		}, countColumns...)).Updates(&r)
	return done.RowsAffected > 0, done.Error
}

// countColumns are what is written with every batch of rows.
var countColumns = []string{
	"rows_read", "last_line", "accepted", "updated", "resolved", "duplicates", "rejected", "skipped", "warnings", "rate", "summary",
	"updated_at",
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

// startOver sets the counts of a run that is looked through to where they begin.
func (s store) startOver(r Run) error {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state = ?", r.ID, Checking).Select(countColumns).Updates(&r)
	if done.Error != nil {
		return fmt.Errorf("begin the check of import %d: %w", r.ID, done.Error)
	}
	return nil
}

// touch says that a running run is worked on.
func (s store) touch(id int64, now clock.Instant) error {
	running := s.Gorm().Model(&Run{}).Where("id = ? AND state IN ?", id, []State{Running, Checking})
	if err := running.Update("updated_at", now).Error; err != nil {
		return fmt.Errorf("touch import %d: %w", id, err)
	}
	return nil
}

// progress writes the counts of a run that is still running and where it was, and reports whether it is.
func (s store) progress(was, is Run) (bool, error) {
	done := s.Gorm().Model(&Run{}).Where("id = ? AND state = ? AND rows_read = ?", was.ID, was.State, was.RowsRead).
		Select(countColumns).Updates(&is)
	if done.Error != nil {
		return false, fmt.Errorf("write progress of import %d: %w", was.ID, done.Error)
	}
	return done.RowsAffected > 0, nil
}

func (s store) addReport(issues []Issue, rejects []Reject) error {
	if err := database.Insert(s.Tx, "lines of the report", issues); err != nil {
		return err
	}
	return database.Insert(s.Tx, "rejected rows", rejects)
}

func (s store) rejects(runID, after int64, limit int) ([]Reject, error) {
	var rejects []Reject
	if err := s.Gorm().Where("run_id = ? AND id > ?", runID, after).Order("id").Limit(limit).Find(&rejects).Error; err != nil {
		return nil, fmt.Errorf("read rejected rows: %w", err)
	}
	return rejects, nil
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

// withFile returns a run whose file is kept.
func (s store) withFile(runID int64) (Run, error) {
	run, err := s.run(runID)
	if err != nil {
		return Run{}, err
	}
	var n int64
	if err := s.Gorm().Model(&chunk{}).Where("run_id = ?", run.FileID).Limit(1).Count(&n).Error; err != nil {
		return Run{}, fmt.Errorf("look for the file of import %d: %w", runID, err)
	}
	if n == 0 {
		return Run{}, errFileGone
	}
	return run, nil
}

func (s store) dropChunks(runID int64) error {
	if err := s.Gorm().Where("run_id = ?", runID).Delete(&chunk{}).Error; err != nil {
		return fmt.Errorf("drop the file of import %d: %w", runID, err)
	}
	return nil
}

// dropDraft forgets a draft, and its file if it is no other run's.
func (s store) dropDraft(runID int64) error {
	done := s.Gorm().Where("id = ? AND state IN ?", runID, []State{Draft, Checked}).Delete(&Run{})
	if done.Error != nil {
		return fmt.Errorf("drop draft %d: %w", runID, done.Error)
	}
	if done.RowsAffected == 0 {
		return errNotDraft
	}
	return s.dropChunks(runID)
}

// dropOld forgets what nobody came back for: drafts with their files, files of runs that were not gone on with, rows that were rejected.
// It does a few at a time, for the one who uploads waits, and the next upload forgets the next ones.
func (s store) dropOld(drafts, rest clock.Instant) error {
	const few = 2
	var old []int64
	err := s.Gorm().Model(&Run{}).Where("state IN ? AND updated_at < ?", []State{Draft, Checked, Checking}, drafts).
		Order("id").Limit(few).Pluck("id", &old).Error
	if err != nil {
		return fmt.Errorf("look for old drafts: %w", err)
	}
	if len(old) > 0 {
		if err := s.Gorm().Where("id IN ?", old).Delete(&Run{}).Error; err != nil {
			return fmt.Errorf("drop old drafts: %w", err)
		}
	}
	var kept []int64
	err = s.Gorm().Model(&Run{}).Where("state IN ? AND updated_at < ?", []State{Stopped, Failed, Done}, rest).
		Where("id IN (?) OR id IN (?)", s.Gorm().Model(&chunk{}).Select("run_id"), s.Gorm().Model(&Reject{}).Select("run_id")).
		Where("NOT EXISTS (?)", s.Gorm().Table("import_runs AS younger").Select("1").
			Where("younger.file_id = import_runs.id AND younger.id <> import_runs.id AND younger.updated_at >= ?", rest)).
		Order("id").Limit(few).Pluck("id", &kept).Error
	if err != nil {
		return fmt.Errorf("look for old files: %w", err)
	}
	if old = append(old, kept...); len(old) == 0 {
		return nil
	}
	if err := s.Gorm().Where("run_id IN ?", old).Delete(&chunk{}).Error; err != nil {
		return fmt.Errorf("drop old files: %w", err)
	}
	if err := s.Gorm().Where("run_id IN ?", old).Delete(&Reject{}).Error; err != nil {
		return fmt.Errorf("drop old rejected rows: %w", err)
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

// matched returns the newest runs that began, at most limit.
func (s store) matched(limit int) ([]Run, error) {
	var runs []Run
	err := s.Gorm().Select("id", "source_id", "filename", "mapping", "started_at").
		Where("mapping <> '' AND state IN ?", []State{Waiting, Running, Done, Stopped, Failed}).Order("id DESC").Limit(limit).
		Find(&runs).Error
	if err != nil {
		return nil, fmt.Errorf("read mappings of imports: %w", err)
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
