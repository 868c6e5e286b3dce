package callback

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"aftercall/internal/clock"
)

// claimable reads the callbacks that a caller may have: the first depth of each of the pools, their appointments, and the most urgent of
// those whose lease is over, their own first. Whatever keeps a callback from the caller is judged by the statement: a few of those at the
// head of what is read would otherwise hide all others.
func (s store) claimable(callerID int64, pools []int64, depth int, now clock.Instant) ([]Callback, error) {
	found := make(map[int64]Callback)
	for chunk := range slices.Chunk(pools, 100) {
		u := union{caller: callerID, now: now}
		for _, pool := range chunk {
			u.add(depth, "priority, skips, due_at, callbacks.id", "pool_id = ? AND state = 'ready'", pool)
		}
		// The plus keeps SQLite from walking the pools' indexes instead of the caller's few, and of the claims, which are about as many as
		// there are callers.
		u.add(perPool, "ready_at", "reserved_for = ? AND state = 'ready' AND +pool_id IN ?", callerID, chunk)
		ownFirst := fmt.Sprintf("CASE WHEN callbacks.caller_id = %d THEN 0 ELSE 1 END, priority, skips, due_at, callbacks.id", callerID)
		u.add(4*perPool, ownFirst, "state = 'claimed' AND lease_until <= ? AND +pool_id IN ?", now, chunk)
		var part []Callback
		if err := s.Gorm().Raw(strings.Join(u.parts, " UNION ALL "), u.args...).Scan(&part).Error; err != nil {
			return nil, fmt.Errorf("read what can be claimed: %w", err)
		}
		for _, c := range part {
			found[c.ID] = c
		}
	}
	return slices.Collect(maps.Values(found)), nil
}

// union is a statement of several parts, each the first few callbacks in nobody's hands that may go to a caller. Persons who are held are
// left out by their key: a subquery would read all holds for every part. The limits are no parameters: SQLite would plan the statement
// anew each time it is run.
type union struct {
	caller int64
	now    clock.Instant
	parts  []string
	args   []any
}

func (u *union) add(limit int, order, where string, args ...any) {
	u.parts = append(u.parts, fmt.Sprintf(`SELECT * FROM (SELECT callbacks.* FROM callbacks
		LEFT JOIN holds ON holds.person_id = callbacks.person_id AND holds.until_at > ?
		WHERE %s AND (reserved_for IN (0, ?) OR ready_at <= ?) AND not_for <> ? AND expires_at > ? AND holds.person_id IS NULL
		ORDER BY %s LIMIT %d) AS part`, where, order, limit))
	u.args = append(u.args, u.now)
	u.args = append(u.args, args...)
	u.args = append(u.args, u.caller, u.now.Add(-reservationTime), u.caller, u.now)
}
