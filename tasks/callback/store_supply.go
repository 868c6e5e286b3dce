package callback

import (
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// situation is where an open callback is, as one caller sees it.
type situation string

const (
	notYet situation = "not_yet" // waits
	inHand situation = "in_hand" // a colleague has it, or is calling the same person
	kept   situation = "kept"    // for a colleague, or not for this caller
	free   situation = "free"
)

// openCount is how many open callbacks of a pool are in one situation, and when the first of them comes.
type openCount struct {
	PoolID     int64
	Situation  situation
	WaitReason Reason
	Count      int
	First      clock.Instant
}

// openCounts counts the open callbacks of the pools by situation and reason to wait. What is next for the caller is
// free. What they are at work on is left out, and so is one whose last attempt ended without an outcome: nobody gets it any more, the next
// claim that meets it closes it.
func (s store) openCounts(pools []int64, callerID int64, now clock.Instant) ([]openCount, error) {
	const columns = `pool_id, CASE WHEN state = 'waiting' THEN ?
		WHEN state = 'claimed' AND caller_id = ? AND lease_until > ? THEN ?
		WHEN (state = 'claimed' AND lease_until > ?) OR person_id IN ` + heldPersons + ` THEN ?
		WHEN not_for = ? OR (reserved_for NOT IN (0, ?) AND ` + notKept + ` > ?) THEN ?
		ELSE ? END AS situation, wait_reason, COUNT(*) AS count, MIN(ready_at) AS first`
	var all []openCount
	for chunk := range slices.Chunk(pools, database.MaxIn) {
		var rows []openCount
		err := s.Gorm().Model(&Callback{}).
			Select(columns, notYet, callerID, now, free, now, now, inHand, callerID, callerID, now, kept, free).
			Where("pool_id IN ? AND state IN ? AND expires_at > ?", chunk, openStates, now).
			Where("NOT (state = ? AND caller_id = ? AND lease_until > ? AND slot <> ?)", Claimed, callerID, now, SlotNext).
			Where("NOT (state = ? AND lease_until <= ? AND attempts >= max_attempts)", Claimed, now).
			Group("pool_id, situation, wait_reason").Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("count open callbacks: %w", err)
		}
		all = append(all, rows...)
	}
	return all, nil
}
