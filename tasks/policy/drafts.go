package policy

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/versions"
)

// Draft begins a draft as a copy of a published version; a basedOn of 0 means the version in force. It returns fault.Forbidden
// for anybody but a supervisor or an administrator, fault.NotFound for an unknown version, and fault.Conflict when there are 50
// drafts already.
func (s *Service) Draft(ctx context.Context, viewer account.Viewer, basedOn int) (Record, error) {
	return s.addDraft(ctx, viewer, basedOn, nil, "")
}

// Import begins a draft from a file in YAML. It returns fault.Invalid naming what is wrong with its line, and otherwise fails
// as Draft does.
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
		if err := policies.Add(tx, &row); err != nil {
			return err
		}
		detail := account.Detail(map[string]any{"after": row.BasedOn})
		if err := account.Audit(tx, now, viewer, "policy.drafted", "policy", row.ID, detail); err != nil {
			return err
		}
		record, err = s.record(tx, row)
		return err
	})
	return record, err
}

// Save replaces the policy of a draft. The policy must be valid as a whole, also in what it names: attributes, teams and
// surveys. revision is the one the editor was shown. It returns fault.Invalid with every wrong field and its rule, and
// fault.Conflict when somebody else saved or published the draft since.
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

// Delete deletes a draft. It returns fault.Conflict for another revision than the draft's, and for a published version.
func (s *Service) Delete(ctx context.Context, viewer account.Viewer, id int64, revision int) error {
	return s.changeDraft(ctx, viewer, id, revision, func(tx database.Tx, row policyRow, now clock.Instant) error {
		if err := policies.Delete(tx, row.ID); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "policy.deleted", "policy", row.ID, "")
	})
}

// changeDraft locks a draft, checks that it is still the revision that was shown, and runs change on it.
func (s *Service) changeDraft(
	ctx context.Context, viewer account.Viewer, id int64, revision int, change func(database.Tx, policyRow, clock.Instant) error,
) error {
	if !viewer.Is(account.Supervisor) {
		return ErrMayNotDraft
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		row, err := policies.Lock(tx, id, revision)
		if err != nil {
			return err
		}
		return change(tx, row, s.now())
	})
}

func checkNote(note string) (string, error) {
	note = strings.TrimSpace(note)
	if problems := versions.NoteProblems(note); len(problems) > 0 {
		return "", fault.InvalidFields(problems...)
	}
	return note, nil
}
