package policy

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Draft begins a draft as a copy of a published version; 0: of the one in force.
func (s *Service) Draft(ctx context.Context, viewer account.Viewer, basedOn int) (Record, error) {
	return s.addDraft(ctx, viewer, basedOn, nil, "")
}

// Import begins a draft from a file. What cannot be read is named with its line (fault.Invalid).
func (s *Service) Import(ctx context.Context, viewer account.Viewer, r io.Reader) (Record, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Record{}, fmt.Errorf("read a policy: %w", err)
	}
	p, err := Parse(body)
	if err != nil {
		return Record{}, err
	}
	if err := s.checkReferences(ctx, s.db.View(ctx), &p, body); err != nil {
		return Record{}, err
	}
	return s.addDraft(ctx, viewer, 0, &p, "")
}

func (s *Service) addDraft(ctx context.Context, viewer account.Viewer, basedOn int, p *Policy, note string) (Record, error) {
	if !viewer.Is(account.Supervisor) {
		return Record{}, ErrMayNotDraft
	}
	var record Record
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st, now := store{tx}, s.now()
		base, err := st.newestPolicy()
		if err == nil && basedOn != 0 {
			base, err = st.policyVersion(basedOn)
		}
		if err != nil {
			return err
		}
		if n, err := st.countDrafts(); err != nil || n >= maxDrafts {
			return cmp.Or(err, error(errTooManyDrafts))
		}
		row := policyRow{
			Body: base.Body, Salt: base.Salt, BasedOn: *base.Version, Revision: 1, Note: note, CreatedBy: viewer.UserID, CreatedAt: now,
			UpdatedBy: viewer.UserID, UpdatedAt: now,
		}
		if p != nil {
			row.Body = p.Format()
		}
		if err := st.insertPolicy(&row); err != nil {
			return err
		}
		detail := fmt.Sprintf("from version %d", row.BasedOn)
		if err := account.Audit(tx, now, viewer, "policy.drafted", "policy", row.ID, detail); err != nil {
			return err
		}
		record, err = s.record(tx, row)
		return err
	})
	return record, err
}

// Save writes a draft, which must be whole and valid: every field that is not is named with its rule (fault.Invalid). Revision
// is the one that was shown; it returns fault.Conflict when somebody else saved or published since.
func (s *Service) Save(ctx context.Context, viewer account.Viewer, id int64, revision int, p Policy, note string) (Record, error) {
	note, err := checkNote(note)
	if err != nil {
		return Record{}, err
	}
	if err := p.Check(); err != nil {
		return Record{}, err
	}
	if err := s.checkReferences(ctx, s.db.View(ctx), &p, nil); err != nil {
		return Record{}, err
	}
	var record Record
	err = s.changeDraft(ctx, viewer, id, revision, func(tx database.Tx, row policyRow, now clock.Instant) error {
		row.Body, row.Note, row.Revision, row.UpdatedBy, row.UpdatedAt = p.Format(), note, row.Revision+1, viewer.UserID, now
		if err := (store{tx}).updatePolicy(row); err != nil {
			return err
		}
		record, err = s.record(tx, row)
		return err
	})
	return record, err
}

// Delete deletes a draft.
func (s *Service) Delete(ctx context.Context, viewer account.Viewer, id int64, revision int) error {
	return s.changeDraft(ctx, viewer, id, revision, func(tx database.Tx, row policyRow, now clock.Instant) error {
		if err := (store{tx}).deletePolicy(row.ID); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "policy.deleted", "policy", row.ID, "")
	})
}

// changeDraft runs a change on a draft that nobody else changes meanwhile.
func (s *Service) changeDraft(
	ctx context.Context, viewer account.Viewer, id int64, revision int, change func(database.Tx, policyRow, clock.Instant) error,
) error {
	if !viewer.Is(account.Supervisor) {
		return ErrMayNotDraft
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		row, err := store{tx}.lockPolicy(id)
		switch {
		case err != nil:
			return err
		case row.Version != nil:
			return errPublished
		case row.Revision != revision:
			return errPolicyChanged
		}
		return change(tx, row, s.now())
	})
}

const maxNote = 190

func checkNote(note string) (string, error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote || !utf8.ValidString(note) {
		return "", fault.InvalidFields(fault.Field{Name: "note", Code: "too_long", Problem: "must have at most 190 characters"})
	}
	return note, nil
}
