package handoff

import (
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// maxTold bounds how many handoffs of a contact its timeline tells of.
const maxTold = 50

// EventsOfContact returns what came of the handoffs about a contact: opened, replied to and closed. The codes are translated under
// "timeline.<code>". The log of each handoff has the rest.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	about, err := store{tx}.ofContacts([]int64{contactID})
	if err != nil {
		return nil, err
	}
	about = about[:min(len(about), maxTold)]
	var users, teams []int64
	for _, h := range about {
		users, teams = append(users, h.OpenedBy, h.RepliedBy), append(teams, h.TeamID)
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, err
	}
	teamNames, err := account.TeamNames(tx, teams)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, h := range about {
		about := map[string]any{"handoff_kind": string(h.Kind), "team": teamNames[h.TeamID], "due": h.DueAt, "handoff": h.ID}
		opened := contact.Event{At: h.CreatedAt, Code: "handoff_opened", Args: about, Actor: names[h.OpenedBy]}
		events = append(events, opened)
		if !h.RepliedAt.IsZero() {
			events = append(events, contact.Event{At: h.RepliedAt, Code: "handoff_replied", Actor: names[h.RepliedBy], Args: map[string]any{
				"handoff_kind": string(h.Kind), "team": teamNames[h.TeamID], "note": h.Reply, "handoff": h.ID,
			}})
		}
		if h.State == Closed {
			events = append(events, contact.Event{At: h.ClosedAt, Code: "handoff_closed", Args: map[string]any{
				"handoff_kind": string(h.Kind), "handoff_result": string(h.Result), "handoff": h.ID,
			}})
		}
	}
	return events, nil
}
