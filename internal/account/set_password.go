package account

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// LinkLife is how long the link lasts by which a user sets their password.
const LinkLife = 72 * time.Hour

// passwordLink is the right to set one user's password, once. The database knows only the hash of its secret.
type passwordLink struct {
	TokenHash string `gorm:"primaryKey"`
	UserID    int64
	CreatedBy int64
	CreatedAt clock.Instant
	ExpiresAt clock.Instant
}

// TableName names the table.
func (passwordLink) TableName() string { return "password_links" }

func link(userID int64, by Viewer, secret string, now clock.Instant) passwordLink {
	return passwordLink{
		TokenHash: hashSecret(secret), UserID: userID, CreatedBy: by.UserID, CreatedAt: now, ExpiresAt: now.Add(LinkLife),
	}
}

var errLink = fault.New(fault.NotFound, "password_link_over", "this link was used, replaced or is over: ask for another one")

// SetPassword sets a new password and ends the user's sessions. It returns fault.Invalid for a password that is too weak.
func (s *Service) SetPassword(ctx context.Context, id int64, password string) error {
	user, _, err := store{s.db.View(ctx)}.managed(ViewerFrom(ctx), id)
	if err != nil {
		return err
	}
	if fields := checkPassword(password, user.Login); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.changeUser(ctx, id, "user.password_set", func(st store, _ User, _ clock.Instant) error {
		if err := st.updateUser(id, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		if err := st.deleteLinksOf(id); err != nil {
			return err
		}
		return st.deleteSessionsOf(id, "")
	})
}

// ChangeOwnPassword sets the viewer's password and ends their other sessions; the one of keepToken stays. It returns
// fault.Invalid for a wrong old password or a weak new one. Wrong ones are counted for this session alone: fault.TooMany slows
// down whoever found it open, and nobody else.
func (s *Service) ChangeOwnPassword(ctx context.Context, viewer Viewer, keepToken, old, password string) error {
	user, err := s.User(ctx, viewer.UserID)
	if err != nil {
		return err
	}
	if fields := checkPassword(password, user.Login); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	tries := deviceTry(hashSecret(keepToken))
	leave, err := s.beginTry(ctx, tries, s.passwords.known, s.now())
	if err != nil {
		return err
	}
	defer leave()
	match, _, err := s.passwords.verify(ctx, old, user.PasswordHash)
	if err != nil {
		return err
	}
	if !match {
		return fault.InvalidFields(fault.Field{Name: "old_password", Code: "password_wrong", Problem: "is not your password"})
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.changeOwn(ctx, viewer, "user.password_changed", func(st store) error {
		if err := st.updateUser(user.ID, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		if err := st.forgetTry(tries); err != nil {
			return err
		}
		return st.deleteSessionsOf(user.ID, hashSecret(keepToken))
	})
}

// changeOwn runs a change that a user makes of themselves, and its audit entry, in one transaction.
func (s *Service) changeOwn(ctx context.Context, viewer Viewer, action string, change func(store) error) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := change(store{tx}); err != nil {
			return err
		}
		return Audit(tx, now, viewer, action, "user", viewer.UserID, "")
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

// LinkPassword makes the link by which a user sets their password, in place of an earlier one, and returns its secret: it cannot be shown
// again. Their password and sessions stay until it is used. It returns fault.NotFound for a user the viewer does not see,
// fault.Forbidden for one who is not theirs to manage, and fault.Conflict for one who is disabled.
func (s *Service) LinkPassword(ctx context.Context, viewer Viewer, id int64) (secret string, err error) {
	if secret, err = newSecret(); err != nil {
		return "", err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		user, _, err := st.managed(viewer, id)
		if err != nil {
			return err
		}
		if !user.Enabled() {
			return errDisabled
		}
		if err := st.putLink(link(id, viewer, secret, now)); err != nil {
			return err
		}
		return Audit(tx, now, viewer, "user.password_link", "user", id, "")
	})
	if err != nil {
		return "", fmt.Errorf("make a link for a password: %w", err)
	}
	return secret, nil
}

var errDisabled = fault.New(fault.Conflict, "user_disabled", "this user is disabled: enable them first")

// UserByLink returns whose password a link sets. It returns fault.NotFound for one that is unknown, used, over, or of a disabled user.
func (s *Service) UserByLink(ctx context.Context, secret string) (User, error) {
	return s.userByLink(s.db.View(ctx), secret, s.now())
}

func (s *Service) userByLink(tx database.Tx, secret string, now clock.Instant) (User, error) {
	st := store{tx}
	found, err := st.link(hashSecret(secret))
	if err != nil {
		return User{}, err
	}
	if !found.ExpiresAt.After(now) {
		return User{}, errLink
	}
	user, err := st.user(found.UserID)
	if err == nil && !user.Enabled() {
		err = errLink
	}
	return user, err
}

// SetPasswordByLink sets the password of whom a link is for, uses the link up and ends their sessions. It returns what UserByLink returns,
// and fault.Invalid for a password that is too weak, which leaves the link as it is.
func (s *Service) SetPasswordByLink(ctx context.Context, from Viewer, secret, password string) (User, error) {
	user, err := s.UserByLink(ctx, secret)
	if err != nil {
		return User{}, err
	}
	if fields := checkPassword(password, user.Login); len(fields) > 0 {
		return User{}, fault.InvalidFields(fields...)
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return User{}, err
	}
	now := s.now()
	from.UserID = user.ID
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if user, err = s.userByLink(tx, secret, now); err != nil {
			return err
		}
		if err := st.useLink(hashSecret(secret)); err != nil { // of two who come at once, one deletes it
			return err
		}
		if err := st.updateUser(user.ID, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		if err := st.deleteSessionsOf(user.ID, ""); err != nil {
			return err
		}
		return Audit(tx, now, from, "user.password_by_link", "user", user.ID, "")
	})
	if err != nil {
		return User{}, fmt.Errorf("set a password by a link: %w", err)
	}
	return user, nil
}
