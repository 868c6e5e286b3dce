package contact

import (
	"cmp"
	"slices"

	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// ResolutionsOfBatch returns what a batch of intake resolved, the oldest row first.
func ResolutionsOfBatch(tx database.Tx, batchID int64) ([]Resolution, error) {
	return find[Resolution](store{tx}, "resolutions of batch", "batch_id", []int64{batchID}, "id", false)
}

// AnswersOfBatch returns the answers that came with a batch, the oldest row first.
func AnswersOfBatch(tx database.Tx, batchID int64) ([]ImportedAnswer, error) {
	return find[ImportedAnswer](store{tx}, "answers of batch", "batch_id", []int64{batchID}, "id", false)
}

// ResolutionsByID returns the resolutions there are of the ids.
func ResolutionsByID(tx database.Tx, ids []int64) (map[int64]Resolution, error) {
	return byID(tx, "resolutions", ids, func(r Resolution) int64 { return r.ID })
}

// ContactsByID returns the contacts there are of the ids.
func ContactsByID(tx database.Tx, ids []int64) (map[int64]Contact, error) {
	return byID(tx, "contacts", ids, func(c Contact) int64 { return c.ID })
}

// CustomersByID returns the customers there are of the ids.
func CustomersByID(tx database.Tx, ids []int64) (map[int64]Customer, error) {
	return byID(tx, "customers", ids, func(c Customer) int64 { return c.ID })
}

// AgentNames returns the names of agents; an unknown id is left out.
func AgentNames(tx database.Tx, ids []int64) (map[int64]string, error) {
	agents, err := byID(tx, "agents", ids, func(a Agent) int64 { return a.ID })
	names := make(map[int64]string, len(agents))
	for id, a := range agents {
		names[id] = a.Name
	}
	return names, err
}

// SourceNames returns the names of sources; an unknown id is left out.
func SourceNames(tx database.Tx, ids []int64) (map[int64]string, error) {
	sources, err := byID(tx, "sources", ids, func(s Source) int64 { return s.ID })
	names := make(map[int64]string, len(sources))
	for id, s := range sources {
		names[id] = s.Name
	}
	return names, err
}

// AddressesOf returns the addresses of each customer, the first one of a kind first.
func AddressesOf(tx database.Tx, customerIDs []int64) (map[int64][]Address, error) {
	rows, err := store{tx}.addresses(distinct(customerIDs))
	addresses := make(map[int64][]Address, len(customerIDs))
	for _, a := range rows {
		addresses[a.CustomerID] = append(addresses[a.CustomerID], a)
	}
	return addresses, err
}

// Subjects returns customers as permission sees them: their usable addresses, their zone, and whether a complaint of theirs is
// not resolved. An unknown id is left out.
func Subjects(tx database.Tx, customerIDs []int64) (map[int64]permission.Subject, error) {
	customers, err := CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	addresses, err := AddressesOf(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	complaints, err := store{tx}.openComplaints(distinct(customerIDs))
	if err != nil {
		return nil, err
	}
	subjects := make(map[int64]permission.Subject, len(customers))
	for id, c := range customers {
		subject := permission.Subject{CustomerID: id, PersonID: c.PersonID, Zone: c.Zone, OpenComplaint: complaints[id]}
		for _, a := range addresses[id] {
			switch {
			case a.Normalised == "":
			case a.Kind == PhoneAddress:
				subject.Phones = append(subject.Phones, a.Normalised)
			case a.Kind == EmailAddress:
				subject.Emails = append(subject.Emails, a.Normalised)
			}
		}
		subjects[id] = subject
	}
	return subjects, nil
}

func byID[T any](tx database.Tx, what string, ids []int64, id func(T) int64) (map[int64]T, error) {
	rows, err := find[T](store{tx}, what, "id", distinct(ids), "id", false)
	found := make(map[int64]T, len(rows))
	for _, row := range rows {
		found[id(row)] = row
	}
	return found, err
}

// distinct returns the values sorted, each once, without zero.
func distinct[T cmp.Ordered](values []T) []T {
	var zero T
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.DeleteFunc(slices.Compact(sorted), func(v T) bool { return v == zero })
}
