package callback

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Freed is a callback that was kept for a caller who does not work at its time, and is anybody's since.
type Freed struct {
	ID            int64
	CallbackID    int64
	TeamID        int64 // of the callback
	CallerID      int64 // whom it was kept for
	FreedAt       clock.Instant
	AppointmentAt clock.Instant // none where the customer named no time
	SeenAt        clock.Instant // when somebody said that they know
	SeenBy        int64
}

// TableName names the table.
func (Freed) TableName() string { return "freed_promises" }

// FreedRow is one with its callback and the caller's name.
type FreedRow struct {
	Freed
	Callback Callback
	Caller   string
}

const maxFreed = 50 // that are shown

// FreedUnseen returns what became anybody's because its caller is not there and no supervisor has seen yet, of callbacks that are open
// and that the viewer sees, the newest first, at most 50.
func (s *Service) FreedUnseen(ctx context.Context, viewer account.Viewer) ([]FreedRow, error) {
	st := store{s.db.View(ctx)}
	list, err := st.freedUnseen(viewer.VisibleTeams(), maxFreed)
	if err != nil {
		return nil, err
	}
	var callbacks, users []int64
	for _, f := range list {
		callbacks, users = append(callbacks, f.CallbackID), append(users, f.CallerID)
	}
	found, err := st.callbacksByID(callbacks)
	if err != nil {
		return nil, err
	}
	open := make(map[int64]Callback, len(found))
	for _, c := range found {
		open[c.ID] = c
	}
	names, err := account.UserNames(st.Tx, users)
	if err != nil {
		return nil, fmt.Errorf("name absent callers: %w", err)
	}
	rows := make([]FreedRow, len(list))
	for i, f := range list {
		rows[i] = FreedRow{Freed: f, Callback: open[f.CallbackID], Caller: names[f.CallerID]}
	}
	return rows, nil
}

// SeeFreed notes that the viewer knows of everything FreedUnseen lists up to a row: it is listed no more. It returns fault.Forbidden for
// who is not told of it.
func (s *Service) SeeFreed(ctx context.Context, viewer account.Viewer, upTo int64) error {
	if !viewer.Is(account.Supervisor) {
		return fault.New(fault.Forbidden, "marks_right", "only supervisors and administrators are told of marks")
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.seeFreed(viewer.VisibleTeams(), upTo, viewer.UserID, now)
	})
	if err != nil {
		return fmt.Errorf("see what was freed: %w", err)
	}
	return nil
}
