package campaign

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

var (
	errNoSnapshot = fault.New(fault.NotFound, "snapshot_not_found", "there is no such snapshot")
	errNoExport   = fault.New(fault.NotFound, "export_not_found", "there is no such export")
)

func (s store) isBuilding(audienceID int64) (bool, error) {
	var n int64
	err := s.Gorm().Model(&Snapshot{}).Where("audience_id = ? AND state = ?", audienceID, Building).Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for a running snapshot: %w", err)
	}
	return n > 0, nil
}

func (s store) insertSnapshot(snapshot *Snapshot) error {
	if err := s.Gorm().Create(snapshot).Error; err != nil {
		return fmt.Errorf("add snapshot: %w", err)
	}
	return nil
}

func (s store) snapshot(id int64) (Snapshot, error) {
	return database.One[Snapshot](s.Gorm().Where("id = ?", id), fmt.Sprint("snapshot ", id), errNoSnapshot)
}

func (s store) snapshots(audienceID int64, limit int) ([]Snapshot, error) {
	var list []Snapshot
	if err := s.Gorm().Where("audience_id = ?", audienceID).Order("id DESC").Limit(limit).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	return list, nil
}

func (s store) newestSnapshots() (map[int64]Snapshot, error) {
	newest := s.Gorm().Model(&Snapshot{}).Select("MAX(id)").Group("audience_id").Limit(500)
	var list []Snapshot
	if err := s.Gorm().Where("id IN (SELECT * FROM (?) AS ids)", newest).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list newest snapshots: %w", err)
	}
	byAudience := make(map[int64]Snapshot, len(list))
	for _, snapshot := range list {
		byAudience[snapshot.AudienceID] = snapshot
	}
	return byAudience, nil
}

// endBuild ends a snapshot that is being made. It returns errNotBuilding for any other.
func (s store) endBuild(id int64, state SnapshotState, code string, now clock.Instant) error {
	r := s.Gorm().Model(&Snapshot{}).Where("id = ? AND state = ?", id, Building).
		Updates(map[string]any{"state": state, "error": code, "finished_at": now, "eligible": 0})
	if r.Error != nil {
		return fmt.Errorf("end snapshot %d: %w", id, r.Error)
	}
	if r.RowsAffected == 0 {
		return errNotBuilding
	}
	return nil
}

// buildFailed counts a failed try of a snapshot that is being built. It ends the snapshot as failed, and reports true, if final
// is set or the tries are used up.
func (s store) buildFailed(id int64, final bool, code string, now clock.Instant) (bool, error) {
	r := s.Gorm().Model(&Snapshot{}).Where("id = ? AND state = ?", id, Building).Update("failures", gorm.Expr("failures + 1"))
	if r.Error != nil || r.RowsAffected == 0 {
		return false, r.Error
	}
	snapshot, err := s.snapshot(id)
	if err != nil || !final && snapshot.Failures < outbox.MaxAttempts {
		return false, err
	}
	return true, s.endBuild(id, Failed, code, now)
}

// advance moves a snapshot on from where it was read. It returns outbox.ErrStale if somebody else did so in the meantime.
func (s store) advance(before, after Snapshot) error {
	r := s.Gorm().Model(&Snapshot{}).
		Where("id = ? AND state = ? AND walked = ? AND cursor_customer = ?", before.ID, Building, before.Walked, before.CursorCustomer).
		Updates(map[string]any{
			"state": after.State, "base": after.Base, "eligible": after.Eligible, "counts": after.Counts, "finished_at": after.FinishedAt,
			"cursor_customer": after.CursorCustomer, "walked": after.Walked, "failures": after.Failures,
		})
	if r.Error != nil {
		return fmt.Errorf("advance snapshot %d: %w", before.ID, r.Error)
	}
	if r.RowsAffected == 0 {
		return outbox.ErrStale
	}
	return nil
}

func (s store) insertMembers(members []Member) error {
	return database.Insert(s.Tx, "members", members)
}

func (s store) members(snapshotID, after int64, limit int) ([]Member, error) {
	var list []Member
	err := s.Gorm().Where("snapshot_id = ? AND customer_id > ?", snapshotID, after).Order("customer_id").Limit(limit).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read members of snapshot %d: %w", snapshotID, err)
	}
	return list, nil
}

// membersAmong returns which of some customers are members of a snapshot.
func (s store) membersAmong(snapshotID int64, customerIDs []int64) ([]int64, error) {
	return database.In[int64](customerIDs, fmt.Sprint("members of snapshot ", snapshotID), func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Member{}).Select("customer_id").Where("snapshot_id = ? AND customer_id IN ?", snapshotID, part)
	})
}

func (s store) dropMembers(snapshotID int64, customerIDs []int64) error {
	for part := range slices.Chunk(customerIDs, database.MaxIn) {
		if err := s.Gorm().Where("snapshot_id = ? AND customer_id IN ?", snapshotID, part).Delete(&Member{}).Error; err != nil {
			return fmt.Errorf("drop members of snapshot %d: %w", snapshotID, err)
		}
	}
	return nil
}

func (s store) insertExport(e *Export) error {
	if err := s.Gorm().Create(e).Error; err != nil {
		return fmt.Errorf("add export: %w", err)
	}
	return nil
}

func (s store) export(id int64) (Export, error) {
	return database.One[Export](s.Gorm().Where("id = ?", id), fmt.Sprint("export ", id), errNoExport)
}

// exports returns exports older than before, newest first; 0 for the newest. A snapshot of 0 means all.
func (s store) exports(snapshotID, before int64, limit int) ([]Export, error) {
	g := s.Gorm().Order("id DESC").Limit(limit)
	if snapshotID != 0 {
		g = g.Where("snapshot_id = ?", snapshotID)
	}
	if before != 0 {
		g = g.Where("id < ?", before)
	}
	var list []Export
	if err := g.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	return list, nil
}
