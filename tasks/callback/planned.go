package callback

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Add stores new callbacks, each in the pool of its team and hours, and adds for each the job that looks at it next. subjects
// are the customers as permission sees them, by customer. Whoever plans callbacks calls it in the same transaction.
func (s *Service) Add(tx database.Tx, now clock.Instant, callbacks []Callback, subjects map[int64]permission.Subject) error {
	if len(callbacks) == 0 {
		return nil
	}
	st := store{tx}
	keys := make([]poolKey, len(callbacks))
	resolutionIDs := make([]int64, len(callbacks))
	for i, c := range callbacks {
		keys[i] = s.poolKeyOf(c, subjects[c.CustomerID])
		resolutionIDs[i] = c.ResolutionID
		if subject, known := subjects[c.CustomerID]; known {
			callbacks[i].PersonID = subject.PersonID // the resolution may be older than the last merge or split
		}
	}
	pools, err := st.internPools(keys)
	if err != nil {
		return err
	}
	for i := range callbacks {
		callbacks[i].PoolID = pools[keys[i]]
	}
	if err := st.insertCallbacks(callbacks); err != nil {
		return err
	}
	ids, err := st.callbackIDs(resolutionIDs)
	if err != nil {
		return err
	}
	jobs := make([]outbox.Job, 0, len(callbacks))
	for _, c := range callbacks {
		jobs = append(jobs, outbox.New(JobOffer, ids[key{c.ResolutionID, c.Kind, c.Round}], outbox.Urgent, c.nextLook()))
	}
	return outbox.Add(tx, now, jobs...)
}

// Withdraw cancels the open callback of a decision that is made again after a correction, and reports whether it did. It leaves
// alone what has begun: a callback in a caller's hands, one with an attempt and one with an appointment. With moved the contact
// belongs to another customer by now: then only a callback in a caller's hands is left alone.
func (s *Service) Withdraw(tx database.Tx, resolutionID, decisionID int64, moved bool, now clock.Instant) (bool, error) {
	callbacks, err := store{tx}.openCallbacks([]int64{resolutionID})
	if err != nil {
		return false, err
	}
	for _, seen := range callbacks {
		if seen.DecisionID == nil || *seen.DecisionID != decisionID {
			continue
		}
		c, err := store{tx}.lockCallback(seen.ID)
		if err != nil || c.closed() || c.inHand(now) || !moved && c.begun() {
			return false, err
		}
		return true, s.giveUp(tx, &c, ReasonCorrected, now)
	}
	return false, nil // made already
}

// inHand reports whether a caller is at work on the callback.
func (c *Callback) inHand(now clock.Instant) bool {
	return c.State == Claimed && c.LeaseUntil.After(now)
}

// begun reports whether the customer has been called, or has named a time for it.
func (c *Callback) begun() bool { return c.Attempts > 0 || !c.AppointmentAt.IsZero() }

// CancelReopened cancels the open callbacks of resolutions that a reopening undid. A callback that was finished meanwhile keeps
// its outcome.
func (s *Service) CancelReopened(tx database.Tx, resolutionIDs []int64, now clock.Instant) error {
	callbacks, err := store{tx}.openCallbacks(resolutionIDs)
	if err != nil {
		return err
	}
	for _, seen := range callbacks {
		c, err := store{tx}.lockCallback(seen.ID)
		if err != nil {
			return err
		}
		if c.closed() {
			continue // its caller was faster: the outcome stands
		}
		if err := s.giveUp(tx, &c, ReasonReopened, now); err != nil {
			return err
		}
	}
	return nil
}

// HasOpen reports whether a resolution has a callback that is not closed.
func (s *Service) HasOpen(tx database.Tx, resolutionID int64) (bool, error) {
	open, err := store{tx}.openCallbacks([]int64{resolutionID})
	return len(open) > 0, err
}

// LastOf returns the last callback that a decision planned, whatever became of it.
func (s *Service) LastOf(tx database.Tx, resolutionID, decisionID int64) (Callback, error) {
	return store{tx}.lastOf(resolutionID, decisionID)
}

// AnsweredInCall reports whether the customer answered the survey about a resolution in a call.
func (s *Service) AnsweredInCall(tx database.Tx, resolutionID int64) (bool, error) {
	return store{tx}.askedInCall(resolutionID)
}
