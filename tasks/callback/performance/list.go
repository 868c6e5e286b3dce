package performance

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// What is a part of a caller's work that can be listed. It is translated under "performance_what.<code>".
type What string

// What can be listed.
const (
	AllAttempts What = "attempts"
	Reached     What = "reached"
	Finished    What = "finished"
	Talks       What = "talks"
	Seconds     What = "seconds"
	Solved      What = "solved"
	Skipped     What = "skips"
	Expired     What = "expired"
)

// Whats returns everything that can be listed, in the order of the columns.
func Whats() []What {
	return []What{AllAttempts, Reached, Finished, Talks, Skipped, Expired, Seconds, Solved}
}

// ListFilter is which rows behind a figure are asked for.
type ListFilter struct {
	Filter // CallerID is needed; By is of no matter
	What   What
	Before Key // behind this row; zero from the newest
	Limit  int
}

// Key is the place of a row in a list, the newest first.
type Key struct {
	At clock.Instant
	ID int64
}

// Line is one row behind a figure.
type Line struct {
	Key
	CallbackID int64
	Kind       callback.Kind
	Customer   string // empty with Hidden
	Category   string
	Hidden     bool // of a team the viewer does not see: counted, and not shown
	Attempt    *callback.Attempt
	Reason     string // of a skip
}

// List is the rows behind a figure, and where it goes on.
type List struct {
	Caller string
	Lines  []Line
	More   bool
	At     clock.Instant
}

const (
	scanned  = 200 // attempts that are read at once
	mostScan = 25  // times, for one page
)

// Lines returns the rows behind one figure of one caller, the newest first. It returns fault.NotFound for a caller the viewer does not
// read, and fault.Invalid for what cannot be listed.
func (s *Service) Lines(ctx context.Context, viewer account.Viewer, f ListFilter) (List, error) {
	if !slices.Contains(Whats(), f.What) || f.Last < f.From || f.Last-f.From >= longest {
		return List{}, fault.InvalidFields(fault.Field{
			Name: "what", Code: "unknown_value", Problem: "is nothing that can be listed", Value: string(f.What),
		})
	}
	now, tx := s.now(), s.db.View(ctx)
	callers, err := people(tx, viewer)
	if err != nil {
		return List{}, fmt.Errorf("find whose figures there are: %w", err)
	}
	if f.CallerID == 0 || callers != nil && !slices.Contains(callers, f.CallerID) {
		return List{}, errNobody
	}
	names, err := account.UserNames(tx, []int64{f.CallerID})
	if err != nil {
		return List{}, fmt.Errorf("name a caller: %w", err)
	}
	l := List{Caller: names[f.CallerID], At: now}
	if f.What == Skipped || f.What == Expired {
		l.Lines, err = s.leftLines(tx, f, now)
	} else {
		l.Lines, err = s.attemptLines(tx, f)
	}
	if err != nil {
		return List{}, fmt.Errorf("list what is behind a figure: %w", err)
	}
	if l.More = len(l.Lines) > f.Limit; l.More {
		l.Lines = l.Lines[:f.Limit]
	}
	return l, describe(tx, viewer, l.Lines)
}

// attemptLines reads attempts until there is one more than a page, or so many were read that what is rare has to be asked for in shorter
// periods.
func (s *Service) attemptLines(tx database.Tx, f ListFilter) (lines []Line, err error) {
	from, until := s.span(f.From, f.Last)
	judge := s.judge(tx)
	for range mostScan {
		rows, err := store{tx}.page(f, from, until, scanned)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			a := attempt{
				CallerID: rows[i].CallerID, Kind: rows[i].CallbackKind, ClaimedAt: rows[i].ClaimedAt, StartedAt: rows[i].StartedAt,
				EndedAt: rows[i].EndedAt, AnsweredAt: rows[i].AnsweredAt, HungUpAt: rows[i].HungUpAt,
				OutcomeVersion: rows[i].OutcomeVersion, CallResult: rows[i].CallResult, BusinessResult: rows[i].BusinessResult,
			}
			j, err := judge.of(&a)
			if err != nil {
				return nil, err
			}
			if !j.abuse && f.What.holds(a.figures(j)) {
				lines = append(lines, Line{
					Key: Key{a.StartedAt, rows[i].ID}, CallbackID: rows[i].CallbackID, Kind: a.Kind, Attempt: &rows[i].Attempt,
				})
			}
		}
		if len(rows) < scanned || len(lines) > f.Limit {
			return lines, nil
		}
		last := rows[len(rows)-1]
		f.Before = Key{last.StartedAt, last.ID}
	}
	return lines, nil
}

// holds reports whether an attempt with these figures is one of what is listed.
func (w What) holds(f Figures) bool {
	return map[What]int{
		AllAttempts: f.Attempts, Reached: f.Reached, Finished: f.Finished, Talks: f.Talks, Seconds: f.Seconds, Solved: f.Solved,
	}[w] > 0
}

// leftLines are the claims that ended without an outcome: of one caller's period there are few.
func (s *Service) leftLines(tx database.Tx, f ListFilter, now clock.Instant) ([]Line, error) {
	from, until := s.span(f.From, f.Last)
	var rows []left
	var err error
	if f.What == Skipped {
		rows, err = store{tx}.skipped([]int64{f.CallerID}, from, until)
	} else {
		rows, err = store{tx}.expired([]int64{f.CallerID}, from, until, now)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b left) int { return compareKeys(Key{b.At, b.ID}, Key{a.At, a.ID}) })
	var lines []Line
	for _, r := range rows {
		key := Key{r.At, r.ID}
		behind := f.Before == Key{} || compareKeys(key, f.Before) < 0
		if behind && f.holds(r.TeamID, r.Kind) && len(lines) <= f.Limit {
			lines = append(lines, Line{Key: key, CallbackID: r.CallbackID, Kind: r.Kind, Reason: r.Reason})
		}
	}
	return lines, nil
}

func compareKeys(a, b Key) int {
	if a.At != b.At {
		return int(min(1, max(-1, a.At-b.At)))
	}
	return int(min(1, max(-1, a.ID-b.ID)))
}

// holds reports whether something is of the team and the kind asked for.
func (f Filter) holds(teamID int64, kind callback.Kind) bool {
	return (f.TeamID == nil || *f.TeamID == teamID) && (f.Kind == "" || f.Kind == kind)
}

// describe adds who the rows are about, for those whose callback the viewer sees.
func describe(tx database.Tx, viewer account.Viewer, lines []Line) error {
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.CallbackID
	}
	about, err := store{tx}.callbacks(ids)
	if err != nil {
		return err
	}
	var customers, contacts []int64
	for _, c := range about {
		customers, contacts = append(customers, c.CustomerID), append(contacts, c.ContactID)
	}
	named, err := contact.CustomersByID(tx, customers)
	if err != nil {
		return fmt.Errorf("name customers: %w", err)
	}
	found, err := contact.ContactsByID(tx, contacts)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	for i := range lines {
		c, known := about[lines[i].CallbackID]
		if !known || !viewer.SeesTeam(c.TeamID) {
			lines[i].Hidden, lines[i].Attempt = true, nil
			continue
		}
		lines[i].Customer, lines[i].Category = named[c.CustomerID].DisplayName(), found[c.ContactID].Category
	}
	return nil
}
