package flow

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/survey"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
)

// FollowedUp is what was done about a contact.
type FollowedUp struct {
	Decisions []decision.Row  // the newest resolution first
	Callbacks []worklist.Row  // the newest first
	Handoffs  []contact.Event // the newest last
	Surveys   []contact.Event // what became of invitations, and what was answered
}

// FollowedUp returns what was decided and done about a contact. It is empty for a contact the viewer does not see.
func (c Customers) FollowedUp(ctx context.Context, viewer account.Viewer, contactID int64) (FollowedUp, error) {
	tx := c.db.View(ctx)
	seen, err := contact.SeenByID(tx, viewer, []int64{contactID})
	if err != nil || len(seen) == 0 {
		return FollowedUp{}, err
	}
	var f FollowedUp
	if f.Decisions, err = decision.OfContact(tx, contactID, c.now()); err == nil {
		f.Callbacks, err = worklist.OfContact(tx, contactID)
	}
	if err == nil {
		f.Handoffs, err = handoff.EventsOfContact(tx, contactID)
	}
	if err == nil {
		f.Surveys, err = survey.EventsOfContact(tx, contactID)
	}
	if err == nil {
		err = leadAll(tx, viewer, f.Handoffs)
	}
	if err != nil {
		return FollowedUp{}, fmt.Errorf("what was done about contact %d: %w", contactID, err)
	}
	return f, nil
}
