package tasks

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// States that a list can ask for and no decision has: such a list is of resolutions, the one resolved last first, each with its
// decision of one kind if there is one.
const (
	Undecided       DecisionState = "undecided" // taken in, and not planned yet
	EveryResolution DecisionState = "resolved"  // decided about or not
)

// DecisionFilter narrows the list of decisions. Its zero value is the newest of all. A list of resolutions needs the kind, and heeds
// neither reason, rule nor fate.
type DecisionFilter struct {
	Kind     Kind
	State    DecisionState
	Reason   Reason // why it was skipped
	Rule     RuleID
	Fate     Reason        // what became of a planned one; see KindSummary
	From     clock.Instant // resolved at or after; none: any
	To       clock.Instant // resolved before; none: any
	Before   int64         // id to continue after, towards older ones; 0: from the newest. Of a resolution in a list of those
	BeforeAt clock.Instant // in a list of resolutions: when that one was resolved
	Limit    int           // at most MaxRows, which is also what 0 means
}

// OfResolutions reports whether the list is one of resolutions.
func (f DecisionFilter) OfResolutions() bool {
	return f.State == Undecided || f.State == EveryResolution
}

// DecisionRow is a decision in a list, with its fate and the contact it is about. One that is still to be made has no id and no rule.
type DecisionRow struct {
	Decision   Decision
	RuleName   string // in the words of its policy; empty: the catalogue has it, or the code is shown
	ReasonText string // the same of why it was skipped or given up
	Fate       Reason // of a planned one
	ExternalID string // of the contact
	Category   string
	Customer   string
}

// Decisions lists the decisions the viewer sees, the newest first.
func (s *Service) Decisions(ctx context.Context, viewer account.Viewer, f DecisionFilter) ([]DecisionRow, error) {
	tx := s.db.View(ctx)
	list := store{tx}.decisions
	if f.OfResolutions() {
		list = store{tx}.resolutions
	}
	found, err := list(f, scopeOf(viewer), s.now())
	if err != nil {
		return nil, err
	}
	contactIDs, customerIDs := make([]int64, len(found)), make([]int64, len(found))
	for i, d := range found {
		contactIDs[i], customerIDs[i] = d.ContactID, d.CustomerID
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return nil, fmt.Errorf("name decisions: %w", err)
	}
	customers, err := contact.CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, fmt.Errorf("name decisions: %w", err)
	}
	words := versions{}
	for _, d := range found {
		if d.PolicyVersion == 0 || words[d.PolicyVersion] != nil {
			continue
		}
		if words[d.PolicyVersion], err = s.policyOf(tx, d.PolicyVersion); err != nil {
			return nil, fmt.Errorf("name decisions: %w", err)
		}
	}
	rows := make([]DecisionRow, len(found))
	for i, d := range found {
		rows[i] = DecisionRow{
			Decision: d.Decision, RuleName: words.rule(d.Decision), ReasonText: words.reason(d.Decision), Fate: d.Fate,
			ExternalID: contacts[d.ContactID].ExternalID, Category: contacts[d.ContactID].Category, Customer: displayName(customers[d.CustomerID]),
		}
	}
	return rows, nil
}

// DaySum is what was decided about the resolutions of one day of the centre's zone.
type DaySum struct {
	Date    clock.Day
	Planned map[Kind]int
	Skipped map[Kind]int
}

// DaySums returns the sums of a period by day of resolution, the newest first. A day without decisions is left out.
func (s *Service) DaySums(ctx context.Context, viewer account.Viewer, from, to clock.Instant) ([]DaySum, error) {
	counts, err := store{s.db.View(ctx)}.quarterHourCounts(scopeOf(viewer), from, to)
	if err != nil {
		return nil, fmt.Errorf("sum up decisions by day: %w", err)
	}
	byDay := make(map[clock.Day]*DaySum)
	for _, c := range counts {
		date := clock.DayOf(c.Start, s.zone)
		day := byDay[date]
		if day == nil {
			day = &DaySum{Date: date, Planned: make(map[Kind]int), Skipped: make(map[Kind]int)}
			byDay[date] = day
		}
		if c.State == Planned {
			day.Planned[c.Kind] += c.Count
		} else {
			day.Skipped[c.Kind] += c.Count
		}
	}
	days := make([]DaySum, 0, len(byDay))
	for _, day := range byDay {
		days = append(days, *day)
	}
	slices.SortFunc(days, func(a, b DaySum) int { return cmp.Compare(b.Date, a.Date) })
	return days, nil
}
