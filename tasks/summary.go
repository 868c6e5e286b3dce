package tasks

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// Summary says what was decided about the resolutions of a period, for each kind of follow-up. For every kind
// Resolved = Planned + the sum of Skipped + Undecided.
type Summary struct {
	From  clock.Instant `json:"from"` // inclusive; none: from the beginning
	To    clock.Instant `json:"to"`   // exclusive; none: until now
	Kinds []KindSummary `json:"kinds"`
}

// KindSummary is the sum of one kind of follow-up.
type KindSummary struct {
	Kind      Kind          `json:"kind"`
	Resolved  int           `json:"resolved"`
	Planned   int           `json:"planned"`
	Skipped   []ReasonCount `json:"skipped"`   // by reason, the most first
	Undecided int           `json:"undecided"` // taken in, and not planned yet
	Fate      []ReasonCount `json:"fate"`      // what became of the planned ones; sums to Planned
	Rules     []RuleCount   `json:"rules"`     // in the order of the policy in force; sums to Planned + Skipped
}

// ReasonCount is how many decisions have one reason or one fate.
type ReasonCount struct {
	Reason Reason `json:"reason"`
	Text   string `json:"text,omitempty"` // in the words of the policy that gave it; empty: the catalogue has them
	Count  int    `json:"count"`
}

// RuleCount is how many decisions one rule made.
type RuleCount struct {
	Rule    RuleID `json:"rule"`
	Name    string `json:"name,omitempty"` // in the newest policy that decided by it; empty: the catalogue has it, or the code is shown
	Planned int    `json:"planned"`
	Skipped int    `json:"skipped"`
}

// Fates of planned follow-up that was not given up; one that was has the reason for it. A callback's own states are fates too.
const (
	FateScheduled  Reason = "scheduled"   // its time is still to come
	FateHandedOver Reason = "handed_over" // its time has come: sent, or being sent
)

// SkippedTotal is how many were skipped, for whatever reason.
func (k KindSummary) SkippedTotal() int {
	total := 0
	for _, c := range k.Skipped {
		total += c.Count
	}
	return total
}

// Summary returns the sums over the resolutions of a period that the viewer sees, by the time they were resolved.
func (s *Service) Summary(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (Summary, error) {
	tx := s.db.View(ctx)
	sc := scopeOf(viewer)
	resolved, err := contact.CountResolutions(tx, from, to, sc)
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	counts, err := store{tx}.decisionCounts(sc, from, to, s.now())
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	words, err := s.wordsOf(tx, counts)
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	summary := Summary{From: from, To: to}
	for _, kind := range Kinds() {
		summary.Kinds = append(summary.Kinds, sumUp(kind, resolved, counts, words))
	}
	return summary, nil
}

// wordsOf learns how the policies that made the decisions call their rules and reasons.
func (s *Service) wordsOf(tx database.Tx, counts []decisionCount) (policyWords, error) {
	newest, err := s.inForce(tx)
	if err != nil {
		return policyWords{}, err
	}
	versions := []int{newest.Version}
	for _, c := range counts {
		versions = append(versions, c.PolicyVersion)
	}
	return s.words(tx, versions)
}

// sumUp adds the counts of one kind up.
func sumUp(kind Kind, resolved int, counts []decisionCount, words policyWords) KindSummary {
	k := KindSummary{Kind: kind, Resolved: resolved}
	skipped, fates := make(map[Reason]int), make(map[Reason]int)
	rules := make(map[RuleID]RuleCount)
	for _, c := range counts {
		if c.Kind != kind {
			continue
		}
		rule := rules[c.Rule]
		rule.Rule, rule.Name = c.Rule, words.rules[c.Rule]
		if c.State == Planned {
			k.Planned += c.Count
			rule.Planned += c.Count
			fates[c.Fate] += c.Count
		} else {
			skipped[c.Reason] += c.Count
			rule.Skipped += c.Count
		}
		rules[c.Rule] = rule
	}
	k.Skipped, k.Fate = sortedCounts(skipped, words), sortedCounts(fates, words)
	for _, rule := range rules {
		k.Rules = append(k.Rules, rule)
	}
	slices.SortFunc(k.Rules, func(a, b RuleCount) int { return words.compare(a.Rule, b.Rule) })
	k.Undecided = max(0, resolved-k.Planned-k.SkippedTotal())
	return k
}

// sortedCounts lists counts, the largest first.
func sortedCounts(counts map[Reason]int, words policyWords) []ReasonCount {
	list := make([]ReasonCount, 0, len(counts))
	for reason, n := range counts {
		list = append(list, ReasonCount{Reason: reason, Text: words.reasons[reason], Count: n})
	}
	slices.SortFunc(list, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}
