package contact

import (
	"cmp"
	"slices"
	"time"

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

// Since is something planned about a contact of a person, that may be overtaken by what they reported after a moment.
type Since struct {
	PersonID  int64
	ContactID int64
	After     clock.Instant // when the contact was resolved
}

// Newer returns, for each of them, the open contacts of the person that began later, the newest first: one that was reopened began
// again. It takes a query, and another one where a contact was reopened, whatever the number up to 500. It is asked again at the moment
// of every contact: who has just reported something is not asked how the last one went.
func Newer(tx database.Tx, list ...Since) ([][]Contact, error) {
	persons := make([]int64, len(list))
	for i, s := range list {
		persons[i] = s.PersonID
	}
	open, err := store{tx}.openOf(database.DistinctNonzero(persons))
	if err != nil {
		return nil, err
	}
	newer := make([][]Contact, len(list))
	for i, s := range list {
		for _, c := range open[s.PersonID] {
			if c.Row.ID != s.ContactID && c.began > s.After {
				newer[i] = append(newer[i], c.Row)
			}
		}
		slices.SortFunc(newer[i], func(a, b Contact) int { return cmp.Or(cmp.Compare(b.OpenedAt, a.OpenedAt), cmp.Compare(b.ID, a.ID)) })
	}
	return newer, nil
}

// LookAgain is how soon it is asked again whether newer contacts are resolved.
const LookAgain = 15 * time.Minute

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
