package contact

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/account"
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
	if f.After != (ListKey{}) {
		q = q.Where("changed_at < ? OR (changed_at = ? AND contacts.id < ?)", f.After.ChangedAt, f.After.ChangedAt, f.After.ID)
	}
	var contacts []Contact
	if err := q.Order("changed_at DESC, contacts.id DESC").Limit(f.Limit).Find(&contacts).Error; err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return contacts, nil
}

// visible selects the contacts a viewer may see: a machine those of its source; people with teams those in which one of their
// teams, or no team, took part, or that one of them resolved: its decisions stay that team's when the source corrects who it was.
func (s store) visible(viewer account.Viewer) *gorm.DB {
	q := s.Gorm().Model(&Contact{})
	switch {
	case viewer.Role == account.Machine:
		return q.Where("source_id = ?", viewer.SourceID)
	case viewer.SeesAllTeams():
		return q
	}
	const took = "SELECT 1 FROM participants AS p WHERE p.contact_id = contacts.id AND p.team_id "
	const resolved = "SELECT 1 FROM resolutions AS r WHERE r.contact_id = contacts.id AND r.team_id IN ?"
	return q.Where("EXISTS ("+took+"IN ?) OR NOT EXISTS ("+took+"<> 0) OR EXISTS ("+resolved+")", viewer.TeamIDs, viewer.TeamIDs)
}

// contactsNamed returns the contacts with an external id.
func (s store) contactsNamed(externalID string) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&Contact{}).Where("source_id IN (SELECT id FROM sources) AND external_id = ?", externalID).
		Limit(maxFound).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("search contacts: %w", err)
	}
	return ids, nil
}

// customersNamed returns the customers a text names: by reference, name, phone or e-mail.
func (s store) customersNamed(text string, addresses map[AddressKind]string, limit int) ([]int64, error) {
	var ids []int64
	queries := []*gorm.DB{
		s.Gorm().Model(&Customer{}).Select("id").Where("source_id IN (SELECT id FROM sources) AND reference = ?", text),
		s.Gorm().Model(&Customer{}).Select("id").Where("name = ?", text),
	}
	for kind, normalised := range addresses {
		if normalised != "" {
			queries = append(queries, s.Gorm().Model(&Address{}).Select("customer_id").Where("kind = ? AND normalised = ?", kind, normalised))
		}
	}
	for _, q := range queries {
		var some []int64
		if err := q.Limit(limit).Scan(&some).Error; err != nil {
			return nil, fmt.Errorf("search customers: %w", err)
		}
		ids = append(ids, some...)
	}
	if ids = distinct(ids); len(ids) > limit {
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
