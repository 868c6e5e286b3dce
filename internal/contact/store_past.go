package contact

import (
	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// seenContact is seenContacts as a condition on a column with ids of contacts.
func seenContact(viewer account.Viewer, column string) (condition string, args []any) {
	seen, args := seenContacts(viewer)
	if len(args) == 0 {
		return seen, nil
	}
	return "EXISTS (SELECT 1 FROM contacts WHERE contacts.id = " + column + " AND " + seen + ")", args
}

// OfCustomers selects the rows of a table about the customers, as far as the viewer sees the contacts they are about. The table has columns
// named customer_id and contact_id.
func (p Past) OfCustomers(tx database.Tx, table string) func() *gorm.DB {
	condition, args := p.Seen(table + ".contact_id")
	return func() *gorm.DB {
		return tx.Gorm().Table(table).Where(table+".customer_id IN ?", p.Customers).Where(condition, args...)
	}
}

// OfContacts selects the rows of a table about the contacts of the customers that the viewer sees, for a table that has no index by
// customer. The contacts come first, by theirs, and then its rows by contact_id.
func (p Past) OfContacts(tx database.Tx, table string) func() *gorm.DB {
	return func() *gorm.DB {
		return store{tx}.visible(p.Viewer).Joins("JOIN "+table+" ON "+table+".contact_id = contacts.id").
			Where("contacts.customer_id IN ?", p.Customers)
	}
}

func (s store) pastContacts(p Past) ([]int64, error) {
	return p.Latest(s.Tx, "contacts.id", func() *gorm.DB {
		return s.visible(p.Viewer).Where("contacts.customer_id IN ?", p.Customers)
	}, database.Moment{Column: "opened_at"}, database.Moment{Column: "first_response_at"}, database.Moment{Column: "received_at"})
}

func (s store) pastResolutions(p Past) ([]int64, error) {
	return p.Latest(s.Tx, "resolutions.id", p.OfCustomers(s.Tx, "resolutions"),
		database.Moment{Column: "resolutions.resolved_at"}, database.Moment{Column: "resolutions.reopened_at"})
}

func (s store) pastCorrections(p Past) ([]int64, error) {
	return p.Latest(s.Tx, "contact_corrections.id", p.OfContacts(s.Tx, "contact_corrections"),
		database.Moment{Column: "contact_corrections.at"})
}

func (s store) pastLateRatings(p Past) ([]int64, error) {
	return p.Latest(s.Tx, "imported_answers.id", p.OfContacts(s.Tx, "imported_answers"),
		database.Moment{Column: "imported_answers.answered_at", When: "imported_answers.late = ?", Args: []any{true}})
}

func (s store) countUnseen(viewer account.Viewer, customerIDs []int64, atMost int) (int, error) {
	condition, args := seenContacts(viewer)
	return database.CountUpTo(s.Tx, s.Gorm().Model(&Contact{}).Where("customer_id IN ?", customerIDs).
		Where("NOT ("+condition+")", args...), atMost)
}

func (s store) openContacts(p Past) ([]Contact, error) {
	return database.List[Contact](s.visible(p.Viewer).Where("customer_id IN ? AND status <> ?", p.Customers, Resolved).
		Order("complaint DESC, contacts.id DESC").Limit(p.Limit), "open contacts")
}
