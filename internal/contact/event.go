package contact

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Event is one line of a contact's timeline. Every feature tells its own part; package flow puts them together.
type Event struct {
	At    clock.Instant
	Code  string         // what happened; translated under "timeline.<code>"
	Args  map[string]any // named values for the translation
	Actor string         // who did it; empty for the customer or the program
}

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
	corrections, err := correctionEvents(tx, contactID)
	if err != nil {
		return nil, err
	}
	late, err := lateRatingEvents(tx, contactID)
	if err != nil {
		return nil, err
	}
	return slices.Concat(events, more, corrections, late), nil
}

// lateRatingEvents tells the ratings that were changed at the source when a change did not count any more. survey tells the others.
func lateRatingEvents(tx database.Tx, contactID int64) ([]Event, error) {
	told, err := store{tx}.answersOfContacts([]int64{contactID})
	var events []Event
	for _, a := range told {
		if a.Late {
			_, top, _ := strings.Cut(a.Scale, "-")
			score := fmt.Sprintf("%d/%s", a.Value, top)
			events = append(events, Event{At: a.AnsweredAt, Code: "rating_changed_late", Args: map[string]any{"score": score}})
		}
	}
	return events, err
}

func contactEvents(c Contact, source string) []Event {
	var events []Event
	if !c.OpenedAt.IsZero() {
		events = append(events, Event{At: c.OpenedAt, Code: "contact_opened"})
	}
	if !c.FirstResponseAt.IsZero() {
		events = append(events, Event{At: c.FirstResponseAt, Code: "contact_first_response"})
	}
	return append(events, Event{At: c.ReceivedAt, Code: "contact_received", Args: map[string]any{"source": source}})
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
		events = append(events, Event{At: r.ResolvedAt, Code: code, Args: args, Actor: agents[r.AgentID]})
		if !r.ReopenedAt.IsZero() {
			events = append(events, Event{At: r.ReopenedAt, Code: "contact_reopened", Args: args})
		}
	}
	return events, nil
}

// correctionEvents tells what changed after a resolution; an agent is told by name, a customer by reference.
func correctionEvents(tx database.Tx, contactID int64) ([]Event, error) {
	corrections, err := store{tx}.corrections(contactID)
	if err != nil || len(corrections) == 0 {
		return nil, err
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
		events[i] = Event{At: c.At, Code: "contact_corrected", Args: map[string]any{
			"field": c.Field, "old": show(c.OldValue), "new": show(c.NewValue), "no": c.ResolutionNo,
		}}
	}
	return events, nil
}
