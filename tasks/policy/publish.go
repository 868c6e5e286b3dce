package policy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Publish makes a draft the next version, which is in force at once in every process. It checks the draft again: what it names
// may be gone since it was saved (fault.Invalid). It returns fault.Forbidden for anybody but an administrator, and
// fault.Conflict when the draft was changed or published since it was shown.
func (s *Service) Publish(ctx context.Context, viewer account.Viewer, id int64, revision int, note string) (Record, error) {
	note, err := checkNote(note)
	if err != nil {
		return Record{}, err
	}
	if viewer.Role != account.Admin {
		return Record{}, errMayNotPublish
	}
	var record Record
	err = s.changeDraft(ctx, viewer, id, revision, func(tx database.Tx, row policyRow, now clock.Instant) error {
		p, err := Parse([]byte(row.Body))
		if err != nil {
			return err
		}
		if err := s.checkReferences(ctx, tx, &p, []byte(row.Body)); err != nil {
			return err
		}
		row.Note = note
		record, err = s.publish(tx, viewer, row, now)
		return err
	})
	return record, err
}

// RollBack publishes an old version again, as the next version with a new number; history stays as it was. It returns
// fault.Forbidden for anybody but an administrator, fault.NotFound for an unknown version, and fault.Invalid when the old
// version names what is gone by now.
func (s *Service) RollBack(ctx context.Context, viewer account.Viewer, version int, note string) (Record, error) {
	note, err := checkNote(note)
	if err != nil {
		return Record{}, err
	}
	if viewer.Role != account.Admin {
		return Record{}, errMayNotPublish
	}
	var record Record
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st, now := store{tx}, s.now()
		old, err := st.policyVersion(version)
		if err != nil {
			return err
		}
		p, err := Parse([]byte(old.Body))
		if err != nil {
			return err
		}
		if err := s.checkReferences(ctx, tx, &p, []byte(old.Body)); err != nil {
			return err
		}
		row := policyRow{
			Body: old.Body, Salt: old.Salt, BasedOn: version, Revision: 1, Note: note, CreatedBy: viewer.UserID, CreatedAt: now,
			UpdatedBy: viewer.UserID, UpdatedAt: now,
		}
		if err := policies.Add(tx, &row); err != nil {
			return err
		}
		record, err = s.publish(tx, viewer, row, now)
		return err
	})
	return record, err
}

// publish gives a draft the next version number. Two at once collide on it, and one of them is told.
func (s *Service) publish(tx database.Tx, viewer account.Viewer, row policyRow, now clock.Instant) (Record, error) {
	st := store{tx}
	newest, err := st.newestPolicy()
	if err != nil {
		return Record{}, err
	}
	version := *newest.Version + 1
	row.Version, row.PublishedBy, row.PublishedAt = &version, viewer.UserID, now
	if err := st.updatePolicy(row); err != nil {
		return Record{}, err
	}
	detail := account.Detail(map[string]any{"version": version, "after": row.BasedOn})
	if err := account.Audit(tx, now, viewer, "policy.published", "policy", row.ID, detail); err != nil {
		return Record{}, err
	}
	return s.record(tx, row)
}

// EnsureBuiltIn publishes the policy every centre starts with as version 1, once.
func (s *Service) EnsureBuiltIn(ctx context.Context) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		var salt [16]byte
		if _, err := rand.Read(salt[:]); err != nil {
			return fmt.Errorf("make a salt: %w", err)
		}
		p, version, now := s.starting(), 1, s.now()
		return policies.Ensure(tx, policyRow{
			Version: &version, Body: p.Format(), Salt: hex.EncodeToString(salt[:]), Revision: 1,
			CreatedAt: now, UpdatedAt: now, PublishedAt: now,
		})
	})
}

// InForce returns the newest published version. The number is read each time, since another process may have published; the
// parsed policy is cached. Do not change the policy it returns.
func (s *Service) InForce(tx database.Tx) (*Policy, error) {
	version, err := store{tx}.newestVersion()
	if err != nil {
		return nil, err
	}
	return s.Version(tx, version)
}

// Version returns a published version, which never changes and is therefore cached. Do not change the policy it returns. It
// returns fault.NotFound for an unknown version.
func (s *Service) Version(tx database.Tx, version int) (*Policy, error) {
	if known, ok := s.versions.Load(version); ok {
		return known.(*Policy), nil //nolint:forcetypeassert // nothing else is stored
	}
	row, err := store{tx}.policyVersion(version)
	if err != nil {
		return nil, fmt.Errorf("read version %d of the policy: %w", version, err)
	}
	return s.parsed(row)
}

// parsed returns the policy of a row, and keeps it if it is published.
func (s *Service) parsed(row policyRow) (*Policy, error) {
	if row.Version != nil {
		if known, ok := s.versions.Load(*row.Version); ok {
			return known.(*Policy), nil //nolint:forcetypeassert // nothing else is stored
		}
	}
	p, err := row.policy()
	if err != nil {
		return nil, err
	}
	if row.Version != nil {
		s.versions.Store(p.Version, &p)
	}
	return &p, nil
}
