// Package history is what else a person reported, before a moment and since: what policies ask about, and what holds a callback or an
// invitation about an older contact.
package history

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
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

// Past is what came before a moment.
type Past struct {
	First         bool // the person had no contact before this one
	Repeat        bool // another contact of the person was opened or resolved in the repeatWindow before this one began
	OpenComplaint bool // a complaint of the person was not resolved at the moment
}

// Of returns what came before each moment in the contacts of the customer's person, with the same few queries for up to
// 500 persons. Of a contact whose customer nobody knows there is no history.
func Of(tx database.Tx, moments []Moment) ([]Past, error) {
	p, err := store{tx}.past(moments)
	if err != nil {
		return nil, err
	}
	list := make([]Past, len(moments))
	for i, m := range moments {
		person := p.persons[m.CustomerID]
		if person == 0 {
			continue
		}
		begun := p.begun(m)
		list[i] = Past{
			First: p.first(person, begun), Repeat: p.repeat(person, m.ContactID, begun), OpenComplaint: p.openComplaint(person, m.At),
		}
	}
	return list, nil
}

// known is what there is of some persons' contacts, as far as their moments can ask.
type known struct {
	persons     map[int64]int64                // by customer
	openings    map[int64][]began              // by person: contacts opened in the time the moments ask about
	resolutions map[int64][]contact.Resolution // by person: of the same time
	earliest    map[int64]clock.Instant        // by person: when the first contact began
	complaints  map[int64][]contact.Contact    // by person
	resolved    map[int64][]contact.Resolution // by contact, of complaints
	openedAt    map[int64]clock.Instant        // by contact, of the moments
}

// began is when a contact began.
type began struct {
	ContactID int64
	At        clock.Instant
}

// begun is when a contact began: when it was opened, or where that is not known, when it was resolved.
func (p *known) begun(m Moment) clock.Instant {
	if at := p.openedAt[m.ContactID]; !at.IsZero() {
		return at
	}
	return m.ResolvedAt
}

func (p *known) first(person int64, begun clock.Instant) bool {
	earliest, ok := p.earliest[person]
	return !ok || earliest >= begun
}

func (p *known) repeat(person, contactID int64, begun clock.Instant) bool {
	before := func(other int64, at clock.Instant) bool {
		return other != contactID && at < begun && at >= begun.Add(-repeatWindow)
	}
	return slices.ContainsFunc(p.openings[person], func(o began) bool { return before(o.ContactID, o.At) }) ||
		slices.ContainsFunc(p.resolutions[person], func(r contact.Resolution) bool { return before(r.ContactID, r.ResolvedAt) })
}

func (p *known) openComplaint(person int64, at clock.Instant) bool {
	return slices.ContainsFunc(p.complaints[person], func(c contact.Contact) bool {
		since := c.OpenedAt
		if since.IsZero() {
			since = c.ReceivedAt
		}
		return since <= at && !slices.ContainsFunc(p.resolved[c.ID], func(r contact.Resolution) bool {
			return r.ResolvedAt <= at && (r.ReopenedAt.IsZero() || r.ReopenedAt > at)
		})
	})
}
