package account

import (
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Who manages whom: administrators and the command line everybody; machines with the scope for it everybody but administrators;
// supervisors the callers and handlers all of whose teams are theirs. A supervisor without teams is one of all teams.

// The refusals of managing users.
var (
	errNotYours   = fault.New(fault.Forbidden, "user_not_yours", "this user is in a team that is not yours too: ask an administrator")
	errNoManager  = fault.New(fault.Forbidden, "users_role", "your role does not manage users")
	errMayNoAdmin = fault.New(fault.Forbidden, "users_admin", "an API token does not change administrators")
)

// unbound reports whether the viewer manages users whatever their team.
func (v Viewer) unbound() bool {
	return v.Role == "" || v.Role == Admin || v.Role == Machine && v.May(ManageUsers)
}

// managesTeams are the roles a supervisor gives and manages.
var managesTeams = []Role{Caller, Handler}

// lists reports whether a viewer sees a user at all among those who can be managed.
func (v Viewer) lists(u User, teams []int64) bool {
	switch {
	case v.unbound():
		return true
	case v.Role != Supervisor || !slices.Contains(managesTeams, u.Role):
		return false
	}
	return len(v.TeamIDs) == 0 || slices.ContainsFunc(teams, func(id int64) bool { return slices.Contains(v.TeamIDs, id) })
}

// manages returns why a viewer may not change a user; nil if they may.
func (v Viewer) manages(u User, teams []int64) error {
	switch {
	case !v.lists(u, teams):
		return errNoUser
	case v.Role == Machine && u.Role == Admin:
		return errMayNoAdmin
	case v.unbound() || v.ownTeams(teams):
		return nil
	}
	return errNotYours
}

// ownTeams reports whether all of the teams are the viewer's, and there is one.
func (v Viewer) ownTeams(teams []int64) bool {
	if len(v.TeamIDs) == 0 {
		return true
	}
	return len(teams) > 0 && !slices.ContainsFunc(teams, func(id int64) bool { return !slices.Contains(v.TeamIDs, id) })
}

// GivesRoles returns the roles that a viewer may give to a user, in the order of Roles.
func (v Viewer) GivesRoles() []Role {
	switch {
	case v.Role == Machine && v.unbound():
		return slices.DeleteFunc(Roles(), func(r Role) bool { return r == Admin })
	case v.unbound():
		return Roles()
	case v.Role == Supervisor:
		return managesTeams
	}
	return nil
}

// managed returns a user the viewer may change, with their teams.
func (s store) managed(viewer Viewer, id int64) (User, []int64, error) {
	if len(viewer.GivesRoles()) == 0 {
		return User{}, nil, errNoManager
	}
	user, teams, err := s.userWithTeams(id)
	if err == nil {
		err = viewer.manages(user, teams)
	}
	if err != nil {
		return User{}, nil, err
	}
	return user, teams, nil
}

func (s store) userWithTeams(id int64) (User, []int64, error) {
	user, err := s.user(id)
	if err != nil {
		return User{}, nil, err
	}
	teams, err := s.teamsOfUsers([]int64{id})
	return user, teams[id], err
}

// mayGive returns fault.Invalid for a role, teams or skills that are not a viewer's to give, or that there are not.
func (s *Service) mayGive(tx database.Tx, viewer Viewer, e UserEdit, teams []int64) error {
	var wrong fault.Problems
	if roles := viewer.GivesRoles(); !slices.Contains(roles, e.Role) {
		wrong.Refuse("role", "role_not_yours", "is not yours to give", string(e.Role))
	}
	if !viewer.unbound() && !viewer.ownTeams(teams) {
		wrong.Refuse("teams", "team_not_yours", "must be one or more of your own teams", strings.Join(e.Teams, ", "))
	}
	if len(e.SkillIDs) > 0 {
		kept, err := s.skills.Kept(tx)
		if err != nil {
			return err
		}
		for _, id := range e.SkillIDs {
			if _, ok := kept[id]; !ok {
				wrong.Refuse("skills", "skill_gone", "there is no such skill any more", strconv.FormatInt(id, 10))
			}
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// teamsFor returns the ids of teams by name, in ascending order. Those there are none of are created for whoever manages users of every
// team; for others they are teams that are not theirs.
func (s store) teamsFor(viewer Viewer, names []string) ([]int64, error) {
	known, err := s.knownTeams(names)
	if err != nil {
		return nil, err
	}
	if viewer.unbound() {
		known, err = s.internTeams(names)
	}
	var ids []int64
	for _, name := range names {
		id := known[name]
		if name != "" && id == 0 {
			id = noTeam
		}
		if name != "" {
			ids = append(ids, id)
		}
	}
	return database.Distinct(ids), err
}

// noTeam is the id of a team there is not.
const noTeam = -1

func idList(ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(words, ",")
}
