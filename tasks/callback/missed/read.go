package missed

import (
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// maxEvents bounds how many texts about a contact are read.
const maxEvents = 200

// EventsOfContact returns what became of the texts about a contact. The codes are translated under "timeline.<code>".
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	texts, err := store{tx}.ofContact(contactID)
	events := make([]contact.Event, len(texts))
	for i, t := range texts {
		events[i] = t.event()
	}
	return events, err
}

func (t Text) event() contact.Event {
	switch t.State {
	case Sent:
		return contact.Event{At: t.SentAt, Code: "text_sent"}
	case Failed:
		return contact.Event{At: t.CreatedAt, Code: "text_failed"}
	case Uncertain:
		return contact.Event{At: t.CreatedAt, Code: "text_uncertain"}
	case Cancelled:
		return contact.Event{At: t.CreatedAt, Code: "text_cancelled", Args: map[string]any{"reason": t.Reason}}
	case Planned, Sending:
	}
	return contact.Event{At: t.CreatedAt, Code: "text_on_its_way"}
}

// ByToken returns the text whose link has a hash, and whether there is one.
func ByToken(tx database.Tx, hash string) (Text, bool, error) { return store{tx}.byToken(hash) }

// CustomersOf returns whom texts went to, by text.
func CustomersOf(tx database.Tx, ids []int64) (map[int64]int64, error) {
	texts, err := store{tx}.byIDs(ids)
	customers := make(map[int64]int64, len(texts))
	for _, t := range texts {
		customers[t.ID] = t.CustomerID
	}
	return customers, err
}
