package callback

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/database"
	"aftercall/internal/tie"
)

// overtaken returns, by id, why callbacks in nobody's hands are not to be made now, for whatever came since they were planned: what the
// source has said, a recovery of the same contact, a handoff of it without a reply, or a newer contact of the person. It takes a few
// queries, whatever the number of callbacks.
func (s *Service) overtaken(tx database.Tx, callbacks ...Callback) (map[int64]Reason, error) {
	reasons, resolutions, err := overtakenAtSource(tx, callbacks)
	if err != nil {
		return nil, err
	}
	recovered, err := store{tx}.contactsRecovered(contactsOf(callbacks))
	if err != nil {
		return nil, err
	}
	for _, c := range callbacks {
		if reasons[c.ID] == "" && c.confirms() && recovered[c.ContactID] {
			reasons[c.ID] = ReasonSuperseded
		}
	}
	if err := s.heldByHandoffs(tx, callbacks, reasons); err != nil {
		return nil, err
	}
	return reasons, heldByNewer(tx, callbacks, resolutions, reasons)
}

// overtakenInHand is overtaken for a callback that a caller is about to dial. A recovery that was planned since leaves it alone: they
// have read into it.
func (s *Service) overtakenInHand(tx database.Tx, c Callback) (Reason, error) {
	callbacks := []Callback{c}
	reasons, resolutions, err := overtakenAtSource(tx, callbacks)
	if err != nil {
		return "", err
	}
	if !c.DialledAt.IsZero() { // a line that dropped is dialled again
		return reasons[c.ID], nil
	}
	if err := s.heldByHandoffs(tx, callbacks, reasons); err != nil {
		return "", err
	}
	err = heldByNewer(tx, callbacks, resolutions, reasons)
	return reasons[c.ID], err
}

// overtakenAtSource returns why callbacks are not wanted any more because of what the source has said since they were planned: their
// contact was reopened, or is another customer's. A recovery is of who answered, whoever the contact turns out to be of. The second call
// after a reply was promised, whatever the source says meanwhile. What an incident holds waits for its end, whatever kind it is of. It
// returns the resolutions too.
func overtakenAtSource(tx database.Tx, callbacks []Callback) (map[int64]Reason, map[int64]contact.Resolution, error) {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ResolutionID
	}
	resolutions, err := contact.ResolutionsByID(tx, ids)
	if err != nil {
		return nil, nil, err
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
		return nil, nil, err
	}
	ties, err := tie.Of(tx, contactsOf(callbacks))
	if err != nil {
		return nil, nil, err
	}
	reasons := make(map[int64]Reason)
	for i, c := range callbacks {
		switch {
		case by[i] != "" && c.Kind != SecondKind:
			reasons[c.ID] = Reason(by[i])
		case ties[c.ContactID].Held:
			reasons[c.ID] = ReasonIncident
		}
	}
	return reasons, resolutions, nil
}

// heldByNewer adds to reasons the confirmations whose customer has reported something newer that is open.
func heldByNewer(tx database.Tx, callbacks []Callback, resolutions map[int64]contact.Resolution, reasons map[int64]Reason) error {
	var held []int64
	var since []history.Since
	for _, c := range callbacks {
		if reasons[c.ID] == "" && c.waitsForNewer() {
			held, since = append(held, c.ID), append(since, c.since(resolutions[c.ResolutionID]))
		}
	}
	if len(since) == 0 {
		return nil
	}
	newer, err := history.Newer(tx, since...)
	for i, contacts := range newer {
		if len(contacts) > 0 {
			reasons[held[i]] = ReasonNewer
		}
	}
	return err
}

// waitsForNewer reports whether a newer open contact holds the callback. A low score and a complaint do not wait, and a time the customer
// named is kept.
func (c *Callback) waitsForNewer() bool { return c.Kind == ConfirmKind && c.AppointmentAt.IsZero() }

// confirms reports whether the callback asks no more than if a contact is solved: a recovery of the contact asks that too.
func (c *Callback) confirms() bool { return c.Kind == ConfirmKind || c.Kind == ComplaintKind }

func (c *Callback) since(r contact.Resolution) history.Since {
	return history.Since{PersonID: c.PersonID, ContactID: c.ContactID, After: r.ResolvedAt}
}

// giveUpOvertaken cancels a callback that was overtaken, or sets it aside while it waits for a reply, for a newer contact or for the end of
// an incident. After a correction the contact is decided about again.
func (s *Service) giveUpOvertaken(tx database.Tx, c *Callback, reason Reason, now clock.Instant) error {
	if reason == ReasonIncident {
		return s.suspend(tx, c, now)
	}
	if again, waits := looksAgain(reason); waits {
		if c.usedUp() {
			return s.useUp(tx, c, now)
		}
		if err := c.wait(reason, now.Add(again), now); err != nil {
			return err
		}
		return s.keep(tx, c, now)
	}
	if err := s.giveUp(tx, c, reason, now); err != nil {
		return err
	}
	if reason != ReasonCorrected {
		return nil
	}
	return contact.DecideAgain(tx, c.ContactID, now)
}

// supersede cancels the open callbacks that another one makes pointless, but for those in a caller's hands: they are looked at again when
// they are given back.
func (s *Service) supersede(tx database.Tx, open []Callback, now clock.Instant) error {
	locked, err := store{tx}.lockCallbacks(idsOf(open))
	if err != nil {
		return err
	}
	for i := range locked {
		c := &locked[i]
		if c.closed() || c.inHand(now) {
			continue
		}
		if err := s.giveUp(tx, c, ReasonSuperseded, now); err != nil {
			return err
		}
	}
	return nil
}
