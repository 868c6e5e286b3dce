package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Attempt is one try to reach the customer. It begins when the caller dials, so that it also counts when nobody finishes it.
type Attempt struct {
	ID             int64
	CallbackID     int64
	No             int // from 1
	CustomerID     int64
	PersonID       int64
	CallerID       int64
	Fence          int64         // of the claim under which it was made
	ClaimedAt      clock.Instant // when the claim began
	StartedAt      clock.Instant // when it was dialled, or the claim began if the dial was not seen
	EndedAt        clock.Instant // when the outcome was recorded; none until then
	CallResult     CallResult    // empty until the outcome is recorded
	BusinessResult BusinessResult
	Note           string
	Answers        string // JSON of Answers; empty when nothing was asked
}

// Dial says that the caller dials the claimed callback now, and returns the number in E.164. Permission is asked again at this
// moment; dialling again under the same claim is the same attempt. It returns fault.Conflict when the customer may not be called
// any more, and ErrStale when the callback is not the caller's any more.
func (s *Service) Dial(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (phone string, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, err := store{tx}.lockCallback(callbackID)
		if err != nil {
			return err
		}
		if !c.heldBy(viewer.UserID, fence) || c.closed() {
			return ErrStale
		}
		v, subject, err := s.judgeDial(tx, c, now)
		if err != nil {
			return err
		}
		phone = subject.Address(permission.ByPhone)
		again := !c.DialledAt.IsZero()
		if !v.Allowed && (!again || !onlyAttempts(v)) {
			return fault.New(fault.Conflict, "dial_refused", "this customer may not be called now").With("reason", string(v.First))
		}
		if again {
			return s.extend(tx, &c, now)
		}
		c.DialledAt = now
		if _, err := s.beginAttempt(tx, &c, subject, now); err != nil {
			return err
		}
		return s.extend(tx, &c, now)
	})
	if err != nil {
		return "", fmt.Errorf("dial callback %d: %w", callbackID, err)
	}
	return phone, nil
}

// judgeDial is judgeCall for a call that is about to be made: whoever else is about to contact the person, or another one on the same
// line, waits until this transaction ends.
func (s *Service) judgeDial(tx database.Tx, c Callback, now clock.Instant) (permission.Verdict, permission.Subject, error) {
	if err := permission.Reserve(tx, c.PersonID); err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	subject, err := loadSubject(tx, c.CustomerID)
	if err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	question := callQuestion(subject, now)
	if err := s.permit.ReserveAddresses(tx, question); err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	v, err := s.judge(tx, question)
	return v, subject, err
}

// onlyAttempts reports whether nothing but earlier calls stands against a call: right after a dial, that dial itself.
func onlyAttempts(v permission.Verdict) bool {
	return !slices.ContainsFunc(v.All, func(r permission.Reason) bool {
		return r.Code != permission.AttemptGap && r.Code != permission.AttemptCap && r.Code != permission.DailyCap
	})
}

// beginAttempt writes the attempt and the touch that permission counts.
func (s *Service) beginAttempt(tx database.Tx, c *Callback, subject permission.Subject, started clock.Instant) (Attempt, error) {
	c.Attempts++
	a := Attempt{
		CallbackID: c.ID, No: c.Attempts, CustomerID: c.CustomerID, PersonID: c.PersonID, CallerID: c.CallerID, Fence: c.Fence,
		ClaimedAt: c.ClaimedAt, StartedAt: started,
	}
	if err := (store{tx}).insertAttempt(&a); err != nil {
		return Attempt{}, err
	}
	touch := permission.Touch{
		PersonID: c.PersonID, CustomerID: c.CustomerID, Kind: permission.Attempt, Purpose: permission.ServiceCallback,
		Channel: permission.ByPhone, Ref: a.ID, At: started,
		Address: subject.Address(permission.ByPhone),
	}
	return a, s.permit.Touch(tx, touch)
}

// extend gives the claim a new lease from now. It returns ErrStale when the old one was over and somebody else holds the person by
// now, through another of their callbacks, or the caller holds another person.
func (s *Service) extend(tx database.Tx, c *Callback, now clock.Instant) error {
	err := s.holdOn(tx, c, now)
	if errors.Is(err, errHeld) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	return store{tx}.updateCallback(*c)
}

// holdOn keeps hold of the callback's person. Once the lease is over that is a new hold: it begins behind the guard row, as a claim.
func (s *Service) holdOn(tx database.Tx, c *Callback, now clock.Instant) error {
	over := !c.LeaseUntil.After(now)
	c.LeaseUntil, c.ChangedAt = max(c.LeaseUntil, now.Add(Lease)), now
	if !over {
		return store{tx}.extendHold(*c)
	}
	persons, err := contact.ReservePersons(tx, c.CustomerID)
	if err != nil {
		return err
	}
	c.PersonID = persons[c.CustomerID]
	return store{tx}.hold(*c, now)
}

// CallAnswers is what a customer answered in a call, for whoever keeps answers.
type CallAnswers struct {
	AttemptID    int64
	CallbackID   int64
	ResolutionID int64
	CustomerID   int64
	CallerID     int64
	AnsweredAt   clock.Instant
	Answers
}

// CallAnswers returns what was answered in the call of an attempt. It returns fault.NotFound if nothing was.
func (s *Service) CallAnswers(ctx context.Context, attemptID int64) (CallAnswers, error) {
	st := store{s.db.View(ctx)}
	a, err := st.attempt(attemptID)
	if err != nil {
		return CallAnswers{}, err
	}
	c, err := st.callback(a.CallbackID)
	if err != nil {
		return CallAnswers{}, err
	}
	result := CallAnswers{
		AttemptID: a.ID, CallbackID: c.ID, ResolutionID: c.ResolutionID, CustomerID: c.CustomerID, CallerID: a.CallerID, AnsweredAt: a.EndedAt,
	}
	if a.Answers == "" {
		return CallAnswers{}, fault.New(fault.NotFound, "nothing_answered", "nothing was answered in that call")
	}
	if err := json.Unmarshal([]byte(a.Answers), &result.Answers); err != nil {
		return CallAnswers{}, fmt.Errorf("read the answers of attempt %d: %w", attemptID, err)
	}
	return result, nil
}

// encode returns the answers as JSON, or "" when nothing was asked.
func (a Answers) encode() (string, error) {
	if a.Empty() {
		return "", nil
	}
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("write answers: %w", err)
	}
	return string(b), nil
}
