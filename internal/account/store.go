package account

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

type store struct{ database.Tx }

// listMost bounds lists that are shown whole, and IN lists.
const listMost = 500

func found(err, missing error, what string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

var errNoUser = fault.New(fault.NotFound, "user_unknown", "there is no such user")

func (s store) user(id int64) (u User, err error) {
	err = found(s.Gorm().Where("id = ?", id).Take(&u).Error, errNoUser, "read user")
	return u, err
}

func (s store) userByLogin(login string) (u User, err error) {
	err = found(s.Gorm().Where("login = ?", login).Take(&u).Error, errNoUser, "read user by login")
	return u, err
}

func (s store) users(afterLogin string, limit int) (list []User, err error) {
	err = found(s.Gorm().Where("login > ?", afterLogin).Order("login").Limit(limit).Find(&list).Error, nil, "list users")
	return list, err
}

func (s store) countUsers() (n int64, err error) {
	err = found(s.Gorm().Model(&User{}).Count(&n).Error, nil, "count users")
	return n, err
}

func (s store) insertUser(u *User, teams []string) error {
	err := s.Gorm().Create(u).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "login_taken", "there is already a user with this login").With("login", u.Login)
	}
	if err != nil {
		return fmt.Errorf("insert user: %w", err)
	}
	ids, err := s.internTeams(teams)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Gorm().Create(&userTeam{UserID: u.ID, TeamID: id}).Error; err != nil {
			return fmt.Errorf("insert team of user: %w", err)
		}
	}
	return nil
}

func (s store) updateUser(id int64, values map[string]any) error {
	return found(s.Gorm().Model(&User{}).Where("id = ?", id).Updates(values).Error, nil, "update user")
}

// refuseLastAdmin passes a guard, so that two administrators cannot disable each other at the same time.
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
		return fault.New(fault.Conflict, "last_admin", "the last administrator cannot be disabled")
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
	teams := make(map[int64][]int64, len(userIDs))
	for ids := range slices.Chunk(userIDs, listMost) {
		var rows []userTeam
		if err := s.Gorm().Where("user_id IN ?", ids).Order("user_id, team_id").Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read teams of users: %w", err)
		}
		for _, r := range rows {
			teams[r.UserID] = append(teams[r.UserID], r.TeamID)
		}
	}
	return teams, nil
}

func (s store) teams() (list []Team, err error) {
	err = found(s.Gorm().Order("name, id").Limit(1000).Find(&list).Error, nil, "list teams")
	return list, err
}

func (s store) internTeams(names []string) (map[string]int64, error) {
	names = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(names))), func(n string) bool { return n == "" })
	ids := make(map[string]int64, len(names))
	for some := range slices.Chunk(names, listMost) {
		if err := s.knownTeams(some, ids); err != nil {
			return nil, err
		}
		var fresh []Team
		for _, name := range some {
			if _, ok := ids[name]; !ok {
				fresh = append(fresh, Team{Name: name})
			}
		}
		if len(fresh) == 0 {
			continue
		}
		if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return nil, fmt.Errorf("insert teams: %w", err)
		}
		if err := s.knownTeams(some, ids); err != nil { // ids after an ignored conflict are not reliable: read them
			return nil, err
		}
	}
	return ids, nil
}

func (s store) knownTeams(names []string, ids map[string]int64) error {
	var known []Team
	if err := s.Gorm().Where("name IN ?", names).Find(&known).Error; err != nil {
		return fmt.Errorf("read teams: %w", err)
	}
	for _, t := range known {
		ids[t.Name] = t.ID
	}
	return nil
}

func (s store) names(table string, ids []int64) (map[int64]string, error) {
	names := make(map[int64]string, len(ids))
	for some := range slices.Chunk(ids, listMost) {
		var rows []Team
		if err := s.Gorm().Table(table).Select("id, name").Where("id IN ?", some).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read names of %s: %w", table, err)
		}
		for _, r := range rows {
			names[r.ID] = r.Name
		}
	}
	return names, nil
}
