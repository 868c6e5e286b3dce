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

// DecisionFilter narrows the list of decisions. Its zero value is the newest of all.
type DecisionFilter struct {
	Kind   Kind
	State  DecisionState
	Reason Reason // why it was skipped
	Rule   Rule
	Fate   Reason        // what became of a planned one; see KindSummary
	From   clock.Instant // resolved at or after; none: any
	To     clock.Instant // resolved before; none: any
	Before int64         // id to continue after, towards older ones; 0: from the newest
}

// DecisionRow is a decision in a list, with its fate and the contact it is about.
type DecisionRow struct {
	Decision   Decision
	Fate       Reason // of a planned one
	ExternalID string // of the contact
	Category   string
	Customer   string
}

// DecisionPage is one page of decisions. Next continues it; 0 is the end.
type DecisionPage struct {
	Rows []DecisionRow
	Next int64
	At   clock.Instant
}

// Decisions returns a page of the decisions the viewer sees, the newest first.
func (s *Service) Decisions(ctx context.Context, viewer account.Viewer, f DecisionFilter) (DecisionPage, error) {
	now := s.now()
	tx := s.db.View(ctx)
	found, err := store{tx}.decisions(f, scopeOf(viewer), now, PageSize+1)
	if err != nil {
		return DecisionPage{}, err
	}
	page := DecisionPage{At: now}
	if len(found) > PageSize {
		found = found[:PageSize]
		page.Next = found[PageSize-1].ID
	}
	contactIDs, customerIDs := make([]int64, len(found)), make([]int64, len(found))
	for i, d := range found {
		contactIDs[i], customerIDs[i] = d.ContactID, d.CustomerID
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return DecisionPage{}, fmt.Errorf("name decisions: %w", err)
	}
	customers, err := contact.CustomersByID(tx, customerIDs)
	if err != nil {
		return DecisionPage{}, fmt.Errorf("name decisions: %w", err)
	}
	for _, d := range found {
		page.Rows = append(page.Rows, DecisionRow{
			Decision: d.Decision, Fate: d.Fate, ExternalID: contacts[d.ContactID].ExternalID, Category: contacts[d.ContactID].Category,
			Customer: displayName(customers[d.CustomerID]),
		})
	}
	return page, nil
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
