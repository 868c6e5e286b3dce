package account

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// UserEdit is what a user is made: everything of it, also what stays as it is.
type UserEdit struct {
	Name      string
	Role      Role
	Teams     []string // by name; unknown ones are created, by whoever may; none means all
	Language  string   // "" for the centre's
	Extension string
	SkillIDs  []int64
	Revision  int // of the user the edit was made from; AnyRevision edits whatever there is
}

// AnyRevision edits a user whatever was edited of them meanwhile.
const AnyRevision = -1

func (e UserEdit) problems() (wrong fault.Problems) {
	if utf8.RuneCountInString(e.Name) > 60 {
		wrong.Refuse("name", "too_long", "is too long", "")
	}
	if !slices.Contains(Roles(), e.Role) {
		wrong.Refuse("role", "unknown_value", "must be one of admin, supervisor, caller, marketing, handler", string(e.Role))
	}
	for _, team := range e.Teams {
		if utf8.RuneCountInString(team) > 60 {
			wrong.Refuse("teams", "too_long", "is too long", text.Cut(team, 60))
		}
	}
	if e.Language != "" && !slices.Contains(Languages(), e.Language) {
		wrong.Refuse("language", "unknown_value", "must be zh-CN or en", e.Language)
	}
	return append(wrong, checkExtension(e.Extension)...)
}

// The refusals of editing.
var (
	errOwnRole = fault.New(fault.Conflict, "role_self", "you cannot change your own role or teams: ask another administrator")
	errEdited  = fault.New(fault.Conflict, "user_edited", "somebody else edited this user meanwhile: look at them again")
)

// EditUser makes a user what the edit says. What they may have no more, as a caller of another team or of another role, is handed back in
// the same transaction. The users row is written before any callback is locked.
//
// It returns fault.Invalid with the wrong fields, among them a role or a team that is not the viewer's to give; fault.NotFound for a user
// the viewer does not see, fault.Forbidden for one who is not theirs to manage; and fault.Conflict for the viewer's own role, for the last
// administrator, and when somebody else edited the user meanwhile.
func (s *Service) EditUser(ctx context.Context, viewer Viewer, id int64, e UserEdit) error {
	e.Name = text.Name(e.Name)
	if wrong := e.problems(); len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return s.edit(tx, viewer, id, e, s.work.HandBack, now)
	})
	if err != nil {
		return fmt.Errorf("edit user %d: %w", id, err)
	}
	return nil
}

// edit is EditUser in a transaction.
func (s *Service) edit(tx database.Tx, viewer Viewer, id int64, e UserEdit, back handing, now clock.Instant) error {
	st := store{tx}
	user, had, err := st.managed(viewer, id)
	if err != nil {
		return err
	}
	if e.Name == "" {
		e.Name = user.Login
	}
	teams, err := st.teamsFor(viewer, e.Teams)
	if err != nil {
		return err
	}
	if err := s.mayGive(tx, viewer, e, teams); err != nil {
		return err
	}
	skills, err := s.skills.Of(tx, []int64{id})
	if err != nil {
		return err
	}
	was := edited{user, database.Distinct(had), database.Distinct(skills[id])}
	is := edited{user, teams, database.Distinct(e.SkillIDs)}
	is.Name, is.Role, is.Language, is.Extension = e.Name, e.Role, e.Language, e.Extension
	detail := was.to(is)
	if len(detail) == 0 {
		return nil
	}
	if id == viewer.UserID && (was.Role != is.Role || !slices.Equal(was.teams, is.teams)) {
		return errOwnRole
	}
	if was.Role == Admin && is.Role != Admin {
		if err := st.refuseLastAdmin(user); err != nil {
			return err
		}
	}
	if err := st.writeEdit(is, e.Revision); err != nil {
		return err
	}
	if err := s.follow(tx, viewer, was, is, detail, back, now); err != nil {
		return err
	}
	return Audit(tx, now, viewer, "user.edited", "user", id, Detail(detail))
}

// follow writes what an edit changes beside the user's own row, and hands back what they may have no more.
func (s *Service) follow(
	tx database.Tx, viewer Viewer, was, is edited, detail map[string]any, back handing, now clock.Instant,
) error {
	st := store{tx}
	if !slices.Equal(was.teams, is.teams) {
		if err := st.replaceTeams(is.ID, is.teams); err != nil {
			return err
		}
	}
	if !slices.Equal(was.skills, is.skills) {
		if err := s.skills.Give(tx, is.ID, is.skills); err != nil {
			return err
		}
	}
	if was.Role == is.Role && slices.Equal(was.teams, is.teams) {
		return nil
	}
	return s.handBack(tx, viewer, is.as(is.teams), detail, back, now)
}

// handBack takes from a user what they may have no more as they are now, and adds how much that was to the detail of the audit.
func (s *Service) handBack(tx database.Tx, viewer, as Viewer, detail map[string]any, back handing, now clock.Instant) error {
	held, err := s.work.Held(tx, as, now)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Count > 0 {
			detail[h.What] = h.Count
		}
	}
	return back(tx, viewer, as, now)
}

// edited is what can be edited of a user, with their teams and skills in ascending order.
type edited struct {
	User
	teams, skills []int64
}

// to returns what changed, as the audit has it: that a name or an extension is another one, not which.
func (was edited) to(is edited) map[string]any {
	detail := map[string]any{}
	note := func(name, before, after string) {
		if before != after {
			detail[name] = Changed(before, after)
		}
	}
	note("role", string(was.Role), string(is.Role))
	note("teams", idList(was.teams), idList(is.teams))
	note("skills", idList(was.skills), idList(is.skills))
	note("language", was.Language, is.Language)
	var other []string
	if was.Name != is.Name {
		other = append(other, "name")
	}
	if was.Extension != is.Extension {
		other = append(other, "extension")
	}
	if len(other) > 0 {
		detail["changed"] = other
	}
	return detail
}

// HeldIf returns what a user would hand back if they were edited so; nothing where the edit would be refused.
func (s *Service) HeldIf(ctx context.Context, viewer Viewer, id int64, e UserEdit) ([]Held, error) {
	tx := s.db.View(ctx)
	st := store{tx}
	user, had, err := st.managed(viewer, id)
	if err != nil {
		return nil, err
	}
	known, err := st.knownTeams(e.Teams)
	if err != nil {
		return nil, err
	}
	var teams []int64
	for _, name := range e.Teams {
		id := known[name]
		if id == 0 {
			id = noTeam // one that is to be created has no work yet
		}
		teams = append(teams, id)
	}
	if teams = database.Distinct(teams); user.Role == e.Role && slices.Equal(teams, database.Distinct(had)) {
		return nil, nil
	}
	user.Role = e.Role
	return s.work.Held(tx, user.as(teams), s.now())
}
