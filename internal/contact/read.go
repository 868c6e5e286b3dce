package contact

import (
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// ResolutionsOfBatch returns what a batch of intake resolved, the oldest row first.
func ResolutionsOfBatch(tx database.Tx, batchID int64) ([]Resolution, error) {
	return find[Resolution](store{tx}, "resolutions of batch", "batch_id", []int64{batchID}, "id", false)
}

// RatingsOfBatch returns the ratings that a batch brought and that may count. Where one revises another, or came before its contact
// was resolved, all that is known of it comes along, also what came later: in whatever order batches are looked at, they end the same.
// The revisions of one rating stand one after the other, in order.
func RatingsOfBatch(tx database.Tx, batchID int64) ([]ImportedAnswer, error) {
	brought, err := find[ImportedAnswer](store{tx}, "answers of batch", "batch_id", []int64{batchID}, "id", false)
	if err != nil {
		return nil, err
	}
	type chain struct {
		contactID int64
		metric    string
	}
	revised := map[chain]bool{}
	var contacts []int64
	for _, a := range brought {
		if a.ResolutionID == 0 || a.Revision > 1 {
			revised[chain{a.ContactID, a.Metric}] = true
			contacts = append(contacts, a.ContactID)
		}
	}
	known, err := store{tx}.answersOfContacts(contacts)
	if err != nil {
		return nil, err
	}
	brought = slices.DeleteFunc(brought, func(a ImportedAnswer) bool { return revised[chain{a.ContactID, a.Metric}] })
	known = slices.DeleteFunc(known, func(a ImportedAnswer) bool { return a.Late || !revised[chain{a.ContactID, a.Metric}] })
	return append(brought, known...), nil
}

// ResolutionsByID returns the resolutions there are of the ids.
func ResolutionsByID(tx database.Tx, ids []int64) (map[int64]Resolution, error) {
	return byID(tx, "resolutions", ids, func(r Resolution) int64 { return r.ID })
}

// ResolutionByID returns one resolution as it is now. It returns fault.NotFound if there is none.
func ResolutionByID(tx database.Tx, id int64) (Resolution, error) {
	found, err := ResolutionsByID(tx, []int64{id})
	if err != nil {
		return Resolution{}, err
	}
	r, ok := found[id]
	if !ok {
		return r, fault.New(fault.NotFound, "resolution_not_found", "the resolution does not exist")
	}
	return r, nil
}

// LastResolution returns the newest resolution of a contact, and whether there is one.
func LastResolution(tx database.Tx, contactID int64) (Resolution, bool, error) {
	found, err := store{tx}.lastResolution(contactID)
	if err != nil || len(found) == 0 {
		return Resolution{}, false, err
	}
	return found[0], true, nil
}

// ContactsByID returns the contacts there are of the ids.
func ContactsByID(tx database.Tx, ids []int64) (map[int64]Contact, error) {
	return byID(tx, "contacts", ids, func(c Contact) int64 { return c.ID })
}

// WhomToAsk returns, of those contacts that name a number of their own to be called, whose they are and whom to ask for.
func WhomToAsk(tx database.Tx, ids []int64) (map[int64]Contact, error) {
	rows, err := store{tx}.contactPersons(database.DistinctNonzero(ids))
	named := make(map[int64]Contact, len(rows))
	for _, c := range rows {
		named[c.ID] = c
	}
	return named, err
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

// AgentNamesApart is AgentNames, with the source behind a name that an agent of another source has too: "李强 · helpdesk".
func AgentNamesApart(tx database.Tx, ids []int64) (map[int64]string, error) {
	agents, err := byID(tx, "agents", ids, func(a Agent) int64 { return a.ID })
	if err != nil {
		return nil, err
	}
	named := make([]string, 0, len(agents))
	for _, a := range agents {
		named = append(named, a.Name)
	}
	all, err := find[Agent](store{tx}, "agents of the same names", "name", named, "id", false)
	if err != nil {
		return nil, err
	}
	times := make(map[string]int, len(all))
	for _, a := range all {
		times[a.Name]++
	}
	names := make(map[int64]string, len(agents))
	var sources []int64
	for id, a := range agents {
		if names[id] = a.Name; times[a.Name] > 1 {
			sources = append(sources, a.SourceID)
		}
	}
	if len(sources) == 0 {
		return names, nil
	}
	sourceNames, err := SourceNames(tx, sources)
	for id, a := range agents {
		if times[a.Name] > 1 {
			names[id] = a.Name + " · " + sourceNames[a.SourceID]
		}
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
	rows, err := store{tx}.addresses(database.DistinctNonzero(customerIDs))
	addresses := make(map[int64][]Address, len(customerIDs))
	for _, a := range rows {
		addresses[a.CustomerID] = append(addresses[a.CustomerID], a)
	}
	return addresses, err
}

// Subjects returns customers as permission sees them: their usable addresses, where they are, who else is the same person, and
// the complaints of that person. An unknown id is left out. It takes four queries, whatever the number of customers up to 500.
func Subjects(tx database.Tx, customerIDs []int64) (map[int64]permission.Subject, error) {
	customers, err := store{tx}.whereabouts(database.DistinctNonzero(customerIDs))
	if err != nil || len(customers) == 0 {
		return nil, err
	}
	persons := make([]int64, len(customers))
	for i, c := range customers {
		persons[i] = c.PersonID
	}
	records, err := store{tx}.recordsOf(database.DistinctNonzero(persons))
	if err != nil {
		return nil, err
	}
	list, err := subjects(tx, customers, records)
	byCustomer := make(map[int64]permission.Subject, len(list))
	for _, subject := range list {
		byCustomer[subject.CustomerID] = subject
	}
	return byCustomer, err
}

// Reachable returns customers with nothing but their ids and usable addresses, where nobody is going to be asked.
func Reachable(tx database.Tx, customerIDs []int64) (map[int64]permission.Subject, error) {
	addresses, err := AddressesOf(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]permission.Subject, len(customerIDs))
	for _, id := range customerIDs {
		subject := permission.Subject{CustomerID: id}
		reach(&subject, addresses[id])
		found[id] = subject
	}
	return found, nil
}

// subjects turns customers into subjects, given every record of their persons.
func subjects(tx database.Tx, customers, records []Customer) ([]permission.Subject, error) {
	ids := make([]int64, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	addresses, err := AddressesOf(tx, ids)
	if err != nil {
		return nil, err
	}
	persons := make(map[int64][]int64, len(customers))
	for _, r := range records {
		persons[r.PersonID] = append(persons[r.PersonID], r.ID)
		ids = append(ids, r.ID)
	}
	complaints, err := store{tx}.complaints(database.DistinctNonzero(ids))
	if err != nil {
		return nil, err
	}
	list := make([]permission.Subject, len(customers))
	for i, c := range customers {
		subject := permission.Subject{CustomerID: c.ID, PersonID: c.PersonID, Zone: c.Zone, Region: c.Region, Records: []int64{c.ID}}
		if c.PersonID != 0 {
			subject.Records = persons[c.PersonID]
		}
		reach(&subject, addresses[c.ID])
		for _, id := range subject.Records {
			subject.OpenComplaint = subject.OpenComplaint || complaints[id].Open
			subject.ComplaintAt = max(subject.ComplaintAt, complaints[id].ResolvedAt)
		}
		list[i] = subject
	}
	return list, nil
}

// reach gives a subject its usable addresses in their normal form, the first one of a kind first, and says what earlier forms made of
// them: one that was stored before the present form must be found by a refusal in any.
func reach(subject *permission.Subject, addresses []Address) {
	for _, a := range addresses {
		switch {
		case a.Normalised == "":
		case a.Kind == PhoneAddress:
			line := address.Line(a.Normalised)
			subject.Phones = append(subject.Phones, line)
			beside(subject, line, a.Raw)
		case a.Kind == EmailAddress:
			if normal := address.Email(a.Normalised); normal != "" {
				subject.Emails = append(subject.Emails, normal)
			}
			subject.Earlier = append(subject.Earlier, address.Earlier(a.Raw)...)
		}
	}
}

// beside notes what was written with a phone, where that says more than its line.
func beside(subject *permission.Subject, line, raw string) {
	number := address.Beside(raw, line)
	if _, known := subject.Beside[line]; known || number == (address.Number{}) {
		return
	}
	if subject.Beside == nil {
		subject.Beside = make(map[string]address.Number, 1)
	}
	subject.Beside[line] = number
}

func byID[T any](tx database.Tx, what string, ids []int64, id func(T) int64) (map[int64]T, error) {
	rows, err := find[T](store{tx}, what, "id", database.DistinctNonzero(ids), "id", false)
	found := make(map[int64]T, len(rows))
	for _, row := range rows {
		found[id(row)] = row
	}
	return found, err
}
