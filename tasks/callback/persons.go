package callback

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/identity"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

var (
	_ identity.HoldChecker = (*Service)(nil)
	_ identity.PersonMover = (*Service)(nil)
	_ maintenance.Calls    = (*Service)(nil)
)

// LockCalls locks the callbacks of customers that are not over, until the transaction ends. Whoever is about to change the customers or
// their persons, and with them the callbacks, calls it before they write a guard row: a claim locks its callback first too, and neither
// waits for the other in a circle.
func (s *Service) LockCalls(tx database.Tx, customerIDs ...int64) error {
	ids, err := store{tx}.notOver(customerIDs)
	if err == nil {
		_, err = store{tx}.lockCallbacks(ids)
	}
	return err
}

// HeldUntil returns when the last lease on a callback of the persons ends; none when nobody is calling them. Write the guard
// rows of the persons first: a claim writes the guard row before its hold, so whoever wrote the row first either sees the hold
// or keeps it from being made.
func (s *Service) HeldUntil(tx database.Tx, personIDs []int64, now clock.Instant) (clock.Instant, error) {
	return store{tx}.heldUntil(personIDs, now)
}

// MovePerson moves the callbacks of customers to another person after a merge or a split, with holds whose lease is over.
// Closed callbacks keep the person they had, except one that was cancelled under a claim and may still get its outcome.
func (s *Service) MovePerson(tx database.Tx, customerIDs []int64, from, to int64) error {
	return store{tx}.movePerson(customerIDs, from, to)
}

// InHand reports whether a viewer is at work on a callback to a customer, also one that was cancelled under their hands: they are talking.
func (s *Service) InHand(tx database.Tx, viewer account.Viewer, customerID int64, now clock.Instant) (bool, error) {
	if viewer.UserID == 0 {
		return false, nil
	}
	held, err := store{tx}.inHands(viewer.UserID, now, SlotCurrent)
	return slices.ContainsFunc(held, func(c Callback) bool { return c.CustomerID == customerID }), err
}

// CustomerMoved brings the open callbacks of a customer, who is to be reached elsewhere, at other hours or in another language, into the
// pool of those hours and of the skill they need now, and looks again at those that are in nobody's hands and were ready, or waited for
// what permission said. One that is in somebody's hands is judged when it is dialled. Call LockCalls before the customer's person is
// reserved.
func (s *Service) CustomerMoved(tx database.Tx, customerID int64, now clock.Instant) error {
	open, err := store{tx}.openOfCustomers(nil, []int64{customerID})
	if err != nil || len(open) == 0 {
		return err
	}
	for _, seen := range open {
		c, err := store{tx}.lockFree(seen) // one that somebody has was planned since, and they judge it behind the customer's person
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return err
		}
		subject, err := s.whom(tx, *c)
		if err != nil {
			return err
		}
		if err := s.moveCallback(tx, c, subject, now); err != nil {
			return fmt.Errorf("move callback %d: %w", c.ID, err)
		}
	}
	return nil
}

// passing are the reasons against a call that end by themselves: another number, or another place, may be free of them.
var passing = []permission.Code{
	permission.OutsideHours, permission.ZoneUnknown, permission.AttemptGap, permission.AttemptCap, permission.DailyCap,
}

func (s *Service) moveCallback(tx database.Tx, c *Callback, subject permission.Subject, now clock.Instant) error {
	if err := s.poolFor(tx, c, subject, now); err != nil {
		return err
	}
	c.ChangedAt = now
	judged := c.State == Ready || c.State == Waiting && slices.Contains(passing, permission.Code(c.WaitReason))
	if !judged {
		return store{tx}.updateCallback(c)
	}
	wanted := now
	if c.State == Waiting { // what permission said made it wait from when it was wanted
		wanted = max(now, cmp.Or(c.NotBefore, c.ReadyAt))
	}
	v, err := s.judge(tx, Question(subject, wanted))
	if err != nil {
		return err
	}
	switch {
	case !v.Allowed:
		c.ReadyAt = wanted
		err = c.putOff(v, now)
	case wanted > now:
		err = c.wait(ReasonPlanned, wanted, now)
	case c.State == Waiting:
		err = c.offer(v, now)
	}
	if err != nil {
		return err
	}
	return s.keep(tx, c, now)
}
