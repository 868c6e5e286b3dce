package account

import (
	"context"
	"fmt"

	"aftercall/internal/database"
)

// Team is a group of agents or callers. Teams come from contacts and from users; a name is one team.
type Team struct {
	ID   int64
	Name string
}

// TableName names the table.
func (Team) TableName() string { return "teams" }

// Teams returns all teams by name, at most 1,000.
func (s *Service) Teams(ctx context.Context) ([]Team, error) {
	return store{s.db.View(ctx)}.teams()
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
