package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// Undo takes a change back: its days are again what they were. Callbacks that became anybody's stay so. It returns what came of it;
// fault.NotFound for a change that is not of the viewer's teams, and fault.Conflict for one that was taken back already or whose days
// somebody has changed since.
func (s *Service) Undo(ctx context.Context, viewer account.Viewer, changeID int64) (came Outcome, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		st := store{tx}
		change, err := st.change(changeID)
		if err != nil {
			return err
		}
		w, err := s.takeBack(tx, viewer, change)
		if err != nil {
			return err
		}
		came = w.outcome()
		if came.ChangeID, err = s.store(tx, viewer, Undone, w, now); err != nil {
			return err
		}
		return st.markUndone(changeID, came.ChangeID)
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("undo change %d of a roster: %w", changeID, err)
	}
	return came, nil
}

// takeBack is the work of making the days of a change what they were.
func (s *Service) takeBack(tx database.Tx, viewer account.Viewer, change Change) (*work, error) {
	brought, ended, err := store{tx}.entriesOf(change.ID)
	if err != nil {
		return nil, err
	}
	var people []int64
	for _, e := range slices.Concat(brought, ended) {
		people = append(people, e.UserID)
	}
	if err := s.checkPeople(tx, viewer, people); errors.Is(err, errNobody) {
		return nil, errNoChange // nor is it told that there is one of another team
	} else if err != nil {
		return nil, err
	}
	if change.UndoneBy != 0 {
		return nil, errUndone
	}
	if slices.ContainsFunc(brought, func(e Entry) bool { return e.RemovedBy != 0 }) {
		return nil, errUndo
	}
	before := cells(ended)
	touched := before
	for key := range cells(brought) {
		touched[key] = before[key]
	}
	var edit Edit
	for key, list := range touched {
		edit.Cells = append(edit.Cells, Cell{UserID: key.UserID, Day: key.Day, Entries: list})
	}
	w, err := s.work(tx, viewer, edit, s.now())
	if err != nil {
		return nil, err
	}
	for _, id := range w.removed { // what stands on these days now is what the change brought, or they were changed since
		if !slices.ContainsFunc(brought, func(e Entry) bool { return e.ID == id }) {
			return nil, errUndo
		}
	}
	return w, nil
}
