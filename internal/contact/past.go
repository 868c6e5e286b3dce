package contact

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// Past is what is asked for of the past of customers: a stretch of it, and of that what a viewer sees. Every feature tells its own part
// of it as events; package flow puts them together.
type Past struct {
	Viewer    account.Viewer
	Customers []int64 // whom the viewer sees; of one person, so that they are few
	database.Stretch
}

// Seen is a condition on a column with ids of contacts: the viewer sees them.
func (p Past) Seen(column string) (condition string, args []any) {
	return seenContact(p.Viewer, column)
}

// PastContacts returns when contacts were opened, answered first and taken in.
func PastContacts(tx database.Tx, p Past) ([]Event, error) {
	ids, err := store{tx}.pastContacts(p)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	contacts, err := ContactsByID(tx, ids)
	if err != nil {
		return nil, err
	}
	sourceIDs := make([]int64, 0, len(contacts))
	for _, c := range contacts {
		sourceIDs = append(sourceIDs, c.SourceID)
	}
	sources, err := SourceNames(tx, sourceIDs)
	var events []Event
	for _, c := range contacts {
		events = append(events, contactEvents(c, sources[c.SourceID])...)
	}
	return events, err
}

// PastResolutions returns when contacts were resolved and reopened.
func PastResolutions(tx database.Tx, p Past) ([]Event, error) {
	ids, err := store{tx}.pastResolutions(p)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := find[Resolution](store{tx}, "past resolutions", "id", ids, "id", false)
	if err != nil {
		return nil, err
	}
	return resolutionEvents(tx, rows)
}

// PastCorrections returns what sources corrected of contacts.
func PastCorrections(tx database.Tx, p Past) ([]Event, error) {
	ids, err := store{tx}.pastCorrections(p)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := find[Correction](store{tx}, "past corrections", "id", ids, "id", false)
	if err != nil {
		return nil, err
	}
	return correctionEvents(tx, rows)
}

// PastLateRatings returns the ratings that sources changed when a change did not count any more.
func PastLateRatings(tx database.Tx, p Past) ([]Event, error) {
	ids, err := store{tx}.pastLateRatings(p)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := find[ImportedAnswer](store{tx}, "past ratings", "id", ids, "id", false)
	return lateRatingEvents(rows), err
}

// CountUnseen counts the contacts of customers that the viewer does not see, up to atMost.
func CountUnseen(tx database.Tx, viewer account.Viewer, customerIDs []int64, atMost int) (int, error) {
	if viewer.SeesAllTeams() {
		return 0, nil
	}
	n, err := store{tx}.countUnseen(viewer, customerIDs, atMost)
	if err != nil {
		return 0, fmt.Errorf("count contacts of other teams: %w", err)
	}
	return n, nil
}

// SeenByID returns those of the contacts that a viewer sees.
func SeenByID(tx database.Tx, viewer account.Viewer, ids []int64) (map[int64]Contact, error) {
	seen, err := store{tx}.visibleOf(viewer, database.DistinctNonzero(ids))
	contacts := make(map[int64]Contact, len(seen))
	for _, c := range seen {
		contacts[c.ID] = c
	}
	return contacts, err
}

// OpenOf returns the contacts of customers that are not resolved and that the viewer sees: complaints first, then the newest, at most as
// many as the stretch has.
func OpenOf(tx database.Tx, p Past) ([]Contact, error) {
	return store{tx}.openContacts(p)
}
