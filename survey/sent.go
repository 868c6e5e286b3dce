package survey

import (
	"context"
	"errors"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Receipt is what a sender says about a message it took.
type Receipt struct {
	Delivered bool // acceptance is all there will ever be to know
}

// Sent records what became of an Outgoing. sendErr is the sender's error: none means accepted, a permanent fault refused for
// good, fault.Unavailable or fault.TooMany refused for now (the error is returned, so that the job is tried again), and anything
// else that nobody knows. What is known about the world outside is kept even when the job has meanwhile been given to somebody
// else.
func (s *Service) Sent(ctx context.Context, ticket outbox.Ticket, invitationID int64, receipt Receipt, sendErr error) error {
	now := s.now()
	if later := refusedForNow(sendErr); later {
		if err := s.postpone(ctx, invitationID); err != nil {
			return errors.Join(sendErr, err)
		}
		return sendErr
	}
	record := func(ticket outbox.Ticket) error {
		return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			if err := ticket.Done(tx); err != nil {
				return err
			}
			return s.settle(store{tx}, now, invitationID, receipt, sendErr)
		})
	}
	err := record(ticket)
	if errors.Is(err, outbox.ErrStale) {
		err = record(outbox.Ticket{})
	}
	if err != nil {
		return fmt.Errorf("record sending of invitation %d: %w", invitationID, err)
	}
	return nil
}

func refusedForNow(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TooMany)
}

// settle writes the end of a sending, unless an answer or an earlier report has already proven more.
func (s *Service) settle(st store, now clock.Instant, id int64, receipt Receipt, sendErr error) error {
	invitation, err := st.invitation(id)
	if err != nil || invitation.known() {
		return err
	}
	switch {
	case sendErr == nil:
		if err := invitation.accepted(now, receipt.Delivered); err != nil {
			return err
		}
		if err := figures.Append(st.Tx, recordedAt(invitation.entries(), now)...); err != nil {
			return err
		}
	case invitation.State == Cancelled:
		return nil
	case fault.Permanent(sendErr):
		if err := invitation.fail(ReasonRefused); err != nil {
			return err
		}
		if err := s.permission.Untouch(st.Tx, invitation.PersonID, permission.Invitation, id); err != nil {
			return err
		}
	case invitation.State == Sending:
		if err := invitation.doubt(ReasonNoReceipt); err != nil {
			return err
		}
	}
	return st.putInvitation(&invitation)
}

// postpone gives the reservation back after a refusal for now; the retried job asks permission again.
func (s *Service) postpone(ctx context.Context, id int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		invitation, err := st.invitation(id)
		if err != nil || invitation.State != Sending {
			return err
		}
		if err := invitation.postpone(ReasonNotNow); err != nil {
			return err
		}
		if err := s.permission.Untouch(tx, invitation.PersonID, permission.Invitation, id); err != nil {
			return err
		}
		return st.putInvitation(&invitation)
	})
}

// CancelContact cancels the invitations of a contact that have not been answered, in the transaction of what made them
// pointless. One that has already gone out was still sent and counts as such; its link says that the survey is closed.
func (s *Service) CancelContact(tx database.Tx, _ clock.Instant, contactID int64, reason string) error {
	st := store{tx}
	invitations, err := st.unansweredOf(contactID)
	if err != nil {
		return err
	}
	for _, invitation := range invitations {
		if err := withdraw(st, invitation, reason); err != nil {
			return err
		}
	}
	return nil
}

// recordedAt stamps entries with when they were written.
func recordedAt(entries []figures.Entry, at clock.Instant) []figures.Entry {
	for i := range entries {
		entries[i].RecordedAt = at
	}
	return entries
}
