package flow

import (
	"cmp"
	"fmt"
	"slices"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/survey"
	"aftercall/tasks"
)

// Timeline returns the story of a contact, the newest line first: what happened at the source, what was decided and done about
// it, and what the customer said.
func Timeline(tx database.Tx, contactID int64) ([]contact.Event, error) {
	var story []contact.Event
	for _, part := range []func(database.Tx, int64) ([]contact.Event, error){
		contact.EventsOfContact, tasks.EventsOfContact, survey.EventsOfContact,
	} {
		events, err := part(tx, contactID)
		if err != nil {
			return nil, fmt.Errorf("timeline of contact %d: %w", contactID, err)
		}
		story = append(story, events...)
	}
	slices.Reverse(story) // of what happened at the same time, the last comes first
	slices.SortStableFunc(story, func(a, b contact.Event) int { return cmp.Compare(b.At, a.At) })
	return story, nil
}
