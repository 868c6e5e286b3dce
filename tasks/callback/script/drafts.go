package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
	"aftercall/internal/versions"
)

// Draft begins a draft of the script for a match, as a copy of what is said there so far; the one that is there is returned as it is. It
// returns fault.Forbidden for anybody but a supervisor or an administrator, fault.Invalid for a match that cannot be, and fault.Conflict
// when there are too many scripts.
func (s *Service) Draft(ctx context.Context, viewer account.Viewer, m Match) (Script, error) {
	m.Category, m.Product = text.Name(m.Category), text.Name(m.Product)
	if problems := m.check(); len(problems) > 0 {
		return Script{}, fault.InvalidFields(problems...)
	}
	return s.draft(ctx, viewer, m, func(st store) (Script, error) {
		found, err := st.matching(m)
		if err != nil || len(found) == 0 {
			stocked, stockErr := stock(m.Kind, m.Language)
			if fault.Is(stockErr, fault.NotFound) { // no steps of help yet
				return Script{}, err
			}
			return stocked, errors.Join(err, stockErr)
		}
		return slices.MaxFunc(found, func(a, b Script) int { return a.specific() - b.specific() }), nil
	})
}

// DraftFrom begins a draft as a copy of a version, as Draft does.
func (s *Service) DraftFrom(ctx context.Context, viewer account.Viewer, id int64) (Script, error) {
	from, err := scripts.ByID(s.db.View(ctx), id)
	if err != nil {
		return Script{}, err
	}
	return s.draft(ctx, viewer, from.Match, func(store) (Script, error) { return from, nil })
}

func (s *Service) draft(ctx context.Context, viewer account.Viewer, m Match, copied func(store) (Script, error)) (Script, error) {
	if !viewer.Is(account.Supervisor) {
		return Script{}, errMayNot
	}
	now := s.now()
	var draft Script
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		found, there, err := st.draftOf(m)
		if err != nil || there {
			draft = found
			return err
		}
		if n, err := st.count(); err != nil || n >= maxScripts {
			return errors.Join(err, errTooMany)
		}
		from, err := copied(st)
		if err != nil {
			return err
		}
		draft = Script{Match: m, Body: from.Body, Short: from.Short, Revision: 1, UpdatedBy: viewer.UserID, UpdatedAt: now}
		if from.Match == m {
			draft.BasedOn = from.Version
		}
		if err := scripts.Add(tx, &draft); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "script.drafted", "script", draft.ID, draft.Match.String())
	})
	if err != nil {
		return Script{}, fmt.Errorf("begin a draft of a script: %w", err)
	}
	return draft, nil
}

// guardName is passed by whoever adds a script, a draft or a version.
const guardName = "scripts"

// maxScripts bounds what the page of all scripts lists.
const maxScripts = 500

// check returns what is wrong with a match.
func (m Match) check() []fault.Field {
	var problems []fault.Field
	if !slices.Contains(Kinds(), m.Kind) {
		problems = append(problems, problemAt("kind", 0, "unknown_value", "is not one of the choices", string(m.Kind)))
	}
	if !slices.Contains(Languages(), m.Language) {
		problems = append(problems, problemAt("language", 0, "unknown_value", "is not one of the choices", m.Language))
	}
	for name, value := range map[string]string{"category": m.Category, "product": m.Product} {
		if utf8.RuneCountInString(value) > maxName {
			problems = append(problems, problemAt(name, 0, "too_long", "is too long", text.Cut(value, 40)))
		}
	}
	return problems
}

// Written is what can be set of a draft.
type Written struct{ Body, Short, Note string }

// Checked returns what was written in the form in which it is kept, and fault.Invalid with what keeps it from being said, by line.
func Checked(kind Kind, w Written) (Written, error) {
	w.Body, w.Short, w.Note = plain(w.Body), plain(w.Short), text.Name(w.Note)
	problems := append(check(kind, w.Body, w.Short), versions.NoteProblems(w.Note)...)
	if kind == Help {
		w.Short = ""
	}
	if len(problems) > 0 {
		return w, fault.InvalidFields(problems...)
	}
	return w, nil
}

// Save replaces the texts of a draft. revision is the one the editor was shown. It returns fault.Invalid with every problem by line, and
// fault.Conflict when somebody else saved or published the draft since.
func (s *Service) Save(ctx context.Context, viewer account.Viewer, id int64, revision int, w Written) (Script, error) {
	var saved Script
	err := s.change(ctx, viewer, id, revision, func(tx database.Tx, row Script, now clock.Instant) error {
		checked, err := Checked(row.Kind, w)
		if err != nil {
			return err
		}
		row.Body, row.Short, row.Note = checked.Body, checked.Short, checked.Note
		row.Revision, row.UpdatedBy, row.UpdatedAt = row.Revision+1, viewer.UserID, now
		saved = row
		return store{tx}.update(row)
	})
	return saved, err
}

// Delete deletes a draft. It fails as Save does.
func (s *Service) Delete(ctx context.Context, viewer account.Viewer, id int64, revision int) error {
	return s.change(ctx, viewer, id, revision, func(tx database.Tx, row Script, now clock.Instant) error {
		if err := scripts.Delete(tx, row.ID); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "script.deleted", "script", row.ID, row.Match.String())
	})
}

// change locks a draft, checks that it is still the revision that was shown, and runs a change on it.
func (s *Service) change(
	ctx context.Context, viewer account.Viewer, id int64, revision int, change func(database.Tx, Script, clock.Instant) error,
) error {
	if !viewer.Is(account.Supervisor) {
		return errMayNot
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		row, err := scripts.Lock(tx, id, revision)
		if err != nil {
			return err
		}
		return change(tx, row, now)
	})
	if err != nil {
		return fmt.Errorf("change script %d: %w", id, err)
	}
	return nil
}
