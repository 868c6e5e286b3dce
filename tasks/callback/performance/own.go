package performance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// Own is what a caller reads of themselves: a day, its week so far, and a usual day beside it. Nobody else is in it.
type Own struct {
	Day, Week Figures
	Usual     Figures // the middle one of each figure over the last days with calls
	Days      int     // how many those are; 0: none are known, and Usual is empty
}

const (
	usualDays = 20 // days a usual one is made of
	usualBack = 60 // how far back they are looked for
)

// Own returns the viewer's own figures of a day and of its week up to it.
func (s *Service) Own(ctx context.Context, viewer account.Viewer, d clock.Day) (Own, error) {
	viewer = account.Viewer{UserID: viewer.UserID, Role: account.Caller} // of themselves, whatever else they see
	monday := d - (d+3)%7
	week, err := s.Report(ctx, viewer, Filter{From: monday, Last: d, By: ByDay})
	if err != nil {
		return Own{}, fmt.Errorf("read one's own figures: %w", err)
	}
	own := Own{Week: week.Total}
	for _, row := range week.Rows {
		if row.Day == d {
			own.Day = row.Figures
		}
	}
	tx := s.db.View(ctx)
	before, err := store{tx}.lastDays(viewer.UserID, d-usualBack, d, usualDays)
	if err != nil || len(before) == 0 {
		return own, err
	}
	hours, err := store{tx}.worked("day", []int64{viewer.UserID}, d-usualBack, d-1)
	if err != nil {
		return own, err
	}
	worked := make(map[clock.Day]time.Duration, len(hours))
	for _, g := range hours {
		worked[g.Day] = time.Duration(g.Worked) * time.Microsecond
	}
	days := make([]Figures, len(before))
	for i, g := range before {
		days[i] = g.figures()
		days[i].Worked = worked[g.Day]
	}
	own.Usual, own.Days = usual(days), len(days)
	return own, nil
}

// usual is the middle one of each figure: one bad day does not move it. Means are those of the days together.
func usual(days []Figures) Figures {
	var sum Figures
	for _, d := range days {
		sum.Add(d)
	}
	middle := func(of func(Figures) int) int {
		all := make([]int, len(days))
		for i, d := range days {
			all[i] = of(d)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	sum.Attempts = middle(func(f Figures) int { return f.Attempts })
	sum.Reached = middle(func(f Figures) int { return f.Reached })
	sum.Finished = middle(func(f Figures) int { return f.Finished })
	sum.Skips = middle(func(f Figures) int { return f.Skips })
	sum.Expired = middle(func(f Figures) int { return f.Expired })
	sum.Handoffs = middle(func(f Figures) int { return f.Handoffs })
	sum.Seconds = middle(func(f Figures) int { return f.Seconds })
	sum.Solved = middle(func(f Figures) int { return f.Solved })
	sum.Worked = time.Duration(middle(func(f Figures) int { return int(f.Worked / time.Second) })) * time.Second
	return sum
}
