// Package roster is who works when: shifts by person and day of the centre's zone, the named shifts a centre has, and who has leave or is
// sick. It knows nothing of callbacks, as pause; package callback asks it through an interface of its own.
//
// A week (Monday to Sunday) of a person is known once it has a shift or a day off: days of it that say nothing are free. A week that is
// not known says nothing, and the person is taken to be there, as before there were rosters. Leave and illness count in any week.
//
// Nothing is overwritten: an entry names the change that brought it and the one that ended it, so that a change can be undone while
// nobody has changed the same days since. Whoever changes the roster writes its guard row before anything else is locked.
package roster

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Kind says what somebody does on a day. It is translated under "roster_kind.<code>".
type Kind string

// The kinds of entry.
const (
	Work  Kind = "work"
	Off   Kind = "off"   // a free day
	Leave Kind = "leave" // a day off that was asked for
	Sick  Kind = "sick"
)

// Kinds returns every kind of entry.
func Kinds() []Kind { return []Kind{Work, Off, Leave, Sick} }

// Entry is one thing a person does on a day: a shift, of which there may be several a day, or why there is none.
type Entry struct {
	ID          int64
	UserID      int64
	Day         clock.Day
	Kind        Kind
	Name        string // of the named shift it was entered as; empty for times
	FromMinute  int    // of the day, on the clock of the centre's zone
	UntilMinute int    // past 1440 for a shift over midnight
	BeginsAt    clock.Instant
	EndsAt      clock.Instant
	AddedBy     int64 // the change that brought it
	RemovedBy   int64 // the change that ended it; 0 while it stands
}

// TableName names the table.
func (Entry) TableName() string { return "roster_entries" }

// Cell is what one person does on one day, by time. Without entries nothing is said of the day.
type Cell struct {
	UserID  int64
	Day     clock.Day
	Entries []Entry
}

// day is what a cell is of.
type day struct {
	UserID int64
	Day    clock.Day
}

func (c Cell) key() day { return day{c.UserID, c.Day} }

// Doing is why a roster was changed. It is translated under "roster_change.<code>".
type Doing string

// The ways in which a roster changes.
const (
	Edited   Doing = "edited"
	Copied   Doing = "copied" // from the week before
	Imported Doing = "imported"
	Undone   Doing = "undone"
)

// Doings returns every way in which a roster changes.
func Doings() []Doing { return []Doing{Edited, Copied, Imported, Undone} }

// Change is one act on the roster.
type Change struct {
	ID       int64
	At       clock.Instant
	UserID   int64 // who did it
	Doing    Doing
	FromDay  clock.Day
	UntilDay clock.Day // the last one
	People   int
	Days     int   // days of people
	UndoneBy int64 // the change that took it back; 0 for none
}

// TableName names the table.
func (Change) TableName() string { return "roster_changes" }

// JobChanged is the kind of job that follows a change of one person's roster. ref: the person.
const JobChanged = "roster.changed"

// Limits of a roster.
const (
	MaxEntries   = 4              // of a person's day
	MaxCells     = 20_000         // of one change
	LongestShift = 16 * time.Hour // longer ones are slips of the pen
	Ahead        = 400            // days from today that can be entered
	Behind       = 400            // days before today that can be entered or undone
)

const (
	dayMinutes  = 24 * 60
	weekDays    = 7
	maxPeople   = 1000 // of a centre, as Colleagues returns them
	maxOfPerson = 5000 // entries of one read of a person
)

// The refusals.
var (
	errNobody = fault.New(fault.NotFound, "roster_person_unknown", "there is no such caller in your teams")
	errUndo   = fault.New(fault.Conflict, "roster_changed_since",
		"somebody has changed the same days since; change them on the page instead")
	errNoChange = fault.New(fault.NotFound, "roster_change_unknown", "there is no such change of a roster")
	errUndone   = fault.New(fault.Conflict, "roster_undone", "this change was taken back already")
	errTooMany  = fault.New(fault.TooLarge, "roster_too_many", "are more than 20,000 days; take them in parts")
)

// Promises knows which callbacks are kept for callers. Package callback keeps that: this package does not import it.
type Promises interface {
	// Kept returns when the callbacks that are kept for callers will be made, of those from now on.
	Kept(tx database.Tx, callerIDs []int64, now clock.Instant) ([]Promise, error)
}

// Promise is a callback that is kept for a caller, and when they would make it.
type Promise struct {
	CallbackID  int64
	CallerID    int64
	From, Until clock.Instant
}

// Service keeps the roster of a centre.
type Service struct {
	db       *database.DB
	promises Promises
	now      clock.Now
	zone     *time.Location
}

// New returns a service. zone is the centre's, whose days and clock shifts are of; without promises nothing is said of what is kept for
// whom.
func New(db *database.DB, promises Promises, now clock.Now, zone *time.Location) *Service {
	return &Service{db: db, promises: promises, now: now, zone: zone}
}

// Monday returns the first day of the week of a day.
func Monday(d clock.Day) clock.Day { return d - (d+3)%weekDays } // 1970-01-01 was a Thursday

// at returns an instant of a day of the centre's clock; minutes past 1440 are of the day after. Where the clocks skip a time, it is the
// one they show instead.
func (s *Service) at(d clock.Day, minute int) clock.Instant {
	y, m, dd := d.Date()
	return clock.At(time.Date(y, m, dd, 0, minute, 0, 0, s.zone))
}

// fill writes down when the entries of a cell are, and sorts them.
func (s *Service) fill(c *Cell) {
	for i := range c.Entries {
		e := &c.Entries[i]
		e.UserID, e.Day = c.UserID, c.Day
		if e.Kind == Work {
			e.BeginsAt, e.EndsAt = s.at(c.Day, e.FromMinute), s.at(c.Day, e.UntilMinute)
		} else {
			e.BeginsAt, e.EndsAt = c.Day.Start(s.zone), (c.Day + 1).Start(s.zone)
		}
	}
	sortEntries(c.Entries)
}

func sortEntries(list []Entry) {
	slices.SortFunc(list, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.BeginsAt, b.BeginsAt),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
}

// same reports whether two entries say the same.
func (e Entry) same(o Entry) bool {
	return e.Kind == o.Kind && e.Name == o.Name && e.FromMinute == o.FromMinute && e.UntilMinute == o.UntilMinute
}

// cells gathers entries by person and day.
func cells(list []Entry) map[day][]Entry {
	found := map[day][]Entry{}
	for _, e := range list {
		key := day{e.UserID, e.Day}
		found[key] = append(found[key], e)
	}
	for _, of := range found {
		sortEntries(of)
	}
	return found
}
