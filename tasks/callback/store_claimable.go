package callback

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// notKept is from when what is kept for one caller is anybody's, as a statement reads it: see reservedUntil.
const notKept = "ready_at + kept_minutes * 60000000"

// claimable reads the callbacks that callers may have: the first of each of the pools, as many as depths says, their appointments, and
// the most urgent of those whose lease is over, their own first. Whatever keeps a callback from a single caller is judged by the
// statement: a few of those at the head of what is read would otherwise hide all others. Of several callers, each finds what is not for
// them and must be asked about alone then. Of pools whose skill a caller lacks there is what is open to anybody by now, the
// longest first.
func (s store) claimable(callers []int64, depths map[int64]depth, now clock.Instant) ([]Callback, error) {
	found := make(map[int64]Callback)
	own := 4 * perPool << bits.Len(uint(len(callers)-1)) // few different statements
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(depths)), 100) {
		u := union{now: now}
		if len(callers) == 1 {
			u.caller = callers[0]
		}
		const ready = "pool_id = ? AND state = 'ready' AND (reserved_for = 0 OR " + notKept + " <= ?)"
		const over = "state = 'claimed' AND lease_until <= ? AND (reserved_for = 0 OR reserved_for IN ? OR " + notKept + " <= ?)" +
			" AND +pool_id IN ?"
		var anybodys []int64 // pools whose skill nobody of the callers lacks
		for _, pool := range chunk {
			d := depths[pool]
			if d.ready > 0 {
				u.add(d.ready, ready, pool, now)
			}
			if d.waited == 0 {
				anybodys = append(anybodys, pool)
				continue
			}
			u.addBy("open_at, callbacks.id", d.waited, ready+" AND open_at <= ?", pool, now, now)
			if d.ready > 0 {
				u.add(4*perPool, over, now, callers, now, []int64{pool})
			}
			u.add(4*perPool, over+" AND (open_at <= ? OR reserved_for IN ?)", now, callers, now, []int64{pool}, now, callers)
		}
		// The plus keeps SQLite from walking the pools' indexes instead of the callers' few, and of the claims, which are about as many as
		// there are callers.
		u.add(own, "reserved_for IN ? AND state = 'ready' AND +pool_id IN ?", callers, chunk)
		u.add(4*perPool, over, now, callers, now, anybodys)
		u.add(own, "callbacks.caller_id IN ? AND "+over, callers, now, callers, now, chunk)
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

// claimColumns is as much of a callback as is asked before it is locked.
var claimColumns = "callbacks." + strings.Join([]string{
	"id", "decision_id", "resolution_id", "contact_id", "customer_id", "person_id", "kind", "priority", "state", "pool_id", "team_id",
	"ready_at", "open_at", "due_at", "expires_at", "lease_until", "caller_id", "caller_before", "reserved_for", "kept_minutes", "not_for",
	"fence", "slot", "skips", "appointment_at",
}, ", callbacks.")

// union is a statement of several parts, each the first few callbacks in nobody's hands that may go to the caller, if there is only one.
// Persons who are held are left out by their key: a subquery would read all holds for every part. The limits are no parameters: SQLite
// would plan the statement anew each time it is run.
type union struct {
	caller int64
	now    clock.Instant
	parts  []string
	args   []any
}

func (u *union) add(limit int, where string, args ...any) {
	u.addBy("priority, skips, due_at, callbacks.id", limit, where, args...)
}

func (u *union) addBy(order string, limit int, where string, args ...any) {
	u.parts = append(u.parts, fmt.Sprintf(`SELECT * FROM (SELECT `+claimColumns+` FROM callbacks
		LEFT JOIN holds ON holds.person_id = callbacks.person_id AND holds.until_at > ?
		WHERE %s AND (not_for <> ? OR not_for = 0) AND expires_at > ? AND holds.person_id IS NULL
		ORDER BY %s LIMIT %d) AS part`, where, order, limit))
	u.args = append(u.args, u.now)
	u.args = append(u.args, args...)
	u.args = append(u.args, u.caller, u.now)
}

// ofPersonNow is what a claim must know of all callbacks of a person: how many ofPerson would find, and the highest fence of any.
type ofPersonNow struct {
	PersonID, Fence int64
	Open            int
}

func (s store) ofPersons(personIDs []int64) (map[int64]ofPersonNow, error) {
	const open = "CASE WHEN " + mayBeHeld + " THEN 1 ELSE 0 END"
	rows, err := database.In[ofPersonNow](personIDs, "the callbacks of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Callback{}).Where("person_id IN ?", part).Group("person_id").
			Select("person_id, MAX(fence) AS fence, SUM("+open+") AS open", heldStates, Cancelled)
	})
	byPerson := make(map[int64]ofPersonNow, len(rows))
	for _, row := range rows {
		byPerson[row.PersonID] = row
	}
	return byPerson, err
}
