package callback

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
// not exist or whose team the viewer does not see.
func (s *Service) ByID(ctx context.Context, viewer account.Viewer, id int64) (Desk, error) {
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

const mineRows = 50 // of each list of my tasks and my day

// Mine are a caller's own callbacks, as the page "my tasks" shows them. Each list is cut at 50.
type Mine struct {
	Appointments []Row // kept for me, by time
	InProgress   []Row // tried by me and not closed
	Recoveries   []Row // recoveries anybody of my teams may make, and mine
	Done         []Row // closed by me, the newest first
	Drafts       []DraftRow
	At           clock.Instant
}

// DraftRow is what a caller typed about a callback that is not theirs any more.
type DraftRow struct {
	Row     Row
	Typed   Outcome
	SavedAt clock.Instant
}

// MyTasks returns the viewer's own callbacks.
func (s *Service) MyTasks(ctx context.Context, viewer account.Viewer) (Mine, error) {
	tx := s.db.View(ctx)
	mine := Mine{At: s.now()}
	lists := []struct {
		into *[]Row
		read func(store) ([]Callback, error)
	}{
		{&mine.Appointments, func(st store) ([]Callback, error) {
			return st.reservedFor(viewer.VisibleTeams(), viewer.UserID, mineRows)
		}},
		{&mine.InProgress, func(st store) ([]Callback, error) { return st.triedBy(viewer.VisibleTeams(), viewer.UserID, mineRows) }},
		{&mine.Recoveries, func(st store) ([]Callback, error) {
			return st.openRecoveries(viewer.VisibleTeams(), viewer.UserID, mineRows)
		}},
		{&mine.Done, func(st store) ([]Callback, error) { return st.closedBy(viewer.VisibleTeams(), viewer.UserID, mineRows) }},
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
	var err error
	mine.Drafts, err = s.leftDrafts(tx, viewer, mine.At)
	return mine, err
}

// leftDrafts returns the drafts of callbacks the viewer sees and does not hold.
func (s *Service) leftDrafts(tx database.Tx, viewer account.Viewer, now clock.Instant) ([]DraftRow, error) {
	drafts, err := store{tx}.draftsOf(viewer.VisibleTeams(), viewer.UserID, mineRows)
	if err != nil {
		return nil, err
	}
	held, err := s.held(tx, viewer, now)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(drafts))
	for i, d := range drafts {
		ids[i] = d.CallbackID
	}
	callbacks, err := store{tx}.callbacksByID(viewer.VisibleTeams(), ids)
	if err != nil {
		return nil, err
	}
	named, err := rows(tx, callbacks)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Row, len(named))
	for _, row := range named {
		byID[row.Callback.ID] = row
	}
	var left []DraftRow
	for _, d := range drafts {
		if held != nil && held.ID == d.CallbackID {
			continue
		}
		typed, err := d.outcome()
		if err != nil {
			return nil, err
		}
		left = append(left, DraftRow{Row: byID[d.CallbackID], Typed: typed, SavedAt: d.SavedAt})
	}
	return left, nil
}

// DiscardDraft forgets what the viewer typed about a callback.
func (s *Service) DiscardDraft(ctx context.Context, viewer account.Viewer, callbackID int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.deleteDraft(callbackID, viewer.UserID)
	})
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
