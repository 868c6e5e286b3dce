package decision

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/policy"
)

// DaySum is what was decided about the resolutions of one day of the centre's zone.
type DaySum struct {
	Date    clock.Day
	Planned map[policy.Kind]int
	Skipped map[policy.Kind]int
}

// DaySums returns the sums of a period by day of resolution, the newest first. A day without decisions is left out.
func (s *Service) DaySums(ctx context.Context, viewer account.Viewer, from, to clock.Instant) ([]DaySum, error) {
	counts, err := store{s.db.View(ctx)}.quarterHourCounts(viewer.VisibleTeams(), from, to, s.now())
	if err != nil {
		return nil, fmt.Errorf("sum up decisions by day: %w", err)
	}
	byDay := make(map[clock.Day]*DaySum)
	for _, c := range counts {
		date := clock.DayOf(c.Start, s.zone)
		day := byDay[date]
		if day == nil {
			day = &DaySum{Date: date, Planned: make(map[policy.Kind]int), Skipped: make(map[policy.Kind]int)}
			byDay[date] = day
		}
		if c.State == Planned {
			day.Planned[c.Kind] += c.Count
		} else {
			day.Skipped[c.Kind] += c.Count
		}
	}
	days := make([]DaySum, 0, len(byDay))
	for _, day := range byDay {
		days = append(days, *day)
	}
	slices.SortFunc(days, func(a, b DaySum) int { return cmp.Compare(b.Date, a.Date) })
	return days, nil
}
