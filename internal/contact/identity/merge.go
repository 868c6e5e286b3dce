package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Merge makes all records of one person records of another, because somebody knows that they are the same. A supervisor gives
// the reason. It returns fault.Conflict "person_held" while somebody calls one of the two, "person_changed" when one of them has no
// records any more, and "person_elsewhere" when the viewer does not see all of them; for a person of whom they see nothing,
// fault.NotFound.
func (s *Service) Merge(ctx context.Context, viewer account.Viewer, into, from int64, reason string) (PersonChange, error) {
	reason, err := checkRegroup(viewer, reason)
	if err != nil {
		return PersonChange{}, err
	}
	switch from {
	case 0:
		return PersonChange{}, fault.InvalidFields(fault.Field{Name: "from", Code: "merge_none", Problem: "choose who is the same person"})
	case into:
		return PersonChange{}, fault.New(fault.Conflict, "person_same", "they are the same person already")
	}
	return s.regroup(ctx, viewer, "person.merge", func(g regrouping) (PersonChange, error) {
		return g.merge(PersonChange{Kind: ChangeMerge, PersonID: into, OtherPersonID: from, UserID: viewer.UserID, Reason: reason}, nil)
	})
}

// Undo takes a change back: what a merge moved leaves again, what a split moved comes back. It returns fault.Conflict
// "person_changed" when other changes came since, "change_undone" when it was taken back already, and "person_elsewhere" when the
// viewer does not see everybody it touched; of a change that touched nobody they see, fault.NotFound.
func (s *Service) Undo(ctx context.Context, viewer account.Viewer, changeID int64) (PersonChange, error) {
	if !viewer.Is(account.Supervisor) {
		return PersonChange{}, errRegroupRole
	}
	change, err := s.regroup(ctx, viewer, "person.undo", func(g regrouping) (PersonChange, error) {
		undone, moved, stayed, err := g.store.change(changeID)
		if err != nil {
			return PersonChange{}, err
		}
		switch err := g.sight(slices.Concat(moved, stayed)); {
		case errors.Is(err, errNoPerson):
			return PersonChange{}, errNoChange
		case err != nil:
			return PersonChange{}, err
		}
		change := PersonChange{PersonID: undone.PersonID, OtherPersonID: undone.OtherPersonID, UserID: viewer.UserID, Undoes: &undone.ID}
		if undone.Kind.merges() {
			change.Kind = ChangeSplit
			return g.split(change, moved)
		}
		if err := g.bringBack(undone.ID); err != nil {
			return PersonChange{}, err
		}
		change.Kind = ChangeMerge
		return g.merge(change, moved)
	})
	if database.IsTaken(err) {
		return PersonChange{}, fault.New(fault.Conflict, "change_undone", "this change was taken back already")
	}
	return change, err
}

// regroup runs one change by hand in its transaction and writes the audit.
func (s *Service) regroup(
	ctx context.Context, viewer account.Viewer, action string, change func(regrouping) (PersonChange, error),
) (PersonChange, error) {
	now := s.now()
	var made PersonChange
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		g := s.regrouping(tx, now)
		g.viewer = viewer
		var err error
		if made, err = change(g); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, action, "person", made.PersonID, account.Detail(map[string]any{"change": made.ID}))
	})
	if err != nil {
		return PersonChange{}, fmt.Errorf("%s: %w", action, err)
	}
	return made, nil
}

func (s *Service) regrouping(tx database.Tx, now clock.Instant) regrouping {
	return regrouping{Service: s, store: store{tx}, now: now}
}

// merge makes the records of change.OtherPersonID records of change.PersonID. With only, these must be all of them.
func (g regrouping) merge(change PersonChange, only []int64) (PersonChange, error) {
	if err := g.reserve(change.PersonID, change.OtherPersonID); err != nil {
		return change, err
	}
	stayed, err := g.records(change.PersonID)
	if err != nil {
		return change, err
	}
	moved, err := g.records(change.OtherPersonID)
	if err != nil {
		return change, err
	}
	if len(stayed) == 0 || len(moved) == 0 || only != nil && !slices.Equal(only, moved) {
		return change, contact.ErrPersonChanged
	}
	if err := g.sight(stayed, moved); err != nil {
		return change, err
	}
	if err := g.free(change.PersonID, change.OtherPersonID); err != nil {
		return change, err
	}
	return g.apply(change, moved, stayed)
}
