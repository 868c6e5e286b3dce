package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// What an import makes of a line.
const (
	UserAdded  = "added"
	UserEdited = "edited"
	UserSame   = "same" // as it is already
)

// PlannedUser is what an import makes of one line.
type PlannedUser struct {
	Line    int
	Login   string
	What    string // UserAdded, UserEdited or UserSame
	After   UserEdit
	Changes []string // which of name, role, teams, language, extension and skills become others
	Skills  []string // the names of After.SkillIDs
	Held    []Held   // what they hand back

	user User // who is edited
}

// UserPlan is what an import makes of a file.
type UserPlan struct {
	Users    []PlannedUser
	NewTeams []string // that are created, which may be a spelling nobody meant
	Key      string   // of the plan: an import that would do something else is refused
}

// Count returns how many users become what.
func (p UserPlan) Count(what string) (n int) {
	for _, u := range p.Users {
		if u.What == what {
			n++
		}
	}
	return n
}

// PlanUsers checks lines of a file of users and says what an import would make of them. It returns fault.Invalid with everything that is
// wrong, line by line and field by field, at most 100, and fault.Forbidden for anybody but administrators.
func (s *Service) PlanUsers(ctx context.Context, viewer Viewer, lines []UserLine) (UserPlan, error) {
	return s.planUsers(s.db.View(ctx), viewer, lines, s.now())
}

func (s *Service) planUsers(tx database.Tx, viewer Viewer, lines []UserLine, now clock.Instant) (UserPlan, error) {
	if viewer.Role != Admin {
		return UserPlan{}, fault.New(fault.Forbidden, "users_import_role", "only administrators import users")
	}
	if len(lines) == 0 || len(lines) > MaxUserLines {
		tooLong := fault.New(fault.TooLarge, "user_file_long", "the file has no user, or more than 1,000")
		return UserPlan{}, tooLong.With("limit", MaxUserLines)
	}
	p, err := s.newPlanner(tx, lines)
	if err != nil {
		return UserPlan{}, err
	}
	var plan UserPlan
	for _, line := range lines {
		planned, err := p.plan(tx, viewer, line, now)
		if err != nil {
			return UserPlan{}, err
		}
		plan.Users = append(plan.Users, planned)
		if len(p.wrong) >= maxUserWrong {
			break
		}
	}
	if len(p.wrong) > 0 {
		return UserPlan{}, fault.InvalidFields(p.wrong...)
	}
	plan.NewTeams = database.Distinct(p.newTeams)
	plan.Key = plan.key()
	return plan, nil
}

// key is what a plan does, as a short text.
func (p UserPlan) key() string {
	sum := sha256.New()
	for _, u := range p.Users {
		fmt.Fprintf(sum, "%d %q %s %q %v\n", u.Line, u.Login, u.What, u.After.Teams, u.After)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// Invited is a user who was added with the secret of the link by which they set their password.
type Invited struct {
	User   User
	Secret string
}

var errPlan = fault.New(fault.Conflict, "users_changed", "users were changed since the file was checked: look at what it would do now")

// ImportUsers does what PlanUsers said of the same lines, all of it or nothing, and returns the users it added with the secrets of their
// links: they cannot be shown again. The key is the plan's. It returns what PlanUsers returns, fault.Conflict when the lines would do
// something else by now, and for the last administrator.
func (s *Service) ImportUsers(ctx context.Context, viewer Viewer, lines []UserLine, key string) ([]Invited, error) {
	secrets := make([]string, len(lines))
	for i := range secrets {
		secret, err := newSecret()
		if err != nil {
			return nil, err
		}
		secrets[i] = secret
	}
	now := s.now()
	var invited []Invited
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		invited = nil
		if err := database.Guard(tx, "users"); err != nil { // two files at once are done one after the other
			return err
		}
		plan, err := s.planUsers(tx, viewer, lines, now)
		if err != nil {
			return err
		}
		if plan.Key != key {
			return errPlan
		}
		for i, u := range plan.Users {
			made, err := s.importOne(tx, viewer, u, secrets[i], now)
			if err != nil {
				return err
			}
			if made != nil {
				invited = append(invited, *made)
			}
		}
		return Audit(tx, now, viewer, "users.imported", "user", 0, Detail(map[string]any{
			"lines": len(lines), "added": plan.Count(UserAdded), "edited": plan.Count(UserEdited),
		}))
	})
	if err != nil {
		return nil, fmt.Errorf("import users: %w", err)
	}
	return invited, nil
}

// importOne does what a plan says of one user, and returns who was added.
func (s *Service) importOne(tx database.Tx, viewer Viewer, u PlannedUser, secret string, now clock.Instant) (*Invited, error) {
	switch u.What {
	case UserAdded:
		e := u.After
		user, err := s.insert(tx, viewer, NewUser{
			Login: u.Login, Name: e.Name, Role: e.Role, Teams: e.Teams, Language: e.Language, Extension: e.Extension, SkillIDs: e.SkillIDs,
		}, "", secret, now)
		if err != nil {
			return nil, atLine(err, u.Line)
		}
		return &Invited{User: user, Secret: secret}, nil
	case UserEdited:
		err := s.edit(tx, viewer, u.user.ID, u.After, s.work.HandBackSoon, now)
		return nil, atLine(err, u.Line)
	}
	return nil, nil //nolint:nilnil // nothing to do, nobody was added
}

// atLine says in which line of the file something was refused.
func atLine(err error, line int) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line %s: %w", strconv.Itoa(line), err)
}
