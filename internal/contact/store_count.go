package contact

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// CountResolutions counts the resolutions of a period by the time they were resolved; from is inclusive, to exclusive, and either
// may be none. With teams, only the resolutions of those teams are counted.
func CountResolutions(tx database.Tx, from, to clock.Instant, teams []int64) (int, error) {
	g := tx.Gorm().Model(&Resolution{})
	if !from.IsZero() {
		g = g.Where("resolved_at >= ?", from)
	}
	if !to.IsZero() {
		g = g.Where("resolved_at < ?", to)
	}
	if len(teams) > 0 {
		g = g.Where("team_id IN ?", teams)
	}
	var n int64
	if err := g.Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count resolutions: %w", err)
	}
	return int(n), nil
}
