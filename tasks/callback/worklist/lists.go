package worklist

import (
	"cmp"
	"context"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// Sort is the order of the work list. It is translated under "callbacks.sort_<code>".
type Sort string

// The orders of what is open. What is closed is listed by when it was, the newest first.
const (
	ByDue      Sort = "due"      // what is overdue the longest first
	ByPriority Sort = "priority" // the most urgent group first, in it by due time
	ByAge      Sort = "age"      // what was planned first
)

// Sorts returns every order.
func Sorts() []Sort { return []Sort{ByDue, ByPriority, ByAge} }

// Set is which callbacks a list is about at all. It is translated under "callbacks.set_<code>".
type Set string

// The sets. A state is a narrower one.
const (
	Open   Set = "open"   // not closed: the work there is
	Closed Set = "closed" // the newest first
	Any    Set = "any"    // those planned last first
)

// Sets returns every set.
func Sets() []Set { return []Set{Open, Closed, Any} }

// Period is what the dates of a list are of. It is translated under "callbacks.date_<code>".
type Period string

// What can have happened in a period.
const (
	DueIn     Period = "due"
	PlannedIn Period = "planned"
	ClosedIn  Period = "closed"
)

// Periods returns everything the dates of a list can be of.
func Periods() []Period { return []Period{DueIn, PlannedIn, ClosedIn} }

// Filter narrows the work list. Its zero value is what is open, by due time.
type Filter struct {
	Set      Set            // empty: Open, but Any where a reason, a search or a closed state is asked for
	State    callback.State // empty: every state of the set
	Kind     callback.Kind  // empty: every kind
	Reason   callback.Reason
	CallerID int64 // who has it or had it last, or for whom it is kept; 0: anybody
	TeamID   int64 // 0: every team the viewer sees
	SourceID int64 // of its contact; 0: every source
	Category string
	Overdue  bool   // only open ones that are past their time
	Held     bool   // only those in somebody's hands
	Search   string // the end of a phone number, the first or last part of a name, or how a ticket begins
	Of       Period
	From, To clock.Instant // the period: from the first, before the second; 0 for no such bound
	Sort     Sort          // empty: ByDue
	After    Key           // continue after this row; the zero value is the beginning
	Limit    int           // at most callback.MaxRows, which is also what 0 means
}

// Key is a place in the work list, whatever its order.
type Key struct {
	Priority int
	At       clock.Instant
	ID       int64
}

// normalised fills in what the rest of a filter says by itself.
func (f Filter) normalised() Filter {
	closed := f.State == callback.Finished || f.State == callback.Cancelled
	switch {
	case f.Overdue || f.Held:
		f.Set = Open
	case f.Set != "":
	case closed:
		f.Set = Closed
	case f.State == "" && (f.Reason != "" || f.Search != ""):
		f.Set = Any
	default:
		f.Set = Open
	}
	if !slices.Contains(Sorts(), f.Sort) {
		f.Sort = ByDue
	}
	f.Limit = callback.Limited(f.Limit)
	return f
}

// Effective returns the set and the order a filter stands for.
func (f Filter) Effective() (Set, Sort) {
	f = f.normalised()
	return f.Set, f.Sort
}

// Narrowed returns how many conditions a filter has beside its set, order and period.
func (f Filter) Narrowed() int {
	n := 0
	for _, given := range []bool{
		f.State != "", f.Kind != "", f.Reason != "", f.CallerID != 0, f.TeamID != 0, f.SourceID != 0, f.Category != "", f.Overdue, f.Held,
		f.Search != "",
	} {
		if given {
			n++
		}
	}
	return n
}

// Key returns the place of a row in the list of a filter.
func (f Filter) Key(r Row) Key { return f.normalised().keyOf(r.Callback) }

func (f Filter) keyOf(c callback.Callback) Key {
	switch {
	case f.Set == Closed:
		return Key{At: c.ClosedAt, ID: c.ID}
	case f.Set == Any || f.Sort == ByAge:
		return Key{ID: c.ID}
	case f.Sort == ByPriority:
		return Key{Priority: c.Priority, At: c.DueAt, ID: c.ID}
	}
	return Key{At: c.DueAt, ID: c.ID}
}

// compare orders callbacks as the list does.
func (f Filter) compare(a, b callback.Callback) int {
	x, y := f.keyOf(a), f.keyOf(b)
	order := cmp.Or(cmp.Compare(x.Priority, y.Priority), cmp.Compare(x.At, y.At), cmp.Compare(x.ID, y.ID))
	if f.Set != Open {
		return -order
	}
	return order
}

// List lists the callbacks the viewer sees: a person those of their teams, a machine those about contacts of its source.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) ([]Row, error) {
	tx := s.db.View(ctx)
	found, err := s.found(tx, viewer, f)
	if err != nil {
		return nil, err
	}
	return rows(tx, found)
}

// found is List without names.
func (s *Service) found(tx database.Tx, viewer account.Viewer, f Filter) ([]callback.Callback, error) {
	if viewer.Role == account.Machine {
		f.SourceID = viewer.SourceID
	}
	enough := s.few
	if f.Narrowed() > 1 { // what several things leave may be so little that a walk would not find it before its end
		enough *= several
	}
	return finder{store: store{tx}, Filter: f.normalised(), teams: viewer.VisibleTeams(), now: s.now(), few: enough}.find()
}

// Each reads all callbacks of a list, a page at a time, and at most so many.
func (s *Service) Each(ctx context.Context, viewer account.Viewer, f Filter, most int) ([]callback.Callback, error) {
	tx := s.db.View(ctx)
	f = f.normalised()
	f.Limit = callback.MaxRows
	var all []callback.Callback
	for len(all) < most {
		page, err := s.found(tx, viewer, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < f.Limit {
			return all, nil
		}
		f.After = f.keyOf(page[len(page)-1])
	}
	return all[:most], nil
}

// ByIDs returns those of some callbacks that the viewer sees, at most callback.MaxRows.
func (s *Service) ByIDs(ctx context.Context, viewer account.Viewer, ids []int64) ([]callback.Callback, error) {
	tx := s.db.View(ctx)
	found, err := store{tx}.callbacksByID(viewer.VisibleTeams(), ids[:min(len(ids), callback.MaxRows)])
	if err != nil || viewer.Role != account.Machine {
		return found, err
	}
	about := make([]int64, len(found))
	for i, c := range found {
		about[i] = c.ContactID
	}
	contacts, err := contact.ContactsByID(tx, about)
	return slices.DeleteFunc(found, func(c callback.Callback) bool { return contacts[c.ContactID].SourceID != viewer.SourceID }), err
}

// Rows returns those of some callbacks that the viewer sees, with their names, in the order of their ids, at most callback.MaxRows.
func (s *Service) Rows(ctx context.Context, viewer account.Viewer, ids []int64) ([]Row, error) {
	found, err := s.ByIDs(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	return rows(s.db.View(ctx), found)
}

// OpenOf returns the callbacks of customers that are not closed and that the viewer sees, by customer, in the order in which they are due.
func OpenOf(tx database.Tx, viewer account.Viewer, customerIDs []int64) (map[int64][]Row, error) {
	found, err := callback.OpenOf(tx, viewer, customerIDs)
	if err != nil {
		return nil, err
	}
	named, err := rows(tx, found)
	open := make(map[int64][]Row, len(customerIDs))
	for _, row := range named {
		open[row.Callback.CustomerID] = append(open[row.Callback.CustomerID], row)
	}
	return open, err
}

// MostCounted is up to how many callbacks of a state are counted for a page.
const MostCounted = 10_000

// StateCounts is how many callbacks the viewer sees in each state, counted up to one more than MostCounted.
type StateCounts struct {
	ByState map[callback.State]int
	Overdue int
}

// Count counts the callbacks the viewer sees.
func (s *Service) Count(ctx context.Context, viewer account.Viewer) (StateCounts, error) {
	return store{s.db.View(ctx)}.stateCounts(viewer.VisibleTeams(), s.now())
}

// OfContact returns the callbacks about a contact, the newest first.
func OfContact(tx database.Tx, contactID int64) ([]Row, error) {
	found, err := store{tx}.callbacksOfContact(contactID)
	if err != nil {
		return nil, err
	}
	return rows(tx, found)
}

// Categories returns the categories that contacts have, by name, at most 500.
func (s *Service) Categories(ctx context.Context) ([]string, error) {
	return contact.Categories(s.db.View(ctx))
}
