package callback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/pause"
)

// The refusals of undoing.
var (
	errUndoTooLate = fault.New(fault.Conflict, "outcome_at_work",
		"this outcome is at work already; open the callback and correct the outcome")
	errUndoSuppresses = fault.New(fault.Conflict, "outcome_suppresses",
		"the customer is not contacted any more; to take that back, correct the outcome and say why")
	errUndoDialled = fault.New(fault.Conflict, "undo_dialled",
		"you have dialled the next customer; finish that call, then correct this outcome")
)

// state is what an outcome changes about a callback.
type state struct {
	Priority       int            `json:"priority"`
	MaxAttempts    int            `json:"max_attempts"`
	ReadyAt        clock.Instant  `json:"ready_at"`
	OfferedAt      clock.Instant  `json:"offered_at,omitzero"`
	WaitReason     Reason         `json:"wait_reason,omitempty"`
	DueAt          clock.Instant  `json:"due_at"`
	ExpiresAt      clock.Instant  `json:"expires_at"`
	ReservedFor    int64          `json:"reserved_for"`
	AppointmentAt  clock.Instant  `json:"appointment_at"`
	AppointedUntil clock.Instant  `json:"appointment_until,omitzero"`
	KeptMinutes    *int           `json:"kept_minutes,omitempty"` // nil if it was written before there were others than reservationTime
	Skips          int            `json:"skips"`
	CallResult     CallResult     `json:"call_result"`
	BusinessResult BusinessResult `json:"business_result"`
	Note           string         `json:"note"`
	NoteForNext    string         `json:"note_for_next"`
	NoDial         bool           `json:"no_dial,omitempty"` // the outcome itself began the attempt
}

// before returns what an outcome is about to change, as JSON for Attempt.CallbackBefore, and whether a dial began the attempt.
func (c *Callback) before(dialled bool) (string, error) {
	is := c.asState()
	is.NoDial = !dialled
	b, err := json.Marshal(is)
	if err != nil {
		return "", fmt.Errorf("write what callback %d was before: %w", c.ID, err)
	}
	return string(b), nil
}

// asState returns what the callback is.
func (c *Callback) asState() state {
	return state{
		Priority: c.Priority, MaxAttempts: c.MaxAttempts, ReadyAt: c.ReadyAt, DueAt: c.DueAt, ExpiresAt: c.ExpiresAt,
		OfferedAt: c.OfferedAt, ReservedFor: c.ReservedFor, KeptMinutes: new(c.KeptMinutes), AppointmentAt: c.AppointmentAt,
		AppointedUntil: c.AppointmentUntil, Skips: c.Skips, CallResult: c.CallResult,
		BusinessResult: c.BusinessResult, Note: c.Note, NoteForNext: c.NoteForNext, WaitReason: c.WaitReason,
	}
}

// take makes the callback what it was.
func (c *Callback) take(was state) {
	c.Priority, c.MaxAttempts, c.ReadyAt, c.DueAt, c.ExpiresAt = was.Priority, was.MaxAttempts, was.ReadyAt, was.DueAt, was.ExpiresAt
	if was.KeptMinutes == nil {
		was.KeptMinutes = new(int(reservationTime.Minutes()))
	}
	c.OfferedAt, c.ReservedFor, c.KeptMinutes, c.Skips = was.OfferedAt, was.ReservedFor, *was.KeptMinutes, was.Skips
	c.AppointmentAt, c.AppointmentUntil = was.AppointmentAt, was.AppointedUntil
	c.CallResult, c.BusinessResult, c.Note, c.NoteForNext = was.CallResult, was.BusinessResult, was.Note, was.NoteForNext
	c.WaitReason = was.WaitReason
}

// takeBack makes the callback again what it was while its caller was at work on it, before the outcome of an attempt,
// and returns that.
func (c *Callback) takeBack(a Attempt, now clock.Instant) (was state, err error) {
	if err := json.Unmarshal([]byte(a.CallbackBefore), &was); err != nil {
		return state{}, fmt.Errorf("read what callback %d was before: %w", c.ID, err)
	}
	c.take(was)
	c.State, c.Slot, c.CloseReason, c.ClosedAt = Claimed, SlotCurrent, "", 0
	c.CallerID, c.CallerBefore, c.LeaseUntil, c.ChangedAt = a.CallerID, 0, now.Add(Lease), now
	return was, nil
}

// Undo takes back the outcome the viewer has just recorded about a callback: the callback is theirs again under the same fence,
// with what they had typed as its draft, and so is what ended with it because nobody took the call. What they claimed since and have
// not dialled goes back to its pool.
//
// It returns fault.Conflict when the outcome can only be corrected: it is at work already (UndoTime is over), it said that the
// customer wants no contact, or the next customer has been dialled.
func (s *Service) Undo(ctx context.Context, viewer account.Viewer, callbackID int64) (Desk, error) {
	now := s.now()
	var c Callback
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		since, err := store{tx}.inHands(viewer.UserID, now, SlotCurrent)
		if err != nil {
			return err
		}
		var had bool
		if c, had, err = lockFor(tx, viewer, callbackID, since...); err == nil && !had {
			err = errNotClaimed
		}
		if err != nil {
			return err
		}
		return s.undo(tx, viewer, &c, now)
	})
	if err != nil {
		return Desk{}, fmt.Errorf("undo the outcome of callback %d: %w", callbackID, err)
	}
	return s.show(ctx, viewer, c, now)
}

func (s *Service) undo(tx database.Tx, viewer account.Viewer, c *Callback, now clock.Instant) error {
	st := store{tx}
	a, found, err := st.attemptUnder(c.ID, c.Fence)
	switch {
	case err != nil:
		return err
	case !found, a.EndedAt.IsZero(), c.CallerID != viewer.UserID:
		return errUndoTooLate
	case !now.Before(a.EndedAt.Add(UndoTime)): // some of it may have left, though not all of it has
		return errUndoTooLate
	}
	switch scope, err := s.refusedBy(tx, a); {
	case err != nil:
		return err
	case scope != "":
		return errUndoSuppresses
	}
	if err := s.makeRoom(tx, viewer, *c, now); err != nil {
		return err
	}
	persons, err := contact.ReservePersons(tx, c.CustomerID)
	if err != nil {
		return err
	}
	c.PersonID = persons[c.CustomerID]
	others, err := st.lockEndedWith(*c, a)
	if err != nil {
		return err
	}
	for i := range others {
		if others[i].State == Cancelled { // under the hand: it stays so
			continue
		}
		attempt, _, err := st.attemptUnder(others[i].ID, c.Fence)
		if err != nil {
			return err
		}
		if _, err := s.undoOne(tx, &others[i], attempt, now); err != nil {
			return err
		}
	}
	typed, err := s.undoOne(tx, c, a, now) // the last: the touch of the call is of its attempt
	if err != nil {
		return err
	}
	if err := st.saveDraft(c.ID, c.CallerID, typed, now); err != nil {
		return err
	}
	if err := pause.Forget(tx, viewer.UserID, pause.Abuse, a.EndedAt); err != nil { // it began with the outcome
		return err
	}
	if err = st.hold(holdOf(*c), now); errors.Is(err, errHeld) {
		return errUndoTooLate
	} else if err != nil {
		return err
	}
	return st.bringAlong(*c)
}

// undoOne gives one callback back to its caller as it was before the outcome of an attempt, and returns that outcome as it was typed.
func (s *Service) undoOne(tx database.Tx, c *Callback, a Attempt, now clock.Instant) (typed Outcome, err error) {
	st, from := store{tx}, c.State
	kept, err := keepBack(tx, a, now)
	if err != nil {
		return Outcome{}, err
	}
	if !kept || from != Waiting && from != Finished {
		return Outcome{}, errUndoTooLate
	}
	typed, err = a.outcome(*c)
	if err != nil {
		return Outcome{}, err
	}
	was, err := c.takeBack(a, now)
	if err != nil {
		return Outcome{}, err
	}
	c.note(Change{Kind: ChangeUndone, FromState: from, UserID: c.CallerID, Reason: typed.reason()})
	if was.NoDial {
		err = s.forget(tx, c, a)
	} else {
		a.unsay()
		err = st.updateAttempt(a)
	}
	if err != nil {
		return Outcome{}, err
	}
	return typed, s.keep(tx, c, now)
}

// forget takes back an attempt that its outcome began, with the touch of its call, which is that of another attempt of the call where one
// is left.
func (s *Service) forget(tx database.Tx, c *Callback, a Attempt) error {
	c.Attempts--
	c.DialledAt = 0
	if err := (store{tx}).deleteAttempt(a.ID); err != nil {
		return err
	}
	subject, err := s.whom(tx, *c)
	if err != nil {
		return err
	}
	left, on, err := s.callOn(tx, *c, subject)
	if err != nil {
		return err
	}
	if on {
		return s.permit.Retouch(tx, c.PersonID, permission.Attempt, a.ID, left.ID)
	}
	return s.permit.Untouch(tx, c.PersonID, permission.Attempt, a.ID)
}

// makeRoom gives back what the viewer has claimed since they had a callback, unless it was dialled. What is kept for them stays so.
func (s *Service) makeRoom(tx database.Tx, viewer account.Viewer, undone Callback, now clock.Instant) error {
	held, err := store{tx}.inHands(viewer.UserID, now, SlotCurrent)
	if err != nil || len(held) == 0 || held[0].Fence == undone.Fence && held[0].PersonID == undone.PersonID {
		return err
	}
	for _, seen := range held {
		c, err := store{tx}.lockCallback(seen.ID)
		switch {
		case err != nil:
			return err
		case !c.DialledAt.IsZero():
			return errUndoDialled
		}
		err = c.leave(viewer.UserID, seen.Fence, Change{Kind: ChangeReleased}, now, func() error {
			c.makeReady(now)
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.keep(tx, &c, now); err != nil {
			return err
		}
	}
	return nil
}

// outcome returns what was recorded about an attempt, as it was typed; the callback still is what the outcome made of it.
func (a Attempt) outcome(c Callback) (Outcome, error) {
	o := Outcome{
		CallResult: a.CallResult, BusinessResult: a.BusinessResult, Note: a.Note, NoteForNext: c.NoteForNext,
		ForSupervisor: a.NoteForSupervisor, HelpTried: a.HelpSteps(),
	}
	if a.Answers != "" {
		if err := json.Unmarshal([]byte(a.Answers), &o.Answers); err != nil {
			return Outcome{}, fmt.Errorf("read the answers of attempt %d: %w", a.ID, err)
		}
	}
	if c.WaitReason == ReasonAppointment {
		o.AppointmentAt, o.AppointmentUntil = c.AppointmentAt, c.AppointmentUntil
		if c.ReservedFor == a.CallerID {
			o.AppointmentFor = ForMe
		}
	}
	return o, nil
}
