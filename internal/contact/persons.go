package contact

import (
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

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
