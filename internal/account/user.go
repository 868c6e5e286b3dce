package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Languages returns the languages the product speaks.
func Languages() []string { return []string{"zh-CN", "en"} }

// User is a person who can log in.
type User struct {
	ID           int64
	Login        string // lower case
	Name         string
	PasswordHash string
	Role         Role
	Language     string        // "" for the centre's
	DisabledAt   clock.Instant // 0 while the user may log in
	CreatedAt    clock.Instant
	Extension    string // of the user's own telephone at the PBX; "" for none
}

// TableName names the table.
func (User) TableName() string { return "users" }

// NewUser is what is needed to add a user.
type NewUser struct {
	Login    string
	Name     string // the login if empty
	Password string
	Role     Role
	Teams    []string // by name; unknown ones are created; none means all
	Language string   // "" for the centre's
}

func (n NewUser) normalised() NewUser {
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" {
		n.Name = n.Login
	}
	return n
}

func (n NewUser) check() error {
	var fields []fault.Field
	add := func(name, code, problem, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	}
	switch {
	case n.Login == "":
		add("login", "required", "is required", "")
	case len(n.Login) > 100:
		add("login", "too_long", "is too long", n.Login[:20])
	case strings.ContainsAny(n.Login, " \t\r\n"):
		add("login", "no_spaces", "must not contain spaces", n.Login)
	}
	if len(n.Name) > 100 {
		add("name", "too_long", "is too long", "")
	}
	if !slices.Contains(Roles(), n.Role) {
		add("role", "unknown_value", "must be one of admin, supervisor, caller, marketing, handler", string(n.Role))
	}
	if n.Language != "" && !slices.Contains(Languages(), n.Language) {
		add("language", "unknown_value", "must be zh-CN or en", n.Language)
	}
	fields = append(fields, checkPassword(n.Password, n.Login)...)
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// AddUser adds a user. It returns fault.Invalid with the fields that are wrong, or fault.Conflict for a login that is taken.
func (s *Service) AddUser(ctx context.Context, n NewUser) (User, error) {
	n = n.normalised()
	if err := n.check(); err != nil {
		return User{}, err
	}
	hash, err := s.passwords.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	now := s.now()
	var user User
	err = s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		user = User{Login: n.Login, Name: n.Name, PasswordHash: hash, Role: n.Role, Language: n.Language, CreatedAt: now}
		if err := (store{tx}).insertUser(&user, n.Teams); err != nil {
			return err
		}
		return Audit(tx, now, ViewerFrom(ctx), "user.added", "user", user.ID, auditDetail(map[string]any{"role": n.Role}))
	})
	if err != nil {
		return User{}, fmt.Errorf("add user: %w", err)
	}
	return user, nil
}

// Users returns users in the order of their logins, those after the given login, at most limit.
func (s *Service) Users(ctx context.Context, afterLogin string, limit int) ([]User, error) {
	return store{s.db.View(ctx)}.users(afterLogin, limit)
}

// User returns one user, or fault.NotFound.
func (s *Service) User(ctx context.Context, id int64) (User, error) {
	return store{s.db.View(ctx)}.user(id)
}

// TeamsOfUsers returns the team ids of each user.
func (s *Service) TeamsOfUsers(ctx context.Context, userIDs []int64) (map[int64][]int64, error) {
	return store{s.db.View(ctx)}.teamsOfUsers(userIDs)
}

// DisableUser takes away a user's right to log in and ends their sessions; EnableUser gives it back. It returns fault.Conflict
// for the acting user and for the last administrator, so that nobody is locked out.
func (s *Service) DisableUser(ctx context.Context, id int64) error {
	if ViewerFrom(ctx).UserID == id {
		return fault.New(fault.Conflict, "disable_self", "you cannot disable yourself")
	}
	return s.changeUser(ctx, id, "user.disabled", func(st store, u User, now clock.Instant) error {
		if err := st.refuseLastAdmin(u); err != nil {
			return err
		}
		if err := st.updateUser(id, map[string]any{"disabled_at": now}); err != nil {
			return err
		}
		return st.deleteSessionsOf(id, "")
	})
}

// EnableUser gives a disabled user the right to log in again. Their sessions stay ended.
func (s *Service) EnableUser(ctx context.Context, id int64) error {
	return s.changeUser(ctx, id, "user.enabled", func(st store, _ User, _ clock.Instant) error {
		return st.updateUser(id, map[string]any{"disabled_at": 0})
	})
}

// SetPassword sets a new password and ends the user's sessions. It returns fault.Invalid for a password that is too weak.
func (s *Service) SetPassword(ctx context.Context, id int64, password string) error {
	user, err := s.User(ctx, id)
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
	return s.changeUser(ctx, user.ID, "user.password_changed", func(st store, _ User, _ clock.Instant) error {
		if err := st.updateUser(user.ID, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		if err := st.forgetTry(tries); err != nil {
			return err
		}
		return st.deleteSessionsOf(user.ID, hashSecret(keepToken))
	})
}

// SetLanguage keeps the language a user chose.
func (s *Service) SetLanguage(ctx context.Context, viewer Viewer, language string) error {
	if !slices.Contains(Languages(), language) {
		return fault.InvalidFields(fault.Field{Name: "language", Code: "unknown_value", Problem: "must be zh-CN or en", Value: language})
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.updateUser(viewer.UserID, map[string]any{"language": language})
	})
}

// changeUser runs a change of one user and its audit entry in one transaction.
func (s *Service) changeUser(ctx context.Context, id int64, action string, change func(store, User, clock.Instant) error) error {
	now := s.now()
	err := s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		st := store{tx}
		user, err := st.user(id)
		if err != nil {
			return err
		}
		if err := change(st, user, now); err != nil {
			return err
		}
		return Audit(tx, now, ViewerFrom(ctx), action, "user", id, "")
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}
