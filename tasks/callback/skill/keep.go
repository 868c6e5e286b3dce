package skill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Add adds a skill that nobody has yet. It returns fault.Forbidden for anybody but an administrator, fault.Invalid for a name that is
// none or taken (field "name"), and fault.Conflict when there are too many.
func (s *Service) Add(ctx context.Context, viewer account.Viewer, name string) (added Skill, err error) {
	name, err = cleanName(name)
	if err != nil {
		return Skill{}, err
	}
	err = s.change(ctx, viewer, func(st store, now clock.Instant) error {
		n, err := database.CountUpTo(st.Tx, st.Gorm().Model(&Skill{}), MaxSkills)
		if err != nil {
			return fmt.Errorf("count skills: %w", err)
		}
		if n >= MaxSkills {
			return errTooMany
		}
		added = Skill{Name: name}
		if err := st.insertSkill(&added); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "skill.added", "skill", added.ID, account.Detail(map[string]any{"name": name}))
	})
	if err != nil {
		return Skill{}, fmt.Errorf("add skill: %w", err)
	}
	return added, nil
}

// Edited is what an administrator makes of a skill. Who has it is given with who had it when they began, so that two who edit it at once
// lose nothing.
type Edited struct {
	Name      string
	Had, Have []string // logins
}

// Edit renames a skill and says who has it. It returns fault.Forbidden for anybody but an administrator, fault.NotFound for a skill there
// is not, and fault.Invalid with the wrong fields: "name", and "have" with the logins nobody has.
func (s *Service) Edit(ctx context.Context, viewer account.Viewer, id int64, e Edited) error {
	name, err := cleanName(e.Name)
	if err != nil {
		return err
	}
	had, have := logins(e.Had), logins(e.Have)
	if len(have) > MaxHolders {
		return fault.InvalidFields(fault.Field{Name: "have", Code: "skill_holders_many", Problem: "is more than 5,000 callers"})
	}
	gone, come := without(had, have), without(have, had)
	err = s.change(ctx, viewer, func(st store, now clock.Instant) error {
		if _, err := st.skill(id); err != nil {
			return err
		}
		if err := st.renameSkill(id, name); err != nil {
			return err
		}
		added, err := known(st.Tx, come)
		if err != nil {
			return err
		}
		removed, err := account.UsersByLogin(st.Tx, gone)
		if err != nil {
			return err
		}
		if err := st.give(id, idsOf(added)); err != nil {
			return err
		}
		if err := st.take(id, idsOf(removed)); err != nil {
			return err
		}
		detail := account.Detail(map[string]any{"given": len(added), "taken": len(removed)})
		return account.Audit(st.Tx, now, viewer, "skill.edited", "skill", id, detail)
	})
	if err != nil {
		return fmt.Errorf("edit skill %d: %w", id, err)
	}
	return nil
}

// Remove removes a skill, from whoever has it too. It returns fault.Forbidden for anybody but an administrator, fault.NotFound for one
// there is not, and fault.Conflict for one that a rule needs ("n", its place).
func (s *Service) Remove(ctx context.Context, viewer account.Viewer, id int64) error {
	err := s.change(ctx, viewer, func(st store, now clock.Instant) error {
		gone, err := st.skill(id)
		if err != nil {
			return err
		}
		rules, err := st.rules()
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(rules, func(r Rule) bool { return r.SkillID == id }); i >= 0 {
			return errNeeded.With("n", i+1)
		}
		if err := st.deleteSkill(id); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "skill.removed", "skill", id, account.Detail(map[string]any{"name": gone.Name}))
	})
	if err != nil {
		return fmt.Errorf("remove skill %d: %w", id, err)
	}
	return nil
}

// change lets an administrator change something while nobody else does.
func (s *Service) change(ctx context.Context, viewer account.Viewer, do func(st store, now clock.Instant) error) error {
	if viewer.Role != account.Admin {
		return errMayNot
	}
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, "skills"); err != nil {
			return err
		}
		return do(store{tx}, now)
	})
}

func cleanName(name string) (string, error) {
	switch name = text.Name(name); {
	case name == "":
		return "", fault.InvalidFields(fault.Field{Name: "name", Code: "required", Problem: "is required"})
	case utf8.RuneCountInString(name) > maxName:
		return "", fault.InvalidFields(fault.Field{Name: "name", Code: "skill_name_long", Problem: "has more than 40 characters"})
	}
	return name, nil
}

// logins returns logins as they are kept, each once.
func logins(typed []string) []string {
	all := make([]string, len(typed))
	for i, login := range typed {
		all[i] = strings.ToLower(text.Trim(login))
	}
	return database.DistinctNonzero(all)
}

// without returns those of the ordered logins that are not among others.
func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(login string) bool {
		_, among := slices.BinarySearch(others, login)
		return among
	})
}

// known returns the users with the logins, all of which there must be.
func known(tx database.Tx, wanted []string) ([]account.User, error) {
	users, err := account.UsersByLogin(tx, wanted)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(users))
	for _, u := range users {
		there[u.Login] = true
	}
	strangers := slices.DeleteFunc(slices.Clone(wanted), func(login string) bool { return there[login] })
	if len(strangers) > 0 {
		return nil, fault.InvalidFields(fault.Field{
			Name: "have", Code: "login_unknown", Problem: "nobody logs in by these names", Value: strings.Join(strangers, ", "),
		})
	}
	return users, nil
}

func idsOf(users []account.User) []int64 {
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	return ids
}
