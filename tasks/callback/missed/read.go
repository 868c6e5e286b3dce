package missed

import (
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// maxEvents bounds how many texts about a contact are read.
const maxEvents = 200

// EventsOfContact returns what became of the texts about a contact. The codes are translated under "timeline.<code>".
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	texts, err := store{tx}.ofContact(contactID)
	if err != nil {
		return nil, err
	}
	return events(tx, texts)
}

// PastTexts returns what became of the texts that were for customers.
func PastTexts(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	texts, err := store{tx}.past(p)
	if err != nil {
		return nil, err
	}
	return events(tx, texts)
}

func events(tx database.Tx, texts []Text) ([]contact.Event, error) {
	ids := make([]int64, len(texts))
	for i, t := range texts {
		ids[i] = t.CallbackID
	}
	contacts, err := callback.ContactsOf(tx, ids)
	events := make([]contact.Event, len(texts))
	for i, t := range texts {
		e := t.event()
		e.Row, e.ContactID, e.About = t.ID, contacts[t.CallbackID], contact.Object{Kind: contact.AboutCallback, ID: t.CallbackID}
		events[i] = e
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

// Linked is a text as its link finds it.
type Linked struct {
	Text
	// E.164 of who got it, where that is none of the customer's own numbers: the contact person. Empty: the customer did.
	Line string
}

// ByToken returns the text whose link has a hash, and whether there is one.
func ByToken(tx database.Tx, hash string) (Linked, bool, error) {
	t, found, err := store{tx}.byToken(hash)
	if err != nil || !found {
		return Linked{}, false, err
	}
	linked, err := link(tx, t)
	return linked[t.ID], err == nil, err
}

// ByID returns texts, by their ids.
func ByID(tx database.Tx, ids []int64) (map[int64]Linked, error) {
	texts, err := store{tx}.byIDs(ids)
	if err != nil {
		return nil, err
	}
	return link(tx, texts...)
}

func link(tx database.Tx, texts ...Text) (map[int64]Linked, error) {
	attempts := make([]int64, len(texts))
	for i, t := range texts {
		attempts[i] = t.AttemptID
	}
	lines, err := callback.StrangeLines(tx, attempts)
	linked := make(map[int64]Linked, len(texts))
	for _, t := range texts {
		linked[t.ID] = Linked{Text: t, Line: lines[t.AttemptID]}
	}
	return linked, err
}
