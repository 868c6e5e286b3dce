package callback

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// Row is a callback in a list, with the names a person needs to recognise it.
type Row struct {
	Callback Callback
	Customer string // name; the source's reference when there is none
	Category string
	Product  string
	Caller   string // who has it or had it last
	Reserved string // for whom it is kept
	Team     string
}

// Filter narrows the list of callbacks. Its zero value is the newest of all.
type Filter struct {
	State    State  // empty: every state
	Kind     Kind   // empty: every kind
	Reason   Reason // what it waits for, or why it was closed; empty: any
	CallerID int64  // who has it or had it last; 0: anybody
	Overdue  bool   // only open ones that are past their time
	Before   int64  // id to continue after, towards older ones; 0: from the newest
	Limit    int    // at most MaxRows, which is also what 0 means
}

// MaxRows is how many rows a list returns at most.
const MaxRows = 500

// Limited returns how many rows a list returns when n are asked for: at most MaxRows, which is also what 0 means.
func Limited(n int) int {
	if n <= 0 || n > MaxRows {
		return MaxRows
	}
	return n
}

// List lists the callbacks the viewer sees, the newest first.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) ([]Row, error) {
	tx := s.db.View(ctx)
	found, err := store{tx}.callbacks(f, viewer.VisibleTeams(), s.now())
	if err != nil {
		return nil, err
	}
	return rows(tx, found)
}

// ByID returns one callback as the desk would show it, without claiming it. It returns fault.NotFound for a callback that does
// not exist, that a caller has nothing to do with, or whose team anybody else does not see.
func (s *Service) ByID(ctx context.Context, viewer account.Viewer, id int64) (Desk, error) {
	now, tx := s.now(), s.db.View(ctx)
	c, err := store{tx}.callback(id)
	if err != nil {
		return Desk{}, err
	}
	may, err := mayOpen(tx, viewer, c)
	switch {
	case err != nil:
		return Desk{}, fmt.Errorf("open callback %d: %w", id, err)
	case !may:
		return Desk{}, errNoCallback
	}
	return s.show(ctx, viewer, c, now)
}

// mayOpen reports whether a viewer may read a callback. A caller reads what they have or had, what is kept for them, and the recoveries
// that my tasks shows them: what colleagues work on tells of customers whom they have no reason to know.
func mayOpen(tx database.Tx, viewer account.Viewer, c Callback) (bool, error) {
	if viewer.Role != account.Caller {
		return viewer.SeesTeam(c.TeamID), nil
	}
	switch {
	case viewer.UserID == 0:
		return false, nil
	case c.CallerID == viewer.UserID && c.Slot != SlotNext:
		return true, nil
	case viewer.SeesTeam(c.TeamID) && (c.ReservedFor == viewer.UserID || isMyRecovery(c, viewer.UserID)):
		return true, nil
	}
	return store{tx}.everHad(c.ID, viewer.UserID)
}

func isMyRecovery(c Callback, callerID int64) bool {
	return c.Kind == RecoveryKind && !c.closed() && c.NotFor != callerID
}

// HeldBy reports whether a viewer is at work on the callback now: only then its number is shown whole.
func (c *Callback) HeldBy(viewer account.Viewer, now clock.Instant) bool {
	held := c.State == Claimed && c.Slot == SlotCurrent || c.State == Cancelled
	return viewer.UserID != 0 && c.CallerID == viewer.UserID && c.LeaseUntil.After(now) && held
}

// OpenOf returns the callbacks of customers that are not closed and that the viewer sees, by customer, in the order in which they are due.
func OpenOf(tx database.Tx, viewer account.Viewer, customerIDs []int64) (map[int64][]Row, error) {
	found, err := store{tx}.openOfCustomers(viewer.VisibleTeams(), customerIDs)
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

// Standing is what a callback is to somebody who looks its customer up. It is translated under "callback_standing.<code>".
type Standing string

// How callbacks stand to a viewer.
const (
	StandsHeld     Standing = "held"     // in the viewer's hands
	StandsTaken    Standing = "taken"    // in a colleague's hands
	StandsMine     Standing = "mine"     // kept for the viewer, or theirs to go on with
	StandsKept     Standing = "kept"     // kept for a colleague
	StandsNotYours Standing = "not_mine" // the viewer must not make it: the score to mend was given after their call
	StandsOpen     Standing = "open"     // whoever comes first
	StandsWaiting  Standing = "waiting"  // not to be called yet
)

// Standings returns every standing.
func Standings() []Standing {
	return []Standing{StandsHeld, StandsTaken, StandsMine, StandsKept, StandsNotYours, StandsOpen, StandsWaiting}
}

// Standing returns what the callback is to a viewer.
func (c *Callback) Standing(viewer account.Viewer, now clock.Instant) Standing {
	kept := c.ReservedFor != 0 && now.Before(c.reservedUntil())
	switch {
	case c.HeldBy(viewer, now):
		return StandsHeld
	case c.State == Claimed && c.LeaseUntil.After(now):
		return StandsTaken
	case viewer.UserID != 0 && c.ReservedFor == viewer.UserID:
		return StandsMine
	case kept:
		return StandsKept
	case viewer.UserID != 0 && c.NotFor == viewer.UserID:
		return StandsNotYours
	case viewer.UserID != 0 && c.CallerID == viewer.UserID:
		return StandsMine
	case c.State == Waiting:
		return StandsWaiting
	}
	return StandsOpen
}

// PickableBy reports whether a viewer may choose the callback now, as far as the callback itself tells: supervisors what nobody has,
// callers what is theirs.
func (c *Callback) PickableBy(viewer account.Viewer, now clock.Instant) bool {
	switch {
	case c.closed() || c.usedUp() || c.NotFor != 0 && c.NotFor == viewer.UserID:
		return false
	case viewer.Role == account.Caller:
		return c.Standing(viewer, now) == StandsMine
	}
	return viewer.Is(account.Supervisor) && slices.Contains([]Standing{StandsMine, StandsOpen, StandsWaiting}, c.Standing(viewer, now))
}

// MostCounted is up to how many callbacks of a state are counted for a page.
const MostCounted = 10_000

// StateCounts is how many callbacks the viewer sees in each state, counted up to one more than MostCounted.
type StateCounts struct {
	ByState map[State]int
	Overdue int
}

// Count counts the callbacks the viewer sees.
func (s *Service) Count(ctx context.Context, viewer account.Viewer) (StateCounts, error) {
	return store{s.db.View(ctx)}.stateCounts(viewer.VisibleTeams(), s.now())
}

// rows adds the names to callbacks, with a handful of queries for the whole list.
func rows(tx database.Tx, callbacks []Callback) ([]Row, error) {
	var customerIDs, contactIDs, userIDs, teamIDs []int64
	for _, c := range callbacks {
		customerIDs, contactIDs = append(customerIDs, c.CustomerID), append(contactIDs, c.ContactID)
		userIDs, teamIDs = append(userIDs, c.CallerID, c.ReservedFor), append(teamIDs, c.TeamID)
	}
	customers, err := contact.CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	contacts, err := contact.ContactsByID(tx, contactIDs)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	users, err := account.UserNames(tx, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read callers: %w", err)
	}
	teams, err := account.TeamNames(tx, teamIDs)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	list := make([]Row, len(callbacks))
	for i, c := range callbacks {
		list[i] = Row{
			Callback: c, Customer: customers[c.CustomerID].DisplayName(), Category: contacts[c.ContactID].Category,
			Product: contacts[c.ContactID].Product, Caller: users[c.CallerID], Reserved: users[c.ReservedFor], Team: teams[c.TeamID],
		}
	}
	return list, nil
}
