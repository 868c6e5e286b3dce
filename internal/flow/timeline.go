package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/incident"
)

// Reads answers questions that span features, for pages. It writes nothing.
type Reads struct {
	db       *database.DB
	contacts *contact.Service
}

// NewReads returns the reads of a database; contacts decides which contacts a viewer sees.
func NewReads(db *database.DB, contacts *contact.Service) Reads { return Reads{db, contacts} }

// Timeline returns the events of a contact, the newest first: what happened at the source, what was decided and done about it,
// and what the customer said. It returns none, and no error, for a contact the viewer does not see.
func (r Reads) Timeline(ctx context.Context, viewer account.Viewer, contactID int64) ([]contact.Event, error) {
	seen, err := r.contacts.ContactsByID(ctx, viewer, []int64{contactID})
	if err != nil || len(seen) == 0 {
		return nil, err
	}
	tx := r.db.View(ctx)
	events, err := timeline(tx, contactID)
	if err != nil {
		return nil, err
	}
	return events, leadAll(tx, viewer, events)
}

// CallbackTimeline returns the events of the contact a callback is about, even if that contact is another team's: whoever makes
// the call, or sees the callback's team, must know why. It returns none, and no error, for a callback the viewer does not see.
func (r Reads) CallbackTimeline(ctx context.Context, viewer account.Viewer, c callback.Callback) ([]contact.Event, error) {
	inHand := c.CallerID != 0 && c.CallerID == viewer.UserID
	if !inHand && !viewer.SeesTeam(c.TeamID) {
		return nil, nil
	}
	return timeline(r.db.View(ctx), c.ContactID)
}

func timeline(tx database.Tx, contactID int64) ([]contact.Event, error) {
	var events []contact.Event
	for _, part := range []func(database.Tx, int64) ([]contact.Event, error){
		contact.EventsOfContact, decision.EventsOfContact, worklist.EventsOfContact, missed.EventsOfContact,
		survey.EventsOfContact, handoff.EventsOfContact, incident.EventsOfContact,
	} {
		some, err := part(tx, contactID)
		if err != nil {
			return nil, fmt.Errorf("timeline of contact %d: %w", contactID, err)
		}
		events = append(events, some...)
	}
	slices.Reverse(events) // of what happened at the same time, the last comes first
	slices.SortStableFunc(events, func(a, b contact.Event) int { return cmp.Compare(b.At, a.At) })
	return events, nil
}
