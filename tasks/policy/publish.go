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

// Publish makes a draft the next version, which is in force at once, in every process. Only an administrator may. It returns
// fault.Invalid when the draft names what has ceased to exist since it was saved.
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

// RollBack publishes an old version anew: the version after the one in force says the same as the old one did.
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
		if err := st.insertPolicy(&row); err != nil {
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
	detail := fmt.Sprintf("version %d, from version %d", version, row.BasedOn)
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
		p, version, now := Default(s.surveyDelay), 1, s.now()
		return store{tx}.ensurePolicy(policyRow{
			Version: &version, Body: p.Format(), Salt: hex.EncodeToString(salt[:]), Revision: 1,
			CreatedAt: now, UpdatedAt: now, PublishedAt: now,
		})
	})
}

// InForce returns the newest published policy. Others may have published it: it is asked for anew every time, and only the text is
// kept.
func (s *Service) InForce(tx database.Tx) (*Policy, error) {
	version, err := store{tx}.newestVersion()
	if err != nil {
		return nil, err
	}
	return s.Version(tx, version)
}

// Version returns a published version. What is published never changes, so it is parsed once.
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
