package tasks

import (
	"fmt"
	"slices"

	"aftercall/internal/clock"
)

// openCount is how many open callbacks of a pool are in one situation, and when the first of them comes.
type openCount struct {
	PoolID     int64
	State      CallbackState
	WaitReason Reason
	Count      int
	First      clock.Instant
}

// openCounts counts the open callbacks of the pools by state and reason to wait.
func (s store) openCounts(pools []int64, callerID int64) ([]openCount, error) {
	var all []openCount
	for chunk := range slices.Chunk(pools, maxIn) {
		var rows []openCount
		err := s.Gorm().Model(&Callback{}).
			Select("pool_id, state, wait_reason, COUNT(*) AS count, MIN(ready_at) AS first").
			Where("pool_id IN ? AND state IN ?", chunk, []CallbackState{Waiting, Ready, Claimed}).
			Where("NOT (state = ? AND caller_id = ?)", Claimed, callerID).
			Group("pool_id, state, wait_reason").Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("count open callbacks: %w", err)
		}
		all = append(all, rows...)
	}
	return all, nil
}
