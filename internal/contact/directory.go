package contact

import (
	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/text"
)

// Directory tells permission who customers are. It keeps nothing.
type Directory struct{}

var _ permission.Directory = Directory{}

// Subjects is the function of that name.
func (Directory) Subjects(tx database.Tx, customerIDs []int64) (map[int64]permission.Subject, error) {
	return Subjects(tx, customerIDs)
}

// Seen returns those of the customers whom a viewer sees.
func (Directory) Seen(tx database.Tx, viewer account.Viewer, customerIDs []int64) ([]int64, error) {
	return store{tx}.seen(viewer, customerIDs)
}

// SeenBy returns the same as a condition of SQL on a column with ids of customers.
func (Directory) SeenBy(viewer account.Viewer, column string) (condition string, args []any) {
	return seenCustomers(viewer, column)
}

// SubjectsOfPersons returns every record of the persons, in order of their ids.
func (Directory) SubjectsOfPersons(tx database.Tx, personIDs []int64) ([]permission.Subject, error) {
	records, err := find[Customer](store{tx}, "records of persons", "person_id", database.DistinctNonzero(personIDs), "id", false)
	if err != nil {
		return nil, err
	}
	return subjects(tx, records, records)
}

// Persons returns the person of each customer; an unknown id is left out.
func (Directory) Persons(tx database.Tx, customerIDs []int64) (map[int64]int64, error) {
	return store{tx}.persons(database.DistinctNonzero(customerIDs))
}

// CustomersWith returns the customers who have each of the normalised addresses, by address, in order of their ids.
func (Directory) CustomersWith(tx database.Tx, kind permission.AddressKind, normalised []string) (map[string][]int64, error) {
	return store{tx}.customersWith(AddressKind(kind), database.DistinctNonzero(normalised))
}

// CustomersByReference returns the customers that sources name; those nobody knows are left out.
func (Directory) CustomersByReference(tx database.Tx, names []permission.Reference) (map[permission.Reference]int64, error) {
	references := referred(names)
	known, err := store{tx}.sourcesNamed(references)
	if err != nil {
		return nil, err
	}
	stored := make(map[permission.Reference]int64, len(names))
	for _, source := range known {
		customers, err := store{tx}.customersReferred(source.ID, database.DistinctNonzero(references[source.Name]))
		if err != nil {
			return nil, err
		}
		for _, c := range customers {
			stored[permission.Reference{Source: source.Name, Reference: c.Reference}] = c.ID
		}
	}
	found := make(map[permission.Reference]int64, len(names))
	for _, n := range names {
		for _, reference := range append([]string{text.ID(n.Reference)}, former(n.Reference)...) {
			if id := stored[permission.Reference{Source: text.ID(n.Source), Reference: reference}]; id != 0 {
				found[n] = id
				break
			}
		}
	}
	return found, nil
}
