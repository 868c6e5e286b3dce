package incident

import (
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/tie"
)

// EventsOfContact returns what became of a contact with incidents: tied, freed, removed, and the notice to its customer. The codes are
// translated under "timeline.<code>".
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	ties, err := tie.OfContact(tx, contactID)
	if err != nil || len(ties) == 0 {
		return nil, err
	}
	ids, users := make([]int64, len(ties)), make([]int64, len(ties))
	for i, t := range ties {
		ids[i], users[i] = t.IncidentID, t.UserID
	}
	incidents, err := store{tx}.byIDs(ids)
	if err != nil {
		return nil, err
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, t := range ties {
		args := map[string]any{"name": incidents[t.IncidentID].Name}
		tied := contact.Event{At: t.TiedAt, Code: "incident_tied", Args: args}
		if t.ByHand {
			tied.Actor = names[t.UserID]
		}
		events = append(events, tied)
		switch t.State {
		case tie.Freed:
			events = append(events, contact.Event{At: t.FreedAt, Code: "incident_freed", Args: args})
		case tie.Removed:
			events = append(events, contact.Event{At: t.FreedAt, Code: "incident_removed", Args: args, Actor: names[t.UserID]})
		case tie.Held:
		}
	}
	notices, err := store{tx}.noticesOfContact(contactID)
	for _, n := range notices {
		switch n.State {
		case NoticeSent:
			events = append(events, contact.Event{At: n.SentAt, Code: "incident_notice_sent"})
		case NoticeCancelled, NoticeFailed:
			args := map[string]any{"reason": n.Reason}
			events = append(events, contact.Event{At: n.CreatedAt, Code: "incident_notice_not_sent", Args: args})
		case NoticeUncertain:
			events = append(events, contact.Event{At: n.CreatedAt, Code: "incident_notice_uncertain"})
		case NoticePlanned, NoticeSending:
		}
	}
	return events, err
}
