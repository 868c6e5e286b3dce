package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/database"
)

// Team is a group of agents or callers. Teams come from contacts and from users; a name is one team.
type Team struct {
	ID   int64
	Name string
}

// TableName names the table.
func (Team) TableName() string { return "teams" }

// Teams returns all teams by name.
func (s *Service) Teams(ctx context.Context) ([]Team, error) {
	list, err := store{s.db.View(ctx)}.teams()
	slices.SortFunc(list, Team.compare)
	return list, err
}

func (t Team) compare(o Team) int {
	return cmp.Or(strings.Compare(t.Name, o.Name), cmp.Compare(t.ID, o.ID))
}

// InternTeams returns the id of each name and creates the teams there are none of. The empty name has no team and is left out.
func InternTeams(tx database.Tx, names []string) (map[string]int64, error) {
	ids, err := store{tx}.internTeams(names)
	if err != nil {
		return nil, fmt.Errorf("intern teams: %w", err)
	}
	return ids, nil
}

// TeamIDs returns the ids of the teams there are of the names.
func TeamIDs(tx database.Tx, names []string) (map[string]int64, error) {
	return store{tx}.knownTeams(names)
}

// TeamNames returns the names of teams; an unknown id is left out.
func TeamNames(tx database.Tx, ids []int64) (map[int64]string, error) {
	return store{tx}.names("teams", ids)
}

// TeamNames is the function of that name.
func (s *Service) TeamNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	return TeamNames(s.db.View(ctx), ids)
}

// UserNames returns the names of users; an unknown id is left out.
func UserNames(tx database.Tx, ids []int64) (map[int64]string, error) {
	return store{tx}.names("users", ids)
}

// UserNames is the function of that name.
func (s *Service) UserNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	return UserNames(s.db.View(ctx), ids)
}

// TeamsOfUsers returns the teams of users, by user.
func TeamsOfUsers(tx database.Tx, userIDs []int64) (map[int64][]int64, error) {
	return store{tx}.teamsOfUsers(userIDs)
}

// UsersByLogin returns the users with the logins, by login; an unknown one is left out.
func UsersByLogin(tx database.Tx, logins []string) ([]User, error) {
	return usersIn(store{tx}, "login", logins)
}

// UsersByID returns users by login; an unknown id is left out.
func UsersByID(tx database.Tx, ids []int64) ([]User, error) { return usersIn(store{tx}, "id", ids) }

// Colleagues returns the callers and supervisors who may log in, with their teams, by name.
func Colleagues(tx database.Tx) ([]Viewer, error) {
	st := store{tx}
	users, err := st.withRoles(Caller, Supervisor)
	if err != nil {
		return nil, err
	}
	return st.viewers(slices.DeleteFunc(users, func(u User) bool { return !u.DisabledAt.IsZero() }))
}

// viewers are users with their teams.
func (s store) viewers(users []User) ([]Viewer, error) {
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	teams, err := s.teamsOfUsers(ids)
	if err != nil {
		return nil, err
	}
	list := make([]Viewer, len(users))
	for i, u := range users {
		list[i] = Viewer{UserID: u.ID, Name: u.Name, Role: u.Role, TeamIDs: teams[u.ID]}
	}
	slices.SortFunc(list, func(a, b Viewer) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.UserID, b.UserID)) })
	return list, nil
}

// Staff returns the callers and supervisors a supervisor looks after, by name, also those who may not log in any more.
func Staff(tx database.Tx, viewer Viewer) ([]Viewer, error) {
	st := store{tx}
	users, err := st.withRoles(Caller, Supervisor)
	if err != nil {
		return nil, err
	}
	list, err := st.viewers(users)
	return slices.DeleteFunc(list, func(p Viewer) bool { return !viewer.LooksAfter(p) }), err
}

// UserAsViewer returns a user as they would come; without a role if they are disabled. It returns fault.NotFound for one there is not.
func UserAsViewer(tx database.Tx, id int64) (Viewer, error) {
	user, teams, err := store{tx}.userWithTeams(id)
	if err != nil {
		return Viewer{}, err
	}
	return user.as(teams), nil
}

// TeamsByID returns teams by name; an unknown id is left out.
func TeamsByID(tx database.Tx, ids []int64) ([]Team, error) {
	names, err := TeamNames(tx, database.Distinct(ids))
	list := make([]Team, 0, len(names))
	for id, name := range names {
		list = append(list, Team{ID: id, Name: name})
	}
	slices.SortFunc(list, Team.compare)
	return list, err
}
