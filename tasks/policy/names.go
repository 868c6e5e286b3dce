package policy

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"aftercall/internal/database"
)

// Names are how policies call their rules and their own reasons. Where several versions say it differently, the newest one does.
type Names struct {
	rules   map[RuleID]string
	reasons map[Reason]string
	order   []RuleID // in which rules are shown
}

// NamesOf returns the names that policies give to rules and reasons. policies come newest first: where several name a code, the
// newest counts, and rules are in its order.
func NamesOf(policies ...*Policy) Names {
	n := Names{rules: map[RuleID]string{}, reasons: map[Reason]string{}, order: []RuleID{RuleReopened, RuleTooOld}}
	for _, p := range policies {
		n.add(p)
	}
	n.order = append(n.order, RuleNone, RuleByHand)
	return n
}

// Names returns how some published versions call their rules and reasons, in the order of the newest of them.
func (s *Service) Names(tx database.Tx, versions []int) (Names, error) {
	versions = database.Distinct(versions)
	policies := make([]*Policy, 0, len(versions))
	for _, version := range slices.Backward(versions) {
		if version == 0 { // decided by nobody's policy
			continue
		}
		p, err := s.Version(tx, version)
		if err != nil {
			return Names{}, err
		}
		policies = append(policies, p)
	}
	return NamesOf(policies...), nil
}

// Rule returns what a rule is called; empty: the catalogue has it, or the code is shown.
func (n Names) Rule(id RuleID) string { return n.rules[id] }

// Reason returns a reason in the words of the policy that gave it; empty: the catalogue has them.
func (n Names) Reason(reason Reason) string { return n.reasons[reason] }

// Versions are published versions of the policy by number. A decision is told in the words of its own: another version may call
// something else by the same code.
type Versions map[int]*Policy

// Rule returns what a rule of a version is called; empty: the catalogue has it, or the code is shown.
func (v Versions) Rule(version int, id RuleID) string {
	if p := v[version]; p != nil {
		if r := p.Rule(id); r != nil {
			return r.Name
		}
	}
	return ""
}

// Reason returns a version's text of why nothing was planned, where it is a reason of its own.
func (v Versions) Reason(version int, reason Reason) string {
	if p := v[version]; p != nil {
		return p.Reasons[reason]
	}
	return ""
}

// Codes are the codes of rules and of reasons that mean something: nothing else may be called by them, since decisions are told by
// them for ever.
type Codes struct {
	rules   map[RuleID]bool
	reasons map[Reason]bool
}

// Rule reports whether a rule has the code.
func (c Codes) Rule(code string) bool { return c.rules[RuleID(code)] }

// Reason reports whether a reason has the code.
func (c Codes) Reason(code string) bool { return c.reasons[Reason(code)] }

// UsedCodes returns the codes of the program, of every published version and of every draft.
func (s *Service) UsedCodes(ctx context.Context) (Codes, error) {
	tx := s.db.View(ctx)
	codes := Codes{rules: map[RuleID]bool{}, reasons: map[Reason]bool{ReasonUndecided: true}}
	for _, rule := range OutsideRules() {
		codes.rules[rule] = true
	}
	for _, reason := range reservedReasons() {
		codes.reasons[reason] = true
	}
	for before := 0; ; {
		rows, err := store{tx}.policyList(before)
		if err != nil {
			return Codes{}, err
		}
		published := 0
		for _, row := range rows {
			p, err := s.parsed(row)
			if err != nil {
				return Codes{}, err
			}
			codes.add(p)
			if row.Version != nil {
				published, before = published+1, *row.Version
			}
		}
		if published < policiesPerPage {
			return codes, nil
		}
	}
}

func (c Codes) add(p *Policy) {
	for i := range p.Rules {
		c.rules[p.Rules[i].ID] = true
	}
	for reason := range p.Reasons {
		c.reasons[reason] = true
	}
}

// add takes over what newer versions have not said.
func (n *Names) add(p *Policy) {
	for i := range p.Rules {
		r := &p.Rules[i]
		if slices.Contains(n.order, r.ID) {
			continue
		}
		n.order = append(n.order, r.ID)
		if r.Name != "" {
			n.rules[r.ID] = r.Name
		}
	}
	for reason, text := range p.Reasons {
		if n.reasons[reason] == "" {
			n.reasons[reason] = text
		}
	}
}

// Compare orders rules as they are shown.
func (n Names) Compare(a, b RuleID) int {
	return cmp.Or(cmp.Compare(slices.Index(n.order, a), slices.Index(n.order, b)), cmp.Compare(a, b))
}

// Words are the rules and reasons of decisions as people can choose from them.
type Words struct {
	Rules   []RuleName
	Reasons []ReasonText
}

// RuleName is a rule and what its policy calls it: nothing where the catalogue has the words, or the code is shown.
type RuleName struct {
	Rule RuleID
	Name string
}

// ReasonText is a reason and what its policy calls it.
type ReasonText struct {
	Reason Reason
	Text   string
}

const shownVersions = 20 // of the policy: filters offer the rules of the newest ones

// Words returns the rules of the newest 20 versions of the policy in the order in which they are tried, and every reason why a
// resolution may get no follow-up.
func (s *Service) Words(ctx context.Context) (Words, error) {
	tx := s.db.View(ctx)
	newest, err := s.InForce(tx)
	if err != nil {
		return Words{}, err
	}
	var versions []int
	for v := newest.Version; v > max(0, newest.Version-shownVersions); v-- {
		versions = append(versions, v)
	}
	names, err := s.Names(tx, versions)
	if err != nil {
		return Words{}, err
	}
	var list Words
	for _, rule := range names.order {
		list.Rules = append(list.Rules, RuleName{Rule: rule, Name: names.rules[rule]})
	}
	for _, reason := range reasonsAgainst() {
		list.Reasons = append(list.Reasons, ReasonText{Reason: reason})
	}
	for _, reason := range slices.Sorted(maps.Keys(names.reasons)) {
		list.Reasons = append(list.Reasons, ReasonText{Reason: reason, Text: names.reasons[reason]})
	}
	return list, nil
}
