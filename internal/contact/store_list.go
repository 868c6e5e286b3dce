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
