package handoff

import (
	"aftercall/internal/account"
	"aftercall/internal/clock"
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
	return events(tx, about[:min(len(about), maxTold)])
}

// PastHandoffs returns when handoffs about customers were opened, replied to and closed: those about contacts that the viewer sees, and
// those that are the viewer's to see.
func PastHandoffs(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	found, err := store{tx}.past(p)
	if err != nil {
		return nil, err
	}
	return events(tx, found)
}

func events(tx database.Tx, handoffs []Handoff) ([]contact.Event, error) {
	var users, teams []int64
	for _, h := range handoffs {
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
	for _, h := range handoffs {
		tell := func(at clock.Instant, code, actor string, args map[string]any) {
			args["handoff_kind"], args["handoff"], args["team"] = string(h.Kind), h.ID, teamNames[h.TeamID]
			events = append(events, contact.Event{
				At: at, Code: code, Args: args, Actor: actor, Row: h.ID, ContactID: h.ContactID,
				About: contact.Object{Kind: contact.AboutHandoff, ID: h.ID},
			})
		}
		tell(h.CreatedAt, "handoff_opened", names[h.OpenedBy], map[string]any{"due": h.DueAt})
		if !h.RepliedAt.IsZero() {
			tell(h.RepliedAt, "handoff_replied", names[h.RepliedBy], map[string]any{"note": h.Reply})
		}
		if h.State == Closed {
			tell(h.ClosedAt, "handoff_closed", "", map[string]any{"handoff_result": string(h.Result)})
		}
	}
	return events, nil
}
