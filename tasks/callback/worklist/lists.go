package worklist

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// Filter narrows the list of callbacks. Its zero value is the newest of all.
type Filter struct {
	State    callback.State  // empty: every state
	Kind     callback.Kind   // empty: every kind
	Reason   callback.Reason // what it waits for, or why it was closed; empty: any
	CallerID int64           // who has it or had it last; 0: anybody
	Overdue  bool            // only open ones that are past their time
	Before   int64           // id to continue after, towards older ones; 0: from the newest
	Limit    int             // at most callback.MaxRows, which is also what 0 means
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
