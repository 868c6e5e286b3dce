package callback

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
)

// UndoTime is how long an outcome can be undone: until then nothing of it has left the callback.
const UndoTime = 6 * time.Second

// Recorded is what came of recording an outcome.
type Recorded struct {
	Callback  Callback // as it is now
	AttemptID int64
	UndoUntil clock.Instant // none when it can only be corrected
	OffShift  bool          // the appointment is anybody's, as the caller does not work then
}

// Finish records the outcome of a claimed callback. The callback is closed, or waits for its next attempt or appointment. What
// leaves the callback, such as answers to the survey, is handed on by a job after UndoTime; that the customer wants no contact
// takes effect at once. Answers of a recovery stay with the attempt, so that a mended score does not count.
//
// Of a customer who said meanwhile that they are not to be called only what happened is recorded, no rating and no consent.
//
// It returns fault.Invalid with the wrong fields, and ErrStale when the claim is not the last one any more: the outcome is then kept as
// the viewer's draft, unless it was recorded under that claim already or they have typed since. It returns fault.Conflict, and keeps
// nothing, for a callback the viewer never claimed.
func (s *Service) Finish(
	ctx context.Context, viewer account.Viewer, callbackID, fence int64, o Outcome,
) (recorded Recorded, err error) {
	now := s.now()
	set, err := s.outcomes.Current(ctx)
	if err != nil {
		return Recorded{}, fmt.Errorf("finish callback %d: %w", callbackID, err)
	}
	o = o.normalised(set)
	if err := o.validate(set, now); err != nil {
		return Recorded{}, err
	}
	stale := false
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, had, err := lockFor(tx, viewer, callbackID)
		if err == nil && !had {
			err = errNotClaimed
		}
		if err != nil {
			return err
		}
		if stale = !c.heldBy(viewer.UserID, fence); stale {
			return keepUnrecorded(tx, viewer, set, c, fence, o, now)
		}
		others, err := s.lockAffected(tx, set, c, o)
		if err != nil {
			return err
		}
		if recorded, err = s.finish(tx, viewer, set, &c, o, now); err != nil {
			return err
		}
		if err := (store{tx}).deleteDraft(c.ID, viewer.UserID); err != nil {
			return err
		}
		return s.endTogether(tx, viewer, set, others, o, now)
	})
	switch {
	case err != nil:
		return Recorded{}, fmt.Errorf("finish callback %d: %w", callbackID, err)
	case stale:
		return Recorded{}, ErrStale
	}
	return recorded, nil
}

// keepUnrecorded is keepTyped for an outcome that comes late, unless it is the one that was recorded under that very claim.
func keepUnrecorded(
	tx database.Tx, viewer account.Viewer, set *outcome.Set, c Callback, fence int64, o Outcome, now clock.Instant,
) error {
	attempt, made, err := store{tx}.attemptUnder(c.ID, fence)
	if err != nil || made && attempt.CallerID == viewer.UserID && attempt.CallResult != "" && attempt.Is(set, o) {
		return err
	}
	return keepTyped(tx, viewer, c, fence, o, now)
}

func (s *Service) finish(
	tx database.Tx, viewer account.Viewer, set *outcome.Set, c *Callback, o Outcome, now clock.Instant,
) (Recorded, error) {
	subject, err := s.whom(tx, *c)
	if err != nil {
		return Recorded{}, err
	}
	if err := o.checkTalk(set, c, now); err != nil {
		return Recorded{}, err
	}
	chosen := o.AppointmentFor
	if o, err = s.whose(tx, viewer.UserID, o); err != nil {
		return Recorded{}, err
	}
	if err := s.checkAppointment(tx, set, *c, viewer.UserID, subject, o, now); err != nil {
		return Recorded{}, err
	}
	if err := s.checkOwn(tx, viewer.UserID, c.ID, o); err != nil {
		return Recorded{}, err
	}
	if o, err = s.withoutRefused(tx, *c, subject, o, now); err != nil {
		return Recorded{}, err
	}
	attempt, err := s.endAttempt(tx, set, c, subject, o, now)
	if err != nil {
		return Recorded{}, err
	}
	recorded := Recorded{AttemptID: attempt.ID, OffShift: chosen != o.AppointmentFor}
	if scope := o.suppressed(set); scope != "" {
		err = s.permit.Refuse(tx, attempt.refusal(subject, scope))
	} else {
		recorded.UndoUntil = now.Add(UndoTime)
	}
	if err != nil {
		return Recorded{}, err
	}
	if o.deciding(set).Is(outcome.Abuse) {
		if err := pause.Begin(tx, viewer.UserID, pause.Abuse, now); err != nil {
			return Recorded{}, err
		}
	}
	next, err := s.next(tx, set, *c, attempt, subject, o, now)
	if err != nil {
		return Recorded{}, err
	}
	if err := c.record(viewer.UserID, c.Fence, o, next, now); err != nil {
		return Recorded{}, err
	}
	if c.State == Waiting {
		if err := s.nextAllowed(tx, c, now); err != nil {
			return Recorded{}, err
		}
	}
	if err := handOn(tx, set, attempt, now.Add(UndoTime), now); err != nil {
		return Recorded{}, err
	}
	if c.State == Cancelled {
		recorded.UndoUntil = 0
	}
	if !recorded.UndoUntil.IsZero() {
		if err := (store{tx}).keepForUndo(*c, recorded.UndoUntil); err != nil {
			return Recorded{}, err
		}
	}
	err = s.keep(tx, c, now)
	recorded.Callback = *c
	return recorded, err
}

// refusal is what the customer does not want to be contacted for any more, as said in the call of an attempt.
func (a Attempt) refusal(subject permission.Subject, scope permission.Scope) permission.Refusal {
	return permission.Refusal{
		Subject: subject, Scope: scope, Source: "call", Evidence: fmt.Sprintf("attempt %d", a.ID),
		UserID: a.CallerID, At: a.EndedAt,
	}
}

// endAttempt completes the attempt that began with the dial, or writes one when the dial was not seen.
func (s *Service) endAttempt(
	tx database.Tx, set *outcome.Set, c *Callback, subject permission.Subject, o Outcome, now clock.Instant,
) (Attempt, error) {
	st := store{tx}
	attempt, found, err := st.attemptUnder(c.ID, c.Fence)
	if err != nil {
		return Attempt{}, err
	}
	if !found {
		if attempt, err = s.beginAttempt(tx, c, subject, "", c.ClaimedAt); err != nil {
			return Attempt{}, err
		}
	}
	if attempt.CallbackBefore, err = c.before(found); err != nil {
		return Attempt{}, err
	}
	attempt.EndedAt = now
	dialled, err := dialledUnder(tx, set, attempt, subject, o)
	if err != nil {
		return Attempt{}, err
	}
	if err := attempt.say(set, dialled, o); err != nil {
		return Attempt{}, err
	}
	if attempt.HelpTried, err = helpTried(o.HelpTried); err != nil {
		return Attempt{}, err
	}
	return attempt, st.updateAttempt(attempt)
}

// nextAllowed moves a waiting callback to the first time at which permission allows the call, so that lists show the real time.
// It cancels the callback when there is no such time.
func (s *Service) nextAllowed(tx database.Tx, c *Callback, now clock.Instant) error {
	v, _, err := s.JudgeCall(tx, c.CustomerID, c.ContactID, c.ReadyAt)
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
	c.DueAt = max(c.DueAt, c.ReadyAt.Add(slack))
	return nil
}
