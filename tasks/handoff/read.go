package handoff

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// Order is how a list is sorted.
type Order string

// The orders.
const (
	ByDue  Order = "due" // what is owed first
	ByAge  Order = "age" // the oldest first
	Newest Order = "newest"
)

// Filter narrows the list of handoffs. Its zero value is all that is not closed, what is owed first.
type Filter struct {
	States   []State // none: all but closed
	Kind     Kind    // empty: every kind
	TeamID   int64   // whose it is; 0: any
	Mine     bool    // only what the viewer has taken, or, of a caller, calls about
	Unowned  bool    // only what nobody has taken
	Overdue  bool    // only what should have been replied to by now
	Severity Severity
	Result   Result
	Contact  int64
	Order    Order  // empty: ByDue
	After    string // the Next of the page before; empty: from the beginning
	Limit    int    // at most MaxRows, which is also what 0 means
}

// Row is a handoff in a list, with the names a person needs to recognise it.
type Row struct {
	Handoff  Handoff
	Customer string // name; the source's reference when there is none
	Category string
	Product  string
	Ticket   string // the source's id of the contact
	Team     string
	FromTeam string
	Owner    string
	Caller   string // who made the first call
	Opener   string
	Replier  string
}

// Page is a part of a list.
type Page struct {
	Rows []Row
	Next string // what Filter.After takes for the following part; empty: there is none
}

// List lists the handoffs the viewer sees.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) (Page, error) {
	tx := s.db.View(ctx)
	limit := MaxRows
	if f.Limit > 0 {
		limit = min(f.Limit, MaxRows)
	}
	found, err := store{tx}.list(viewer, f, limit+1, s.now())
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(found) > limit {
		found = found[:limit]
		page.Next = f.Order.cursor(found[limit-1])
	}
	page.Rows, err = s.rows(tx, found)
	return page, err
}

func (s *Service) rows(tx database.Tx, handoffs []Handoff) ([]Row, error) {
	var customerIDs, contactIDs, userIDs, teamIDs []int64
	for _, h := range handoffs {
		customerIDs, contactIDs = append(customerIDs, h.CustomerID), append(contactIDs, h.ContactID)
		userIDs, teamIDs = append(userIDs, h.OwnerID, h.ForCaller, h.OpenedBy, h.RepliedBy), append(teamIDs, h.TeamID, h.FromTeamID)
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
		return nil, fmt.Errorf("read users: %w", err)
	}
	teams, err := account.TeamNames(tx, teamIDs)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	list := make([]Row, len(handoffs))
	for i, h := range handoffs {
		about := contacts[h.ContactID]
		list[i] = Row{
			Handoff: h, Customer: customers[h.CustomerID].DisplayName(), Category: about.Category, Product: about.Product,
			Ticket: about.ExternalID, Team: teams[h.TeamID], FromTeam: teams[h.FromTeamID], Owner: users[h.OwnerID],
			Caller: users[h.ForCaller], Opener: users[h.OpenedBy], Replier: users[h.RepliedBy],
		}
		if list[i].Owner == "" {
			list[i].Owner = h.OwnerName
		}
	}
	return list, nil
}

// Line is an entry of the log with names.
type Line struct {
	Entry
	By      string // the user, or the name that was typed; empty: time, a customer or a source
	Team    string
	ForUser string
}

// Sheet is a handoff with its log, the oldest entry first, and what the viewer may do with it.
type Sheet struct {
	Row
	Log []Line
	May May
}

// ByID returns a handoff. It returns fault.NotFound for one they do not see.
func (s *Service) ByID(ctx context.Context, by By, id int64) (Sheet, error) {
	tx := s.db.View(ctx)
	h, err := store{tx}.byID(id)
	if err == nil && !by.sees(&h) {
		err = errNoHandoff
	}
	if err != nil {
		return Sheet{}, err
	}
	named, err := s.rows(tx, []Handoff{h})
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Row: named[0], May: h.may(by)}
	sheet.Log, err = logOf(tx, id)
	return sheet, err
}

func logOf(tx database.Tx, id int64) ([]Line, error) {
	entries, err := store{tx}.entries(id)
	if err != nil {
		return nil, err
	}
	var userIDs, teamIDs []int64
	for _, e := range entries {
		userIDs, teamIDs = append(userIDs, e.UserID, e.ForUserID), append(teamIDs, e.TeamID)
	}
	users, err := account.UserNames(tx, userIDs)
	if err != nil {
		return nil, err
	}
	teams, err := account.TeamNames(tx, teamIDs)
	lines := make([]Line, len(entries))
	for i, e := range entries {
		lines[i] = Line{Entry: e, By: e.Name, Team: teams[e.TeamID], ForUser: users[e.ForUserID]}
		if lines[i].By == "" {
			lines[i].By = users[e.UserID]
		}
	}
	return lines, err
}

// Counts is how many open handoffs the viewer sees, each up to MostCounted+1.
type Counts struct {
	ByState map[State]int // but for closed
	Overdue int
	DueSoon int // whose team was warned
	Mine    int
}

// MostCounted is up to how many handoffs are counted for a page.
const MostCounted = 10_000

// Counts counts the open handoffs the viewer sees.
func (s *Service) Counts(ctx context.Context, viewer account.Viewer) (Counts, error) {
	st, now := store{s.db.View(ctx)}, s.now()
	counts := Counts{ByState: map[State]int{}}
	var err error
	for _, state := range States()[:len(States())-1] {
		if counts.ByState[state], err = st.count(viewer, Filter{States: []State{state}}, now); err != nil {
			return Counts{}, err
		}
	}
	if counts.Overdue, err = st.count(viewer, Filter{Overdue: true}, now); err != nil {
		return Counts{}, err
	}
	if counts.DueSoon, err = st.countWarned(viewer, now); err != nil {
		return Counts{}, err
	}
	counts.Mine, err = st.count(viewer, Filter{Mine: true}, now)
	return counts, err
}

// OfContacts returns the handoffs about contacts, whatever their state, the newest first, by contact.
func OfContacts(tx database.Tx, contactIDs []int64) (map[int64][]Handoff, error) {
	found, err := store{tx}.ofContacts(contactIDs)
	byContact := make(map[int64][]Handoff)
	for _, h := range found {
		byContact[h.ContactID] = append(byContact[h.ContactID], h)
	}
	return byContact, err
}

// OfCaller returns what a caller follows (跟进中): the open handoffs of their calls, what they are asked first, then by deadline, at most
// MaxRows.
func (s *Service) OfCaller(ctx context.Context, viewer account.Viewer) ([]Row, error) {
	tx := s.db.View(ctx)
	found, err := store{tx}.ofCaller(viewer.UserID, MaxRows)
	if err != nil {
		return nil, err
	}
	return s.rows(tx, found)
}

// Waiting returns which of the contacts have an open handoff without a reply: nobody is called about them.
func Waiting(tx database.Tx, contactIDs []int64) (map[int64]bool, error) {
	return store{tx}.waiting(contactIDs)
}

// OfEntry returns the handoff to whose log an entry belongs.
func OfEntry(tx database.Tx, entryID int64) (Handoff, error) {
	e, err := store{tx}.entry(entryID)
	if err != nil {
		return Handoff{}, err
	}
	return store{tx}.byID(e.HandoffID)
}

// MistakeCount is how often a mistake was made by a team and caller in a period.
type MistakeCount struct {
	TeamID   int64 // whose caller, or whose contact it was
	Team     string
	CallerID int64
	Caller   string
	Mistake  Mistake
	Count    int
}

// ErrorCounts counts what was sent back, forwarded or closed as filled in or sent wrongly (差错) within [from, to), by team, caller and
// mistake, of what the viewer sees.
func (s *Service) ErrorCounts(ctx context.Context, viewer account.Viewer, from, to clock.Instant) ([]MistakeCount, error) {
	tx := s.db.View(ctx)
	counts, err := store{tx}.mistakes(viewer, from, to)
	if err != nil {
		return nil, err
	}
	var users, teams []int64
	for _, c := range counts {
		users, teams = append(users, c.CallerID), append(teams, c.TeamID)
	}
	userNames, err := account.UserNames(tx, users)
	if err != nil {
		return nil, err
	}
	teamNames, err := account.TeamNames(tx, teams)
	for i, c := range counts {
		counts[i].Team, counts[i].Caller = teamNames[c.TeamID], userNames[c.CallerID]
	}
	return counts, err
}
