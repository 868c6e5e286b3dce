package pause

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// store is a transaction on the table of pauses.
type store struct{ database.Tx }

// begin writes a pause, unless one lasts: the unique key (user_id, ended_at) lets each caller have one without an end.
func (s store) begin(p Pause) error {
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&p).Error; err != nil {
		return fmt.Errorf("insert pause: %w", err)
	}
	return nil
}

// end ends the caller's pause if it began by an instant. One that began only now was none.
func (s store) end(userID int64, beganBy, now clock.Instant) error {
	if err := s.Gorm().Where("user_id = ? AND ended_at = 0 AND began_at >= ?", userID, now).Delete(&Pause{}).Error; err != nil {
		return fmt.Errorf("forget a pause: %w", err)
	}
	err := s.Gorm().Model(&Pause{}).Where("user_id = ? AND ended_at = 0 AND began_at <= ?", userID, beganBy).Update("ended_at", now).Error
	if err != nil {
		return fmt.Errorf("end pause: %w", err)
	}
	return nil
}

// forget deletes the caller's pause for a reason that began at an instant: what it began with never was.
func (s store) forget(userID int64, reason Reason, began clock.Instant) error {
	if err := s.Gorm().Where("user_id = ? AND began_at = ? AND reason = ?", userID, began, reason).Delete(&Pause{}).Error; err != nil {
		return fmt.Errorf("forget a pause: %w", err)
	}
	return nil
}

// now returns the caller's pause without an end, if it began after an instant.
func (s store) now(userID int64, after clock.Instant) (Pause, bool, error) {
	var found []Pause
	err := s.Gorm().Where("user_id = ? AND ended_at = 0 AND began_at > ?", userID, after).Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return Pause{}, false, wrap(err)
	}
	return found[0], true, nil
}

// between returns the caller's pauses that began within [from, to), by time.
func (s store) between(userID int64, from, to clock.Instant, limit int) ([]Pause, error) {
	var found []Pause
	err := s.Gorm().Where("user_id = ? AND began_at >= ? AND began_at < ?", userID, from, to).
		Order("began_at").Limit(limit).Find(&found).Error
	return found, wrap(err)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("read pauses: %w", err)
	}
	return nil
}

// lasting returns the pauses of users without an end that began after an instant, by user.
func (s store) lasting(userIDs []int64, after clock.Instant) (map[int64]Pause, error) {
	rows, err := database.In[Pause](userIDs, "pauses", func(part []int64) *gorm.DB {
		return s.Gorm().Where("user_id IN ? AND ended_at = 0 AND began_at > ?", part, after)
	})
	byUser := make(map[int64]Pause, len(rows))
	for _, p := range rows {
		byUser[p.UserID] = p
	}
	return byUser, err
}
