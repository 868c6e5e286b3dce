package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
		return UserPlan{}, fault.New(fault.TooLarge, "user_file_long", "the file has no user, or more than 1,000").With("limit", MaxUserLines)
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
			Line: line.Line, Name: "login", Code: "import_self", Value: line.Login, Problem: "is you: nobody changes their own role or teams",
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
		_, err := s.edit(tx, viewer, u.user.ID, u.After, s.work.HandBackSoon, now)
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
