package worklist

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

// RecoveryCounts is how recoveries stand. The recovery rate is Recovered of Closed.
type RecoveryCounts struct {
	Open      int // not closed, whenever they were planned
	Overdue   int // of Open: past their time
	DueSoon   int // of Open: due before the end of the period, and not overdue
	Closed    int // finished in the period
	Recovered int // of Closed: the customer said that it is solved now
}

// Recoveries counts the recoveries the viewer sees: the open ones now, and those finished in [from, to).
func (s *Service) Recoveries(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (RecoveryCounts, error) {
	tx := s.db.View(ctx)
	solved, err := s.outcomes.Solving(tx)
	if err != nil {
		return RecoveryCounts{}, fmt.Errorf("count recoveries: %w", err)
	}
	return store{tx}.recoveryCounts(viewer.VisibleTeams(), solved, from, to, s.now())
}

// RecoveriesOf returns the newest recovery callback of each of the resolutions, by resolution.
func (s *Service) RecoveriesOf(ctx context.Context, resolutionIDs []int64) (map[int64]callback.Callback, error) {
	found, err := store{s.db.View(ctx)}.recoveriesOf(resolutionIDs)
	if err != nil {
		return nil, err
	}
	byResolution := make(map[int64]callback.Callback, len(found))
	for _, c := range found {
		byResolution[c.ResolutionID] = c
	}
	return byResolution, nil
}
