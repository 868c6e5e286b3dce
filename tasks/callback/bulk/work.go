package bulk

import (
	"context"
	"encoding/json"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// Work is the job of a large act: it handles the next hundred callbacks, and comes again until none is left. What was done and that it was
// done are one transaction: each callback is handled once, however often the job dies.
func (s *Service) Work(ctx context.Context, ticket outbox.Ticket, actID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		act, err := store{tx}.act(actID)
		if err != nil {
			return err
		}
		left, err := store{tx}.left(act)
		if err != nil {
			return err
		}
		if left < batch { // these are the last
			err = ticket.Done(tx)
		} else {
			err = ticket.Again(tx, now)
		}
		if err != nil || act.Over() {
			return err
		}
		_, err = s.next(tx, &act, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("go on with act %d: %w", actID, err)
	}
	return nil
}

// next handles the next callbacks of an act, ends it with the last, and reports whether there are more.
func (s *Service) next(tx database.Tx, act *Act, now clock.Instant) (more bool, err error) {
	st := store{tx}
	rows, err := st.nextRows(*act, batch)
	if err != nil {
		return false, err
	}
	if len(rows) > 0 {
		handle := s.do
		if act.State == Undoing {
			handle = s.undo
		}
		if err := handle(tx, *act, rows, now); err != nil {
			return false, err
		}
	}
	if len(rows) == batch {
		return true, nil
	}
	act.EndedAt = now
	if act.State = Done; act.UndoneAt != 0 {
		act.State = Undone
	}
	return false, st.end(*act)
}

// viewer is who asked for an act, with the teams they had then. Who may not log in any more may do nothing.
func (a Act) viewer(tx database.Tx, userID int64) (account.Viewer, error) {
	v := account.Viewer{UserID: userID, Role: a.Role}
	if err := json.Unmarshal([]byte(a.Teams), &v.TeamIDs); err != nil {
		return account.Viewer{}, fmt.Errorf("read the teams of act %d: %w", a.ID, err)
	}
	users, err := account.UsersByID(tx, []int64{userID})
	if err != nil {
		return account.Viewer{}, fmt.Errorf("read who asked for act %d: %w", a.ID, err)
	}
	for _, u := range users {
		if !u.DisabledAt.IsZero() {
			v.Role = ""
		}
	}
	return v, nil
}

func (s *Service) do(tx database.Tx, act Act, rows []Row, now clock.Instant) error {
	viewer, err := act.viewer(tx, act.UserID)
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.CallbackID
	}
	acted, err := s.callbacks.DoAll(tx, viewer, ids, act.of(), now)
	if fault.Is(err, fault.Forbidden) {
		acted, err = refuseAll(ids, err), nil
	}
	if err != nil {
		return err
	}
	for _, a := range acted {
		row := Row{ActID: act.ID, CallbackID: a.CallbackID, State: RowDone, BeforeJSON: a.Before, AfterMark: a.After}
		if a.Refused != nil {
			row.State, row.Refused = RowRefused, codeOf(a.Refused)
		}
		if err := (store{tx}).write(row); err != nil {
			return err
		}
	}
	return nil
}

func refuseAll(ids []int64, why error) []callback.Acted {
	all := make([]callback.Acted, len(ids))
	for i, id := range ids {
		all[i] = callback.Acted{CallbackID: id, Refused: why}
	}
	return all
}

func (s *Service) undo(tx database.Tx, act Act, rows []Row, now clock.Instant) error {
	viewer, err := act.viewer(tx, act.UndoneBy)
	if err != nil {
		return err
	}
	acted := make([]callback.Acted, len(rows))
	ids := make([]int64, len(rows))
	byID := make(map[int64]Row, len(rows))
	for i, r := range rows {
		acted[i] = callback.Acted{CallbackID: r.CallbackID, Before: r.BeforeJSON, After: r.AfterMark}
		ids[i], byID[r.CallbackID] = r.CallbackID, r
	}
	restored, err := s.callbacks.Restore(tx, viewer, acted, act.Why, now)
	if fault.Is(err, fault.Forbidden) {
		restored, err = refuseAll(ids, err), nil
	}
	if err != nil {
		return err
	}
	for _, a := range restored {
		row := byID[a.CallbackID]
		if row.State = RowUndone; a.Refused != nil {
			row.State, row.Refused = RowKept, codeOf(a.Refused)
		}
		if err := (store{tx}).write(row); err != nil {
			return err
		}
	}
	return nil
}

// Undo puts back what an act did to callbacks, where nothing has happened to them since, at once or as a job like the act. Who asked for it
// may, and administrators. It returns fault.NotFound for another act, and fault.Conflict for one that is under way or was taken back.
func (s *Service) Undo(ctx context.Context, viewer account.Viewer, actID int64) (Act, error) {
	now := s.now()
	var act Act
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		if err := database.Guard(tx, fmt.Sprintf("bulk act %d", actID)); err != nil {
			return err
		}
		act, err = store{tx}.act(actID)
		switch {
		case err != nil:
			return err
		case !act.mayBeReadBy(viewer):
			return errNoAct
		case act.State == Running:
			return errNotDone
		case act.State != Done:
			return errWasUndone
		}
		act.State, act.UndoneBy, act.UndoneAt, act.EndedAt = Undoing, viewer.UserID, now, 0
		if err := (store{tx}).end(act); err != nil {
			return err
		}
		if err := account.Audit(tx, now, viewer, "callbacks.undo", "bulk_act", act.ID, string(act.Kind)); err != nil {
			return err
		}
		return s.atOnce(tx, &act, now)
	})
	if err != nil {
		return Act{}, fmt.Errorf("take act %d back: %w", actID, err)
	}
	return act, nil
}

// mayBeReadBy reports whether an act is a viewer's business: what was done to callbacks of other teams is in no supervisor's hands.
func (a Act) mayBeReadBy(viewer account.Viewer) bool {
	return viewer.Is(account.Supervisor) && (a.UserID == viewer.UserID || viewer.Role == account.Admin)
}
