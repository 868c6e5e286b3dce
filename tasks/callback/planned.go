package callback

import (
	"cmp"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
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
	called := make([]permission.Subject, len(callbacks))
	for i, c := range callbacks {
		called[i] = subjects[c.CustomerID]
	}
	if err := s.ContactPersonsFirst(tx, contactsOf(callbacks), called); err != nil {
		return err
	}
	resolutionIDs := make([]int64, len(callbacks))
	for i, c := range callbacks {
		resolutionIDs[i] = c.ResolutionID
		if subject, known := subjects[c.CustomerID]; known {
			callbacks[i].PersonID = subject.PersonID // the resolution may be older than the last merge or split
		}
	}
	if err := s.poolsFor(tx, callbacks, called, now); err != nil {
		return err
	}
	var suspended []suspension
	held, err := suspendNew(tx, callbacks, now)
	if err != nil {
		return err
	}
	if err := st.insertCallbacks(callbacks); err != nil {
		return err
	}
	ids, err := st.callbackIDs(resolutionIDs)
	if err != nil {
		return err
	}
	jobs := make([]outbox.Job, 0, len(callbacks))
	for i, c := range callbacks {
		id := ids[key{c.ResolutionID, c.Kind, c.Round}]
		jobs = append(jobs, outbox.New(JobOffer, id, outbox.Urgent, c.nextLook()))
		if before, is := held[i]; is {
			before.CallbackID = id
			suspended = append(suspended, before)
		}
	}
	if err := st.keepSuspended(suspended...); err != nil {
		return err
	}
	if err := outbox.Add(tx, now, jobs...); err != nil {
		return err
	}
	return s.settleBeside(tx, callbacks, subjects, now)
}

// settleBeside cancels, of the callbacks just planned, those about a contact that has a recovery, and the older ones that waited for the
// contacts of these to be resolved: the customer is asked once.
func (s *Service) settleBeside(tx database.Tx, added []Callback, subjects map[int64]permission.Subject, now clock.Instant) error {
	var contacts, records []int64
	for _, c := range added {
		if c.confirms() {
			contacts, records = append(contacts, c.ContactID), append(records, subjects[c.CustomerID].Records...)
		}
	}
	recovered, err := store{tx}.contactsRecovered(database.Distinct(contacts))
	if err != nil {
		return err
	}
	contacts = slices.DeleteFunc(contacts, func(id int64) bool { return !recovered[id] })
	pointless, err := store{tx}.openBesidesRecoveries(database.Distinct(contacts))
	if err != nil {
		return err
	}
	older, err := store{tx}.heldForNewer(database.DistinctNonzero(records))
	if err != nil {
		return err
	}
	if older, err = olderThan(tx, older, added); err != nil {
		return err
	}
	return s.supersede(tx, append(pointless, older...), now)
}

// olderThan returns those of the callbacks whose contact was resolved before that of an added one of the same person began, or began again.
func olderThan(tx database.Tx, held, added []Callback) ([]Callback, error) {
	if len(held) == 0 {
		return nil, nil
	}
	both := slices.Concat(held, added)
	ids := make([]int64, len(both))
	for i, c := range both {
		ids[i] = c.ResolutionID
	}
	resolutions, err := contact.ResolutionsByID(tx, ids)
	if err != nil {
		return nil, err
	}
	contacts, err := contact.ContactsByID(tx, contactsOf(added))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(held, func(c Callback) bool {
		resolved := resolutions[c.ResolutionID].ResolvedAt
		return !slices.ContainsFunc(added, func(a Callback) bool {
			about, again := contacts[a.ContactID], resolutions[a.ResolutionID].No > 1
			began := cmp.Or(about.OpenedAt, about.ReceivedAt) > resolved || again && resolutions[a.ResolutionID].ResolvedAt > resolved
			return a.PersonID == c.PersonID && a.ContactID != c.ContactID && began
		})
	}), nil
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
	open, err := store{tx}.openCallbacks(resolutionIDs)
	if err != nil {
		return err
	}
	locked, err := store{tx}.lockCallbacks(idsOf(open))
	if err != nil {
		return err
	}
	for i := range locked {
		if locked[i].closed() || locked[i].Kind == SecondKind {
			continue // its caller was faster: the outcome stands; a second call was promised
		}
		if err := s.giveUp(tx, &locked[i], ReasonReopened, now); err != nil {
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
