package survey

import (
	"context"
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

// Sent records the result of sending an invitation that Invite returned. sendErr is the sender's error and is read as: nil
// accepted; fault.Unavailable or fault.TooMany refused for now; another permanent fault refused for good; anything else
// unknown, and then the message is never sent again.
//
// After a refusal for now, Sent gives the allowance back and returns the error, so that the job is tried again. The result is
// recorded even if another worker has the job by now: it is a fact about the world outside.
func (s *Service) Sent(ctx context.Context, ticket outbox.Ticket, invitationID int64, receipt Receipt, sendErr error) error {
	now := s.now()
	err := s.report(ctx, ticket, sendErr, func(st store) error {
		return s.settle(st, now, invitationID, receipt, sendErr)
	})
	if err != nil {
		return fmt.Errorf("record sending of invitation %d: %w", invitationID, err)
	}
	return nil
}

// meaning is what a sender's answer says.
type meaning int

const (
	unknown meaning = iota
	accepted
	refused
	refusedForNow
)

func meaningOf(sendErr error) meaning {
	switch {
	case sendErr == nil:
		return accepted
	case fault.Is(sendErr, fault.Unavailable), fault.Is(sendErr, fault.TooMany):
		return refusedForNow
	case fault.Permanent(sendErr):
		return refused
	}
	return unknown
}

// report records the result of a message and ends its job in one transaction. After a refusal for now the job is left open to
// be tried again.
func (s *Service) report(ctx context.Context, ticket outbox.Ticket, sendErr error, settle func(store) error) error {
	var notNow error
	if meaningOf(sendErr) == refusedForNow {
		notNow = sendErr
	}
	return ticket.Report(ctx, s.db, notNow, func(tx database.Tx) error { return settle(store{tx}) })
}

// settle moves an invitation to the state that the sender's answer proves, unless an answer of the customer or an earlier
// report has proven more. After a refusal for now the invitation is planned again and its allowance given back.
func (s *Service) settle(st store, now clock.Instant, id int64, receipt Receipt, sendErr error) error {
	i, err := st.guarded(id)
	if err != nil || i.known() {
		return err
	}
	became := meaningOf(sendErr)
	switch {
	case became == accepted:
		return accept(st, now, i, receipt)
	case i.State != Sending && (i.State != Uncertain || became == unknown):
		return nil
	case became == unknown:
		err = i.doubt(ReasonNoReceipt)
	case became == refusedForNow && i.State == Sending:
		err = i.postpone(ReasonNotNow)
	default: // one that was uncertain meanwhile is not tried again
		err = i.fail(ReasonRefused)
	}
	if err == nil && became != unknown {
		err = s.untouch(st, i, permission.Invitation)
	}
	if err != nil {
		return err
	}
	return st.putInvitation(&i)
}

// accept marks an invitation as sent, with its score entries and the job of its reminder.
func accept(st store, now clock.Instant, i Invitation, receipt Receipt) error {
	if err := i.accepted(now, receipt.Delivered); err != nil {
		return err
	}
	if err := figures.Append(st.Tx, recordedAt(i.entries(), now)...); err != nil {
		return err
	}
	if i.remindable() {
		if err := outbox.Add(st.Tx, now, outbox.New(JobRemind, i.ID, outbox.Sending, i.Reminder.DueAt)); err != nil {
			return err
		}
	}
	return st.putInvitation(&i)
}

// untouch gives back the allowance of a message that is known not to have gone out.
func (s *Service) untouch(st store, i Invitation, kind permission.TouchKind) error {
	return s.permission.Untouch(st.Tx, i.PersonID, kind, i.ID)
}

// recordedAt stamps entries with when they were written.
func recordedAt(entries []figures.Entry, at clock.Instant) []figures.Entry {
	for i := range entries {
		entries[i].RecordedAt = at
	}
	return entries
}
