package account

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
)

func (s store) insertSession(session Session) error {
	return found(s.Gorm().Create(&session).Error, nil, "insert session")
}

func (s store) session(hash string) (session Session, err error) {
	err = found(s.Gorm().Where("token_hash = ?", hash).Take(&session).Error, ErrNoSession, "read session")
	return session, err
}

func (s store) sessionsOf(userID int64, now clock.Instant) (list []Session, err error) {
	err = s.Gorm().Where("user_id = ? AND expires_at > ? AND last_seen_at > ?", userID, now, now.Add(-SessionIdle)).
		Order("last_seen_at DESC").Limit(100).Find(&list).Error
	return list, found(err, nil, "list sessions")
}

func (s store) seenSession(hash string, now clock.Instant) error {
	return found(s.Gorm().Model(&Session{}).Where("token_hash = ?", hash).Update("last_seen_at", now).Error, nil, "update session")
}

func (s store) deleteSession(hash string) error {
	return found(s.Gorm().Where("token_hash = ?", hash).Delete(&Session{}).Error, nil, "delete session")
}

// deleteSessionsOf ends the sessions of a user but the one with the hash kept.
func (s store) deleteSessionsOf(userID int64, kept string) error {
	return found(s.Gorm().Where("user_id = ? AND token_hash <> ?", userID, kept).Delete(&Session{}).Error, nil, "delete sessions")
}

// deleteExpiredSessions is the housekeeping of a login: a few rows at a time, so that nobody waits for it.
func (s store) deleteExpiredSessions(now clock.Instant) error {
	var hashes []string
	err := s.Gorm().Model(&Session{}).Where("expires_at < ?", now).Order("expires_at").Limit(50).Pluck("token_hash", &hashes).Error
	if err != nil || len(hashes) == 0 {
		return found(err, nil, "list expired sessions")
	}
	return found(s.Gorm().Where("token_hash IN ?", hashes).Delete(&Session{}).Error, nil, "delete expired sessions")
}

// countTry adds one to the tries of a key, or starts again at one if the last window began before oldest.
func (s store) countTry(key string, now, oldest clock.Instant) (loginTries, error) {
	tries := loginTries{TryKey: key, Count: 1, Since: now}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "try_key"}},
		DoUpdates: clause.Set{ // in this order: MySQL assigns one after the other, and the second looks at the old since
			{Column: clause.Column{Name: "count"}, Value: gorm.Expr("CASE WHEN login_tries.since <= ? THEN 1 ELSE login_tries.count + 1 END", oldest)},
			{Column: clause.Column{Name: "since"}, Value: gorm.Expr("CASE WHEN login_tries.since <= ? THEN ? ELSE login_tries.since END", oldest, now)},
		},
	}).Create(&tries).Error
	if err != nil {
		return tries, fmt.Errorf("count a try: %w", err)
	}
	err = found(s.Gorm().Where("try_key = ?", key).Take(&tries).Error, nil, "read tries")
	return tries, err
}

// forgetTries takes the tries of a login that succeeded back. Rows of others that are over go on the way.
func (s store) forgetTries(login, ip string) error {
	byLogin, byIP := triesKeys(login, ip)
	if err := s.Gorm().Where("try_key = ?", byLogin).Delete(&loginTries{}).Error; err != nil {
		return fmt.Errorf("forget tries: %w", err)
	}
	err := s.Gorm().Model(&loginTries{}).Where("try_key = ? AND count > 0", byIP).Update("count", gorm.Expr("count - 1")).Error
	return found(err, nil, "forget tries")
}

func (s store) insertToken(t *APIToken) error {
	return found(s.Gorm().Create(t).Error, nil, "insert token")
}

func (s store) token(hash string) (t APIToken, err error) {
	err = found(s.Gorm().Where("token_hash = ?", hash).Take(&t).Error, errToken, "read token")
	return t, err
}

func (s store) tokens(beforeID int64, limit int) (list []APIToken, err error) {
	g := s.Gorm().Order("id DESC").Limit(limit)
	if beforeID > 0 {
		g = g.Where("id < ?", beforeID)
	}
	err = found(g.Find(&list).Error, nil, "list tokens")
	return list, err
}

func (s store) usedToken(id int64, now clock.Instant) error {
	return found(s.Gorm().Model(&APIToken{}).Where("id = ?", id).Update("last_used_at", now).Error, nil, "update token")
}

func (s store) revokeToken(id int64, now clock.Instant) error {
	r := s.Gorm().Model(&APIToken{}).Where("id = ? AND revoked_at = 0", id).Update("revoked_at", now)
	if r.Error == nil && r.RowsAffected == 0 {
		return errNoToken
	}
	return found(r.Error, nil, "revoke token")
}

func (s store) insertAudit(e AuditEntry) error {
	return found(s.Gorm().Create(&e).Error, nil, "write audit")
}

func (s store) auditOf(kind string, id int64, limit int) (list []AuditEntry, err error) {
	err = s.Gorm().Where("subject_kind = ? AND subject_id = ?", kind, id).Order("id DESC").Limit(limit).Find(&list).Error
	return list, found(err, nil, "list audit")
}
