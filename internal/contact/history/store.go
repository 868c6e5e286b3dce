package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// store reads the contacts of persons.
type store struct{ database.Tx }

func (s store) resolutionsOfContacts(contactIDs []int64) ([]contact.Resolution, error) {
	return database.In[contact.Resolution](contactIDs, "resolutions", func(part []int64) *gorm.DB {
		return s.Gorm().Where("contact_id IN ?", part).Order("contact_id, no")
	})
}

// past reads what the moments can ask about.
func (s store) past(moments []Moment) (*known, error) {
	p := &known{
		openings: map[int64][]began{}, resolutions: map[int64][]contact.Resolution{}, earliest: map[int64]clock.Instant{},
		complaints: map[int64][]contact.Contact{}, resolved: map[int64][]contact.Resolution{}, openedAt: map[int64]clock.Instant{},
	}
	if len(moments) == 0 {
		return p, nil
	}
	customers, contacts := make([]int64, 0, len(moments)), make([]int64, 0, len(moments))
	for _, m := range moments {
		customers, contacts = append(customers, m.CustomerID), append(contacts, m.ContactID)
	}
	var err error
	if p.persons, err = (contact.Directory{}).Persons(s.Tx, customers); err != nil {
		return nil, err
	}
	persons := slices.Collect(maps.Values(p.persons))
	from, to, err := s.windowOf(p, moments, database.DistinctNonzero(contacts))
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(database.DistinctNonzero(persons), database.MaxIn) {
		if err := s.readPast(p, part, from, to); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// windowOf learns when the contacts of the moments were opened, and returns the time their repeats can lie in.
func (s store) windowOf(p *known, moments []Moment, contactIDs []int64) (from, to clock.Instant, err error) {
	rows, err := database.In[began](contactIDs, "when contacts were opened", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&contact.Contact{}).Select("id AS contact_id, opened_at AS at").Where("id IN ?", part)
	})
	if err != nil {
		return 0, 0, err
	}
	for _, row := range rows {
		p.openedAt[row.ContactID] = row.At
	}
	from = moments[0].ResolvedAt
	for _, m := range moments {
		begun := p.begun(m)
		from, to = min(from, begun), max(to, begun)
	}
	return from.Add(-repeatWindow), to, nil
}

// ofPerson is a row that says whose it is.
type ofPerson[T any] struct {
	Person int64
	Row    T `gorm:"embedded"`
}

func (s store) readPast(p *known, persons []int64, from, to clock.Instant) error {
	g := s.Gorm()
	var first []struct {
		Person int64
		At     clock.Instant
	}
	err := g.Table("customers").Joins("JOIN contacts ON contacts.customer_id = customers.id").
		Joins("LEFT JOIN resolutions ON resolutions.contact_id = contacts.id AND resolutions.no = 1").
		Where("customers.person_id IN ?", persons).
		Select("customers.person_id AS person, " +
			"MIN(COALESCE(NULLIF(contacts.opened_at, 0), resolutions.resolved_at, contacts.received_at)) AS at").
		Group("customers.person_id").Scan(&first).Error
	if err != nil {
		return fmt.Errorf("read first contacts: %w", err)
	}
	for _, row := range first {
		p.earliest[row.Person] = row.At
	}
	var openings []ofPerson[began]
	err = g.Table("customers").Joins("JOIN contacts ON contacts.customer_id = customers.id").
		Where("customers.person_id IN ? AND contacts.opened_at >= ? AND contacts.opened_at < ?", persons, from, to).
		Select("customers.person_id AS person, contacts.id AS contact_id, contacts.opened_at AS at").Scan(&openings).Error
	if err != nil {
		return fmt.Errorf("read contacts opened lately: %w", err)
	}
	for _, row := range openings {
		p.openings[row.Person] = append(p.openings[row.Person], row.Row)
	}
	var resolutions []ofPerson[contact.Resolution]
	err = g.Table("customers").Joins("JOIN resolutions ON resolutions.customer_id = customers.id").
		Where("customers.person_id IN ? AND resolutions.resolved_at >= ? AND resolutions.resolved_at < ?", persons, from, to).
		Select("customers.person_id AS person, resolutions.contact_id, resolutions.resolved_at").Scan(&resolutions).Error
	if err != nil {
		return fmt.Errorf("read contacts resolved lately: %w", err)
	}
	for _, row := range resolutions {
		p.resolutions[row.Person] = append(p.resolutions[row.Person], row.Row)
	}
	return s.readComplaints(p, persons)
}

// openContact is an open contact of a person, and when it began, or began again.
type openContact struct {
	ofPerson[contact.Contact]
	began clock.Instant
}

// maxOpen bounds how many open contacts of a few persons are looked at, the newest first: a source that never resolves any must not
// hold up a claim.
const maxOpen = 2000

// openOf returns the open contacts of persons, by person.
func (s store) openOf(personIDs []int64) (map[int64][]openContact, error) {
	unsolved := []contact.Status{contact.Open, contact.Pending, contact.Reopened}
	rows, err := database.In[ofPerson[contact.Contact]](personIDs, "open contacts of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Table("customers").Joins("JOIN contacts ON contacts.customer_id = customers.id").
			Where("customers.person_id IN ? AND contacts.status IN ?", part, unsolved).
			Select("customers.person_id AS person, contacts.*").Order("contacts.id DESC").Limit(maxOpen)
	})
	if err != nil {
		return nil, err
	}
	var again []int64
	for _, row := range rows {
		if row.Row.Status == contact.Reopened {
			again = append(again, row.Row.ID)
		}
	}
	resolutions, err := s.resolutionsOfContacts(again)
	if err != nil {
		return nil, err
	}
	reopened := make(map[int64]clock.Instant, len(again))
	for _, r := range resolutions {
		reopened[r.ContactID] = max(reopened[r.ContactID], r.ReopenedAt)
	}
	open := make(map[int64][]openContact, len(personIDs))
	for _, row := range rows {
		began := max(cmp.Or(row.Row.OpenedAt, row.Row.ReceivedAt), reopened[row.Row.ID])
		open[row.Person] = append(open[row.Person], openContact{row, began})
	}
	return open, nil
}

func (s store) readComplaints(p *known, persons []int64) error {
	var complaints []ofPerson[contact.Contact]
	err := s.Gorm().Table("customers").Joins("JOIN contacts ON contacts.customer_id = customers.id AND contacts.complaint = ?", true).
		Where("customers.person_id IN ?", persons).
		Select("customers.person_id AS person, contacts.id, contacts.opened_at, contacts.received_at").Scan(&complaints).Error
	if err != nil {
		return fmt.Errorf("read complaints: %w", err)
	}
	ids := make([]int64, len(complaints))
	for i, row := range complaints {
		p.complaints[row.Person] = append(p.complaints[row.Person], row.Row)
		ids[i] = row.Row.ID
	}
	resolutions, err := s.resolutionsOfContacts(ids)
	for _, r := range resolutions {
		p.resolved[r.ContactID] = append(p.resolved[r.ContactID], r)
	}
	return err
}
