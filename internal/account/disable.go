package account

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// HeldBy returns what a user would hand back if they were disabled. It returns fault.NotFound for a user the viewer does not see, and
// fault.Forbidden for one who is not theirs to manage.
func (s *Service) HeldBy(ctx context.Context, viewer Viewer, id int64) ([]Held, error) {
	tx := s.db.View(ctx)
	user, _, err := store{tx}.managed(viewer, id)
	if err != nil {
		return nil, err
	}
	return s.work.Held(tx, Viewer{UserID: user.ID}, s.now())
}

// DisableUser takes away a user's right to log in, ends their sessions, and hands back what they have in hand, in one transaction.
// EnableUser gives the right back, and not the work. It returns fault.Conflict for the acting user and for the last administrator, so that
// nobody is locked out, and what EditUser returns for a user who is not the acting viewer's to manage.
func (s *Service) DisableUser(ctx context.Context, id int64) error {
	viewer := ViewerFrom(ctx)
	if viewer.UserID == id {
		return fault.New(fault.Conflict, "disable_self", "you cannot disable yourself")
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		user, _, err := st.managed(viewer, id)
		if err != nil {
			return err
		}
		if !user.Enabled() {
			return nil
		}
		if err := st.refuseLastAdmin(user); err != nil {
			return err
		}
		detail := map[string]any{}
		if err := st.disable(id, now); err != nil {
			return err
		}
		if err := s.handBack(tx, viewer, Viewer{UserID: id}, detail, s.work.HandBack, now); err != nil {
			return err
		}
		return Audit(tx, now, viewer, "user.disabled", "user", id, Detail(detail))
	})
	if err != nil {
		return fmt.Errorf("disable user %d: %w", id, err)
	}
	return nil
}

// EnableUser gives a disabled user the right to log in again. Their sessions stay ended, and what they handed back stays with others.
func (s *Service) EnableUser(ctx context.Context, id int64) error {
	return s.changeUser(ctx, id, "user.enabled", func(st store, _ User, _ clock.Instant) error {
		return st.updateUser(id, map[string]any{"disabled_at": 0})
	})
}
