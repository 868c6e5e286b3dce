package identity

import (
	"context"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Split makes customers of one person a person of their own, because somebody knows that they are not the same. A supervisor
// gives the reason; intake does not merge them with those they left again. It returns fault.Conflict "person_held" while somebody
// calls the person, "person_changed" when the customers are not one person any more, and "person_elsewhere" when the viewer does
// not see all records of the person.
func (s *Service) Split(ctx context.Context, viewer account.Viewer, customerIDs []int64, reason string) (PersonChange, error) {
	reason, err := checkRegroup(viewer, reason)
	if err != nil {
		return PersonChange{}, err
	}
	moved := database.DistinctNonzero(customerIDs)
	if len(moved) == 0 {
		return PersonChange{}, fault.InvalidFields(fault.Field{
			Name: "record", Code: "split_none", Problem: "choose the records that leave",
		})
	}
	return s.regroup(ctx, viewer, "person.split", func(g regrouping) (PersonChange, error) {
		seen, err := contact.Directory{}.Seen(g.store.Tx, viewer, moved)
		switch {
		case err != nil:
			return PersonChange{}, err
		case len(seen) == 0:
			return PersonChange{}, contact.ErrNoCustomer
		}
		persons, err := contact.PersonsOf(g.store.Tx, seen)
		if err != nil {
			return PersonChange{}, err
		}
		return g.split(PersonChange{Kind: ChangeSplit, PersonID: persons[seen[0]], UserID: viewer.UserID, Reason: reason}, moved)
	})
}

// split lets records leave change.PersonID for change.OtherPersonID, or for a new person where that is 0 or has records.
func (g regrouping) split(change PersonChange, moved []int64) (PersonChange, error) {
	if change.PersonID == 0 {
		return change, contact.ErrNoCustomer
	}
	if err := g.reserve(database.DistinctNonzero([]int64{change.PersonID, change.OtherPersonID})...); err != nil {
		return change, err
	}
	records, err := g.records(change.PersonID)
	if err != nil {
		return change, err
	}
	if err := g.sight(records); err != nil {
		return change, err
	}
	stayed := without(records, moved)
	switch {
	case len(stayed)+len(moved) != len(records):
		return change, contact.ErrPersonChanged
	case len(stayed) == 0:
		return change, fault.InvalidFields(fault.Field{Name: "record", Code: "split_all", Problem: "leave at least one record where it is"})
	}
	if err := g.free(change.PersonID); err != nil {
		return change, err
	}
	if change.OtherPersonID, err = g.emptyPerson(change.OtherPersonID); err != nil {
		return change, err
	}
	return g.apply(change, moved, stayed)
}

// emptyPerson returns the person if they have no records, so that a merge undone is as it was, or a new one.
func (g regrouping) emptyPerson(personID int64) (int64, error) {
	if personID != 0 {
		records, err := g.store.recordIDs(personID, 1)
		if err != nil || len(records) == 0 {
			return personID, err
		}
	}
	return g.store.addPerson()
}

// without returns the ids that are not among the others, in order.
func without(ids, others []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return slices.Contains(others, id) })
}
