package account

import (
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// planner is what is known of the users, teams and skills that lines name.
type planner struct {
	*Service
	users    map[string]User
	teams    map[int64][]int64
	names    map[int64]string // of teams
	byName   map[string]int64 // teams
	of       map[int64][]int64
	skills   map[string]int64
	skillIDs map[int64]string
	seen     map[string]int // line by login
	newTeams []string
	wrong    fault.Problems
}

func (s *Service) newPlanner(tx database.Tx, lines []UserLine) (*planner, error) {
	logins := make([]string, len(lines))
	var teams []string
	for i, line := range lines {
		logins[i] = line.Login
		teams = append(teams, names(line.Teams)...)
	}
	known, err := UsersByLogin(tx, logins)
	if err != nil {
		return nil, err
	}
	p := &planner{Service: s, users: map[string]User{}, skills: map[string]int64{}, seen: map[string]int{}}
	ids := make([]int64, len(known))
	for i, u := range known {
		p.users[u.Login], ids[i] = u, u.ID
	}
	if p.teams, err = (store{tx}).teamsOfUsers(ids); err != nil {
		return nil, err
	}
	var teamIDs []int64
	for _, of := range p.teams {
		teamIDs = append(teamIDs, of...)
	}
	if p.names, err = TeamNames(tx, teamIDs); err != nil {
		return nil, err
	}
	if p.byName, err = (store{tx}).knownTeams(teams); err != nil {
		return nil, err
	}
	if p.of, err = s.skills.Of(tx, ids); err != nil {
		return nil, err
	}
	p.skillIDs, err = s.skills.Kept(tx)
	for id, name := range p.skillIDs {
		p.skills[strings.ToLower(name)] = id
	}
	return p, err
}

// plan says what becomes of a line, and notes what is wrong with it.
func (p *planner) plan(tx database.Tx, viewer Viewer, line UserLine, now clock.Instant) (PlannedUser, error) {
	var wrong fault.Problems
	if first, twice := p.seen[line.Login]; twice && line.Login != "" {
		wrong.Refuse("login", "login_twice", fmt.Sprintf("is in line %d too", first), line.Login)
		wrong[0].Args = map[string]any{"first": first}
	}
	p.seen[line.Login] = line.Line
	user, known := p.users[line.Login]
	if !known {
		wrong = append(wrong, checkLogin(line.Login)...)
	}
	planned := PlannedUser{Line: line.Line, Login: line.Login, What: UserAdded, user: user}
	before := p.before(user)
	planned.After = p.after(before, line, known, &wrong)
	for _, id := range planned.After.SkillIDs {
		planned.Skills = append(planned.Skills, p.skillIDs[id])
	}
	wrong = append(wrong, planned.After.problems()...)
	for i := range wrong {
		wrong[i].Line = line.Line
	}
	p.wrong = append(p.wrong, wrong...)
	if len(wrong) > 0 || !known {
		return planned, nil
	}
	planned.Changes, planned.What = changes(before, planned.After), UserEdited
	if len(planned.Changes) == 0 {
		planned.What = UserSame
	}
	if user.ID == viewer.UserID && (slices.Contains(planned.Changes, "role") || slices.Contains(planned.Changes, "teams")) {
		p.wrong = append(p.wrong, fault.Field{
			Line: line.Line, Name: "login", Code: "import_self", Value: line.Login,
			Problem: "is you: nobody changes their own role or teams",
		})
		return planned, nil
	}
	if slices.Contains(planned.Changes, "role") || slices.Contains(planned.Changes, "teams") {
		held, err := p.work.Held(tx, p.as(user, planned.After), now)
		if err != nil {
			return planned, err
		}
		planned.Held = slices.DeleteFunc(held, func(h Held) bool { return h.Count == 0 })
	}
	return planned, nil
}

// as is a user as they would come after an edit.
func (p *planner) as(user User, e UserEdit) Viewer {
	var teams []int64
	for _, name := range e.Teams {
		id := p.byName[name]
		for known, kept := range p.names {
			if kept == name {
				id = known
			}
		}
		if id == 0 {
			id = noTeam
		}
		teams = append(teams, id)
	}
	user.Role = e.Role
	return user.as(teams)
}

// before is what a user is, as an edit would have it.
func (p *planner) before(u User) UserEdit {
	e := UserEdit{Name: u.Name, Role: u.Role, Language: u.Language, Extension: u.Extension, Revision: u.Revision}
	for _, id := range p.teams[u.ID] {
		e.Teams = append(e.Teams, p.names[id])
	}
	slices.Sort(e.Teams)
	e.SkillIDs = database.Distinct(p.of[u.ID])
	return e
}

// after is what a line makes of a user.
func (p *planner) after(before UserEdit, line UserLine, known bool, wrong *fault.Problems) UserEdit {
	e := before
	set := func(value string, to *string) {
		switch value {
		case "":
		case none:
			*to = ""
		default:
			*to = value
		}
	}
	set(line.Name, &e.Name)
	if e.Name == "" {
		e.Name = line.Login
	}
	switch role, named := roleWords[strings.ToLower(line.Role)]; {
	case named:
		e.Role = role
	case line.Role != "":
		e.Role = Role(strings.ToLower(line.Role))
	case !known:
		e.Role = Caller
	}
	if line.Teams != "" {
		e.Teams = database.Distinct(names(line.Teams))
		for _, name := range e.Teams {
			if p.byName[name] == 0 {
				p.newTeams = append(p.newTeams, name)
			}
		}
	}
	set(line.Language, &e.Language)
	if word, found := languageWords[strings.ToLower(e.Language)]; found {
		e.Language = word
	}
	set(line.Extension, &e.Extension)
	if line.Skills != "" {
		e.SkillIDs = nil
		for _, name := range names(line.Skills) {
			id, found := p.skills[strings.ToLower(name)]
			if !found {
				wrong.Refuse("skills", "skill_no_such", "is no skill of this centre", name)
			}
			e.SkillIDs = append(e.SkillIDs, id)
		}
		e.SkillIDs = database.Distinct(e.SkillIDs)
	}
	return e
}

// changes returns which fields of an edit are others.
func changes(before, after UserEdit) (names []string) {
	for _, field := range []struct {
		name string
		same bool
	}{
		{"name", before.Name == after.Name},
		{"role", before.Role == after.Role},
		{"teams", slices.Equal(before.Teams, after.Teams)},
		{"language", before.Language == after.Language},
		{"extension", before.Extension == after.Extension},
		{"skills", slices.Equal(before.SkillIDs, after.SkillIDs)},
	} {
		if !field.same {
			names = append(names, field.name)
		}
	}
	return names
}
