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

	otherSkill situation = "other_skill" // for colleagues with a skill this caller lacks, until it has waited too long
)

// openCount is how many open callbacks of a pool are in one situation, and when the first of them comes.
type openCount struct {
	PoolID     int64
	Situation  situation
	WaitReason Reason
	Count      int
	First      clock.Instant
	Opens      clock.Instant // when the first of them is anybody's, whatever it needs
}

// openCounts counts the open callbacks of the pools by situation and reason to wait. What is next for the caller is
// free. What they are at work on is left out, and so is one whose last attempt ended without an outcome: nobody gets it any more, the next
// claim that meets it closes it.
func (s store) openCounts(pools []pool, callerID int64, lacks lacking, now clock.Instant) ([]openCount, error) {
	const columns = `pool_id, CASE WHEN state = 'waiting' THEN ?
		WHEN state = 'claimed' AND caller_id = ? AND lease_until > ? THEN ?
		WHEN (state = 'claimed' AND lease_until > ?) OR person_id IN ` + heldPersons + ` THEN ?
		WHEN not_for = ? OR (reserved_for NOT IN (0, ?) AND ` + notKept + ` > ?) THEN ?`
	var all []openCount
	for part := range slices.Chunk(pools, database.MaxIn) {
		var chunk, lacked []int64
		for _, p := range part {
			if chunk = append(chunk, p.ID); lacks.lacks(p.ID) {
				lacked = append(lacked, p.ID)
			}
		}
		var rows []openCount
		situations, args := columns, []any{
			notYet, callerID, now, free, now, now, inHand, callerID, callerID, now, kept,
		}
		if len(lacked) > 0 {
			situations += `
				WHEN pool_id IN ? AND open_at > ? AND reserved_for <> ? AND NOT (state = 'claimed' AND caller_id = ?) THEN ?`
			args = append(args, lacked, now, callerID, callerID, otherSkill)
		}
		situations += " ELSE ? END AS situation, wait_reason, COUNT(*) AS count, MIN(ready_at) AS first, MIN(open_at) AS opens"
		err := s.Gorm().Model(&Callback{}).Select(situations, append(args, free)...).
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
