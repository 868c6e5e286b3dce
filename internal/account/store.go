package account

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

// wrapped says what was being done in an error.
func wrapped(err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

var errNoUser = fault.New(fault.NotFound, "user_unknown", "there is no such user")

func (s store) user(id int64) (User, error) {
	return database.One[User](s.Gorm().Where("id = ?", id), "user", errNoUser)
}

func (s store) userByLogin(login string) (User, error) {
	return database.One[User](s.Gorm().Where("login = ?", login), "user by login", errNoUser)
}

// usersIn returns the users whose column has one of the values, by login.
func usersIn[V cmp.Ordered](s store, column string, values []V) ([]User, error) {
	users, err := database.In[User](values, "users by "+column, func(part []V) *gorm.DB { return s.Gorm().Where(column+" IN ?", part) })
	slices.SortFunc(users, func(a, b User) int { return strings.Compare(a.Login, b.Login) })
	return users, err
}

func (s store) users(afterLogin string, limit int) (list []User, err error) {
	err = wrapped(s.Gorm().Where("login > ?", afterLogin).Order("login").Limit(limit).Find(&list).Error, "list users")
	return list, err
}

// refuseLastAdmin passes a guard, so that two administrators cannot take each other's role away, or disable each other, at the same time.
func (s store) refuseLastAdmin(u User) error {
	if u.Role != Admin {
		return nil
	}
	if err := database.Guard(s.Tx, "administrators"); err != nil {
		return err
	}
	var ids []int64
	g := s.Gorm().Model(&User{}).Where("role = ? AND disabled_at = 0", Admin).Order("id").Limit(2)
	if err := g.Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("list administrators: %w", err)
	}
	if len(ids) == 1 && ids[0] == u.ID {
		return fault.New(fault.Conflict, "last_admin", "the last administrator cannot be disabled or be given another role")
	}
	return nil
}

type userTeam struct {
	UserID int64 `gorm:"primaryKey;autoIncrement:false"`
	TeamID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName names the table.
func (userTeam) TableName() string { return "user_teams" }

func (s store) teamsOfUsers(userIDs []int64) (map[int64][]int64, error) {
	rows, err := database.In[userTeam](userIDs, "teams of users", func(part []int64) *gorm.DB {
		return s.Gorm().Where("user_id IN ?", part).Order("user_id, team_id")
	})
	teams := make(map[int64][]int64, len(userIDs))
	for _, r := range rows {
		teams[r.UserID] = append(teams[r.UserID], r.TeamID)
	}
	return teams, err
}

func (s store) internTeams(names []string) (map[string]int64, error) {
	names = slices.DeleteFunc(database.Distinct(names), func(n string) bool { return n == "" })
	ids, err := s.knownTeams(names)
	if err != nil {
		return nil, err
	}
	var fresh []Team
	for _, name := range names {
		if _, ok := ids[name]; !ok {
			fresh = append(fresh, Team{Name: name})
		}
	}
	if len(fresh) == 0 {
		return ids, nil
	}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&fresh, database.MaxIn).Error; err != nil {
		return nil, fmt.Errorf("insert teams: %w", err)
	}
	return s.knownTeams(names) // ids after an ignored conflict are not reliable: read them
}

func (s store) knownTeams(names []string) (map[string]int64, error) {
	known, err := database.In[Team](names, "teams", func(part []string) *gorm.DB { return s.Gorm().Where("name IN ?", part) })
	ids := make(map[string]int64, len(known))
	for _, t := range known {
		ids[t.Name] = t.ID
	}
	return ids, err
}

func (s store) names(table string, ids []int64) (map[int64]string, error) {
	rows, err := database.In[Team](ids, "names of "+table, func(part []int64) *gorm.DB {
		return s.Gorm().Table(table).Select("id, name").Where("id IN ?", part)
	})
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}
