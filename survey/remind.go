package survey

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Reminder is the one reminder that an invitation may have; the package comment draws its life.
type Reminder struct {
	State  State         // planned, sending, sent, failed, cancelled or uncertain; empty: the plan has none
	Reason string        // of failed, cancelled and uncertain ones; translated under "reason.<code>"
	DueAt  clock.Instant // counted from the sending of the invitation
	SentAt clock.Instant // none until the gateway took it
}

// to moves the reminder to a state, with a reason. It returns fault.Conflict if the reminder is in none of the states in from.
func (r *Reminder) to(state State, reason string, from ...State) error {
	if !slices.Contains(from, r.State) {
		return fault.New(fault.Conflict, "invitation_state", "a reminder that is "+string(r.State)+" cannot become "+string(state))
	}
	r.State, r.Reason = state, reason
	return nil
}

// giveUp cancels a reminder that is planned.
func (r *Reminder) giveUp(reason string) error {
	if r.State != Planned {
		return nil
	}
	return r.to(Cancelled, reason, Planned)
}

// remindable reports whether the invitation has gone out and its reminder has not.
func (i *Invitation) remindable() bool {
	return (i.State == Sent || i.State == Delivered) && i.Reminder.State == Planned
}

// Remind checks when a reminder is due whether it may and should still be sent, and if so reserves the one reminder of the
// invitation in state sending and returns the message: the same link over the same channel. It returns false when there is
// nothing to send; the job is then put off or done already. It returns outbox.ErrStale when another worker has the job.
func (s *Service) Remind(ctx context.Context, ticket outbox.Ticket, invitationID int64) (Outgoing, bool, error) {
	what := fmt.Sprintf("remind of invitation %d", invitationID)
	return s.reserving(ctx, ticket, what, func(st store, now clock.Instant, out *Outgoing) error {
		return s.remind(st, now, invitationID, out)
	})
}

func (s *Service) remind(st store, now clock.Instant, id int64, out *Outgoing) error {
	i, err := st.guarded(id)
	if err != nil {
		return err
	}
	if i.Reminder.State == Sending { // left there by a crash
		if err := i.Reminder.to(Uncertain, ReasonCrashed, Sending); err != nil {
			return err
		}
		return settled(st, i, out)
	}
	if !i.remindable() {
		if err := i.Reminder.giveUp(i.Reason); err != nil {
			return err
		}
		return settled(st, i, out)
	}
	version, err := st.version(i.SurveyVersionID)
	if err != nil {
		return err
	}
	address, against, err := s.checkReminder(st, now, i, version.Family)
	if err != nil {
		return err
	}
	switch {
	case against.reason == "":
	case !against.ends.IsZero():
		i.Reminder.DueAt = against.ends
		if err := st.putInvitation(&i); err != nil {
			return err
		}
		return out.Ticket.Again(st.Tx, against.ends)
	default:
		if err := i.Reminder.to(Cancelled, against.reason, Planned); err != nil {
			return err
		}
		return settled(st, i, out)
	}
	if err := i.Reminder.to(Sending, "", Planned); err != nil {
		return err
	}
	if err := st.putInvitation(&i); err != nil {
		return err
	}
	if err := s.permission.Touch(st.Tx, touchOf(i, permission.Reminder, address, version.Family, now)); err != nil {
		return err
	}
	return s.write(out, i, version.questionnaire, address, true)
}

// settled writes an invitation whose reminder is not sent, and ends the job.
func settled(st store, i Invitation, out *Outgoing) error {
	if err := st.putInvitation(&i); err != nil {
		return err
	}
	return out.Ticket.Done(st.Tx)
}

// checkReminder asks again what Invite asked, apart from the allowances that the invitation itself has used. It returns the
// address, or the obstacle; a reminder may be put off while the survey can be answered.
func (s *Service) checkReminder(st store, now clock.Instant, i Invitation, family string) (address, obstacle, error) {
	if now > i.ExpiresAt {
		return address{}, obstacle{reason: ReasonExpired}, nil
	}
	r, err := contact.ResolutionByID(st.Tx, i.ResolutionID)
	if err != nil {
		return address{}, obstacle{}, err
	}
	if reason, err := overtaken(st.Tx, r, i.CustomerID); err != nil || reason != "" {
		return address{}, obstacle{reason: reason}, err
	}
	if against, err := heldByIncident(st, i.ContactID, now); err != nil || against.reason != "" {
		if against.ends > i.ExpiresAt { // the link ends before
			against.ends = 0
		}
		return address{}, against, err
	}
	complete, err := st.isComplete(i.ResolutionID)
	if err != nil {
		return address{}, obstacle{}, err
	}
	if complete {
		return address{}, obstacle{reason: ReasonAnswered}, nil
	}
	since := history.Since{PersonID: i.PersonID, ContactID: i.ContactID, After: i.ResolvedAt}
	if against, err := heldByNewer(st, since, now, i.ExpiresAt); err != nil || against.reason != "" {
		return address{}, against, err
	}
	return s.reach(st, approach{
		customerID: i.CustomerID, family: family, channels: []permission.Channel{i.OutboundChannel}, reminder: true, at: now,
		lastChance: i.ExpiresAt,
	})
}

// Reminded records the result of sending a reminder that Remind returned. sendErr is read as Sent reads it.
func (s *Service) Reminded(ctx context.Context, ticket outbox.Ticket, invitationID int64, sendErr error) error {
	now := s.now()
	err := s.report(ctx, ticket, sendErr, func(st store) error {
		return s.settleReminder(st, now, invitationID, sendErr)
	})
	if err != nil {
		return fmt.Errorf("record the reminder of invitation %d: %w", invitationID, err)
	}
	return nil
}

// settleReminder writes what is known of a reminder, unless more is known already.
func (s *Service) settleReminder(st store, now clock.Instant, id int64, sendErr error) error {
	i, err := st.guarded(id)
	if err != nil {
		return err
	}
	r := &i.Reminder
	if r.State != Sending && r.State != Uncertain {
		return nil
	}
	switch meaning := meaningOf(sendErr); {
	case meaning == accepted:
		r.SentAt = now
		err = r.to(Sent, "", Sending, Uncertain)
	case meaning == unknown && r.State == Uncertain:
	case meaning == unknown:
		err = r.to(Uncertain, ReasonNoReceipt, Sending)
	case meaning == refusedForNow && r.State == Sending:
		err = errors.Join(r.to(Planned, ReasonNotNow, Sending), s.untouch(st, i, permission.Reminder))
	default: // one that was uncertain meanwhile is not tried again
		err = errors.Join(r.to(Failed, ReasonRefused, Sending, Uncertain), s.untouch(st, i, permission.Reminder))
	}
	if err != nil {
		return err
	}
	return st.putInvitation(&i)
}
