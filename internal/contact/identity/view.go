package identity

import (
	"context"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// How much of a person is shown.
const (
	shownRecords = 50
	shownChanges = 20
	shownMoved   = 5 // of one change
)

// PersonView is who a customer is besides one source's record, and why.
type PersonView struct {
	PersonID int64
	Total    int            // records there are, this customer among them
	Hidden   int            // of them those of other teams, of which the viewer is told no more than that there are some
	Records  []Record       // those the viewer sees, this customer first, then the oldest ones; at most 50
	Lines    []Line         // the customer's addresses that other customers have too
	Log      []LoggedChange // of this customer, the newest first, at most 20
	Held     clock.Instant  // until when a caller holds the person; none: nobody does, and they can be merged and split
}

// Unlisted is how many more records the viewer sees than are listed.
func (v PersonView) Unlisted() int { return v.Total - v.Hidden - len(v.Records) }

// Record is one of a person's customers.
type Record struct {
	contact.Customer
	SourceName string
	Common     []contact.Address // addresses that another record of the person has too
}

// Line is an address with how many customers have it.
type Line struct {
	contact.Address
	Customers int
	Shared    bool // by so many customers that it says nothing about who they are
}

// LoggedChange is a change as it is shown.
type LoggedChange struct {
	PersonChange
	By      string             // name of who did it; empty for the program
	Records []contact.Customer // that were moved and the viewer sees, at most five of them
	Undone  bool
}

// Person returns who else a customer is whom the viewer sees, in the same few queries whatever there is to show.
func (s *Service) Person(ctx context.Context, viewer account.Viewer, customerID int64) (PersonView, error) {
	tx := s.db.View(ctx)
	st := store{tx}
	seen, err := contact.Directory{}.Seen(tx, viewer, []int64{customerID})
	if err != nil {
		return PersonView{}, err
	}
	persons, err := contact.PersonsOf(tx, seen)
	if err != nil {
		return PersonView{}, err
	}
	v := PersonView{PersonID: persons[customerID]}
	if v.PersonID == 0 {
		return v, contact.ErrNoCustomer
	}
	totals, err := st.countRecordsOf(viewer, []int64{v.PersonID})
	if err != nil {
		return v, err
	}
	v.Total, v.Hidden = totals[v.PersonID].Records, totals[v.PersonID].hidden()
	customers, err := st.firstRecords(viewer, v.PersonID, customerID, shownRecords)
	if err != nil {
		return v, err
	}
	if v.Records, v.Lines, err = st.recordsWithLines(customers, customerID); err != nil {
		return v, err
	}
	if v.Log, err = st.changesOf(viewer, customerID); err != nil {
		return v, err
	}
	v.Held, err = s.regrouping(tx, s.now()).heldUntil(v.PersonID)
	return v, err
}

// recordsWithLines adds to a person's customers what they share, and returns the lines of one of them.
func (s store) recordsWithLines(customers []contact.Customer, customerID int64) ([]Record, []Line, error) {
	ids, sourceIDs := make([]int64, len(customers)), make([]int64, len(customers))
	for i, c := range customers {
		ids[i], sourceIDs[i] = c.ID, c.SourceID
	}
	sources, err := contact.SourceNames(s.Tx, sourceIDs)
	if err != nil {
		return nil, nil, err
	}
	addresses, err := contact.AddressesOf(s.Tx, ids)
	if err != nil {
		return nil, nil, err
	}
	having := map[lineKey]int{}
	for _, of := range addresses {
		for _, key := range keysOf(of) {
			having[key]++
		}
	}
	records := make([]Record, len(customers))
	for i, c := range customers {
		records[i] = Record{Customer: c, SourceName: sources[c.SourceID]}
		for _, a := range addresses[c.ID] {
			if having[lineKey{a.Kind, a.Normalised}] > 1 {
				records[i].Common = append(records[i].Common, a)
			}
		}
	}
	lines, err := s.linesOf(addresses[customerID])
	return records, lines, err
}

// lineKey is a number or an e-mail.
type lineKey struct {
	kind       contact.AddressKind
	normalised string
}

// keysOf returns the usable addresses, each once.
func keysOf(addresses []contact.Address) []lineKey {
	var keys []lineKey
	for _, a := range addresses {
		if key := (lineKey{a.Kind, a.Normalised}); a.Normalised != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// linesOf returns those of a customer's addresses that others have too.
func (s store) linesOf(addresses []contact.Address) ([]Line, error) {
	var lines []Line
	for _, kind := range []contact.AddressKind{contact.PhoneAddress, contact.EmailAddress} {
		counts, err := contact.Sharing(s.Tx, kind, normalisedOf(addresses, kind))
		if err != nil {
			return nil, err
		}
		for _, l := range counts {
			i := slices.IndexFunc(addresses, func(a contact.Address) bool { return a.Kind == kind && a.Normalised == l.Normalised })
			if i >= 0 && l.Customers > 1 {
				lines = append(lines, Line{Address: addresses[i], Customers: l.Customers, Shared: l.Customers > permission.SharedBy})
			}
		}
	}
	return lines, nil
}

// changesOf returns the log of a customer as it is shown to a viewer.
func (s store) changesOf(viewer account.Viewer, customerID int64) ([]LoggedChange, error) {
	changes, err := s.changes(customerID, shownChanges)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	ids := make([]int64, len(changes))
	userIDs := make([]int64, len(changes))
	undone := map[int64]bool{}
	for i, c := range changes {
		ids[i], userIDs[i] = c.ID, c.UserID
		if c.Undoes != nil {
			undone[*c.Undoes] = true
		}
	}
	names, err := account.UserNames(s.Tx, database.DistinctNonzero(userIDs))
	if err != nil {
		return nil, err
	}
	moved, err := s.movedBy(viewer, ids, shownMoved)
	if err != nil {
		return nil, err
	}
	log := make([]LoggedChange, len(changes))
	for i, c := range changes {
		log[i] = LoggedChange{PersonChange: c, By: names[c.UserID], Records: moved[c.ID], Undone: undone[c.ID]}
	}
	return log, nil
}

// Candidate is another person that a search found.
type Candidate struct {
	PersonID int64
	Total    int      // records there are
	Hidden   int      // of them those of other teams: who does not see all of them cannot merge them
	Found    []Record // those that the search found
}

// Candidates returns the persons a text names exactly, by the reference, name, phone or e-mail of one of their customers, without
// the person of one customer: whom they might be merged with. Only customers the viewer sees are found.
func (s *Service) Candidates(ctx context.Context, viewer account.Viewer, customerID int64, text string) ([]Candidate, error) {
	found, err := s.contacts.Find(ctx, viewer, text)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	tx := s.db.View(ctx)
	own, err := contact.PersonsOf(tx, []int64{customerID})
	if err != nil {
		return nil, err
	}
	return candidates(tx, viewer, slices.DeleteFunc(found, func(c contact.Customer) bool { return c.PersonID == own[customerID] }))
}

func candidates(tx database.Tx, viewer account.Viewer, found []contact.Customer) ([]Candidate, error) {
	sourceIDs, personIDs := make([]int64, len(found)), make([]int64, len(found))
	for i, c := range found {
		sourceIDs[i], personIDs[i] = c.SourceID, c.PersonID
	}
	sources, err := contact.SourceNames(tx, sourceIDs)
	if err != nil {
		return nil, err
	}
	totals, err := store{tx}.countRecordsOf(viewer, database.DistinctNonzero(personIDs))
	if err != nil {
		return nil, err
	}
	var list []Candidate
	for _, c := range found {
		i := slices.IndexFunc(list, func(other Candidate) bool { return other.PersonID == c.PersonID })
		if i < 0 {
			i = len(list)
			list = append(list, Candidate{PersonID: c.PersonID, Total: totals[c.PersonID].Records, Hidden: totals[c.PersonID].hidden()})
		}
		list[i].Found = append(list[i].Found, Record{Customer: c, SourceName: sources[c.SourceID]})
	}
	return list, nil
}
