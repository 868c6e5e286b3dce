package floor

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// Parts of the floor beside those of the queue: what was promised.
const (
	AppointmentsOverdue callback.SupplyPart = "appointments_overdue"
	AppointmentsSoon    callback.SupplyPart = "appointments_soon"
	RecoveriesOverdue   callback.SupplyPart = "recoveries_overdue"
	RecoveriesSoon      callback.SupplyPart = "recoveries_soon"
)

// Parts returns every part whose callbacks can be listed.
func Parts() []callback.SupplyPart {
	return append(callback.SupplyParts(), AppointmentsOverdue, AppointmentsSoon, RecoveriesOverdue, RecoveriesSoon)
}

// Key returns the place of a row in the list of a part.
func Key(part callback.SupplyPart, r worklist.Row) callback.SupplyKey {
	if slices.Contains(callback.SupplyParts(), part) {
		return r.Callback.SupplyKey()
	}
	return callback.SupplyKey{At: r.Callback.DueAt, ID: r.Callback.ID}
}

// Behind returns the callbacks behind a count of the floor as they are now, with their names.
func (s *Service) Behind(ctx context.Context, viewer account.Viewer, f callback.SupplyFilter) ([]worklist.Row, error) {
	found, err := s.behind(ctx, viewer, f)
	if err != nil {
		return nil, fmt.Errorf("list what is behind a count: %w", err)
	}
	return worklist.Named(s.db.View(ctx), found)
}

func (s *Service) behind(ctx context.Context, viewer account.Viewer, f callback.SupplyFilter) ([]callback.Callback, error) {
	if slices.Contains(callback.SupplyParts(), f.Part) {
		return s.callbacks.QueueRows(ctx, viewer, f)
	}
	st := store{s.db.View(ctx)}
	pools, err := st.pools(viewer.VisibleTeams())
	if err != nil {
		return nil, err
	}
	of := recoveries(pools)
	if f.Part == AppointmentsOverdue || f.Part == AppointmentsSoon {
		of = appointments(pools)
	}
	soon := f.Part == AppointmentsSoon || f.Part == RecoveriesSoon
	return st.listed(within(of, soon, s.now()), f.After, callback.Limited(f.Limit))
}
