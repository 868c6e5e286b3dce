package callback

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Offer is the job that looks at a callback when its time has come. A waiting callback becomes ready if the call is allowed
// now, waits on if it is allowed later, and is cancelled if it never is or is not wanted any more. A callback nobody made in
// time is cancelled as expired. A job left over from an earlier time changes nothing.
func (s *Service) Offer(ctx context.Context, ticket outbox.Ticket, callbackID int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		c, err := store{tx}.lockCallback(callbackID)
		if err != nil {
			return err
		}
		switch {
		case c.closed():
			return nil
		case c.State == Claimed && c.LeaseUntil.After(now):
			return lookAgain(tx, c.ID, c.LeaseUntil, now)
		case c.usedUp():
			return s.useUp(tx, &c, now)
		case !c.ExpiresAt.After(now):
			return s.giveUp(tx, &c, ReasonExpired, now)
		case c.State == Claimed: // its caller left it
			return lookAgain(tx, c.ID, c.nextLook(), now)
		case c.State != Waiting, c.ReadyAt.After(now):
			return nil // an older job; the newer one comes at nextLook
		}
		return s.offer(tx, &c, now)
	})
	if err != nil {
		return fmt.Errorf("offer callback %d: %w", callbackID, err)
	}
	return nil
}

// WithOpen returns which of the customers have a callback that is not closed.
func WithOpen(tx database.Tx, customerIDs []int64) ([]int64, error) {
	open, err := store{tx}.openOfCustomers(nil, customerIDs)
	customers := make([]int64, len(open))
	for i, c := range open {
		customers[i] = c.CustomerID
	}
	return database.Distinct(customers), err
}

// DropRefused cancels the callbacks of a customer who must not be called any more, also under the hands of a caller, who keeps the claim to
// record what happened. One that is forbidden for a time waits; in a caller's hands it is left, and refused at the dial. Once more it
// changes nothing.
func (s *Service) DropRefused(ctx context.Context, customerID int64) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		open, err := store{tx}.openOfCustomers(nil, []int64{customerID})
		if err != nil {
			return err
		}
		locked, err := store{tx}.lockCallbacks(idsOf(open))
		if err != nil {
			return err
		}
		for i := range locked {
			if locked[i].closed() {
				continue
			}
			if err := s.dropRefused(tx, &locked[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop what is refused by customer %d: %w", customerID, err)
	}
	return nil
}

func (s *Service) dropRefused(tx database.Tx, c *Callback, now clock.Instant) error {
	v, _, err := s.JudgeCall(tx, c.CustomerID, c.ContactID, now)
	if err != nil || v.Refused() == "" {
		return err
	}
	switch {
	case v.AllowedFrom.IsZero():
		return s.giveUp(tx, c, Reason(v.First), now)
	case c.inHand(now):
		return nil
	case c.usedUp():
		return s.useUp(tx, c, now)
	}
	return s.moveAway(tx, c, v, now)
}

func (s *Service) offer(tx database.Tx, c *Callback, now clock.Instant) error {
	undone, err := s.overtaken(tx, *c)
	if err != nil {
		return err
	}
	if reason := undone[c.ID]; reason != "" {
		return s.giveUpOvertaken(tx, c, reason, now)
	}
	v, subject, err := s.JudgeCall(tx, c.CustomerID, c.ContactID, now)
	if err != nil {
		return err
	}
	// Where the customer lives may have been corrected since: their callback waits in the pool that is open when they may be called.
	if err := s.poolFor(tx, c, subject, now); err != nil {
		return err
	}
	if v.Allowed {
		if err := s.dropAbsent(tx, c, now); err != nil {
			return err
		}
		if err := keepForOwner(tx, c, now); err != nil {
			return err
		}
	}
	if err := c.offer(v, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// keepForOwner keeps a callback that becomes ready for the caller who reached the customer last, if they are at work now: the customer
// need not tell everything twice. It is kept for half an hour, and then anybody's.
func keepForOwner(tx database.Tx, c *Callback, now clock.Instant) error {
	if c.Kind == SecondKind && c.Attempts == 0 {
		return freeSecond(tx, c, now)
	}
	if c.ReservedFor != 0 || c.BusinessResult == "" {
		return nil
	}
	owner, err := store{tx}.reachedBy(c.ID)
	if err != nil || owner == 0 || owner == c.NotFor {
		return err
	}
	onDuty, err := store{tx}.onDuty(owner, now)
	if onDuty {
		c.keepFor(owner, reservationTime)
	}
	return err
}

// keep stores a callback after a transition, with what was noted about it and what follows from its new state. Until it is closed,
// exactly one job looks at it next. When no caller has it, it leaves the hold of its person. When it was cancelled, the decision that
// planned it is told.
func (s *Service) keep(tx database.Tx, c *Callback, now clock.Instant) error {
	st := store{tx}
	if c.Kind == SecondKind {
		if err := tellClosed(tx, c, now); err != nil {
			return err
		}
	}
	if err := st.write(c); err != nil {
		return err
	}
	if c.State != Claimed && !c.cancelledUnderClaim() {
		if err := st.leaveHold(*c); err != nil {
			return err
		}
	}
	switch c.State {
	case Waiting, Ready, Claimed:
		return lookAgain(tx, c.ID, c.nextLook(), now)
	case Cancelled:
		if c.DecisionID != nil {
			if err := s.decisions.CallbackCancelled(tx, *c.DecisionID, c.Round, c.CloseReason, now); err != nil {
				return err
			}
		}
	case Finished:
	}
	_, err := outbox.Cancel(tx, now, JobOffer, c.ID)
	return err
}

// lookAgain sets the time at which the callback's offer job looks at it next. A callback never has more than one such job.
func lookAgain(tx database.Tx, callbackID int64, at, now clock.Instant) error {
	moved, err := outbox.Reschedule(tx, now, JobOffer, callbackID, at)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobOffer, callbackID, outbox.Urgent, at))
}

// useUp closes a callback whose last attempt was left without an outcome.
func (s *Service) useUp(tx database.Tx, c *Callback, now clock.Instant) error {
	if err := c.useUp(0, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// giveUp cancels a callback.
func (s *Service) giveUp(tx database.Tx, c *Callback, reason Reason, now clock.Instant) error {
	if err := c.cancel(reason, now); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// Question asks whether a customer may be called about a contact at an instant.
func Question(subject permission.Subject, at clock.Instant) permission.Question {
	return permission.Question{Subject: subject, Purpose: permission.ServiceCallback, Channel: permission.ByPhone, At: at}
}

// judge decides one question.
func (s *Service) judge(tx database.Tx, q permission.Question) (permission.Verdict, error) {
	verdicts, err := s.permit.Judge(tx, []permission.Question{q})
	if err != nil {
		return permission.Verdict{}, err
	}
	return verdicts[0], nil
}
