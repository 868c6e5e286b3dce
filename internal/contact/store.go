package contact

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

// maxRows bounds the rows of one upsert.
const maxRows = 500

// rewrite writes rows that exist again, in few statements.
func rewrite[T any](s store, what string, rows []T, columns []string) error {
	for part := range slices.Chunk(rows, maxRows) {
		err := s.Gorm().Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(columns),
		}).Create(&part).Error
		if err != nil {
			return fmt.Errorf("update %s: %w", what, err)
		}
	}
	return nil
}

// find reads the rows whose column is one of the values.
func find[T any, V cmp.Ordered](s store, what, column string, values []V, order string, locked bool) ([]T, error) {
	return findIn[T](s.Gorm(), what, column, values, order, locked)
}

func findIn[T any, V cmp.Ordered](g *gorm.DB, what, column string, values []V, order string, locked bool) ([]T, error) {
	g = g.Session(&gorm.Session{}) // it is asked several times
	return database.In[T](values, what, func(part []V) *gorm.DB {
		q := g.Where(column+" IN ?", part).Order(order)
		if locked {
			q = q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
		}
		return q
	})
}

func (s store) ensureSource(name string, now clock.Instant) (Source, error) {
	source := Source{Name: name, CreatedAt: now}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&source).Error; err != nil {
		return Source{}, fmt.Errorf("add source: %w", err)
	}
	source = Source{}
	if err := s.Gorm().Where("name = ?", name).Take(&source).Error; err != nil {
		return Source{}, fmt.Errorf("read source: %w", err)
	}
	return source, nil
}

func (s store) sources() ([]Source, error) {
	var sources []Source
	if err := s.Gorm().Order("name").Limit(1000).Find(&sources).Error; err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return sources, nil
}

// along is a table that is read along an index. Where hundreds of keys are sought in a table of thousands, or one that grew since its
// server counted it, MySQL reads all of it instead; locking what it reads, it waits for every other transaction of intake.
func (s store) along(table, index string) *gorm.DB {
	if s.Dialect() == database.MySQL {
		table += " FORCE INDEX (" + index + ")"
	}
	return s.Gorm().Table(table)
}

// contactsOf reads the contacts of the keys; locked, others are kept from changing them until the transaction ends.
func (s store) contactsOf(sourceID int64, keys []string, locked bool) ([]Contact, error) {
	return findIn[Contact](s.along("contacts", "contacts_source_id_external_id"), "contacts",
		"source_id = "+strconv.FormatInt(sourceID, 10)+" AND external_id", keys, "id", locked)
}

func (s store) addContacts(drafts []*draft) error {
	rows := make([]Contact, len(drafts))
	for i, d := range drafts {
		rows[i] = d.contact
	}
	if err := database.InsertWithIDs(s.Tx, "contacts", rows, func(c *Contact) *int64 { return &c.ID }); err != nil {
		return err
	}
	for i, d := range drafts {
		d.contact.ID = rows[i].ID
	}
	return nil
}

var contactColumns = []string{
	"customer_id", "status", "channel", "category", "subcategory", "product", "severity", "complaint", "opened_at",
	"first_response_at", "talk_seconds", "hold_seconds", "wrap_up_seconds", "order_reference", "contact_name",
	"contact_phone", "contact_line", "resolution_text", "recording_url",
	"auto_closed", "tags", "content_hash", "resolution_count", "source_changed_at", "changed_at", "import_id", "description_id",
	"customer_by_hand",
}

func (s store) updateContacts(drafts []*draft) error {
	rows := make([]Contact, len(drafts))
	for i, d := range drafts {
		rows[i] = d.contact
	}
	return rewrite(s, "contacts", rows, contactColumns)
}

func (s store) participantsOf(contactIDs []int64) ([]Participant, error) {
	return find[Participant](s, "participants", "contact_id", contactIDs, "id", false)
}

func (s store) replaceParticipants(contactIDs []int64, people []Participant) error {
	for part := range slices.Chunk(contactIDs, database.MaxIn) {
		if err := s.Gorm().Where("contact_id IN ?", part).Delete(&Participant{}).Error; err != nil {
			return fmt.Errorf("replace participants: %w", err)
		}
	}
	return database.Insert(s.Tx, "participants", people)
}

func (s store) addCorrections(corrections []Correction) error {
	return database.Insert(s.Tx, "corrections", corrections)
}

func (s store) resolutionsOfContacts(contactIDs []int64) ([]Resolution, error) {
	return find[Resolution](s, "resolutions", "contact_id", contactIDs, "contact_id, no", false)
}

// answersOfContacts returns the ratings that came with contacts, each metric's in the order they came.
func (s store) answersOfContacts(contactIDs []int64) ([]ImportedAnswer, error) {
	return find[ImportedAnswer](s, "imported answers", "contact_id", contactIDs, "contact_id, metric, revision, id", false)
}

func (s store) addBatch(b Batch) (int64, error) {
	if err := s.Gorm().Create(&b).Error; err != nil {
		return 0, fmt.Errorf("add intake batch: %w", err)
	}
	return b.ID, nil
}

func (s store) addResolutions(resolutions []*Resolution) error {
	rows := make([]Resolution, len(resolutions))
	for i, r := range resolutions {
		rows[i] = *r
	}
	if err := database.InsertWithIDs(s.Tx, "resolutions", rows, func(r *Resolution) *int64 { return &r.ID }); err != nil {
		return err
	}
	for i, r := range resolutions {
		r.ID = rows[i].ID
	}
	return nil
}

func (s store) reopen(resolutions []Resolution) error {
	return rewrite(s, "reopened resolutions", resolutions, []string{"reopened_at"})
}

func (s store) retime(resolutions []Resolution) error {
	return rewrite(s, "times of resolutions", resolutions, []string{"resolved_at"})
}

func (s store) markAnswered(resolutionIDs []int64) error {
	for part := range slices.Chunk(resolutionIDs, database.MaxIn) {
		if err := s.Gorm().Model(&Resolution{}).Where("id IN ?", part).Update("answered", true).Error; err != nil {
			return fmt.Errorf("mark resolutions answered: %w", err)
		}
	}
	return nil
}

func (s store) addAnswers(answers []ImportedAnswer) error {
	return database.Insert(s.Tx, "imported answers", answers)
}

// internAgents returns the id of each name and creates the agents there are none of.
func (s store) internAgents(sourceID int64, names []string) (map[string]int64, error) {
	ids := make(map[string]int64, len(names))
	read := func(names []string) error {
		agents, err := find[Agent](s, "agents", "source_id = "+strconv.FormatInt(sourceID, 10)+" AND name", names, "id", false)
		for _, a := range agents {
			ids[a.Name] = a.ID
		}
		return err
	}
	if err := read(names); err != nil {
		return nil, err
	}
	var missing []Agent
	var missingNames []string
	for _, name := range names {
		if ids[name] == 0 {
			missing = append(missing, Agent{SourceID: sourceID, Name: name})
			missingNames = append(missingNames, name)
		}
	}
	if len(missing) == 0 {
		return ids, nil
	}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(missing, maxRows).Error; err != nil {
		return nil, fmt.Errorf("add agents: %w", err)
	}
	return ids, read(missingNames)
}

// ResolutionIDsBetween returns the ids of all resolutions of a period in the order of their time, read so many at once. A source may
// correct that time: who works for long remembers the ids, and does not page by it.
func ResolutionIDsBetween(tx database.Tx, from, to clock.Instant, page int) ([]int64, error) {
	return store{tx}.resolutionIDsBetween(from, to, page)
}

// ResolvedKey is where a walk through resolutions in the order of their time stands.
type ResolvedKey struct {
	At clock.Instant
	ID int64
}

// ResolvedAfter returns up to limit resolutions behind a key that were resolved no later than an instant, in the order of their time, then
// of their ids.
func ResolvedAfter(tx database.Tx, after ResolvedKey, until clock.Instant, limit int) ([]Resolution, error) {
	return database.List[Resolution](tx.Gorm().Where("resolved_at >= ? AND resolved_at <= ?", after.At, until).
		Where("resolved_at > ? OR id > ?", after.At, after.ID).Order("resolved_at, id").Limit(limit), "resolutions by time")
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
