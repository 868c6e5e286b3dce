package callback

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// situation is where an open callback is, as one caller sees it.
type situation string

const (
	notYet      situation = "not_yet"       // waits
	keptNotYet  situation = "kept_not_yet"  // waits, for a colleague
	neverNotYet situation = "never_not_yet" // waits, and is not for this caller
	inHand      situation = "in_hand"       // a colleague has it, or is calling the same person
	kept        situation = "kept"          // for a colleague, or not for this caller
	free        situation = "free"

	otherSkill situation = "other_skill" // for colleagues with a skill this caller lacks, until it has waited too long
)

// openCount is how many open callbacks of a pool are in one situation, and when the first of them comes.
type openCount struct {
	PoolID             int64
	Situation          situation
	WaitReason         Reason
	Count              int
	First              clock.Instant
	Opens              clock.Instant // when the first of them is anybody's, whatever it needs
	Unkept             clock.Instant // when the first of those that are kept for a colleague is anybody's; none where none is kept
	Lease              clock.Instant // when the first lease ends; none where nobody has one
	Fresh, Hour, Hours int           // of Count: ready for up to 15 minutes, an hour, four hours
}

func (c openCount) waits() bool {
	return c.Situation == notYet || c.Situation == keptNotYet || c.Situation == neverNotYet
}

// forCaller returns when the first of those that wait is to be had by the caller, if it is ready by then; none for never.
func (c openCount) forCaller(ready clock.Instant) clock.Instant {
	switch c.Situation {
	case keptNotYet:
		return max(ready, c.Unkept)
	case neverNotYet:
		return 0
	default:
		return ready
	}
}

// openQuestion is who asks for open callbacks, and when.
type openQuestion struct {
	callerID int64
	sourceID int64 // 0 for callbacks about contacts of every source
	lacks    lacking
	now      clock.Instant
}

// situations is the expression that says in which situation a callback is, in pools of which the caller lacks the skill of some.
func (q openQuestion) situations(lacked []int64) (expression string, args []any) {
	expression = `CASE WHEN state = 'waiting' AND not_for = ? THEN ?
		WHEN state = 'waiting' AND reserved_for NOT IN (0, ?) THEN ?
		WHEN state = 'waiting' THEN ?
		WHEN state = 'claimed' AND caller_id = ? AND lease_until > ? THEN ?
		WHEN (state = 'claimed' AND lease_until > ?) OR person_id IN ` + heldPersons + ` THEN ?
		WHEN not_for = ? OR (reserved_for NOT IN (0, ?) AND ` + notKept + ` > ?) THEN ?`
	args = []any{
		q.callerID, neverNotYet, q.callerID, keptNotYet, notYet, q.callerID, q.now, free, q.now, q.now, inHand,
		q.callerID, q.callerID, q.now, kept,
	}
	if len(lacked) > 0 {
		expression += `
			WHEN pool_id IN ? AND open_at > ? AND reserved_for <> ? AND NOT (state = 'claimed' AND caller_id = ?) THEN ?`
		args = append(args, lacked, q.now, q.callerID, q.callerID, otherSkill)
	}
	return expression + " ELSE ? END", append(args, free)
}

// lacked returns those of the pools whose skill the caller lacks.
func (q openQuestion) lacked(pools []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(pools), func(id int64) bool { return !q.lacks.lacks(id) })
}

// open selects the open callbacks of pools. What is next for the caller is among them. What they are at work on is left out, and so is one
// whose last attempt ended without an outcome: nobody gets it any more, the next claim that meets it closes it.
func (s store) open(pools []int64, q openQuestion) *gorm.DB {
	g := s.Gorm().Model(&Callback{}).
		Where("pool_id IN ? AND state IN ? AND expires_at > ?", pools, openStates, q.now).
		Where("NOT (state = ? AND caller_id = ? AND lease_until > ? AND slot <> ?)", Claimed, q.callerID, q.now, SlotNext).
		Where("NOT (state = ? AND lease_until <= ? AND attempts >= max_attempts)", Claimed, q.now)
	if q.sourceID != 0 {
		g = g.Where("EXISTS (SELECT 1 FROM contacts WHERE contacts.id = callbacks.contact_id AND contacts.source_id = ?)", q.sourceID)
	}
	return g
}

// openCounts counts the open callbacks of the pools by situation and reason to wait.
func (s store) openCounts(pools []pool, q openQuestion) ([]openCount, error) {
	columns := []string{
		"wait_reason", "COUNT(*) AS count", "MIN(ready_at) AS first", "MIN(open_at) AS opens",
		"COALESCE(MIN(CASE WHEN reserved_for <> 0 AND not_for <> ? THEN " + notKept + " END), 0) AS unkept",
		"COALESCE(MIN(CASE WHEN state = 'claimed' THEN lease_until END), 0) AS lease",
	}
	tail := []any{q.callerID}
	until := clock.Instant(math.MaxInt64)
	names := []string{"fresh", "hour", "hours"}
	for i, age := range SupplyAges() {
		columns = append(columns, "SUM(CASE WHEN ready_at > ? AND ready_at <= ? THEN 1 ELSE 0 END) AS "+names[i])
		tail = append(tail, q.now.Add(-age), until)
		until = q.now.Add(-age)
	}
	var all []openCount
	for part := range slices.Chunk(pools, database.MaxIn) {
		chunk := poolIDs(part)
		situations, args := q.situations(q.lacked(chunk))
		var rows []openCount
		err := s.open(chunk, q).
			Select("pool_id, "+situations+" AS situation, "+strings.Join(columns, ", "), append(args, tail...)...).
			Group("pool_id, situation, wait_reason").Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("count open callbacks: %w", err)
		}
		all = append(all, rows...)
	}
	return all, nil
}

// openRows returns open callbacks of pools that are in one of the situations, with a reason to wait or whatever it is, by the time they
// are or were ready and behind one of them.
func (s store) openRows(pools []int64, q openQuestion, in []situation, reason Reason, after SupplyKey, limit int) ([]Callback, error) {
	if len(pools) == 0 {
		return nil, nil
	}
	situations, args := q.situations(q.lacked(pools))
	g := s.open(pools, q).Where("("+situations+") IN ?", append(args, in)...)
	if reason != "" {
		g = g.Where("wait_reason = ?", reason)
	}
	if after != (SupplyKey{}) {
		g = g.Where("ready_at > ? OR ready_at = ? AND id > ?", after.At, after.At, after.ID)
	}
	return listCallbacks(g.Order("ready_at, id").Limit(limit))
}

func poolIDs(pools []pool) []int64 {
	ids := make([]int64, len(pools))
	for i, p := range pools {
		ids[i] = p.ID
	}
	return ids
}
