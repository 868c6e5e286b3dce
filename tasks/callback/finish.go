package callback

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// Finish records the outcome of a claimed callback. The callback is closed, or waits for its next attempt or appointment.
// Answers to the survey are handed on by a job; those of a recovery stay with the attempt, so that a mended score does not
// count.
//
// It returns fault.Invalid with the wrong fields, and ErrStale when the claim is not the last one any more: the outcome is then
// kept as the viewer's draft. It returns fault.Conflict, and keeps nothing, for a callback the viewer never claimed.
func (s *Service) Finish(ctx context.Context, viewer account.Viewer, callbackID, fence int64, outcome Outcome) error {
	now := s.now()
	outcome = outcome.normalised()
	if err := outcome.validate(now); err != nil {
		return err
	}
	stale := false
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, had, err := lockFor(tx, viewer, callbackID)
		if err == nil && !had {
			err = errNotClaimed
		}
		if err != nil {
			return err
		}
		if stale = !c.heldBy(viewer.UserID, fence); stale {
			return store{tx}.saveDraft(callbackID, viewer.UserID, outcome, now)
		}
		return s.finish(tx, viewer, &c, outcome, now)
	})
	switch {
	case err != nil:
		return fmt.Errorf("finish callback %d: %w", callbackID, err)
	case stale:
		return ErrStale
	}
	return nil
}

func (s *Service) finish(tx database.Tx, viewer account.Viewer, c *Callback, o Outcome, now clock.Instant) error {
	subject, err := loadSubject(tx, c.CustomerID)
	if err != nil {
		return err
	}
	if err := s.checkAppointment(subject, o); err != nil {
		return err
	}
	attempt, err := s.endAttempt(tx, c, subject, o, now)
	if err != nil {
		return err
	}
	if code, _ := businessCode(o.BusinessResult); code.Suppress {
		err := s.permit.Refuse(tx, permission.Refusal{
			Subject: subject, Scope: permission.Everything, Source: "call", Evidence: fmt.Sprintf("attempt %d", attempt.ID),
			UserID: viewer.UserID, At: now,
		})
		if err != nil {
			return err
		}
	}
	if err := c.record(viewer.UserID, c.Fence, o, now); err != nil {
		return err
	}
	if c.State == Waiting {
		if err := s.nextAllowed(tx, c, now); err != nil {
			return err
		}
	}
	if attempt.Answers != "" && c.Kind != RecoveryKind { // a call made to mend a score must not mend the figure
		if err := outbox.Add(tx, now, outbox.New(JobAnswered, attempt.ID, outbox.Urgent, now)); err != nil {
			return err
		}
	}
	if err := (store{tx}).deleteDraft(c.ID, viewer.UserID); err != nil {
		return err
	}
	return s.keep(tx, c, now)
}

// checkAppointment refuses an appointment at a time at which the customer may not be called.
func (s *Service) checkAppointment(subject permission.Subject, o Outcome) error {
	if o.AppointmentAt.IsZero() || s.permit.Rules().CallWindow(subject, "", o.AppointmentAt).Open {
		return nil
	}
	return fault.InvalidFields(fault.Field{
		Name: "appointment_at", Code: "outside_hours", Problem: "is outside the hours in which this customer may be called",
	})
}

// endAttempt completes the attempt that began with the dial, or writes one when the dial was not seen.
func (s *Service) endAttempt(tx database.Tx, c *Callback, subject permission.Subject, o Outcome, now clock.Instant) (Attempt, error) {
	st := store{tx}
	attempt, found, err := st.attemptUnder(c.ID, c.Fence)
	if err != nil {
		return Attempt{}, err
	}
	if !found {
		if attempt, err = s.beginAttempt(tx, c, subject, c.ClaimedAt); err != nil {
			return Attempt{}, err
		}
	}
	attempt.EndedAt, attempt.CallResult, attempt.BusinessResult, attempt.Note = now, o.CallResult, o.BusinessResult, o.Note
	if attempt.Answers, err = o.Answers.encode(); err != nil {
		return Attempt{}, err
	}
	return attempt, st.updateAttempt(attempt)
}

// nextAllowed moves a waiting callback to the first time at which permission allows the call, so that lists show the real time.
// It cancels the callback when there is no such time.
func (s *Service) nextAllowed(tx database.Tx, c *Callback, now clock.Instant) error {
	v, _, err := s.JudgeCall(tx, c.CustomerID, c.ReadyAt)
	if err != nil {
		return err
	}
	if v.Allowed {
		return nil
	}
	if v.AllowedFrom.IsZero() {
		return c.cancel(Reason(v.First), now)
	}
	c.ReadyAt = v.AllowedFrom
	c.DueAt = max(c.DueAt, c.ReadyAt.Add(reservationTime))
	return nil
}
