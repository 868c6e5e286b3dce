package decision

import (
	"context"
	"fmt"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

// CancelContact is the job that gives up the pending follow-up of resolutions that a reopening undid. Their decisions stay,
// marked as cancelled; a newer resolution of the same contact is left alone. A survey that is being sent is not stopped here:
// whoever sends looks at the reopening too.
func (s *Service) CancelContact(ctx context.Context, ticket outbox.Ticket, contactID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		undone, err := undoneResolutions(tx, contactID)
		if err != nil || len(undone) == 0 {
			return err
		}
		if err := s.callbacks.CancelReopened(tx, undone, now); err != nil { // callbacks are locked before decisions
			return err
		}
		surveys, err := store{tx}.liveSurveyDecisions(undone)
		if err != nil {
			return err
		}
		return s.giveUpSurveys(tx, surveys, policy.ReasonReopened, now)
	})
	if err != nil {
		return fmt.Errorf("cancel the follow-up of contact %d: %w", contactID, err)
	}
	return nil
}

// Decided reports whether the follow-up of a resolution is decided: the callback that a policy wants is there with it.
func Decided(tx database.Tx, resolutionID int64) (bool, error) {
	known, err := store{tx}.decided([]int64{resolutionID})
	return len(known) > 0, err
}

// undoneResolutions returns the ids of the contact's resolutions that a reopening undid.
func undoneResolutions(tx database.Tx, contactID int64) ([]int64, error) {
	ids, err := store{tx}.decidedResolutions(contactID)
	if err != nil {
		return nil, err
	}
	resolutions, err := contact.ResolutionsByID(tx, ids)
	if err != nil {
		return nil, err
	}
	undone := ids[:0]
	for _, id := range ids {
		if r, ok := resolutions[id]; ok && !r.ReopenedAt.IsZero() {
			undone = append(undone, id)
		}
	}
	return undone, nil
}
