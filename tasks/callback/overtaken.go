package callback

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// overtaken returns, by id, why callbacks are not wanted any more because of what the source has said since they were planned: their
// contact was reopened, or is another customer's. A recovery is of who answered, whoever the contact turns out to be of.
func overtaken(tx database.Tx, callbacks ...Callback) (map[int64]Reason, error) {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ResolutionID
	}
	resolutions, err := contact.ResolutionsByID(tx, ids)
	if err != nil {
		return nil, err
	}
	plans := make([]contact.Plan, len(callbacks))
	for i, c := range callbacks {
		plans[i].Resolution = resolutions[c.ResolutionID]
		if c.DecisionID != nil {
			plans[i].CustomerID = c.CustomerID
		}
	}
	by, err := contact.Overtaken(tx, plans...)
	if err != nil {
		return nil, err
	}
	reasons := make(map[int64]Reason)
	for i, c := range callbacks {
		if by[i] != "" {
			reasons[c.ID] = Reason(by[i])
		}
	}
	return reasons, nil
}

// giveUpOvertaken cancels a callback that was overtaken. After a correction the contact is decided about again.
func (s *Service) giveUpOvertaken(tx database.Tx, c *Callback, reason Reason, now clock.Instant) error {
	if err := s.giveUp(tx, c, reason, now); err != nil {
		return err
	}
	if reason != ReasonCorrected {
		return nil
	}
	return contact.DecideAgain(tx, c.ContactID, now)
}
