package account

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

func (s store) insertSession(session Session) error {
	return wrapped(s.Gorm().Create(&session).Error, "insert session")
}

func (s store) session(hash string) (Session, error) {
	return database.One[Session](s.Gorm().Where("token_hash = ?", hash), "session", ErrNoSession)
}

func (s store) sessionsOf(userID int64, now clock.Instant) (list []Session, err error) {
	err = s.Gorm().Where("user_id = ? AND expires_at > ? AND last_seen_at > ?", userID, now, now.Add(-SessionIdle)).
		Order("last_seen_at DESC").Limit(sessionsKept).Find(&list).Error
	return list, wrapped(err, "list sessions")
}

func (s store) seenSession(hash string, now clock.Instant) error {
	return wrapped(s.Gorm().Model(&Session{}).Where("token_hash = ?", hash).Update("last_seen_at", now).Error, "update session")
}

func (s store) deleteSession(hash string) error {
	return wrapped(s.Gorm().Where("token_hash = ?", hash).Delete(&Session{}).Error, "delete session")
}

// deleteSessionsOf ends the sessions of a user but the one with the hash kept.
func (s store) deleteSessionsOf(userID int64, kept string) error {
	return wrapped(s.Gorm().Where("user_id = ? AND token_hash <> ?", userID, kept).Delete(&Session{}).Error, "delete sessions")
}

// deleteOldestSessions leaves a user the sessions used last, as many as kept.
func (s store) deleteOldestSessions(userID int64, kept int) error {
	var hashes []string
	g := s.Gorm().Model(&Session{}).Where("user_id = ?", userID).Order("last_seen_at DESC, token_hash").Offset(kept).Limit(50)
	if err := g.Pluck("token_hash", &hashes).Error; err != nil || len(hashes) == 0 {
		return wrapped(err, "list old sessions")
	}
	return wrapped(s.Gorm().Where("token_hash IN ?", hashes).Delete(&Session{}).Error, "delete old sessions")
}

// deleteExpiredSessions deletes at most limit sessions that are over, and returns how many it met.
func (s store) deleteExpiredSessions(now clock.Instant, limit int) (int, error) {
	var hashes []string
	err := s.Gorm().Model(&Session{}).Where("expires_at < ?", now).Order("expires_at").Limit(limit).Pluck("token_hash", &hashes).Error
	if err != nil || len(hashes) == 0 {
		return 0, wrapped(err, "list expired sessions")
	}
	return len(hashes), wrapped(s.Gorm().Where("token_hash IN ?", hashes).Delete(&Session{}).Error, "delete expired sessions")
}

// mayTry returns fault.TooMany if one of the keys has been tried too often. It only reads.
func (s store) mayTry(keys []counted, now clock.Instant) error {
	names := make([]string, len(keys))
	limits := make(map[string]int, len(keys))
	for i, k := range keys {
		names[i], limits[k.key] = k.key, k.limit
	}
	var rows []loginTries
	if err := s.Gorm().Where("try_key IN ? AND since > ?", names, now.Add(-triesWindow)).Find(&rows).Error; err != nil {
		return fmt.Errorf("read login tries: %w", err)
	}
	var latest *loginTries
	for i, row := range rows {
		if row.Count >= limits[row.TryKey] && (latest == nil || row.Since > latest.Since) {
			latest = &rows[i]
		}
	}
	if latest == nil {
		return nil
	}
	return throttled(*latest, now)
}

// countTry adds one to the tries of a key, or starts again at one if the last window is over.
func (s store) countTry(key string, now clock.Instant) (loginTries, error) {
	oldest := now.Add(-triesWindow)
	tries := loginTries{TryKey: key, Count: 1, Since: now}
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "try_key"}},
		DoUpdates: clause.Set{ // in this order: MySQL assigns one after the other, and the second looks at the old since
			{
				Column: clause.Column{Name: "count"},
				Value:  gorm.Expr("CASE WHEN login_tries.since <= ? THEN 1 ELSE login_tries.count + 1 END", oldest),
			},
			{
				Column: clause.Column{Name: "since"},
				Value:  gorm.Expr("CASE WHEN login_tries.since <= ? THEN ? ELSE login_tries.since END", oldest, now),
			},
		},
	}).Create(&tries).Error
	if err != nil {
		return tries, fmt.Errorf("count a try: %w", err)
	}
	err = wrapped(s.Gorm().Where("try_key = ?", key).Take(&tries).Error, "read tries")
	return tries, err
}

// forgetTry clears the count of a try's own key after a right password, and takes one try off its other keys.
func (s store) forgetTry(keys []counted) error {
	if err := s.Gorm().Where("try_key = ?", keys[0].key).Delete(&loginTries{}).Error; err != nil {
		return fmt.Errorf("forget tries: %w", err)
	}
	for _, k := range keys[1:] {
		err := s.Gorm().Model(&loginTries{}).Where("try_key = ? AND count > 0", k.key).Update("count", gorm.Expr("count - 1")).Error
		if err != nil {
			return fmt.Errorf("take a try back: %w", err)
		}
	}
	return nil
}

// deleteTriesOver deletes at most limit counts whose window is over, and returns how many it met. Counts that began anew meanwhile
// stay.
func (s store) deleteTriesOver(now clock.Instant, limit int) (int, error) {
	oldest := now.Add(-triesWindow)
	var keys []string
	err := s.Gorm().Model(&loginTries{}).Where("since <= ?", oldest).Order("since").Limit(limit).Pluck("try_key", &keys).Error
	if err != nil || len(keys) == 0 {
		return 0, wrapped(err, "list old login tries")
	}
	err = s.Gorm().Where("try_key IN ? AND since <= ?", keys, oldest).Delete(&loginTries{}).Error
	return len(keys), wrapped(err, "delete old login tries")
}

func (s store) insertToken(t *APIToken) error {
	return wrapped(s.Gorm().Create(t).Error, "insert token")
}

func (s store) token(hash string) (APIToken, error) {
	return database.One[APIToken](s.Gorm().Where("token_hash = ?", hash), "token", errToken)
}

func (s store) tokens(beforeID int64, limit int) (list []APIToken, err error) {
	g := s.Gorm().Order("id DESC").Limit(limit)
	if beforeID > 0 {
		g = g.Where("id < ?", beforeID)
	}
	err = wrapped(g.Find(&list).Error, "list tokens")
	return list, err
}

func (s store) usedToken(id int64, now clock.Instant) error {
	return wrapped(s.Gorm().Model(&APIToken{}).Where("id = ?", id).Update("last_used_at", now).Error, "update token")
}

func (s store) revokeToken(id int64, now clock.Instant) error {
	r := s.Gorm().Model(&APIToken{}).Where("id = ? AND revoked_at = 0", id).Update("revoked_at", now)
	if r.Error == nil && r.RowsAffected == 0 {
		return errNoToken
	}
	return wrapped(r.Error, "revoke token")
}
