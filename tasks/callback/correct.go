package callback

import (
	"context"
	"fmt"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// The refusals of correcting.
var (
	errCorrectInHand = fault.New(fault.Conflict, "correct_in_hand",
		"a caller is at work on this callback; correct the outcome when they have finished")
	errNoOutcome = fault.New(fault.Conflict, "correct_nothing", "this attempt has no outcome yet")
)

// Correct replaces the outcome of an attempt by what it should have been, and lets all that follows from it follow anew: whether the
// customer may be contacted, the answers and their scores, and, when it is the last attempt, whether and when the callback is tried again.
// A callback that was cancelled since stays so. The caller who made the attempt may correct it, and whoever else than a caller sees its
// team; the change keeps who did, why, and what it was.
//
// It returns fault.Invalid with the wrong fields, one of them why; fault.NotFound for an attempt the viewer may not correct; and
// fault.Conflict while a caller is at work on the callback.
func (s *Service) Correct(ctx context.Context, viewer account.Viewer, attemptID int64, o Outcome, why string) error {
	now := s.now()
	set, err := s.outcomes.Current(ctx)
	if err != nil {
		return fmt.Errorf("correct attempt %d: %w", attemptID, err)
	}
	o, why = o.normalised(set), strings.TrimSpace(why)
	if why == "" {
		return sayWhy("correct_why")
	}
	if err := o.validate(set, now); err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, a, err := lockToCorrect(tx, viewer, attemptID)
		if err != nil {
			return err
		}
		return s.correct(tx, viewer, set, c, a, o, why, now)
	})
	if err != nil {
		return fmt.Errorf("correct attempt %d: %w", attemptID, err)
	}
	return nil
}

// ToCorrect is an attempt with what was recorded about it: where its outcome is put right.
type ToCorrect struct {
	Desk    Desk
	Attempt Attempt
	Typed   Outcome
}

// ToCorrect returns an attempt of a callback whose outcome the viewer may correct. It returns fault.NotFound for one they may not, and
// fault.Conflict for one that has no outcome yet.
func (s *Service) ToCorrect(ctx context.Context, viewer account.Viewer, callbackID, attemptID int64) (found ToCorrect, err error) {
	st := store{s.db.View(ctx)}
	c, a, err := st.attemptOf(callbackID, attemptID, errNoAttempt)
	if err == nil {
		err = a.checkCorrecting(viewer, c)
	}
	if err != nil {
		return ToCorrect{}, fmt.Errorf("open attempt %d to correct it: %w", attemptID, err)
	}
	if found.Desk, err = s.show(ctx, viewer, c, s.now()); err != nil {
		return ToCorrect{}, err
	}
	found.Attempt = a
	if found.Typed, err = a.outcome(c); err != nil {
		return ToCorrect{}, err
	}
	if a.No != c.Attempts { // what the callback waits for is of its last attempt
		found.Typed.AppointmentAt, found.Typed.AppointmentUntil = 0, 0
		found.Typed.AppointmentFor, found.Typed.NoteForNext = ForAnybody, ""
	}
	if found.Typed.Answers.Rating != nil {
		found.Desk.Answered = nil // it is this very answer
	}
	return found, nil
}

// CorrectableBy reports whether a viewer may correct the outcome of an attempt on a callback.
func (a Attempt) CorrectableBy(viewer account.Viewer, c Callback) bool {
	return a.checkCorrecting(viewer, c) == nil
}

func (a Attempt) checkCorrecting(viewer account.Viewer, c Callback) error {
	own := viewer.UserID != 0 && a.CallerID == viewer.UserID
	if !own && (!viewer.Is(account.Supervisor) || !viewer.SeesTeam(c.TeamID)) {
		return errNoAttempt
	}
	if a.EndedAt.IsZero() {
		return errNoOutcome
	}
	return nil
}

// lockToCorrect returns an attempt that the viewer may correct, with its callback, which nobody else changes meanwhile.
func lockToCorrect(tx database.Tx, viewer account.Viewer, attemptID int64) (c Callback, a Attempt, err error) {
	st := store{tx}
	if a, err = st.attempt(attemptID); err != nil {
		return c, a, err
	}
	if c, err = st.lockConversation(a.CallbackID); err != nil {
		return c, a, err
	}
	if a, err = st.attempt(attemptID); err != nil { // as it is now that it stays so
		return c, a, err
	}
	return c, a, a.checkCorrecting(viewer, c)
}

func (s *Service) correct(
	tx database.Tx, viewer account.Viewer, set *outcome.Set, c Callback, a Attempt, o Outcome, why string, now clock.Instant,
) error {
	subject, err := s.whom(tx, c)
	if err != nil {
		return err
	}
	if o, err = s.whose(tx, a.CallerID, o); err != nil {
		return err
	}
	if err := s.checkAppointment(tx, set, c, a.CallerID, subject, o, now); err != nil {
		return err
	}
	last := a.No == c.Attempts
	if last && c.inHand(now) && c.Slot == SlotCurrent {
		return errCorrectInHand
	}
	was := Outcome{CallResult: a.CallResult, BusinessResult: a.BusinessResult}
	change := Change{
		Kind: ChangeCorrected, FromState: c.State, UserID: viewer.UserID, Reason: was.reason(), Became: o.reason(), Detail: why,
	}
	if err := s.refuseAnew(tx, viewer, subject, a, o.suppressed(set), why); err != nil {
		return err
	}
	dialled, err := dialledUnder(tx, set, a, subject, o)
	if err != nil {
		return err
	}
	if err := a.say(set, dialled, o); err != nil {
		return err
	}
	if err := (store{tx}).updateAttempt(a); err != nil {
		return err
	}
	if last {
		if err := s.free(tx, &c, now); err != nil {
			return err
		}
		err = s.followAnew(tx, set, &c, a, subject, o, change, now)
	} else {
		c.ChangedAt = now
		c.note(change)
		err = store{tx}.write(&c)
	}
	if err != nil {
		return err
	}
	if _, err := keepBack(tx, a, now); err != nil {
		return err
	}
	return handOn(tx, set, a, now, now)
}

// refuseAnew lets the refusal of a corrected outcome take the place of the one before: of another purpose, or of none.
func (s *Service) refuseAnew(
	tx database.Tx, viewer account.Viewer, subject permission.Subject, a Attempt, scope permission.Scope, why string,
) error {
	before, err := s.refusedBy(tx, a)
	if err != nil || before == scope {
		return err
	}
	if before != "" {
		if _, err := s.permit.TakeBack(tx, a.refusal(subject, before), viewer.UserID, why); err != nil {
			return err
		}
	}
	if scope == "" {
		return nil
	}
	return s.permit.Refuse(tx, a.refusal(subject, scope))
}

// free takes a callback that its caller has left, or only has next, out of their hands.
func (s *Service) free(tx database.Tx, c *Callback, now clock.Instant) error {
	if c.State != Claimed {
		return nil
	}
	if c.inHand(now) {
		if err := (store{tx}).lapse(c, now); err != nil {
			return err
		}
	}
	c.makeReady(now)
	return s.keep(tx, c, now)
}

// followAnew lets a callback follow from the corrected outcome of its last attempt, as if that had been recorded when the call ended. What
// callers and supervisors did with it since stands, unless it is closed now.
func (s *Service) followAnew(
	tx database.Tx, set *outcome.Set, c *Callback, a Attempt, subject permission.Subject, o Outcome, change Change, now clock.Instant,
) error {
	since := *c
	if a.CallbackBefore == "" || c.State == Cancelled {
		return s.correctOnly(tx, since, a, change, now)
	}
	changed, err := store{tx}.changedSince(a)
	if err != nil {
		return err
	}
	if _, err := c.takeBack(a, now); err != nil {
		return err
	}
	next, err := s.next(tx, set, *c, a, subject, o, a.EndedAt)
	if err != nil {
		return err
	}
	if err := c.follow(a.CallerID, o, next, a.EndedAt); err != nil {
		return err
	}
	if changed && !c.closed() {
		return s.correctOnly(tx, since, a, change, now)
	}
	if c.State == Waiting {
		c.ReadyAt = max(c.ReadyAt, now)
		if err := s.nextAllowed(tx, c, now); err != nil {
			return err
		}
	}
	c.ChangedAt = now
	c.note(change)
	return s.keep(tx, c, now)
}

// correctOnly writes the corrected results of a callback, and leaves what became of it.
func (s *Service) correctOnly(tx database.Tx, c Callback, a Attempt, change Change, now clock.Instant) error {
	c.CallResult, c.BusinessResult, c.Note, c.ChangedAt = a.CallResult, a.BusinessResult, a.Note, now
	c.note(change)
	return store{tx}.write(&c)
}

func sayWhy(field string) error {
	return fault.InvalidFields(fault.Field{Name: field, Code: "required", Problem: "say why"})
}
