package tasks

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

var openStates = []CallbackState{Waiting, Ready, Claimed}

// within narrows a query to the teams of a scope.
func (sc scope) within(g *gorm.DB) *gorm.DB {
	if len(sc) == 0 {
		return g
	}
	return g.Where("team_id IN ?", []int64(sc))
}

func (s store) callbacks(f CallbackFilter, sc scope, now clock.Instant) ([]Callback, error) {
	g := sc.within(s.Gorm())
	if f.State != "" {
		g = g.Where("state = ?", f.State)
	}
	if f.Kind != "" {
		g = g.Where("kind = ?", f.Kind)
	}
	if f.Reason != "" {
		g = g.Where("(wait_reason = ? OR close_reason = ?)", f.Reason, f.Reason)
	}
	if f.CallerID != 0 {
		g = g.Where("caller_id = ?", f.CallerID)
	}
	if f.Overdue {
		g = g.Where("state IN ? AND due_at < ?", openStates, now)
	}
	if f.Before != 0 {
		g = g.Where("id < ?", f.Before)
	}
	return listCallbacks(g.Order("id DESC").Limit(limited(f.Limit)))
}

func listCallbacks(g *gorm.DB) ([]Callback, error) {
	var found []Callback
	if err := g.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	return found, nil
}

func (s store) callbacksByID(sc scope, ids []int64) ([]Callback, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	return listCallbacks(sc.within(s.Gorm()).Where("id IN ?", slices.Compact(ids)))
}

func (s store) reservedFor(sc scope, callerID int64, limit int) ([]Callback, error) {
	return listCallbacks(sc.within(s.Gorm()).Where("reserved_for = ? AND state IN ?", callerID, openStates).Order("ready_at, id").Limit(limit))
}

func (s store) triedBy(sc scope, callerID int64, limit int) ([]Callback, error) {
	return listCallbacks(sc.within(s.Gorm()).Where("caller_id = ? AND state IN ? AND reserved_for <> ?", callerID, openStates, callerID).
		Order("ready_at, id").Limit(limit))
}

func (s store) closedBy(sc scope, callerID int64, limit int) ([]Callback, error) {
	return listCallbacks(sc.within(s.Gorm()).Where("caller_id = ? AND state = ?", callerID, Finished).Order("closed_at DESC, id DESC").Limit(limit))
}

func (s store) openRecoveries(sc scope, callerID int64, limit int) ([]Callback, error) {
	return listCallbacks(sc.within(s.Gorm()).
		Where("state IN ? AND kind = ? AND not_for <> ?", openStates, RecoveryCallback, callerID).Order("due_at, id").Limit(limit))
}

func (s store) stateCounts(sc scope, now clock.Instant) (StateCounts, error) {
	g, err := s.inPoolsOf(sc)
	if err != nil {
		return StateCounts{}, err
	}
	counts := StateCounts{ByState: make(map[CallbackState]int, len(CallbackStates()))}
	for _, state := range CallbackStates() {
		if counts.ByState[state], err = database.CountUpTo(s.Tx, g().Where("state = ?", state), MostCounted+1); err != nil {
			return StateCounts{}, fmt.Errorf("count callbacks: %w", err)
		}
	}
	counts.Overdue, err = database.CountUpTo(s.Tx, g().Where("state IN ? AND due_at < ?", openStates, now), MostCounted+1)
	if err != nil {
		return StateCounts{}, fmt.Errorf("count overdue callbacks: %w", err)
	}
	return counts, nil
}

// inPoolsOf returns queries of the callbacks in a scope by their pools, whose index has the states too: a count that stops somewhere
// reads no more than it counts.
func (s store) inPoolsOf(sc scope) (func() *gorm.DB, error) {
	all := func() *gorm.DB { return s.Gorm().Model(&Callback{}) }
	if len(sc) == 0 {
		return all, nil
	}
	pools, err := s.pools()
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, p := range pools {
		if slices.Contains(sc, p.TeamID) {
			ids = append(ids, p.ID)
		}
	}
	return func() *gorm.DB { return all().Where("pool_id IN ?", ids) }, nil
}

// dayCount is how many attempts of a day ended alike, and how long they took from claim to outcome.
type dayCount struct {
	CallResult     CallResult
	BusinessResult BusinessResult
	Count          int
	Micros         int64
}

func (s store) dayCounts(callerID int64, from, to clock.Instant) ([]dayCount, error) {
	var rows []dayCount
	err := s.Gorm().Model(&Attempt{}).
		Select("call_result, business_result, COUNT(*) AS count, SUM(CASE WHEN ended_at > 0 THEN ended_at - claimed_at ELSE 0 END) AS micros").
		Where("caller_id = ? AND started_at >= ? AND started_at < ?", callerID, from, to).
		Group("call_result, business_result").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	return rows, nil
}

func (s store) attemptsBy(callerID int64, from, to clock.Instant, limit int) ([]Attempt, error) {
	var rows []Attempt
	err := s.Gorm().Where("caller_id = ? AND started_at >= ? AND started_at < ?", callerID, from, to).
		Order("started_at DESC, id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list attempts: %w", err)
	}
	return rows, nil
}
