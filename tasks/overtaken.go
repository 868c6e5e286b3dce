package tasks

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// overtaken returns, by id, why callbacks are not wanted any more because of what the source has said since they were planned: their
// contact was reopened, or is another customer's. A recovery is of who answered, whoever the contact turns out to be of.
func overtaken(tx database.Tx, callbacks ...Callback) (map[int64]Reason, error) {
	resolutionIDs, contactIDs := make([]int64, len(callbacks)), make([]int64, len(callbacks))
	for i, c := range callbacks {
		resolutionIDs[i], contactIDs[i] = c.ResolutionID, c.ContactID
	}
	resolutions, err := contact.ResolutionsByID(tx, resolutionIDs)
	if err != nil {
		return nil, err
	}
	customers, err := contact.CustomersOf(tx, contactIDs)
	if err != nil {
		return nil, err
	}
	reasons := make(map[int64]Reason)
	for _, c := range callbacks {
		switch {
		case !resolutions[c.ResolutionID].ReopenedAt.IsZero():
			reasons[c.ID] = ReasonReopened
		case c.DecisionID != nil && customers[c.ContactID] != c.CustomerID:
			reasons[c.ID] = ReasonCorrected
		}
	}
	return reasons, nil
}

// giveUpOvertaken cancels a callback that was overtaken. After a correction the contact is decided about again.
func (s *Service) giveUpOvertaken(tx database.Tx, c *Callback, reason Reason, now clock.Instant) error {
	if err := s.giveUp(tx, c, reason, now); err != nil {
		return err
	}
	return decideAgain(tx, reason, c.ContactID, now)
}

// decideAgain adds the job that decides about a contact again where its follow-up was given up because of a correction: the job
// that the correction added left alone what was under way.
func decideAgain(tx database.Tx, reason Reason, contactID int64, now clock.Instant) error {
	if reason != ReasonCorrected {
		return nil
	}
	return outbox.Add(tx, now, outbox.New(contact.JobCorrected, contactID, outbox.Normal, now))
}
