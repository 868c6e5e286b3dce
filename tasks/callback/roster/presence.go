package roster

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// presence is what is known of some people within a span of time.
type presence struct {
	zone  *time.Location
	cells map[day][]Entry
}

// presence reads what is known of people between two instants: of whole weeks, as one shift makes its week known, and of the day before.
func (s *Service) presence(tx database.Tx, ids []int64, from, until clock.Instant) (presence, error) {
	first := Monday(clock.DayOf(from, s.zone)) - 1
	last := Monday(clock.DayOf(until, s.zone)) + weekDays - 1
	list, err := store{tx}.standing(ids, first, last)
	return presence{zone: s.zone, cells: cells(list)}, err
}

// with is the presence if some days were others.
func (p presence) with(changed []Cell) presence {
	after := presence{zone: p.zone, cells: make(map[day][]Entry, len(p.cells))}
	for key, list := range p.cells {
		after.cells[key] = list
	}
	for _, c := range changed {
		after.cells[c.key()] = c.Entries
	}
	return after
}

// knows reports whether the week of a person's day is known.
func (p presence) knows(userID int64, d clock.Day) bool {
	for other := Monday(d); other < Monday(d)+weekDays; other++ {
		if slices.ContainsFunc(p.cells[day{userID, other}], func(e Entry) bool { return e.Kind == Work || e.Kind == Off }) {
			return true
		}
	}
	return false
}

// absent reports whether a person is known not to work at any time in [from, until).
func (p presence) absent(userID int64, from, until clock.Instant) bool {
	until = max(until, from+1)
	first, last := clock.DayOf(from, p.zone), clock.DayOf(until-1, p.zone)
	for d := first - 1; d <= last; d++ {
		for _, e := range p.cells[day{userID, d}] {
			if e.Kind == Work && e.BeginsAt.Before(until) && e.EndsAt.After(from) {
				return false
			}
		}
	}
	for d := first; d <= last; d++ {
		if len(p.cells[day{userID, d}]) == 0 && !p.knows(userID, d) {
			return false
		}
	}
	return true
}

// Absences returns a function that tells whether one of the callers is known not to work at any time in a span within [from, until).
// Of whom nothing is known they are taken to be there.
func (s *Service) Absences(
	tx database.Tx, callerIDs []int64, from, until clock.Instant,
) (absent func(callerID int64, from, until clock.Instant) bool, err error) {
	known, err := s.presence(tx, callerIDs, from, until)
	if err != nil {
		return nil, fmt.Errorf("read who works when: %w", err)
	}
	return known.absent, nil
}

// Staff is how many callers there are within a span of time.
type Staff struct {
	On      int           // known to work at some time of it
	Unknown int           // of whom no roster is known: they are taken to be there
	Absent  int           // known not to be there
	Hours   time.Duration // that those who are on work within it, together
}

// OnShift counts the callers who may log in and see one of the teams (none: all of them) by whether they work at some time in
// [from, until).
func (s *Service) OnShift(ctx context.Context, teams []int64, from, until clock.Instant) (Staff, error) {
	tx := s.db.View(ctx)
	people, err := account.Colleagues(tx)
	if err != nil {
		return Staff{}, fmt.Errorf("count who works: %w", err)
	}
	var ids []int64
	for _, p := range people {
		if p.Role == account.Caller && (len(teams) == 0 || slices.ContainsFunc(teams, p.SeesTeam)) {
			ids = append(ids, p.UserID)
		}
	}
	known, err := s.presence(tx, ids, from, until)
	if err != nil {
		return Staff{}, fmt.Errorf("count who works: %w", err)
	}
	var staff Staff
	for _, id := range ids {
		hours := known.hours(id, from, until)
		switch {
		case hours > 0:
			staff.On++
			staff.Hours += hours
		case known.absent(id, from, until):
			staff.Absent++
		default:
			staff.Unknown++
		}
	}
	return staff, nil
}

// hours is how long a person's shifts last within [from, until).
func (p presence) hours(userID int64, from, until clock.Instant) (sum time.Duration) {
	for d := clock.DayOf(from, p.zone) - 1; d <= clock.DayOf(until, p.zone); d++ {
		for _, e := range p.cells[day{userID, d}] {
			if e.Kind == Work {
				sum += max(0, min(e.EndsAt, until).Sub(max(e.BeginsAt, from)))
			}
		}
	}
	return sum
}
