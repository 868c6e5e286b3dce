package account

import (
	"context"
	"slices"
	"strings"

	"aftercall/internal/fault"
)

// UserState says whether a user may log in.
type UserState string

// The states of users. They are translated under "users.state_<code>".
const (
	UserActive  UserState = "active"
	UserOff     UserState = "off"
	UserInvited UserState = "invited" // has set no password yet
)

// UserStates returns every state.
func UserStates() []UserState { return []UserState{UserActive, UserInvited, UserOff} }

// State returns whether the user may log in.
func (u User) State() UserState {
	switch {
	case !u.Enabled():
		return UserOff
	case u.PasswordHash == "":
		return UserInvited
	}
	return UserActive
}

// UserFilter narrows a list of users; its zero value narrows nothing.
type UserFilter struct {
	Role   Role
	TeamID int64
	State  UserState
	Text   string // a part of the name or the login
}

// Managed is a user among those a viewer manages.
type Managed struct {
	User
	TeamIDs  []int64
	SkillIDs []int64
	Mine     bool // the viewer may change them; else they are in another team too
}

// ListUsers returns the users whom the viewer manages, in the order of their logins, those after the given login, at most limit. It
// returns fault.Forbidden for who manages nobody.
func (s *Service) ListUsers(ctx context.Context, viewer Viewer, f UserFilter, afterLogin string, limit int) ([]Managed, error) {
	if len(viewer.GivesRoles()) == 0 {
		return nil, errNoManager
	}
	users, err := store{s.db.View(ctx)}.listUsers(viewer, f, afterLogin, limit)
	if err != nil {
		return nil, err
	}
	return s.managedBy(ctx, viewer, users)
}

// UserFor returns a user as ListUsers does. It returns fault.NotFound for one the viewer does not see.
func (s *Service) UserFor(ctx context.Context, viewer Viewer, id int64) (Managed, error) {
	user, teams, err := store{s.db.View(ctx)}.userWithTeams(id)
	if err == nil && !viewer.lists(user, teams) {
		err = errNoUser
	}
	if err != nil {
		return Managed{}, err
	}
	list, err := s.managedBy(ctx, viewer, []User{user})
	if err != nil {
		return Managed{}, err
	}
	return list[0], nil
}

// UserByLogin returns a user as UserFor does, and whether there is one of that login whom the viewer sees.
func (s *Service) UserByLogin(ctx context.Context, viewer Viewer, login string) (u Managed, known bool, err error) {
	user, err := store{s.db.View(ctx)}.userByLogin(strings.ToLower(strings.TrimSpace(login)))
	if err == nil {
		u, err = s.UserFor(ctx, viewer, user.ID)
	}
	if fault.Is(err, fault.NotFound) {
		return Managed{}, false, nil
	}
	return u, err == nil, err
}

func (s *Service) managedBy(ctx context.Context, viewer Viewer, users []User) ([]Managed, error) {
	tx := s.db.View(ctx)
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	teams, err := store{tx}.teamsOfUsers(ids)
	if err != nil {
		return nil, err
	}
	skills, err := s.skills.Of(tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Managed, len(users))
	for i, u := range users {
		slices.Sort(skills[u.ID])
		list[i] = Managed{User: u, TeamIDs: teams[u.ID], SkillIDs: skills[u.ID], Mine: viewer.manages(u, teams[u.ID]) == nil}
	}
	return list, nil
}

// TeamsToGive returns the teams a viewer may put users into, by name: their own, or all there are.
func (s *Service) TeamsToGive(ctx context.Context, viewer Viewer) ([]Team, error) {
	if viewer.unbound() || len(viewer.TeamIDs) == 0 {
		return s.Teams(ctx)
	}
	return TeamsByID(s.db.View(ctx), viewer.TeamIDs)
}
