package contact

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Event is one line of a timeline, of a contact or of a customer. Every feature tells its own part; package flow puts them together.
type Event struct {
	At        clock.Instant
	Code      string         // what happened; translated under "timeline.<code>"
	Args      map[string]any // named values for the translation
	Actor     string         // who did it; empty for the customer or the program
	Row       int64          // id of the row that tells it, among those of its part
	ContactID int64          // the contact it is about; 0 for none
	About     Object         // what it is about besides, and may be looked at
}

// Object is a thing that a timeline leads to: of a kind, with an id. The zero value is none.
type Object struct {
	Kind ObjectKind
	ID   int64
}

// ObjectKind is what kind of thing an object is.
type ObjectKind string

// The kinds of object, beside contacts.
const (
	AboutCallback    ObjectKind = "callback"
	AboutConsent     ObjectKind = "consent"
	AboutDecision    ObjectKind = "decision"
	AboutHandoff     ObjectKind = "handoff"
	AboutInvitation  ObjectKind = "invitation"
	AboutPerson      ObjectKind = "person" // who is the same customer
	AboutResponse    ObjectKind = "response"
	AboutSuppression ObjectKind = "suppression"
)

// Numbers are telephone numbers among the args of an event: they are shown masked.
type Numbers []string

// EventsOfContact returns what is known of a contact's own life, in no particular order: opened, first response, taken in,
// resolved, reopened, corrected, rated otherwise too late. It is empty for a contact there is none of.
func EventsOfContact(tx database.Tx, contactID int64) ([]Event, error) {
	contacts, err := ContactsByID(tx, []int64{contactID})
	if err != nil || len(contacts) == 0 {
		return nil, err
	}
	c := contacts[contactID]
	sources, err := SourceNames(tx, []int64{c.SourceID})
	if err != nil {
		return nil, err
	}
	events := contactEvents(c, sources[c.SourceID])
	resolutions, err := store{tx}.resolutionsOfContacts([]int64{contactID})
	if err != nil {
		return nil, err
	}
	more, err := resolutionEvents(tx, resolutions)
	if err != nil {
		return nil, err
	}
	corrections, err := store{tx}.corrections(contactID)
	if err != nil {
		return nil, err
	}
	corrected, err := correctionEvents(tx, corrections)
	if err != nil {
		return nil, err
	}
	told, err := store{tx}.answersOfContacts([]int64{contactID})
	return slices.Concat(events, more, corrected, lateRatingEvents(told)), err
}

// lateRatingEvents tells the ratings that were changed at the source when a change did not count any more. survey tells the others.
func lateRatingEvents(told []ImportedAnswer) []Event {
	var events []Event
	for _, a := range told {
		if a.Late {
			_, top, _ := strings.Cut(a.Scale, "-")
			events = append(events, Event{
				At: a.AnsweredAt, Code: "rating_changed_late", Args: map[string]any{"score": fmt.Sprintf("%d/%s", a.Value, top)},
				Row: a.ID, ContactID: a.ContactID,
			})
		}
	}
	return events
}

func contactEvents(c Contact, source string) []Event {
	var events []Event
	tell := func(at clock.Instant, code string, args map[string]any) {
		events = append(events, Event{At: at, Code: code, Args: args, Row: c.ID, ContactID: c.ID})
	}
	if !c.OpenedAt.IsZero() {
		tell(c.OpenedAt, "contact_opened", nil)
	}
	if !c.FirstResponseAt.IsZero() {
		tell(c.FirstResponseAt, "contact_first_response", nil)
	}
	tell(c.ReceivedAt, "contact_received", map[string]any{"source": source})
	return events
}

func resolutionEvents(tx database.Tx, resolutions []Resolution) ([]Event, error) {
	agentIDs := make([]int64, len(resolutions))
	for i, r := range resolutions {
		agentIDs[i] = r.AgentID
	}
	agents, err := AgentNames(tx, agentIDs)
	if err != nil {
		return nil, err
	}
	var events []Event
	for _, r := range resolutions {
		code, args := "contact_resolved", map[string]any{"no": r.No}
		switch {
		case r.AutoClosed:
			code = "contact_auto_closed"
		case r.No > 1:
			code = "contact_resolved_again"
		}
		e := Event{At: r.ResolvedAt, Code: code, Args: args, Actor: agents[r.AgentID], Row: r.ID, ContactID: r.ContactID}
		events = append(events, e)
		if !r.ReopenedAt.IsZero() {
			e.At, e.Code, e.Actor = r.ReopenedAt, "contact_reopened", ""
			events = append(events, e)
		}
	}
	return events, nil
}

// correctionEvents tells what changed after a resolution; an agent is told by name, a customer by reference.
func correctionEvents(tx database.Tx, corrections []Correction) ([]Event, error) {
	if len(corrections) == 0 {
		return nil, nil
	}
	var agentIDs, customerIDs []int64
	for _, c := range corrections {
		for _, value := range []string{c.OldValue, c.NewValue} {
			switch c.Field {
			case "agent":
				agentIDs = append(agentIDs, parseID(value))
			case "customer":
				customerIDs = append(customerIDs, parseID(value))
			}
		}
	}
	agents, err := AgentNames(tx, agentIDs)
	if err != nil {
		return nil, err
	}
	customers, err := CustomersByID(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(corrections))
	for i, c := range corrections {
		show := func(value string) any {
			switch c.Field {
			case "resolved_at":
				if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
					return clock.At(at)
				}
			case "agent":
				return agents[parseID(value)]
			case "customer":
				return customers[parseID(value)].Reference
			}
			return value
		}
		events[i] = Event{At: c.At, Code: "contact_corrected", Row: c.ID, ContactID: c.ContactID, Args: map[string]any{
			"field": c.Field, "old": show(c.OldValue), "new": show(c.NewValue), "no": c.ResolutionNo,
		}}
	}
	return events, nil
}
