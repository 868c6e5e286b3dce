package skill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
)

// Rule says that callbacks need a skill: those of a kind, about a category and a product, to customers who speak a language.
type Rule struct {
	ID       int64
	Position int
	Kind     string // of callback; "" for any
	Category string // of the contact; "" for any
	Product  string // of the contact; "" for any
	Language string // of the customer, a tag such as yue or en; "" for any. en is en-US too
	SkillID  int64
}

// TableName names the table.
func (Rule) TableName() string { return "skill_rules" }

// About is what rules are asked of.
type About struct{ Kind, Category, Product, Language string }

func (r Rule) matches(a About) bool {
	is := func(wanted, is string) bool { return wanted == "" || wanted == is }
	return is(r.Kind, a.Kind) && is(r.Category, a.Category) && is(r.Product, a.Product) &&
		(is(r.Language, a.Language) || strings.HasPrefix(a.Language, r.Language+"-"))
}

// Rules are the rules of a centre in order.
type Rules []Rule

// Needed returns the skill that a callback needs: that of the first rule that matches, 0 for none.
func (r Rules) Needed(a About) int64 {
	if i := slices.IndexFunc(r, func(rule Rule) bool { return rule.matches(a) }); i >= 0 {
		return r[i].SkillID
	}
	return 0
}

// AskContact reports whether a rule asks for something of the contact.
func (r Rules) AskContact() bool {
	return slices.ContainsFunc(r, func(rule Rule) bool { return rule.Category != "" || rule.Product != "" })
}

// AskLanguage reports whether a rule asks for the customer's language.
func (r Rules) AskLanguage() bool {
	return slices.ContainsFunc(r, func(rule Rule) bool { return rule.Language != "" })
}

// RulesOf returns the rules in force.
func RulesOf(tx database.Tx) (Rules, error) { return store{tx}.rules() }

// AddRule adds a rule behind the others and has the open callbacks sorted again. It returns fault.Forbidden for anybody but an
// administrator, fault.Invalid with the wrong fields ("kind", "category", "product", "language", "skill"), and fault.Conflict when there
// are too many.
func (s *Service) AddRule(ctx context.Context, viewer account.Viewer, r Rule) error {
	r, problems := s.clean(r)
	err := s.changeRules(ctx, viewer, func(st store, now clock.Instant, rules []Rule) error {
		skills, err := st.skills()
		if err != nil {
			return err
		}
		wrong := slices.Clone(problems)
		if !slices.ContainsFunc(skills, func(known Skill) bool { return known.ID == r.SkillID }) {
			wrong = append(wrong, fault.Field{Name: "skill", Code: "choose", Problem: "choose a skill"})
		}
		switch {
		case len(wrong) > 0:
			return fault.InvalidFields(wrong...)
		case len(rules) >= MaxRules:
			return errManyRules
		}
		added := r
		added.ID, added.Position = 0, 1
		if len(rules) > 0 {
			added.Position = rules[len(rules)-1].Position + 1
		}
		if err := st.insertRule(&added); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "skill.rule_added", "skill", r.SkillID, "")
	})
	if err != nil {
		return fmt.Errorf("add a rule of skills: %w", err)
	}
	return nil
}

// RemoveRule removes a rule and has the open callbacks sorted again. It returns fault.Forbidden for anybody but an administrator, and
// fault.NotFound for a rule there is not.
func (s *Service) RemoveRule(ctx context.Context, viewer account.Viewer, id int64) error {
	err := s.changeRules(ctx, viewer, func(st store, now clock.Instant, rules []Rule) error {
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			return errUnknownRule
		}
		if err := st.deleteRule(id); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "skill.rule_removed", "skill", rules[i].SkillID, "")
	})
	if err != nil {
		return fmt.Errorf("remove rule %d of skills: %w", id, err)
	}
	return nil
}

// RaiseRule lets a rule be asked before the one above it, and has the open callbacks sorted again; the first one stays. It returns what
// RemoveRule does.
func (s *Service) RaiseRule(ctx context.Context, viewer account.Viewer, id int64) error {
	err := s.changeRules(ctx, viewer, func(st store, now clock.Instant, rules []Rule) error {
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		switch i {
		case -1:
			return errUnknownRule
		case 0:
			return nil
		}
		above, raised := rules[i-1], rules[i]
		if err := st.placeRule(raised.ID, above.Position); err != nil {
			return err
		}
		if err := st.placeRule(above.ID, raised.Position); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "skill.rule_raised", "skill", raised.SkillID, "")
	})
	if err != nil {
		return fmt.Errorf("raise rule %d of skills: %w", id, err)
	}
	return nil
}

// changeRules is change for rules: what is open is sorted by them again.
func (s *Service) changeRules(
	ctx context.Context, viewer account.Viewer, do func(st store, now clock.Instant, rules []Rule) error,
) error {
	return s.change(ctx, viewer, func(st store, now clock.Instant) error {
		rules, err := st.rules()
		if err != nil {
			return err
		}
		if err := do(st, now, rules); err != nil {
			return err
		}
		return sortAgain(st.Tx, now)
	})
}

// settled is how long after a change whoever still planned by the rules of before has committed: InnoDB waits 50 seconds for a lock.
const settled = time.Minute

// Where the two walks over open callbacks begin that a change sets off: over what there is now, and over what those have planned by then
// who did not see the change.
const (
	atOnce  = 0
	oneMore = -1
)

func sortAgain(tx database.Tx, now clock.Instant) error {
	return errors.Join(walkFrom(tx, atOnce, now, now), walkFrom(tx, oneMore, now.Add(settled), now))
}

func walkFrom(tx database.Tx, ref int64, at, now clock.Instant) error {
	moved, err := outbox.Reschedule(tx, now, JobSort, ref, at)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobSort, ref, outbox.Normal, at))
}

// sorting reports whether a change has not reached every open callback yet, but for those that were just being planned.
func sorting(tx database.Tx) (bool, error) {
	refs, err := outbox.OpenRefs(tx, JobSort)
	return slices.ContainsFunc(refs, func(ref int64) bool { return ref != oneMore }), err
}

// clean brings a rule into the form in which it is compared.
func (s *Service) clean(r Rule) (Rule, []fault.Field) {
	var problems []fault.Field
	refuse := func(name, code, problem, value string) {
		problems = append(problems, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	}
	if r.Kind != "" && !slices.Contains(s.kinds, r.Kind) {
		refuse("kind", "unknown_value", "is no kind of callback", r.Kind)
	}
	r.Category, r.Product, r.Language = text.Name(r.Category), text.Name(r.Product), text.Name(r.Language)
	for _, f := range []struct{ name, value string }{{"category", r.Category}, {"product", r.Product}} {
		if utf8.RuneCountInString(f.value) > 191 {
			refuse(f.name, "too_long", "is longer than 191 characters", "")
		}
	}
	if r.Language != "" {
		tag, err := language.Parse(r.Language)
		if err != nil || len(tag.String()) > 40 {
			refuse("language", "unknown_language", "is not a language tag such as zh-CN", r.Language)
		}
		r.Language = tag.String()
	}
	if r.Kind == "" && r.Category == "" && r.Product == "" && r.Language == "" {
		refuse("kind", "skill_rule_empty", "say at least one thing about the callbacks that need the skill", "")
	}
	return r, problems
}
