package notice

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// store is a transaction on the tables of notices.
type store struct{ database.Tx }

// pinnedFor is a team on whose desks a notice is.
type pinnedFor struct {
	NoticeID int64 `gorm:"primaryKey;autoIncrement:false"`
	TeamID   int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName names the table.
func (pinnedFor) TableName() string { return "notice_teams" }

// read is the newest wording of a notice that a user has read.
type read struct {
	NoticeID int64 `gorm:"primaryKey;autoIncrement:false"`
	UserID   int64 `gorm:"primaryKey;autoIncrement:false"`
	Version  int
	ReadAt   clock.Instant
}

// TableName names the table.
func (read) TableName() string { return "notice_reads" }

func (s store) notice(id int64) (Notice, error) {
	return database.One[Notice](s.Gorm().Where("id = ?", id), "notice", errUnknown)
}

func (s store) lock(id int64) (Notice, error) {
	g := s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id)
	return database.One[Notice](g, "notice", errUnknown)
}

func (s store) upAt(now clock.Instant) *gorm.DB {
	return s.Gorm().Model(&Notice{}).Where("unpinned_at = 0 AND (ends_at = 0 OR ends_at > ?)", now)
}

func (s store) up(now clock.Instant) ([]Notice, error) {
	return database.List[Notice](s.upAt(now).Order("changed_at DESC, id DESC").Limit(MostRows), "notices")
}

func (s store) countUp(now clock.Instant) (int, error) {
	var n int64
	if err := s.upAt(now).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return int(n), nil
}

// down returns notices that are not up any more on desks that the viewer sees, the newest first.
func (s store) down(viewer account.Viewer, now clock.Instant, before int64, limit int) ([]Notice, error) {
	g := s.Gorm().Where("(unpinned_at > 0 OR ends_at > 0 AND ends_at <= ?)", now)
	if before != 0 {
		g = g.Where("id < ?", before)
	}
	if teams := viewer.VisibleTeams(); len(teams) > 0 {
		g = g.Where(`(NOT EXISTS (SELECT 1 FROM notice_teams t WHERE t.notice_id = notices.id)
			OR EXISTS (SELECT 1 FROM notice_teams t WHERE t.notice_id = notices.id AND t.team_id IN ?))`, teams)
	}
	return database.List[Notice](g.Order("id DESC").Limit(limit), "notices")
}

// seenBy returns those of the notices that are on desks the viewer sees, with the teams of each.
func (s store) seenBy(viewer account.Viewer, notices []Notice) (seen []Notice, teams map[int64][]int64, err error) {
	if teams, err = s.teams(idsOf(notices)); err != nil {
		return nil, nil, err
	}
	for _, n := range notices {
		if onDesk(viewer, teams[n.ID]) {
			seen = append(seen, n)
		}
	}
	return seen, teams, nil
}

func (s store) teams(ids []int64) (map[int64][]int64, error) {
	rows, err := database.In[pinnedFor](ids, "teams of notices", func(part []int64) *gorm.DB {
		return s.Gorm().Where("notice_id IN ?", part).Order("notice_id, team_id")
	})
	teams := make(map[int64][]int64, len(ids))
	for _, r := range rows {
		teams[r.NoticeID] = append(teams[r.NoticeID], r.TeamID)
	}
	return teams, err
}

func (s store) insert(n *Notice, teams []int64) error {
	if err := s.Gorm().Create(n).Error; err != nil {
		return fmt.Errorf("insert notice: %w", err)
	}
	if err := s.addVersion(*n); err != nil {
		return err
	}
	return s.setTeams(n.ID, teams)
}

// update writes a notice, and its wording where that is new.
func (s store) update(n Notice, worded bool) error {
	err := s.Gorm().Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{
		"kind": n.Kind, "category": n.Category, "body": n.Body, "version": n.Version, "changed_by": n.ChangedBy, "changed_at": n.ChangedAt,
		"ends_at": n.EndsAt, "unpinned_by": n.UnpinnedBy, "unpinned_at": n.UnpinnedAt,
	}).Error
	if err != nil {
		return fmt.Errorf("update notice: %w", err)
	}
	if !worded {
		return nil
	}
	return s.addVersion(n)
}

func (s store) addVersion(n Notice) error {
	v := Version{NoticeID: n.ID, Version: n.Version, Body: n.Body, ChangedBy: n.ChangedBy, ChangedAt: n.ChangedAt}
	if err := s.Gorm().Create(&v).Error; err != nil {
		return fmt.Errorf("insert the wording of a notice: %w", err)
	}
	return nil
}

func (s store) setTeams(id int64, teams []int64) error {
	if err := s.Gorm().Where("notice_id = ?", id).Delete(&pinnedFor{}).Error; err != nil {
		return fmt.Errorf("delete teams of a notice: %w", err)
	}
	rows := make([]pinnedFor, len(teams))
	for i, team := range teams {
		rows[i] = pinnedFor{NoticeID: id, TeamID: team}
	}
	return database.Insert(s.Tx, "teams of a notice", rows)
}

func (s store) versions(id int64, limit int) ([]Version, error) {
	return database.List[Version](s.Gorm().Where("notice_id = ?", id).Order("version DESC").Limit(limit), "wordings")
}

// readBy returns the newest wording of each notice that a user has read.
func (s store) readBy(userID int64, ids []int64) (map[int64]int, error) {
	rows, err := database.In[read](ids, "who read notices", func(part []int64) *gorm.DB {
		return s.Gorm().Where("notice_id IN ? AND user_id = ?", part, userID)
	})
	versions := make(map[int64]int, len(rows))
	for _, r := range rows {
		versions[r.NoticeID] = r.Version
	}
	return versions, err
}

// reads returns who has read which wording, by notice and user.
func (s store) reads(ids []int64) (map[int64]map[int64]read, error) {
	rows, err := database.In[read](ids, "who read notices", func(part []int64) *gorm.DB { return s.Gorm().Where("notice_id IN ?", part) })
	byNotice := make(map[int64]map[int64]read, len(ids))
	for _, r := range rows {
		if byNotice[r.NoticeID] == nil {
			byNotice[r.NoticeID] = map[int64]read{}
		}
		byNotice[r.NoticeID][r.UserID] = r
	}
	return byNotice, err
}

func (s store) read(r read) error {
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "notice_id"}, {Name: "user_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"version", "read_at"}),
	}).Create(&r).Error
	if err != nil {
		return fmt.Errorf("write who read a notice: %w", err)
	}
	return nil
}
