package account

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

func (s store) insertAudit(e AuditEntry) error {
	return wrapped(s.Gorm().Create(&e).Error, "write audit")
}

// auditEntries returns the entries that a viewer may read and a filter leaves, the newest first.
func (s store) auditEntries(viewer Viewer, f AuditFilter, before AuditKey, limit int) ([]AuditEntry, error) {
	g := s.Gorm().Order("at DESC, id DESC").Limit(limit)
	if before.ID != 0 {
		g = g.Where("at <= ? AND (at < ? OR id < ?)", before.At, before.At, before.ID)
	}
	for _, narrow := range []struct {
		column string
		value  any
		given  bool
	}{
		{"user_id", f.UserID, f.UserID != 0},
		{"token_id", f.TokenID, f.TokenID != 0},
		{"door", f.Door, f.Door != ""},
		{"action", f.Action, f.Action != ""},
		{"subject_kind", f.SubjectKind, f.SubjectKind != ""},
		{"subject_id", f.SubjectID, f.SubjectID != 0},
	} {
		if narrow.given {
			g = g.Where(narrow.column+" = ?", narrow.value)
		}
	}
	if !f.From.IsZero() {
		g = g.Where("at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		g = g.Where("at < ?", f.Until)
	}
	if len(viewer.TeamIDs) > 0 && !viewer.unbound() {
		const people = "(SELECT user_id FROM user_teams WHERE team_id IN ?)"
		g = g.Where("user_id = ? OR user_id IN "+people+" OR subject_kind IN ? OR (subject_kind = 'user' AND subject_id IN "+people+")",
			viewer.UserID, viewer.TeamIDs, SharedKinds(), viewer.TeamIDs)
	}
	return database.List[AuditEntry](g, "the audit")
}

// deleteAuditBefore deletes at most limit entries from before an instant, and returns how many it met.
func (s store) deleteAuditBefore(at clock.Instant, limit int) (int, error) {
	var ids []int64
	err := s.Gorm().Model(&AuditEntry{}).Where("at < ?", at).Order("at").Limit(limit).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, wrapped(err, "list the old audit")
	}
	return len(ids), wrapped(s.Gorm().Where("id IN ?", ids).Delete(&AuditEntry{}).Error, "delete the old audit")
}
