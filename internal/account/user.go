package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
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
	Extension    string        // of the user's own telephone at the PBX; "" for none
	LastLoginAt  clock.Instant // 0 for who never did
	Revision     int           // how often they were edited
}

// Enabled reports whether the user may log in.
func (u User) Enabled() bool { return u.DisabledAt.IsZero() }

// TableName names the table.
func (User) TableName() string { return "users" }

// NewUser is what is needed to add a user.
type NewUser struct {
	Login     string
	Name      string // the login if empty
	Password  string // of Invite none
	Role      Role
	Teams     []string // by name; unknown ones are created, by whoever may; none means all
	Language  string   // "" for the centre's
	Extension string
	SkillIDs  []int64
}

func (n NewUser) normalised() NewUser {
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	n.Name = text.Name(n.Name)
	if n.Name == "" {
		n.Name = n.Login
	}
	return n
}

// asEdit is the part that can be edited later.
func (n NewUser) asEdit() UserEdit {
	return UserEdit{Name: n.Name, Role: n.Role, Teams: n.Teams, Language: n.Language, Extension: n.Extension, SkillIDs: n.SkillIDs}
}

func checkLogin(login string) (wrong fault.Problems) {
	switch {
	case login == "":
		wrong.Refuse("login", "required", "is required", "")
	case len(login) > 100:
		wrong.Refuse("login", "too_long", "is too long", text.Cut(login, 20))
	case strings.ContainsFunc(login, unicode.IsSpace):
		wrong.Refuse("login", "no_spaces", "must not contain spaces", login)
	case text.ID(login) != login || strings.ContainsFunc(login, unicode.IsControl):
		wrong.Refuse("login", "login_hidden", "has characters that cannot be seen", "")
	}
	return wrong
}

// AddUser adds a user with a password. It returns fault.Invalid with the fields that are wrong, among them a role or a team that is not
// the acting viewer's to give, or fault.Conflict for a login that is taken.
func (s *Service) AddUser(ctx context.Context, n NewUser) (User, error) {
	n = n.normalised()
	wrong := append(checkLogin(n.Login), checkPassword(n.Password, n.Login)...)
	if wrong = append(wrong, n.asEdit().problems()...); len(wrong) > 0 {
		return User{}, fault.InvalidFields(wrong...)
	}
	hash, err := s.passwords.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	return s.addUser(ctx, ViewerFrom(ctx), n, hash, "")
}

// Invite adds a user without a password, and returns the secret of the link by which they set one, once, within LinkLife. It returns what
// AddUser returns.
func (s *Service) Invite(ctx context.Context, viewer Viewer, n NewUser) (User, string, error) {
	n = n.normalised()
	if wrong := append(checkLogin(n.Login), n.asEdit().problems()...); len(wrong) > 0 {
		return User{}, "", fault.InvalidFields(wrong...)
	}
	secret, err := newSecret()
	if err != nil {
		return User{}, "", err
	}
	user, err := s.addUser(ctx, viewer, n, "", secret)
	return user, secret, err
}

// addUser adds a user who has a password, or may set one by the link with the secret.
func (s *Service) addUser(ctx context.Context, viewer Viewer, n NewUser, hash, secret string) (user User, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		user, err = s.insert(tx, viewer, n, hash, secret, now)
		return err
	})
	if err != nil {
		return User{}, fmt.Errorf("add user: %w", err)
	}
	return user, nil
}

func (s *Service) insert(tx database.Tx, viewer Viewer, n NewUser, hash, secret string, now clock.Instant) (User, error) {
	st := store{tx}
	teams, err := st.teamsFor(viewer, n.Teams)
	if err != nil {
		return User{}, err
	}
	if err := s.mayGive(tx, viewer, n.asEdit(), teams); err != nil {
		return User{}, err
	}
	user := User{
		Login: n.Login, Name: n.Name, PasswordHash: hash, Role: n.Role, Language: n.Language, Extension: n.Extension, CreatedAt: now,
	}
	if err := st.insertUser(&user, teams); err != nil {
		return User{}, err
	}
	if len(n.SkillIDs) > 0 {
		if err := s.skills.Give(tx, user.ID, n.SkillIDs); err != nil {
			return User{}, err
		}
	}
	detail := map[string]any{"role": n.Role, "teams": idList(teams)}
	if secret != "" {
		detail["link"] = "yes"
		if err := st.putLink(link(user.ID, viewer, secret, now)); err != nil {
			return User{}, err
		}
	}
	return user, Audit(tx, now, viewer, "user.added", "user", user.ID, Detail(detail))
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

// SetLanguage keeps the language a user chose.
func (s *Service) SetLanguage(ctx context.Context, viewer Viewer, language string) error {
	if !slices.Contains(Languages(), language) {
		return fault.InvalidFields(fault.Field{Name: "language", Code: "unknown_value", Problem: "must be zh-CN or en", Value: language})
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.updateUser(viewer.UserID, map[string]any{"language": language})
	})
}

// changeUser runs a change of one user, whom the acting viewer manages, and its audit entry in one transaction.
func (s *Service) changeUser(ctx context.Context, id int64, action string, change func(store, User, clock.Instant) error) error {
	now := s.now()
	err := s.db.InTx(ctx, func(ctx context.Context, tx database.Tx) error {
		st := store{tx}
		user, _, err := st.managed(ViewerFrom(ctx), id)
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
