package worklist

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// store reads the tables of callbacks.
type store struct{ database.Tx }

var openStates = callback.OpenStates()

// within narrows a query to the teams of a scope.
func within(teams []int64, g *gorm.DB) *gorm.DB {
	if len(teams) == 0 {
		return g
	}
	return g.Where("team_id IN ?", teams)
}

func listCallbacks(g *gorm.DB) ([]callback.Callback, error) {
	return database.List[callback.Callback](g, "callbacks")
}

func (s store) callbacksByID(teams, ids []int64) ([]callback.Callback, error) {
	return database.In[callback.Callback](database.Distinct(ids), "callbacks", func(part []int64) *gorm.DB {
		return within(teams, s.Gorm()).Where("id IN ?", part)
	})
}

func (s store) stateCounts(teams []int64, now clock.Instant) (StateCounts, error) {
	g, err := s.inPoolsOf(teams)
	if err != nil {
		return StateCounts{}, err
	}
	counts := StateCounts{ByState: make(map[callback.State]int, len(callback.States()))}
	for _, state := range callback.States() {
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
	all := func() *gorm.DB { return s.Gorm().Model(&callback.Callback{}) }
	if len(teams) == 0 {
		return all, nil
	}
	var ids []int64
	if err := within(teams, s.Gorm().Table("pools")).Limit(callback.MaxPools).Pluck("id", &ids).Error; err != nil {
		return nil, fmt.Errorf("read pools: %w", err)
	}
	return func() *gorm.DB { return all().Where("pool_id IN ?", ids) }, nil
}

func (s store) recoveryPools(teams []int64) ([]int64, error) {
	var ids []int64
	err := within(teams, s.Gorm().Table("pools")).Where("kind = ?", callback.RecoveryKind).Limit(callback.MaxPools).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read pools of recoveries: %w", err)
	}
	return ids, nil
}

// recoveryCounts counts recoveries; solved are the business results that say that it is solved now.
func (s store) recoveryCounts(teams []int64, solved []string, from, to, now clock.Instant) (RecoveryCounts, error) {
	var c, finished RecoveryCounts
	err := within(teams, s.Gorm().Model(&callback.Callback{})).Where("state IN ? AND kind = ?", openStates, callback.RecoveryKind).
		Select("COUNT(*) AS open, COUNT(CASE WHEN due_at < ? THEN 1 END) AS overdue, "+
			"COUNT(CASE WHEN due_at >= ? AND due_at < ? THEN 1 END) AS due_soon", now, now, to).
		Scan(&c).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count open recoveries: %w", err)
	}
	// The bound on due_at lets the index on state and due_at skip what was finished long ago.
	err = within(teams, s.Gorm().Model(&callback.Callback{})).Where("state = ? AND kind = ?", callback.Finished, callback.RecoveryKind).
		Where("due_at >= ? AND closed_at >= ? AND closed_at < ?", from.Add(-callback.LongestDelay), from, to).
		Select("COUNT(*) AS closed, COUNT(CASE WHEN business_result IN ? THEN 1 END) AS recovered", solved).
		Scan(&finished).Error
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count finished recoveries: %w", err)
	}
	c.Closed, c.Recovered = finished.Closed, finished.Recovered
	return c, nil
}

func (s store) recoveriesOf(resolutionIDs []int64) ([]callback.Callback, error) {
	return database.In[callback.Callback](resolutionIDs, "recoveries", func(part []int64) *gorm.DB {
		return s.Gorm().Where("resolution_id IN ? AND kind = ?", part, callback.RecoveryKind).Order("id")
	})
}

func (s store) callbacksOfContact(contactID int64) ([]callback.Callback, error) {
	return listCallbacks(s.Gorm().Where("contact_id = ?", contactID).Order("id DESC").Limit(maxEvents))
}
