package contact

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
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

// ErrPersonChanged says that what was chosen is not how it stands any more.
var ErrPersonChanged = fault.New(fault.Conflict, "person_changed", "who is the same person was changed meanwhile; look again")

// ReservePersons writes the guard rows of the customers' persons, so that everybody else who is about to contact, hold, merge or
// split one of them waits until this transaction ends, and returns the person of each customer as it is until then.
func ReservePersons(tx database.Tx, customerIDs ...int64) (map[int64]int64, error) {
	const looks = 5
	ids := database.DistinctNonzero(customerIDs)
	persons, err := store{tx}.persons(ids)
	for range looks {
		if err != nil || len(persons) == 0 {
			return persons, err
		}
		if err := permission.Reserve(tx, database.DistinctNonzero(slices.Collect(maps.Values(persons)))...); err != nil {
			return nil, err
		}
		reserved := persons
		if persons, err = (store{tx}).persons(ids); err == nil && maps.Equal(reserved, persons) {
			return persons, nil
		}
	}
	return nil, fmt.Errorf("reserve the persons of %d customers: %w", len(ids), ErrPersonChanged)
}

// OutdatePersons tells permission that what it keeps about every record of the persons is out of date.
func OutdatePersons(tx database.Tx, persons []int64) error {
	records, err := store{tx}.recordsOf(persons)
	if err != nil {
		return err
	}
	customers := make([]int64, len(records))
	for i, r := range records {
		customers[i] = r.ID
	}
	return permission.Outdate(tx, persons, customers)
}

// What was stored before ids and addresses had their present form is found by what it was stored as, so that the same file taken in
// again doubles nothing.

// former returns what a reference was kept as before there was text.ID, where that is another.
func former(reference string) []string {
	if old := text.FormerID(reference); old != "" {
		return []string{old}
	}
	return nil
}

// earlier returns what earlier forms made of an address.
func earlier(a Address) []string {
	if a.Kind == EmailAddress {
		return address.Earlier(a.Raw)
	}
	return address.EarlierPhones(a.Normalised)
}

// formerContacts returns the present ids of contacts by those under which they may be stored.
func formerContacts(part []*taken) map[string]string {
	ids := map[string]string{}
	for _, t := range part {
		if t.formerID != "" && t.formerID != t.input.ExternalID {
			ids[t.formerID] = t.input.ExternalID
		}
	}
	return ids
}

// formerCustomers does for customers what formerContacts does for contacts.
func formerCustomers(inputs []*fresh) map[string]string {
	references := map[string]string{}
	for _, f := range inputs {
		for _, old := range f.formerReferences {
			if old != f.reference {
				references[old] = f.reference
			}
		}
	}
	return references
}

// presentOf returns which of the asked-for names each found one answers: the name itself, or that of which it is the former. What is
// stored under its present name comes before what is under a former one.
func presentOf[T, D any](found []T, name func(T) string, asked map[string]D, formers map[string]string) map[int]string {
	present, taken := make(map[int]string, len(found)), make(map[string]bool, len(found))
	for i, f := range found {
		if _, exact := asked[name(f)]; exact {
			present[i], taken[name(f)] = name(f), true
		}
	}
	for i, f := range found {
		if now := formers[name(f)]; present[i] == "" && now != "" && !taken[now] {
			present[i], taken[now] = now, true
		}
	}
	return present
}

// referred are the references by which names may be stored, by source.
func referred(names []permission.Reference) map[string][]string {
	references := map[string][]string{}
	for _, n := range names {
		source := text.ID(n.Source)
		references[source] = append(append(references[source], text.ID(n.Reference)), former(n.Reference)...)
	}
	return references
}

// LanguageFor returns the language, of the two that messages are written in, to speak with a customer: theirs if it is one of them,
// English for any other, and the centre's when it is not known.
func (c Customer) LanguageFor(centre string) string {
	switch {
	case c.Language == "":
		return centre
	case strings.HasPrefix(strings.ToLower(c.Language), "zh"):
		return "zh-CN"
	}
	return "en"
}
