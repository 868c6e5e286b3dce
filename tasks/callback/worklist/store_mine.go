package worklist

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// mineStore reads the lists of one caller.
type mineStore struct {
	store
	viewer       account.Viewer
	pools        []int64       // of recoveries the viewer sees
	startOfToday clock.Instant // of the centre's day
	endOfToday   clock.Instant
	from, to     clock.Instant      // of what is done: closed then; none for whenever
	held         *callback.Callback // what the viewer is at work on; nil for nothing
	lookedAhead  []int64            // what was the viewer's, then somebody's next one, and is nobody's now
}

// of selects the callbacks of a list and names the column it is ordered by. Each is narrowed by an index to what is one caller's: what
// they are kept for, what they have or had, or the open recoveries of the pools they see, of which there are few.
func (m mineStore) of(list MineList) (g *gorm.DB, column string) {
	id := m.viewer.UserID
	g = within(m.viewer.VisibleTeams(), m.Gorm().Model(&callback.Callback{}))
	switch list {
	case MineInProgress:
		g = g.Where("state IN ?", openStates).Where("(reserved_for <> ? OR "+paused+" AND appointment_at < ?)", id, m.startOfToday)
		if len(m.lookedAhead) > 0 {
			return g.Where("(caller_id = ? AND slot <> ? OR id IN ?)", id, callback.SlotNext, m.lookedAhead), "ready_at"
		}
		return g.Where("caller_id = ? AND slot <> ?", id, callback.SlotNext), "ready_at" // that one was only looked at
	case MineRecoveries:
		return g.Where("pool_id IN ? AND state IN ? AND kind = ? AND not_for <> ?", m.pools, openStates, callback.RecoveryKind, id),
			"due_at"
	case MineDone:
		if g = g.Where("caller_id = ? AND state = ?", id, callback.Finished); m.to != 0 {
			g = g.Where("closed_at >= ? AND closed_at < ?", m.from, m.to)
		}
		return g, "closed_at"
	case MineLater:
		return g.Where("reserved_for = ? AND state IN ?", id, openStates).
			Where("("+paused+" AND appointment_at >= ? OR NOT "+paused+" AND ready_at >= ?)", m.endOfToday, m.endOfToday), "ready_at"
	default:
		return g.Where("reserved_for = ? AND state IN ?", id, openStates).
			Where("("+paused+" AND appointment_at >= ? AND appointment_at < ? OR NOT "+paused+" AND ready_at < ?)",
				m.startOfToday, m.endOfToday, m.endOfToday), "ready_at"
	}
}

// paused are the callbacks that wait for something inside: they are kept for their caller, and no customer expects the call for that.
const paused = "(state = 'waiting' AND wait_reason = 'paused')"

// lookedAheadOf returns what was a caller's and now is in nobody's hands, after it was only somebody's next one. It is looked for among the
// claims whose lease is over, of which there are about as many as callers.
func (s store) lookedAheadOf(callerID int64, now clock.Instant) ([]int64, error) {
	ids := []int64{}
	err := s.Gorm().Model(&callback.Callback{}).Where("state = ? AND lease_until <= ? AND slot = ? AND caller_before = ?",
		callback.Claimed, now, callback.SlotNext, callerID).
		Limit(callback.MaxRows).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read what caller %d had: %w", callerID, err)
	}
	return ids, nil
}

func (m mineStore) list(f MineFilter) ([]callback.Callback, error) {
	g, column := m.of(f.List)
	return listCallbacks(after(g, column, "id", f.List == MineDone, f.After).Limit(callback.Limited(f.Limit)))
}

// lastAttempts returns the viewer's last attempts with an outcome, by callback.
func (m mineStore) lastAttempts(callbacks []callback.Callback) (map[int64]int64, error) {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ID
	}
	var found []struct{ CallbackID, Last int64 }
	err := m.Gorm().Model(&callback.Attempt{}).Select("callback_id, MAX(id) AS last").
		Where("callback_id IN ? AND caller_id = ? AND call_result <> ''", ids, m.viewer.UserID).Group("callback_id").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read last attempts: %w", err)
	}
	last := make(map[int64]int64, len(found))
	for _, one := range found {
		last[one.CallbackID] = one.Last
	}
	return last, nil
}

// after orders by a time and an id, and continues behind a place in that order.
func after(g *gorm.DB, at, id string, descending bool, key MineKey) *gorm.DB {
	direction, beyond := "", ">"
	if descending {
		direction, beyond = " DESC", "<"
	}
	if key != (MineKey{}) {
		g = g.Where(fmt.Sprintf("(%[1]s %[3]s ? OR %[1]s = ? AND %[2]s %[3]s ?)", at, id, beyond), key.At, key.At, key.ID)
	}
	return g.Order(at + direction + ", " + id + direction)
}

// count counts a list and stops behind MostCounted. What is done is counted whole, whatever day is looked at.
func (m mineStore) count(list MineList) (int, error) {
	m.from, m.to = 0, 0
	g, _ := m.of(list)
	if list == MineDrafts {
		g = m.left()
	}
	n, err := database.CountUpTo(m.Tx, g, MostCounted+1)
	if err != nil {
		return 0, fmt.Errorf("count my tasks: %w", err)
	}
	return n, nil
}

// left selects what the caller typed about callbacks of their teams under claims that are over. What they type now is no draft that was
// left: it was saved after the claim began.
func (m mineStore) left() *gorm.DB {
	g := within(m.viewer.VisibleTeams(), m.Gorm().Table("drafts").Joins("JOIN callbacks ON callbacks.id = drafts.callback_id")).
		Where("drafts.caller_id = ?", m.viewer.UserID)
	if m.held != nil {
		g = g.Where("(drafts.callback_id <> ? OR drafts.saved_at < ?)", m.held.ID, m.held.ClaimedAt)
	}
	return g
}

// leftDraft is what the caller typed about a callback.
type leftDraft struct {
	CallbackID int64
	Body       string // JSON of a callback.Outcome
	SavedAt    clock.Instant
}

func (m mineStore) drafts(f MineFilter) ([]leftDraft, error) {
	var found []leftDraft
	g := after(m.left().Select("drafts.*"), "drafts.saved_at", "drafts.callback_id", true, f.After)
	err := g.Limit(callback.Limited(f.Limit)).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	return found, nil
}
