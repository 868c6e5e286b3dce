package callback

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// keptCount is how many callbacks of a team are kept for a user and in nobody's hands.
type keptCount struct {
	TeamID                     int64
	Appointments, Paused, Kept int
}

// keptByTeam counts what is kept for a user and not in their hands, team by team.
func (s store) keptByTeam(userID int64, now clock.Instant) (counts []keptCount, err error) {
	const paused = "state = 'waiting' AND wait_reason = 'paused'"
	err = s.Gorm().Model(&Callback{}).Select("team_id, "+
		"SUM(CASE WHEN "+paused+" THEN 1 ELSE 0 END) AS paused, "+
		"SUM(CASE WHEN appointment_at > 0 AND NOT ("+paused+") THEN 1 ELSE 0 END) AS appointments, "+
		"SUM(CASE WHEN appointment_at = 0 AND NOT ("+paused+") THEN 1 ELSE 0 END) AS kept").
		Where("reserved_for = ? AND state IN ? AND NOT (state = ? AND caller_id = ? AND lease_until > ?)",
			userID, openStates, Claimed, userID, now).
		Group("team_id").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count what is kept for a user: %w", err)
	}
	return counts, nil
}

// toHandBack returns the ids of callbacks that a user has in hand or that are kept for them and that they may not keep, those in hand
// first, at most backAtOnce.
func (s store) toHandBack(as account.Viewer, now clock.Instant) ([]int64, error) {
	inHand, err := s.inHands(as.UserID, now, SlotCurrent, SlotNext)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, c := range inHand {
		if !mayKeep(as, c.TeamID) {
			ids = append(ids, c.ID)
		}
	}
	g := s.Gorm().Model(&Callback{}).Where("reserved_for = ? AND state IN ?", as.UserID, openStates)
	switch {
	case as.Is(account.Caller) && as.SeesAllTeams():
		return ids, nil
	case as.Is(account.Caller):
		g = g.Where("team_id NOT IN ?", as.VisibleTeams())
	}
	var kept []int64
	if err := g.Order("id").Limit(backAtOnce).Pluck("id", &kept).Error; err != nil {
		return nil, fmt.Errorf("list what is kept for a user: %w", err)
	}
	return database.Distinct(append(ids, kept...)), nil
}
