package bulk

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// Report is how far an act is and what came of it.
type Report struct {
	Act     Act
	By      string // who asked for it
	UndoBy  string // who took it back
	For     string // ActReassign: for whom
	Counts  map[RowState]int
	Refused []Reason // why something was not done, the most frequent first
	Kept    []Reason // why something was not taken back
}

// Handled returns how many callbacks were handled of the part that is under way, or was last.
func (r Report) Handled() int {
	if r.Act.UndoneAt != 0 {
		return r.Counts[RowUndone] + r.Counts[RowKept]
	}
	return r.Act.RowCount - r.Counts[RowPending]
}

// Of returns how many there are to handle.
func (r Report) Of() int {
	if r.Act.UndoneAt != 0 {
		return r.Counts[RowUndone] + r.Counts[RowKept] + r.Counts[RowDone]
	}
	return r.Act.RowCount
}

// Reason is how many callbacks were left for one reason, the code of a fault.
type Reason struct {
	State RowState
	Code  string
	Count int
}

// Report returns an act that the viewer asked for, or that anybody did where the viewer is an administrator. It returns fault.NotFound for
// another one.
func (s *Service) Report(ctx context.Context, viewer account.Viewer, actID int64) (Report, error) {
	tx := s.db.View(ctx)
	act, err := store{tx}.act(actID)
	if err == nil && !act.mayBeReadBy(viewer) {
		err = errNoAct
	}
	if err != nil {
		return Report{}, err
	}
	r := Report{Act: act}
	reasons, err := store{tx}.counts(actID)
	if err != nil {
		return Report{}, err
	}
	r.Counts = make(map[RowState]int, len(RowStates()))
	for _, reason := range reasons {
		r.Counts[reason.State] += reason.Count
		switch reason.State {
		case RowRefused:
			r.Refused = append(r.Refused, reason)
		case RowKept:
			r.Kept = append(r.Kept, reason)
		case RowPending, RowDone, RowUndone:
		}
	}
	names, err := account.UserNames(tx, []int64{act.UserID, act.UndoneBy, act.CallerID})
	if err != nil {
		return Report{}, fmt.Errorf("name who asked for act %d: %w", actID, err)
	}
	r.By, r.UndoBy, r.For = names[act.UserID], names[act.UndoneBy], names[act.CallerID]
	return r, nil
}

// Rows returns the callbacks of an act in a state, in the order of their ids, those behind one, at most so many.
func (s *Service) Rows(ctx context.Context, viewer account.Viewer, actID int64, state RowState, after int64, limit int) ([]Row, error) {
	tx := s.db.View(ctx)
	act, err := store{tx}.act(actID)
	if err == nil && !act.mayBeReadBy(viewer) {
		err = errNoAct
	}
	if err != nil {
		return nil, err
	}
	return store{tx}.rows(actID, state, after, min(limit, database.MaxIn))
}

// Recent returns the newest acts that a viewer asked for, at most so many.
func (s *Service) Recent(ctx context.Context, viewer account.Viewer, limit int) ([]Act, error) {
	return store{s.db.View(ctx)}.actsOf(viewer.UserID, min(limit, database.MaxIn))
}
