package contact

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// maxFound bounds how many customers and contacts a search text may stand for.
const maxFound = 200

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

// contactsNamed returns the contacts with one of some external ids.
func (s store) contactsNamed(externalIDs []string) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&Contact{}).Where("source_id IN (SELECT id FROM sources) AND external_id IN ?", externalIDs).
		Limit(maxFound).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("search contacts: %w", err)
	}
	return ids, nil
}

// customersNamed returns the customers a viewer sees whom what is sought names: by reference, name, phone or e-mail. Those of other teams
// count for nothing: enough of them would hide the viewer's own.
func (s store) customersNamed(viewer account.Viewer, by sought, limit int) ([]int64, error) {
	var ids []int64
	seen, args := seenCustomers(viewer, "customers.id")
	onAddress, addressArgs := seenCustomers(viewer, "customer_addresses.customer_id")
	queries := []*gorm.DB{
		s.Gorm().Model(&Customer{}).Select("id").Where("source_id IN (SELECT id FROM sources) AND reference IN ?", by.ids).
			Where(seen, args...),
		s.Gorm().Model(&Customer{}).Select("id").Where("name = ?", by.name).Where(seen, args...),
	}
	for kind, normalised := range by.addresses {
		if normalised != "" {
			queries = append(queries, s.Gorm().Model(&Address{}).Select("customer_id").
				Where("kind = ? AND normalised = ?", kind, normalised).Where(onAddress, addressArgs...))
		}
	}
	for _, q := range queries {
		var some []int64
		if err := q.Limit(limit).Scan(&some).Error; err != nil {
			return nil, fmt.Errorf("search customers: %w", err)
		}
		ids = append(ids, some...)
	}
	if ids = database.DistinctNonzero(ids); len(ids) > limit {
		ids = ids[:limit]
	}
	return ids, nil
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
