package roster

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// staff returns the callers and supervisors whose roster a viewer keeps, by name: those they look after, who may log in.
func (s *Service) staff(tx database.Tx, viewer account.Viewer) ([]account.Viewer, error) {
	people, err := account.Colleagues(tx)
	return slices.DeleteFunc(people, func(p account.Viewer) bool { return !viewer.LooksAfter(p) }), err
}

// Filter is what of a roster is read.
type Filter struct {
	From   clock.Day
	Days   int   // at most 31
	Team   int64 // 0: of all teams
	Behind int   // people to leave out at the beginning: pages
	Limit  int   // people; 0: 50
}

const (
	maxDays   = 31
	pageLimit = 50
)

// Grid is what people do on some days.
type Grid struct {
	From  clock.Day
	Days  int
	Rows  []Row
	More  bool      // there are more people
	Teams []int64   // those of the people the viewer sees
	Seen  int64     // the newest change that is in it
	Today clock.Day // of the centre
}

// Row is one person's days, one cell each.
type Row struct {
	Person account.Viewer
	Cells  []Cell
	Known  []bool // by day: its week is known, so that a day that says nothing is free
	Kept   []int  // by day: callbacks that are kept for them and will be made then
}

// Grid returns the days of the people whose roster the viewer keeps, by name.
func (s *Service) Grid(ctx context.Context, viewer account.Viewer, f Filter) (Grid, error) {
	now, tx := s.now(), s.db.View(ctx)
	people, err := s.staff(tx, viewer)
	if err != nil {
		return Grid{}, fmt.Errorf("read a roster: %w", err)
	}
	var teams []int64
	for _, p := range people {
		teams = append(teams, p.TeamIDs...)
	}
	if f.Team != 0 {
		people = slices.DeleteFunc(people, func(p account.Viewer) bool { return !slices.Contains(p.TeamIDs, f.Team) })
	}
	if f.Limit == 0 {
		f.Limit = pageLimit
	}
	f.Behind = min(max(0, f.Behind), len(people))
	people = people[f.Behind:]
	g := Grid{Teams: database.Distinct(teams), More: len(people) > f.Limit}
	if err := s.show(tx, &g, people[:min(f.Limit, len(people))], f, now); err != nil {
		return Grid{}, fmt.Errorf("read a roster: %w", err)
	}
	return g, nil
}

// Mine returns the viewer's own days.
func (s *Service) Mine(ctx context.Context, viewer account.Viewer, f Filter) (Grid, error) {
	var g Grid
	if err := s.show(s.db.View(ctx), &g, []account.Viewer{viewer}, f, s.now()); err != nil {
		return Grid{}, fmt.Errorf("read one's own roster: %w", err)
	}
	return g, nil
}

// show fills in the rows of a grid.
func (s *Service) show(tx database.Tx, g *Grid, people []account.Viewer, f Filter, now clock.Instant) (err error) {
	g.From, g.Days, g.Today = f.From, min(max(1, f.Days), maxDays), clock.DayOf(now, s.zone)
	if s.outside(g.From, now) {
		return fault.InvalidFields(fault.Field{
			Name: "week", Code: "roster_far", Problem: "is more than 400 days away", Value: g.From.String(),
		})
	}
	if g.Seen, err = (store{tx}).newest(); err != nil {
		return err
	}
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.UserID
	}
	last := g.From + clock.Day(g.Days) - 1
	known, err := s.presence(tx, ids, g.From.Start(s.zone), last.Start(s.zone))
	if err != nil {
		return err
	}
	kept, err := s.keptByDay(tx, ids, now)
	if err != nil {
		return err
	}
	for _, p := range people {
		row := Row{Person: p}
		for d := g.From; d <= last; d++ {
			key := day{p.UserID, d}
			row.Cells = append(row.Cells, Cell{UserID: p.UserID, Day: d, Entries: known.cells[key]})
			row.Known = append(row.Known, known.knows(p.UserID, d))
			row.Kept = append(row.Kept, kept[key])
		}
		g.Rows = append(g.Rows, row)
	}
	return nil
}

func (s *Service) keptByDay(tx database.Tx, ids []int64, now clock.Instant) (map[day]int, error) {
	found := map[day]int{}
	if s.promises == nil {
		return found, nil
	}
	kept, err := s.promises.Kept(tx, ids, now)
	for _, p := range kept {
		found[day{p.CallerID, clock.DayOf(p.From, s.zone)}]++
	}
	return found, err
}

// ChangeRow is a change with who made it.
type ChangeRow struct {
	Change
	By      string
	MayUndo bool // as far as is known without looking at its days
}

// Changes returns the newest changes of rosters, behind one (0: from the newest), at most limit.
func (s *Service) Changes(ctx context.Context, viewer account.Viewer, before int64, limit int) ([]ChangeRow, error) {
	tx := s.db.View(ctx)
	var by []int64
	if !viewer.SeesAllTeams() { // what colleagues of other teams do is theirs
		people, err := s.staff(tx, viewer)
		if err != nil {
			return nil, fmt.Errorf("list changes of rosters: %w", err)
		}
		by = []int64{viewer.UserID}
		for _, p := range people {
			by = append(by, p.UserID)
		}
	}
	list, err := store{tx}.changes(by, before, min(max(1, limit), maxDays))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.UserID
	}
	names, err := account.UserNames(tx, ids)
	if err != nil {
		return nil, fmt.Errorf("name who changed rosters: %w", err)
	}
	rows := make([]ChangeRow, len(list))
	for i, c := range list {
		rows[i] = ChangeRow{Change: c, By: names[c.UserID], MayUndo: c.UndoneBy == 0 && c.Doing != Undone}
	}
	return rows, nil
}

// CopyWeek gives the people of a team (0: all whose roster the viewer keeps) on the days of a week that say nothing what they did a week
// before: their shifts and days off, not their leave or illness.
func (s *Service) CopyWeek(ctx context.Context, viewer account.Viewer, team int64, monday clock.Day) (Outcome, error) {
	f := Filter{From: monday - weekDays, Days: 2 * weekDays, Team: team, Limit: maxPeople}
	g, err := s.Grid(ctx, viewer, f)
	if err != nil {
		return Outcome{}, err
	}
	edit := Edit{Seen: g.Seen}
	for _, row := range g.Rows {
		for i := range weekDays {
			last, this := row.Cells[i], row.Cells[i+weekDays]
			plain := len(last.Entries) > 0 && (last.Kind() == Work || last.Kind() == Off)
			if plain && len(this.Entries) == 0 {
				this.Entries = copied(last.Entries)
				edit.Cells = append(edit.Cells, this)
			}
		}
	}
	return s.apply(ctx, viewer, Copied, edit)
}

// copied are entries to be made anew.
func copied(list []Entry) []Entry {
	fresh := make([]Entry, len(list))
	for i, e := range list {
		fresh[i] = Entry{Kind: e.Kind, Name: e.Name, FromMinute: e.FromMinute, UntilMinute: e.UntilMinute}
	}
	return fresh
}
