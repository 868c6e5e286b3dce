package tasks

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"aftercall/internal/database"
)

// policyWords is how policies call their rules and their own reasons. Where several versions say it differently, the newest one
// does.
type policyWords struct {
	rules   map[RuleID]string
	reasons map[Reason]string
	order   []RuleID // in which rules are shown
}

// words returns how some published versions call their rules and reasons, in the order of the newest of them.
func (s *Service) words(tx database.Tx, versions []int) (policyWords, error) {
	w := policyWords{rules: map[RuleID]string{}, reasons: map[Reason]string{}, order: []RuleID{RuleReopened, RuleTooOld}}
	versions = slices.Compact(slices.SortedFunc(slices.Values(versions), func(a, b int) int { return cmp.Compare(b, a) }))
	for _, version := range versions {
		if version == 0 { // decided by nobody's policy
			continue
		}
		p, err := s.policyOf(tx, version)
		if err != nil {
			return policyWords{}, err
		}
		w.add(p)
	}
	w.order = append(w.order, RuleNone, RuleByHand)
	return w, nil
}

// versions are published versions of the policy by number. A decision is told in the words of its own: another version may call
// something else by the same code.
type versions map[int]*Policy

// rule returns what the rule of a decision is called; empty: the catalogue has it, or the code is shown.
func (v versions) rule(d Decision) string {
	if p := v[d.PolicyVersion]; p != nil {
		if r := p.rule(d.Rule); r != nil {
			return r.Name
		}
	}
	return ""
}

// reason returns why nothing was planned, where the policy gave a reason of its own.
func (v versions) reason(d Decision) string {
	if p := v[d.PolicyVersion]; p != nil {
		return p.Reasons[d.Reason]
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
func (w *policyWords) add(p *Policy) {
	for i := range p.Rules {
		r := &p.Rules[i]
		if slices.Contains(w.order, r.ID) {
			continue
		}
		w.order = append(w.order, r.ID)
		if r.Name != "" {
			w.rules[r.ID] = r.Name
		}
	}
	for reason, text := range p.Reasons {
		if w.reasons[reason] == "" {
			w.reasons[reason] = text
		}
	}
}

// compare orders rules as they are shown.
func (w *policyWords) compare(a, b RuleID) int {
	return cmp.Or(cmp.Compare(slices.Index(w.order, a), slices.Index(w.order, b)), cmp.Compare(a, b))
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
	newest, err := s.inForce(tx)
	if err != nil {
		return Words{}, err
	}
	var versions []int
	for v := newest.Version; v > max(0, newest.Version-shownVersions); v-- {
		versions = append(versions, v)
	}
	words, err := s.words(tx, versions)
	if err != nil {
		return Words{}, err
	}
	var list Words
	for _, rule := range words.order {
		list.Rules = append(list.Rules, RuleName{Rule: rule, Name: words.rules[rule]})
	}
	for _, reason := range ReasonsAgainst() {
		list.Reasons = append(list.Reasons, ReasonText{Reason: reason})
	}
	for _, reason := range slices.Sorted(maps.Keys(words.reasons)) {
		list.Reasons = append(list.Reasons, ReasonText{Reason: reason, Text: words.reasons[reason]})
	}
	return list, nil
}
