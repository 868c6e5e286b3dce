package callback

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

var openStates = []State{Waiting, Ready, Claimed}

// within narrows a query to the teams of a scope.
func within(teams []int64, g *gorm.DB) *gorm.DB {
	if len(teams) == 0 {
		return g
	}
	return g.Where("team_id IN ?", teams)
}

func (s store) callbacks(f Filter, teams []int64, now clock.Instant) ([]Callback, error) {
	g := within(teams, s.Gorm())
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
	return listCallbacks(g.Order("id DESC").Limit(Limited(f.Limit)))
}

func listCallbacks(g *gorm.DB) ([]Callback, error) {
	var found []Callback
	if err := g.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	return found, nil
}

func (s store) callbacksByID(teams, ids []int64) ([]Callback, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	return listCallbacks(within(teams, s.Gorm()).Where("id IN ?", slices.Compact(ids)))
}

// ownAppointments counts the open appointments a caller keeps for themselves, without one callback.
func (s store) ownAppointments(callerID, without int64) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Callback{}).
		Where("reserved_for = ? AND state IN ? AND appointment_at > 0 AND id <> ?", callerID, openStates, without), MaxRows)
	if err != nil {
		return 0, fmt.Errorf("count own appointments: %w", err)
	}
	return n, nil
}

// pausedBy counts the callbacks a caller has paused.
func (s store) pausedBy(callerID int64) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Callback{}).
		Where("reserved_for = ? AND state = ? AND wait_reason = ?", callerID, Waiting, ReasonPaused), MaxRows)
	if err != nil {
		return 0, fmt.Errorf("count paused callbacks: %w", err)
	}
	return n, nil
}

// openOfCustomers returns the callbacks of customers that are not closed, by the index on the customer, of whom there are few.
func (s store) openOfCustomers(teams, customerIDs []int64) ([]Callback, error) {
	return database.In[Callback](customerIDs, "open callbacks of customers", func(part []int64) *gorm.DB {
		return within(teams, s.Gorm()).Where("customer_id IN ? AND state IN ?", part, openStates).Order("due_at, id")
	})
}

func (s store) stateCounts(teams []int64, now clock.Instant) (StateCounts, error) {
	g, err := s.inPoolsOf(teams)
	if err != nil {
		return StateCounts{}, err
	}
	counts := StateCounts{ByState: make(map[State]int, len(States()))}
	for _, state := range States() {
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
func (s store) inPoolsOf(teams []int64) (func() *gorm.DB, error) {
	all := func() *gorm.DB { return s.Gorm().Model(&Callback{}) }
	if len(teams) == 0 {
		return all, nil
	}
	pools, err := s.pools()
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, p := range pools {
		if slices.Contains(teams, p.TeamID) {
			ids = append(ids, p.ID)
		}
	}
	return func() *gorm.DB { return all().Where("pool_id IN ?", ids) }, nil
}

// dayCount is how many attempts of a day ended alike, and how long they took from claim to outcome.
type dayCount struct {
	OutcomeVersion int
	CallResult     CallResult
	BusinessResult BusinessResult
	Count          int
	Micros         int64
}

func (s store) dayCounts(callerID int64, from, to clock.Instant) ([]dayCount, error) {
	var rows []dayCount
	err := s.Gorm().Model(&Attempt{}).
		Select("outcome_version, call_result, business_result, COUNT(*) AS count, "+
			"SUM(CASE WHEN ended_at > 0 THEN ended_at - claimed_at ELSE 0 END) AS micros").
		Where("caller_id = ? AND started_at >= ? AND started_at < ?", callerID, from, to).
		Group("outcome_version, call_result, business_result").Scan(&rows).Error
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

// recoveryCounts counts recoveries; solved are the business results that say that it is solved now.
func (s store) recoveryCounts(teams []int64, solved []string, from, to, now clock.Instant) (RecoveryCounts, error) {
	var c, finished RecoveryCounts
	err := within(teams, s.Gorm().Model(&Callback{})).Where("state IN ? AND kind = ?", openStates, RecoveryKind).
		Select("COUNT(*) AS open, COUNT(CASE WHEN due_at < ? THEN 1 END) AS overdue, "+
			"COUNT(CASE WHEN due_at >= ? AND due_at < ? THEN 1 END) AS due_soon", now, now, to).
		Scan(&c).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count open recoveries: %w", err)
	}
	// The bound on due_at lets the index on state and due_at skip what was finished long ago.
	err = within(teams, s.Gorm().Model(&Callback{})).Where("state = ? AND kind = ?", Finished, RecoveryKind).
		Where("due_at >= ? AND closed_at >= ? AND closed_at < ?", from.Add(-LongestDelay), from, to).
		Select("COUNT(*) AS closed, COUNT(CASE WHEN business_result IN ? THEN 1 END) AS recovered", solved).
		Scan(&finished).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count finished recoveries: %w", err)
	}
	c.Closed, c.Recovered = finished.Closed, finished.Recovered
	return c, nil
}

func (s store) recoveriesOf(resolutionIDs []int64) ([]Callback, error) {
	return database.In[Callback](resolutionIDs, "recoveries", func(part []int64) *gorm.DB {
		return s.Gorm().Where("resolution_id IN ? AND kind = ?", part, RecoveryKind).Order("id")
	})
}
