package contact

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// repeatWindow is how soon after an earlier contact a new one counts as the customer having to come back.
const repeatWindow = 48 * time.Hour

// Moment is one contact of a customer, and when it is looked at.
type Moment struct {
	ContactID  int64
	CustomerID int64
	ResolvedAt clock.Instant // of the resolution in question: when the contact began, if its opening is not known
	At         clock.Instant // what happened later is not looked at
}

// History is what came before a moment.
type History struct {
	First         bool // the person had no contact before this one
	Repeat        bool // another contact of the person was opened or resolved in the repeatWindow before this one began
	OpenComplaint bool // a complaint of the person was not resolved at the moment
}

// HistoryOf returns what came before each moment in the contacts of the customer's person, with the same few queries for up to
// 500 persons. Of a contact whose customer nobody knows there is no history.
func HistoryOf(tx database.Tx, moments []Moment) ([]History, error) {
	p, err := store{tx}.past(moments)
	if err != nil {
		return nil, err
	}
	list := make([]History, len(moments))
	for i, m := range moments {
		person := p.persons[m.CustomerID]
		if person == 0 {
			continue
		}
		begun := p.begun(m)
		list[i] = History{
			First: p.first(person, begun), Repeat: p.repeat(person, m.ContactID, begun), OpenComplaint: p.openComplaint(person, m.At),
		}
	}
	return list, nil
}

// past is what there is of some persons' contacts, as far as their moments can ask.
type past struct {
	persons     map[int64]int64         // by customer
	openings    map[int64][]began       // by person: contacts opened in the time the moments ask about
	resolutions map[int64][]Resolution  // by person: of the same time
	earliest    map[int64]clock.Instant // by person: when the first contact began
	complaints  map[int64][]Contact     // by person
	resolved    map[int64][]Resolution  // by contact, of complaints
	openedAt    map[int64]clock.Instant // by contact, of the moments
}

// began is when a contact began.
type began struct {
	ContactID int64
	At        clock.Instant
}

// begun is when a contact began: when it was opened, or where that is not known, when it was resolved.
func (p *past) begun(m Moment) clock.Instant {
	if at := p.openedAt[m.ContactID]; !at.IsZero() {
		return at
	}
	return m.ResolvedAt
}

func (p *past) first(person int64, begun clock.Instant) bool {
	earliest, ok := p.earliest[person]
	return !ok || earliest >= begun
}

func (p *past) repeat(person, contactID int64, begun clock.Instant) bool {
	before := func(other int64, at clock.Instant) bool {
		return other != contactID && at < begun && at >= begun.Add(-repeatWindow)
	}
	return slices.ContainsFunc(p.openings[person], func(o began) bool { return before(o.ContactID, o.At) }) ||
		slices.ContainsFunc(p.resolutions[person], func(r Resolution) bool { return before(r.ContactID, r.ResolvedAt) })
}

func (p *past) openComplaint(person int64, at clock.Instant) bool {
	return slices.ContainsFunc(p.complaints[person], func(c Contact) bool {
		since := c.OpenedAt
		if since.IsZero() {
			since = c.ReceivedAt
		}
		return since <= at && !slices.ContainsFunc(p.resolved[c.ID], func(r Resolution) bool {
			return r.ResolvedAt <= at && (r.ReopenedAt.IsZero() || r.ReopenedAt > at)
		})
	})
}

// ResolutionIDsBetween returns the ids of all resolutions of a period in the order of their time, read so many at once. A source may
// correct that time: who works for long remembers the ids, and does not page by it.
func ResolutionIDsBetween(tx database.Tx, from, to clock.Instant, page int) ([]int64, error) {
	return store{tx}.resolutionIDsBetween(from, to, page)
}

// rawPage is how many resolutions are read at once.
const rawPage = 5000

// RawEntries yields one figures entry for every resolution there is, to recompute coverage from.
func RawEntries(tx database.Tx, yield func(figures.Entry) error) error {
	for after := int64(0); ; {
		page, err := store{tx}.resolutionsAfter(after, rawPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if err := yield(resolvedEntry(&page[i])); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

// past reads what the moments can ask about.
func (s store) past(moments []Moment) (*past, error) {
	p := &past{
		openings: map[int64][]began{}, resolutions: map[int64][]Resolution{}, earliest: map[int64]clock.Instant{},
		complaints: map[int64][]Contact{}, resolved: map[int64][]Resolution{}, openedAt: map[int64]clock.Instant{},
	}
	if len(moments) == 0 {
		return p, nil
	}
	customers, contacts := make([]int64, 0, len(moments)), make([]int64, 0, len(moments))
	for _, m := range moments {
		customers, contacts = append(customers, m.CustomerID), append(contacts, m.ContactID)
	}
	var err error
	if p.persons, err = s.persons(database.DistinctNonzero(customers)); err != nil {
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
func (s store) windowOf(p *past, moments []Moment, contactIDs []int64) (from, to clock.Instant, err error) {
	rows, err := database.In[began](contactIDs, "when contacts were opened", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Contact{}).Select("id AS contact_id, opened_at AS at").Where("id IN ?", part)
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

func (s store) readPast(p *past, persons []int64, from, to clock.Instant) error {
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
	var resolutions []ofPerson[Resolution]
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
	ofPerson[Contact]
	began clock.Instant
}

// maxOpen bounds how many open contacts of a few persons are looked at, the newest first: a source that never resolves any must not
// hold up a claim.
const maxOpen = 2000

// openOf returns the open contacts of persons, by person.
func (s store) openOf(personIDs []int64) (map[int64][]openContact, error) {
	rows, err := database.In[ofPerson[Contact]](personIDs, "open contacts of persons", func(part []int64) *gorm.DB {
		return s.Gorm().Table("customers").Joins("JOIN contacts ON contacts.customer_id = customers.id").
			Where("customers.person_id IN ? AND contacts.status IN ?", part, []Status{Open, Pending, Reopened}).
			Select("customers.person_id AS person, contacts.*").Order("contacts.id DESC").Limit(maxOpen)
	})
	if err != nil {
		return nil, err
	}
	var again []int64
	for _, row := range rows {
		if row.Row.Status == Reopened {
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

func (s store) readComplaints(p *past, persons []int64) error {
	var complaints []ofPerson[Contact]
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

func (s store) resolutionIDsBetween(from, to clock.Instant, page int) ([]int64, error) {
	var ids []int64
	for last := (Resolution{}); ; {
		var rows []Resolution
		err := s.Gorm().Select("id", "resolved_at").Where("resolved_at >= ? AND resolved_at < ?", max(from, last.ResolvedAt), to).
			Where("resolved_at > ? OR id > ?", last.ResolvedAt, last.ID).Order("resolved_at, id").Limit(page).Find(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read resolutions by time: %w", err)
		}
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		if len(rows) < page {
			return ids, nil
		}
		last = rows[len(rows)-1]
	}
}

// CountResolutions counts the resolutions of a period by the time they were resolved; from is inclusive, to exclusive, and either
// may be none. With teams, only the resolutions of those teams are counted.
func CountResolutions(tx database.Tx, from, to clock.Instant, teams []int64) (int, error) {
	g := tx.Gorm().Model(&Resolution{})
	if !from.IsZero() {
		g = g.Where("resolved_at >= ?", from)
	}
	if !to.IsZero() {
		g = g.Where("resolved_at < ?", to)
	}
	if len(teams) > 0 {
		g = g.Where("team_id IN ?", teams)
	}
	var n int64
	if err := g.Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count resolutions: %w", err)
	}
	return int(n), nil
}
