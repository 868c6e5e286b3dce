package tasks

import (
	"fmt"
	"slices"

	"aftercall/internal/clock"
)

func (s store) recoveryCounts(sc scope, from, to, now clock.Instant) (RecoveryCounts, error) {
	var c, finished RecoveryCounts
	err := sc.within(s.Gorm().Model(&Callback{})).Where("state IN ? AND kind = ?", openStates, RecoveryCallback).
		Select("COUNT(*) AS open, COUNT(CASE WHEN due_at < ? THEN 1 END) AS overdue, COUNT(CASE WHEN due_at >= ? AND due_at < ? THEN 1 END) AS due_soon", now, now, to).
		Scan(&c).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count open recoveries: %w", err)
	}
	// The bound on due_at lets the index on state and due_at skip what was finished long ago.
	err = sc.within(s.Gorm().Model(&Callback{})).Where("state = ? AND kind = ?", Finished, RecoveryCallback).
		Where("due_at >= ? AND closed_at >= ? AND closed_at < ?", from.Add(-longestDelay), from, to).
		Select("COUNT(*) AS closed, COUNT(CASE WHEN business_result = ? THEN 1 END) AS recovered", Solved).
		Scan(&finished).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count finished recoveries: %w", err)
	}
	c.Closed, c.Recovered = finished.Closed, finished.Recovered
	return c, nil
}

func (s store) recoveriesOf(resolutionIDs []int64) ([]Callback, error) {
	var all []Callback
	for chunk := range slices.Chunk(resolutionIDs, maxIn) {
		found, err := listCallbacks(s.Gorm().Where("resolution_id IN ? AND kind = ?", chunk, RecoveryCallback))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
