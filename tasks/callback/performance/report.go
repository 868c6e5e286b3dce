package performance

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// By is what figures are told by. It is translated under "performance_by.<code>".
type By string

// What figures can be told by.
const (
	ByCaller By = "caller"
	ByTeam   By = "team" // of the callback
	ByKind   By = "kind" // of the callback
	ByDay    By = "day"
)

// Bys returns everything figures can be told by.
func Bys() []By { return []By{ByCaller, ByTeam, ByKind, ByDay} }

func (b By) column() string {
	return map[By]string{ByCaller: "caller_id", ByTeam: "team_id", ByKind: "kind", ByDay: "day"}[b]
}

// Filter is which figures are asked for.
type Filter struct {
	From, Last clock.Day // both are in it; at most a year
	By         By
	CallerID   int64         // 0: all whom the viewer sees
	TeamID     *int64        // of the callback; nil: all
	Kind       callback.Kind // empty: all
}

// Whole reports whether the figures are of whatever a caller did: then hours belong to them.
func (f Filter) Whole() bool { return f.TeamID == nil && f.Kind == "" }

// Row is the figures of one caller, team, kind or day.
type Row struct {
	ID      int64 // of the caller or the team; 0 with By ByTeam: of no team
	Name    string
	Kind    callback.Kind
	Day     clock.Day
	Others  bool // everything of teams the viewer does not see, together
	Figures Figures
}

// Report is figures with their sum.
type Report struct {
	Filter
	Rows     []Row
	Total    Figures
	Hours    bool      // the figures have hours
	Handoffs bool      // handoffs are counted
	Counting clock.Day // days after this one are still being counted, before those of this week; 0: all is counted
	At       clock.Instant
}

const (
	maxRows  = 20_000 // of a report
	longest  = 366    // days of a report
	freshest = 7      // days that are read from the attempts, if they are not counted yet
)

var errNobody = fault.New(fault.NotFound, "performance_caller_unknown", "there is no such caller in your teams")

// Report returns the figures of the callers the viewer reads: of themselves for a caller; of those who share a team with them, or see
// all teams, for a supervisor. It returns fault.Invalid for a period that is none, and fault.NotFound for a caller the viewer does not
// read.
func (s *Service) Report(ctx context.Context, viewer account.Viewer, f Filter) (Report, error) {
	if f.Last < f.From || f.Last-f.From >= longest {
		return Report{}, fault.InvalidFields(fault.Field{
			Name: "from", Code: "performance_period", Problem: "is no period of a day to a year", Value: f.From.String(),
		})
	}
	now, tx := s.now(), s.db.View(ctx)
	callers, err := people(tx, viewer)
	if err != nil {
		return Report{}, fmt.Errorf("find whose figures there are: %w", err)
	}
	if f.CallerID != 0 {
		if callers != nil && !slices.Contains(callers, f.CallerID) {
			return Report{}, errNobody
		}
		callers = []int64{f.CallerID}
	}
	r := Report{Filter: f, Hours: f.Whole() && (f.By == ByCaller || f.By == ByDay), Handoffs: s.handoffs != nil, At: now}
	rows, worked, err := s.groups(tx, &r, callers, now)
	if err != nil {
		return Report{}, fmt.Errorf("read what callers did: %w", err)
	}
	if r.Rows, err = named(tx, viewer, f.By, rows); err != nil {
		return Report{}, fmt.Errorf("name whose figures there are: %w", err)
	}
	for _, row := range r.Rows {
		r.Total.Add(row.Figures)
	}
	r.Total.Worked = worked
	return r, nil
}

// groups adds up what was counted with what was not yet. Hours are of people: where the figures are told by something else, there are
// those of the whole alone.
func (s *Service) groups(
	tx database.Tx, r *Report, callers []int64, now clock.Instant,
) (found map[cell]Figures, worked time.Duration, err error) {
	f, column := r.Filter, r.By.column()
	until, err := rolledUntil(tx)
	if err != nil {
		return nil, 0, err
	}
	found = map[cell]Figures{}
	add := func(key cell, figures Figures) {
		sum := found[key]
		sum.Add(figures)
		found[key] = sum
	}
	addHours := func(key cell, d time.Duration) {
		if worked += d; r.Hours {
			add(key, Figures{Worked: d})
		}
	}
	counted, err := store{tx}.summed(f, column, callers, f.From, min(f.Last, until))
	if err != nil {
		return nil, 0, err
	}
	for _, g := range counted {
		add(cell{g.Day, g.CallerID, g.TeamID, g.Kind}, g.figures())
	}
	if f.Whole() {
		hours, err := store{tx}.worked(f.By.hoursBy(), callers, f.From, min(f.Last, until))
		if err != nil {
			return nil, 0, err
		}
		for _, g := range hours {
			addHours(cell{Day: g.Day, CallerID: g.CallerID}, time.Duration(g.Worked)*time.Microsecond)
		}
	}
	today := clock.DayOf(now, s.zone)
	if week := today - freshest; until < week-1 && f.From < week && until < f.Last {
		r.Counting = max(1, until)
	}
	fresh := max(f.From, until+1, today-freshest)
	if fresh > min(f.Last, today) {
		return found, worked, nil
	}
	err = s.addFresh(tx, r, callers, fresh, min(f.Last, today), now, add, addHours)
	return found, worked, err
}

// hoursBy is the column by which hours are added: those of teams and kinds are none.
func (b By) hoursBy() string {
	if b == ByCaller {
		return ByCaller.column()
	}
	return ByDay.column()
}

// addFresh adds what is not counted yet.
func (s *Service) addFresh(
	tx database.Tx, r *Report, callers []int64, first, last clock.Day, now clock.Instant, add func(cell, Figures),
	addHours func(cell, time.Duration),
) error {
	from, until := s.span(first, last)
	if callers == nil {
		var err error
		if callers, err = (store{tx}).callersOf(from, until); err != nil {
			return err
		}
	}
	c, err := s.count(tx, callers, first, last, now)
	if err != nil {
		return err
	}
	for key, figures := range c.cells {
		if (r.TeamID == nil || *r.TeamID == key.TeamID) && (r.Kind == "" || r.Kind == key.Kind) {
			add(r.By.key(key), *figures)
		}
	}
	for key, d := range c.hours {
		if r.Whole() {
			addHours(r.By.key(cell{Day: key.Day, CallerID: key.CallerID}), d)
		}
	}
	return nil
}

// key is the part of a cell that figures are told by.
func (b By) key(c cell) cell {
	switch b {
	case ByCaller:
		return cell{CallerID: c.CallerID}
	case ByTeam:
		return cell{TeamID: c.TeamID}
	case ByKind:
		return cell{Kind: c.Kind}
	default:
		return cell{Day: c.Day}
	}
}

// named adds names, and puts together what is of teams the viewer does not see. Days are in their order, all else by name.
func named(tx database.Tx, viewer account.Viewer, by By, groups map[cell]Figures) ([]Row, error) {
	var ids []int64
	for key := range groups {
		ids = append(ids, key.CallerID+key.TeamID)
	}
	names := map[int64]string{}
	var err error
	switch by {
	case ByCaller:
		names, err = account.UserNames(tx, ids)
	case ByTeam:
		names, err = account.TeamNames(tx, ids)
	case ByKind, ByDay:
	}
	var rows []Row
	others := Row{Others: true}
	for key, figures := range groups {
		if figures.Empty() {
			continue
		}
		if by == ByTeam && !viewer.SeesTeam(key.TeamID) {
			others.Figures.Add(figures)
			continue
		}
		id := key.CallerID + key.TeamID
		rows = append(rows, Row{ID: id, Name: names[id], Kind: key.Kind, Day: key.Day, Figures: figures})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID),
			strings.Compare(string(a.Kind), string(b.Kind)))
	})
	if !others.Figures.Empty() {
		rows = append(rows, others)
	}
	return rows, err
}
