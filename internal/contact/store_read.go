package contact

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

func (s store) list(viewer account.Viewer, f Filter, in found) ([]Contact, error) {
	q := s.visible(viewer)
	switch {
	case in.all:
	case len(in.customers) == 0:
		q = q.Where("contacts.id IN ?", in.contacts)
	case len(in.contacts) == 0:
		q = q.Where("customer_id IN ?", in.customers)
	default:
		q = q.Where("contacts.id IN ? OR customer_id IN ?", in.contacts, in.customers)
	}
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.SourceID != 0 {
		q = q.Where("source_id = ?", f.SourceID)
	}
	if f.Channel != "" {
		q = q.Where("channel = ?", f.Channel)
	}
	if f.CustomerID != 0 {
		q = q.Where("customer_id = ?", f.CustomerID)
	}
	if f.ImportID != 0 {
		q = q.Where("import_id = ?", f.ImportID)
	}
	if f.After != (ListKey{}) {
		q = q.Where("changed_at < ? OR (changed_at = ? AND contacts.id < ?)", f.After.ChangedAt, f.After.ChangedAt, f.After.ID)
	}
	var contacts []Contact
	if err := q.Order("changed_at DESC, contacts.id DESC").Limit(f.Limit).Find(&contacts).Error; err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return contacts, nil
}

func (s store) sourceEvents(sourceID, after int64, limit int) ([]SourceEvent, error) {
	return database.List[SourceEvent](
		s.Gorm().Where("source_id = ? AND id > ?", sourceID, after).Order("id").Limit(limit), "events for a source")
}

func (s store) lastResolution(contactID int64) ([]Resolution, error) {
	return database.List[Resolution](s.Gorm().Where("contact_id = ?", contactID).Order("no DESC").Limit(1), "the last resolution")
}

func (s store) corrections(contactID int64) ([]Correction, error) {
	var corrections []Correction
	if err := s.Gorm().Where("contact_id = ?", contactID).Order("id").Limit(200).Find(&corrections).Error; err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	return corrections, nil
}

// seenContacts is which contacts a viewer sees, as a condition on the table contacts: a machine those of its source; people with
// teams those in which one of their teams, or no team, took part, or that one of them resolved: its decisions stay that team's when
// the source corrects who it was.
func seenContacts(viewer account.Viewer) (condition string, args []any) {
	switch {
	case viewer.Role == account.Machine:
		return "contacts.source_id = ?", []any{viewer.SourceID}
	case viewer.SeesAllTeams():
		return "1 = 1", nil
	}
	const took = "SELECT 1 FROM participants AS p WHERE p.contact_id = contacts.id AND p.team_id "
	const resolved = "SELECT 1 FROM resolutions AS r WHERE r.contact_id = contacts.id AND r.team_id IN ?"
	seen := "(EXISTS (" + took + "IN ?) OR NOT EXISTS (" + took + "<> 0) OR EXISTS (" + resolved + "))"
	return seen, []any{viewer.TeamIDs, viewer.TeamIDs}
}

// seenCustomers is which customers a viewer sees, as a condition on a column with their ids; nothing else says so. A machine sees
// those of its source. People with teams see the customer of a contact they see, of something one of their teams, or no team,
// resolved (its decisions, surveys and answers are that team's, whoever the contact is of by now), and of a callback that is theirs:
// a rule may give it to another team than the resolver's, and callbacks are where tasks keeps that. A customer of whom nothing is
// known but a name is everybody's, like a contact without a team. Every branch is by an index on the customer, of which there are
// a few rows.
func seenCustomers(viewer account.Viewer, column string) (condition string, args []any) {
	switch {
	case viewer.Role == account.Machine:
		return column + " IN (SELECT id FROM customers WHERE source_id = ?)", []any{viewer.SourceID}
	case viewer.SeesAllTeams():
		return "1 = 1", nil
	}
	contacts, args := seenContacts(viewer)
	teams := append([]int64{0}, viewer.TeamIDs...)
	const of = "EXISTS (SELECT 1 FROM %s WHERE %s.customer_id = %s AND %s)"
	const none = "NOT EXISTS (SELECT 1 FROM %s WHERE %s.customer_id = %s)"
	condition = "(" + fmt.Sprintf(of, "contacts", "contacts", column, contacts) +
		" OR " + fmt.Sprintf(of, "resolutions", "resolutions", column, "resolutions.team_id IN ?") +
		" OR " + fmt.Sprintf(of, "callbacks", "callbacks", column, "callbacks.team_id IN ?") +
		" OR " + fmt.Sprintf(none, "contacts", "contacts", column) + " AND " + fmt.Sprintf(none, "resolutions", "resolutions", column) + ")"
	return condition, append(args, teams, teams)
}

// visible selects the contacts a viewer sees.
func (s store) visible(viewer account.Viewer) *gorm.DB {
	condition, args := seenContacts(viewer)
	return s.Gorm().Model(&Contact{}).Where(condition, args...)
}

// visibleOf returns those of the contacts that a viewer sees.
func (s store) visibleOf(viewer account.Viewer, ids []int64) ([]Contact, error) {
	return database.In[Contact](ids, "contacts", func(part []int64) *gorm.DB { return s.visible(viewer).Where("contacts.id IN ?", part) })
}

// seen returns those of the customers whom a viewer sees, in order.
func (s store) seen(viewer account.Viewer, customerIDs []int64) ([]int64, error) {
	condition, args := seenCustomers(viewer, "customers.id")
	return database.In[int64](database.DistinctNonzero(customerIDs), "whom a viewer sees", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Customer{}).Where("id IN ?", part).Where(condition, args...).Order("id").Select("id")
	})
}

// complaint is what is known of a customer's complaints.
type complaint struct {
	CustomerID int64
	Open       bool          // one is not resolved
	ResolvedAt clock.Instant // of the newest resolution of one; none: there was none
}

// complaints returns the customers who ever complained. The index by customer finds their contacts, of which a person has few.
func (s store) complaints(customerIDs []int64) (map[int64]complaint, error) {
	rows, err := database.In[complaint](customerIDs, "complaints", func(part []int64) *gorm.DB {
		return s.along("contacts AS c", "contacts_customer_id_opened_at").Joins("LEFT JOIN resolutions AS r ON r.contact_id = c.id").
			Select("c.customer_id, MAX(c.status <> ?) AS open, COALESCE(MAX(r.resolved_at), 0) AS resolved_at", Resolved).
			Where("c.customer_id IN ? AND c.complaint = ?", part, true).Group("c.customer_id")
	})
	found := make(map[int64]complaint, len(rows))
	for _, row := range rows {
		found[row.CustomerID] = row
	}
	return found, err
}

// contactPersons reads no more of contacts than whom to ask for.
func (s store) contactPersons(ids []int64) ([]Contact, error) {
	return database.In[Contact](ids, "contact persons", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "customer_id", "contact_name", "contact_phone", "contact_line").
			Where("id IN ? AND contact_line <> ''", part)
	})
}

// whereabouts returns customers with person, zone and region only.
func (s store) whereabouts(ids []int64) ([]Customer, error) {
	return database.In[Customer](ids, "where customers are", func(part []int64) *gorm.DB {
		return s.Gorm().Select("id", "person_id", "zone", "region").Where("id IN ?", part).Order("id")
	})
}

// recordsOf returns every customer of the persons, with id and person only. A person has few: identity joins at most permission.SharedBy
// customers by one address, and people join the others one by one.
func (s store) recordsOf(personIDs []int64) ([]Customer, error) {
	return database.In[Customer](personIDs, "the records of persons", func(part []int64) *gorm.DB {
		return s.along("customers", "customers_person_id").Select("id", "person_id").Where("person_id IN ?", part).Order("id")
	})
}

// customersWith returns who has each of the addresses, in order of their ids.
func (s store) customersWith(kind AddressKind, normalised []string) (map[string][]int64, error) {
	rows, err := database.In[Address](normalised, "who has an address", func(part []string) *gorm.DB {
		return s.Gorm().Distinct("normalised", "customer_id").Where("kind = ? AND normalised IN ?", kind, part).
			Order("normalised, customer_id")
	})
	found := make(map[string][]int64, len(normalised))
	for _, a := range rows {
		found[a.Normalised] = append(found[a.Normalised], a.CustomerID)
	}
	return found, err
}

// sourcesNamed returns the sources there are of the names that are the keys.
func (s store) sourcesNamed(names map[string][]string) ([]Source, error) {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	return find[Source](s, "sources", "name", list, "id", false)
}

// customersReferred returns the customers of a source, with id and reference only.
func (s store) customersReferred(sourceID int64, references []string) ([]Customer, error) {
	return database.In[Customer](references, "customers by reference", func(part []string) *gorm.DB {
		return s.Gorm().Select("id", "reference").Where("source_id = ? AND reference IN ?", sourceID, part)
	})
}

// resolutionsAfter returns up to limit resolutions with an id above after, in order of their ids.
func (s store) resolutionsAfter(after int64, limit int) ([]Resolution, error) {
	var rows []Resolution
	if err := s.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read resolutions: %w", err)
	}
	return rows, nil
}

// ReceivedAfter returns up to limit contacts behind an id that came no later than an instant, in the order of their ids. It stops at the
// first that came later.
func ReceivedAfter(tx database.Tx, after int64, until clock.Instant, limit int) ([]Contact, error) {
	rows, err := database.List[Contact](tx.Gorm().
		Select("id", "source_id", "customer_id", "category", "product", "opened_at", "received_at").
		Where("id > ?", after).Order("id").Limit(limit), "contacts that came")
	if i := slices.IndexFunc(rows, func(c Contact) bool { return c.ReceivedAt.After(until) }); i >= 0 {
		rows = rows[:i]
	}
	return rows, err
}

// CustomersAfter returns the customers after an id, in the order of their ids, at most limit. Nothing moves a customer in that order:
// who walks along it meets everybody once, whatever becomes of their persons meanwhile.
func CustomersAfter(tx database.Tx, after int64, limit int) ([]Customer, error) {
	var customers []Customer
	if err := tx.Gorm().Where("id > ?", after).Order("id").Limit(limit).Find(&customers).Error; err != nil {
		return nil, fmt.Errorf("read customers after %d: %w", after, err)
	}
	return customers, nil
}

// PersonsOf returns who each customer is now; those who are gone are not in the map.
func PersonsOf(tx database.Tx, customerIDs []int64) (map[int64]int64, error) {
	return store{tx}.persons(customerIDs)
}

// RecordsOf returns the customers of each person, in the order of their ids.
func RecordsOf(tx database.Tx, personIDs []int64) (map[int64][]int64, error) {
	records, err := store{tx}.recordsOf(database.DistinctNonzero(personIDs))
	byPerson := make(map[int64][]int64, len(personIDs))
	for _, r := range records {
		byPerson[r.PersonID] = append(byPerson[r.PersonID], r.ID)
	}
	return byPerson, err
}

// CountCustomers returns how many customers there are, and stops counting at atMost.
func CountCustomers(tx database.Tx, atMost int) (int, error) {
	n, err := database.CountUpTo(tx, tx.Gorm().Model(&Customer{}), atMost)
	if err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
}

// CountAnswers counts the ratings that batches of intake brought.
func CountAnswers(tx database.Tx, batchIDs []int64) (int, error) {
	counts, err := database.In[struct{ N int }](batchIDs, "the number of answers", func(part []int64) *gorm.DB {
		return tx.Gorm().Model(&ImportedAnswer{}).Select("COUNT(*) AS n").Where("batch_id IN ?", part)
	})
	total := 0
	for _, c := range counts {
		total += c.N
	}
	return total, err
}

// LastResolutions returns each customer's newest resolution until now that stands. A customer without one is not in the map.
func LastResolutions(tx database.Tx, now clock.Instant, customerIDs []int64) (map[int64]Resolution, error) {
	rows, err := database.In[Resolution](customerIDs, "last resolutions", func(part []int64) *gorm.DB {
		ranked := tx.Gorm().Model(&Resolution{}).
			Select("*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY resolved_at DESC, id DESC) AS newest").
			Where("customer_id IN ? AND resolved_at <= ? AND reopened_at = 0", part, now)
		return tx.Gorm().Table("(?) AS ranked", ranked).Where("newest = 1")
	})
	found := make(map[int64]Resolution, len(rows))
	for _, row := range rows {
		found[row.CustomerID] = row
	}
	return found, err
}
