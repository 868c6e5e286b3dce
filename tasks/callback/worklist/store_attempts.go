package worklist

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// dayCount is how many attempts of a day ended alike, and how long they took from claim to outcome.
type dayCount struct {
	CallerID       int64
	OutcomeVersion int
	CallResult     callback.CallResult
	BusinessResult callback.BusinessResult
	Count          int
	Micros         int64
}

func (s store) dayCounts(callers []int64, from, to clock.Instant) ([]dayCount, error) {
	return database.In[dayCount](callers, "attempts by result", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&callback.Attempt{}).
			Select("caller_id, outcome_version, call_result, business_result, COUNT(*) AS count, "+
				"SUM(CASE WHEN ended_at > 0 THEN ended_at - claimed_at ELSE 0 END) AS micros").
			Where("caller_id IN ? AND started_at >= ? AND started_at < ?", part, from, to).
			Group("caller_id, outcome_version, call_result, business_result")
	})
}

func (s store) attemptsBy(callerID int64, from, to clock.Instant, limit int) ([]callback.Attempt, error) {
	var rows []callback.Attempt
	err := s.Gorm().Where("caller_id = ? AND started_at >= ? AND started_at < ?", callerID, from, to).
		Order("started_at DESC, id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list attempts: %w", err)
	}
	return rows, nil
}

func (s store) attemptsOfCallbacks(callbackIDs []int64) ([]callback.Attempt, error) {
	if len(callbackIDs) == 0 {
		return nil, nil
	}
	var rows []callback.Attempt
	if err := s.Gorm().Where("callback_id IN ?", callbackIDs).Order("id DESC").Limit(maxEvents).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return rows, nil
}

// unseenMarks returns the attempts with one of the marks that nobody has seen, the newest first. They are found by the index of marks;
// there are as many as supervisors leave unseen.
func (s store) unseenMarks(teams []int64, marks []outcome.Flag, limit int) ([]callback.Attempt, error) {
	var found []callback.Attempt
	err := within(teams, s.Gorm().Joins("JOIN callbacks ON callbacks.id = attempts.callback_id")).
		Where("mark IN ? AND mark_seen_at = 0", marks).Order("attempts.id DESC").Limit(limit).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	return found, nil
}
