package decision

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
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
	Kind      policy.Kind   `json:"kind"`
	Resolved  int           `json:"resolved"`
	Planned   int           `json:"planned"`
	Skipped   []ReasonCount `json:"skipped"`   // by reason, the most first
	Undecided int           `json:"undecided"` // taken in, and not planned yet
	Fate      []ReasonCount `json:"fate"`      // what became of the planned ones; sums to Planned
	Rules     []RuleCount   `json:"rules"`     // in the order of the policy in force; sums to Planned + Skipped
}

// ReasonCount is how many decisions have one reason or one fate.
type ReasonCount struct {
	Reason policy.Reason `json:"reason"`
	Text   string        `json:"text,omitempty"` // in the words of the policy that gave it; empty: the catalogue has them
	Count  int           `json:"count"`
}

// RuleCount is how many decisions one rule made.
type RuleCount struct {
	Rule    policy.RuleID `json:"rule"`
	Name    string        `json:"name,omitempty"` // as in ReasonCount; of the newest policy that decided by it
	Planned int           `json:"planned"`
	Skipped int           `json:"skipped"`
}

// Fates of planned follow-up that was not given up; one that was has the reason for it. A callback's own states are fates too.
const (
	FateScheduled  policy.Reason = "scheduled"   // its time is still to come
	FateHandedOver policy.Reason = "handed_over" // its time has come: sent, or being sent
)

// SkippedTotal is how many were skipped, for whatever reason.
func (k KindSummary) SkippedTotal() int {
	total := 0
	for _, c := range k.Skipped {
		total += c.Count
	}
	return total
}

// Summary returns the sums over the resolutions that the viewer sees and that were resolved in [from, to); none for from or to
// leaves that end open. A resolution in the future is not among them.
func (s *Service) Summary(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (Summary, error) {
	tx, now := s.db.View(ctx), s.now()
	teams := viewer.VisibleTeams()
	resolved, err := contact.CountResolutions(tx, from, until(to, now), teams)
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	counts, err := store{tx}.counts(teams, from, to, now)
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	names, err := s.namesOf(tx, counts)
	if err != nil {
		return Summary{}, fmt.Errorf("sum up decisions: %w", err)
	}
	summary := Summary{From: from, To: to}
	for _, kind := range policy.Kinds() {
		summary.Kinds = append(summary.Kinds, sumUp(kind, resolved, counts, names))
	}
	return summary, nil
}

// namesOf learns how the policies that made the decisions call their rules and reasons.
func (s *Service) namesOf(tx database.Tx, counts []count) (policy.Names, error) {
	newest, err := s.policies.InForce(tx)
	if err != nil {
		return policy.Names{}, err
	}
	versions := []int{newest.Version}
	for _, c := range counts {
		versions = append(versions, c.PolicyVersion)
	}
	return s.policies.Names(tx, versions)
}

// sumUp adds the counts of one kind up.
func sumUp(kind policy.Kind, resolved int, counts []count, names policy.Names) KindSummary {
	k := KindSummary{Kind: kind, Resolved: resolved}
	skipped, fates := make(map[policy.Reason]int), make(map[policy.Reason]int)
	rules := make(map[policy.RuleID]RuleCount)
	for _, c := range counts {
		if c.Kind != kind {
			continue
		}
		rule := rules[c.Rule]
		rule.Rule, rule.Name = c.Rule, names.Rule(c.Rule)
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
	k.Skipped, k.Fate = sortedCounts(skipped, names), sortedCounts(fates, names)
	for _, rule := range rules {
		k.Rules = append(k.Rules, rule)
	}
	slices.SortFunc(k.Rules, func(a, b RuleCount) int { return names.Compare(a.Rule, b.Rule) })
	k.Undecided = max(0, resolved-k.Planned-k.SkippedTotal())
	return k
}

// sortedCounts lists counts, the largest first.
func sortedCounts(counts map[policy.Reason]int, names policy.Names) []ReasonCount {
	list := make([]ReasonCount, 0, len(counts))
	for reason, n := range counts {
		list = append(list, ReasonCount{Reason: reason, Text: names.Reason(reason), Count: n})
	}
	slices.SortFunc(list, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}
