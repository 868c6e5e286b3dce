package account

import (
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

func (s store) insertUser(u *User, teams []int64) error {
	err := s.Gorm().Create(u).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "login_taken", "there is already a user with this login").With("login", u.Login)
	}
	if err != nil {
		return fmt.Errorf("insert user: %w", err)
	}
	return s.insertTeams(u.ID, teams)
}

func (s store) insertTeams(userID int64, teams []int64) error {
	if len(teams) == 0 {
		return nil
	}
	rows := make([]userTeam, len(teams))
	for i, team := range teams {
		rows[i] = userTeam{UserID: userID, TeamID: team}
	}
	return wrapped(s.Gorm().Create(&rows).Error, "insert teams of user")
}

// replaceTeams puts a user into these teams and no others.
func (s store) replaceTeams(userID int64, teams []int64) error {
	if err := s.Gorm().Where("user_id = ?", userID).Delete(&userTeam{}).Error; err != nil {
		return fmt.Errorf("delete teams of user: %w", err)
	}
	return s.insertTeams(userID, teams)
}

// writeEdit writes what was edited of a user, made from a revision. It returns errEdited when that is not the last one any more.
func (s store) writeEdit(u edited, revision int) error {
	g := s.Gorm().Model(&User{}).Where("id = ?", u.ID)
	if revision != AnyRevision {
		g = g.Where("revision = ?", revision)
	}
	r := g.Updates(map[string]any{
		"name": u.Name, "role": u.Role, "language": u.Language, "extension": u.Extension, "revision": gorm.Expr("revision + 1"),
	})
	if r.Error == nil && r.RowsAffected == 0 {
		return errEdited
	}
	return wrapped(r.Error, "edit user")
}

// disable takes away a user's right to log in, with their sessions and the link for a password.
func (s store) disable(id int64, now clock.Instant) error {
	if err := s.updateUser(id, map[string]any{"disabled_at": now}); err != nil {
		return err
	}
	if err := s.deleteLinksOf(id); err != nil {
		return err
	}
	return s.deleteSessionsOf(id, "")
}

// listUsers returns the users a viewer lists, by login.
func (s store) listUsers(viewer Viewer, f UserFilter, afterLogin string, limit int) ([]User, error) {
	g := s.Gorm().Where("login > ?", afterLogin).Order("login").Limit(limit)
	if !viewer.unbound() {
		g = g.Where("role IN ?", managesTeams)
		if len(viewer.TeamIDs) > 0 {
			g = g.Where("id IN (SELECT user_id FROM user_teams WHERE team_id IN ?)", viewer.TeamIDs)
		}
	}
	if f.Role != "" {
		g = g.Where("role = ?", f.Role)
	}
	if f.TeamID != 0 {
		g = g.Where("id IN (SELECT user_id FROM user_teams WHERE team_id = ?)", f.TeamID)
	}
	switch f.State {
	case UserActive:
		g = g.Where("disabled_at = 0 AND password_hash <> ''")
	case UserInvited:
		g = g.Where("disabled_at = 0 AND password_hash = ''")
	case UserOff:
		g = g.Where("disabled_at > 0")
	}
	if f.Text != "" { // there are a few thousand users at most: they are walked through
		part := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(f.Text)) + "%"
		g = g.Where("LOWER(login) LIKE ? ESCAPE '!' OR LOWER(name) LIKE ? ESCAPE '!'", part, part)
	}
	return database.List[User](g, "users")
}

// batch is how many rows are read at once where all are.
const batch = 500

// withRoles returns the users of some roles by id, also those who may not log in.
func (s store) withRoles(roles ...Role) (all []User, err error) {
	for last := int64(0); ; {
		list, err := database.List[User](s.Gorm().Where("id > ? AND role IN ?", last, roles).Order("id").Limit(batch), "users with a role")
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) < batch {
			return all, nil
		}
		last = list[batch-1].ID
	}
}

// teams returns all teams by id.
func (s store) teams() (all []Team, err error) {
	for last := int64(0); ; {
		list, err := database.List[Team](s.Gorm().Where("id > ?", last).Order("id").Limit(batch), "teams")
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) < batch {
			return all, nil
		}
		last = list[batch-1].ID
	}
}

// putLink keeps the link for a user's password, in place of an earlier one.
func (s store) putLink(l passwordLink) error {
	if err := s.deleteLinksOf(l.UserID); err != nil {
		return err
	}
	return wrapped(s.Gorm().Create(&l).Error, "insert a link for a password")
}

func (s store) link(hash string) (passwordLink, error) {
	return database.One[passwordLink](s.Gorm().Where("token_hash = ?", hash), "link for a password", errLink)
}

// useLink uses a link up. It returns errLink when somebody else did.
func (s store) useLink(hash string) error {
	r := s.Gorm().Where("token_hash = ?", hash).Delete(&passwordLink{})
	if r.Error == nil && r.RowsAffected == 0 {
		return errLink
	}
	return wrapped(r.Error, "use a link for a password")
}

func (s store) deleteLinksOf(userID int64) error {
	return wrapped(s.Gorm().Where("user_id = ?", userID).Delete(&passwordLink{}).Error, "delete the link for a password")
}

// deleteLinksOver deletes at most limit links that are over, and returns how many it met.
func (s store) deleteLinksOver(now clock.Instant, limit int) (int, error) {
	var hashes []string
	err := s.Gorm().Model(&passwordLink{}).Where("expires_at <= ?", now).Order("expires_at").Limit(limit).Pluck("token_hash", &hashes).Error
	if err != nil || len(hashes) == 0 {
		return 0, wrapped(err, "list links that are over")
	}
	err = s.Gorm().Where("token_hash IN ?", hashes).Delete(&passwordLink{}).Error
	return len(hashes), wrapped(err, "delete links that are over")
}

func (s store) updateUser(id int64, values map[string]any) error {
	return wrapped(s.Gorm().Model(&User{}).Where("id = ?", id).Updates(values).Error, "update user")
}
