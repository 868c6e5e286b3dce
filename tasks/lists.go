package tasks

import (
	"context"
	"fmt"

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

// PageSize is how many rows a list shows.
const PageSize = 50

// CallbackFilter narrows the list of callbacks. Its zero value is the newest of all.
type CallbackFilter struct {
	State    CallbackState // empty: every state
	Kind     CallbackKind  // empty: every kind
	Reason   Reason        // what it waits for, or why it was closed; empty: any
	CallerID int64         // who has it or had it last; 0: anybody
	Overdue  bool          // only open ones that are past their time
	Before   int64         // id to continue after, towards older ones; 0: from the newest
}

// CallbackPage is one page of callbacks. Next continues it; 0 is the end.
type CallbackPage struct {
	Rows []Row
	Next int64
	At   clock.Instant
}

// Callbacks returns a page of the callbacks the viewer sees, the newest first.
func (s *Service) Callbacks(ctx context.Context, viewer account.Viewer, f CallbackFilter) (CallbackPage, error) {
	now := s.now()
	tx := s.db.View(ctx)
	found, err := store{tx}.callbacks(f, scopeOf(viewer), now, PageSize+1)
	if err != nil {
		return CallbackPage{}, err
	}
	page := CallbackPage{At: now}
	if len(found) > PageSize {
		found = found[:PageSize]
		page.Next = found[PageSize-1].ID
	}
	page.Rows, err = rows(tx, found)
	return page, err
}

// CallbackByID returns one callback the viewer sees, as the desk would show it.
func (s *Service) CallbackByID(ctx context.Context, viewer account.Viewer, id int64) (Desk, error) {
	now := s.now()
	c, err := store{s.db.View(ctx)}.callback(id)
	if err != nil {
		return Desk{}, err
	}
	if !viewer.SeesTeam(c.TeamID) {
		return Desk{}, errNoCallback
	}
	return s.show(ctx, viewer, c, now)
}

// StateCounts is how many callbacks the viewer sees in each state.
type StateCounts struct {
	ByState map[CallbackState]int
	Overdue int
}

// CountCallbacks counts the callbacks the viewer sees.
func (s *Service) CountCallbacks(ctx context.Context, viewer account.Viewer) (StateCounts, error) {
	return store{s.db.View(ctx)}.stateCounts(scopeOf(viewer), s.now())
}

// Mine are a caller's own callbacks, as the page "my tasks" shows them. Each list is cut at PageSize.
type Mine struct {
	Appointments []Row // kept for me, by time
	InProgress   []Row // tried by me and not closed
	Recoveries   []Row // recoveries anybody of my teams may make, and mine
	Done         []Row // closed by me, the newest first
	At           clock.Instant
}

// MyTasks returns the viewer's own callbacks.
func (s *Service) MyTasks(ctx context.Context, viewer account.Viewer) (Mine, error) {
	tx := s.db.View(ctx)
	mine := Mine{At: s.now()}
	lists := []struct {
		into *[]Row
		read func(store) ([]Callback, error)
	}{
		{&mine.Appointments, func(st store) ([]Callback, error) { return st.reservedFor(viewer.UserID, PageSize) }},
		{&mine.InProgress, func(st store) ([]Callback, error) { return st.triedBy(viewer.UserID, PageSize) }},
		{&mine.Recoveries, func(st store) ([]Callback, error) { return st.openRecoveries(scopeOf(viewer), viewer.UserID, PageSize) }},
		{&mine.Done, func(st store) ([]Callback, error) { return st.closedBy(viewer.UserID, PageSize) }},
	}
	for _, list := range lists {
		found, err := list.read(store{tx})
		if err != nil {
			return Mine{}, err
		}
		if *list.into, err = rows(tx, found); err != nil {
			return Mine{}, err
		}
	}
	return mine, nil
}

// scope is which teams' rows a viewer sees; empty for all.
type scope []int64

func scopeOf(viewer account.Viewer) scope {
	if viewer.SeesAllTeams() {
		return nil
	}
	return append(scope{0}, viewer.TeamIDs...)
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
			Callback: c, Customer: displayName(customers[c.CustomerID]), Category: contacts[c.ContactID].Category,
			Product: contacts[c.ContactID].Product, Caller: users[c.CallerID], Reserved: users[c.ReservedFor], Team: teams[c.TeamID],
		}
	}
	return list, nil
}

// displayName is how a customer is named to a caller.
func displayName(c contact.Customer) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Reference
}
