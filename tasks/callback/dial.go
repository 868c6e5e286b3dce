package callback

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// Attempt is one try to reach the customer. It begins with the dial, so it counts even if no outcome is ever recorded.
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
	// For supervisors, and for who wrote it: other callers never see it.
	NoteForSupervisor string
	Answers           string        // JSON of Answers; empty when nothing was asked
	OutcomeVersion    int           // of the set the outcome was recorded under; 0 until it is
	Mark              outcome.Flag  // of which supervisors are told; empty for none
	MarkSeenAt        clock.Instant // when somebody said that they know
	MarkSeenBy        int64
	DialledPhone      string // E.164: the line that was dialled last; empty where the dial was not seen
	WrongPhone        string // E.164: the line that was dialled, where it turned out not to be the customer's
	CallbackBefore    string // JSON of state; empty while there is no outcome, and of attempts older than it
	ScriptID          int64  // the version of the script there was when it began; 0: before scripts had versions
	HelpTried         string // JSON of the steps of help that were tried; empty: none
	Rings             int    // how often a call was asked for under the claim, with this attempt and those before it
	// What is known of the line; a connector fills it in later, and none is unknown.
	RingingAt, AnsweredAt, HungUpAt clock.Instant
	RecordingURL                    string // secret: see Recording
}

// Talk is how long the customer was on the line; 0 where nobody knows.
func (a *Attempt) Talk() time.Duration {
	if a.AnsweredAt.IsZero() || a.HungUpAt.IsZero() {
		return 0
	}
	return max(0, a.HungUpAt.Sub(a.AnsweredAt))
}

// The refusals of dialling.
var (
	errDialRefused   = fault.New(fault.Conflict, "dial_refused", "this customer may not be called now")
	errRungElsewhere = fault.New(fault.Conflict, "rung_elsewhere", "another page has had this call made; dial again for another one")
)

// whateverRang is for who dials without a page that could be old.
const whateverRang = -1

// Dial begins an attempt on a claimed callback, renews the lease, and returns what to dial: the number in E.164, and after a pause its
// extension. Permission is asked again at this moment. Dialling again while the lease lasts, after a dropped line, is the same
// attempt; after the lease it is another one.
//
// It returns ErrStale when the claim is not the last one any more, and fault.Conflict when the viewer never claimed the
// callback, the call is not wanted or not allowed any more, or the attempts are used up.
func (s *Service) Dial(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (phone string, err error) {
	phone, _, err = s.DialOnce(ctx, viewer, callbackID, fence, whateverRang)
	return phone, err
}

// DialOnce is Dial for a page that knows of so many calls that were asked for under the claim, and returns how many there are now. It
// returns fault.Conflict, with the argument rings, where there were others: another page of the same desk was faster.
func (s *Service) DialOnce(
	ctx context.Context, viewer account.Viewer, callbackID, fence int64, known int,
) (phone string, rings int, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, had, err := lockFor(tx, viewer, callbackID)
		if err == nil && !had {
			err = errNotClaimed
		}
		if err != nil {
			return err
		}
		switch held := c.heldBy(viewer.UserID, fence); {
		case held && c.cancelledUnderClaim():
			return errDialRefused.With("reason", string(c.CloseReason))
		case !held:
			return ErrStale
		}
		undone, err := s.overtakenInHand(tx, c)
		if err != nil {
			return err
		}
		if undone != "" {
			return errDialRefused.With("reason", string(undone))
		}
		if err := holdOn(tx, &c, c.renew(now), now); err != nil {
			return err
		}
		v, subject, err := s.judgeDial(tx, c, now)
		if err != nil {
			return err
		}
		phone = address.Number{Dial: subject.To(permission.ByPhone), Extension: beside(subject).Extension}.Dialled()
		another := c.DialledAt.IsZero()
		before, _, err := store{tx}.attemptUnder(c.ID, fence)
		if err != nil {
			return err
		}
		rings = before.Rings + 1
		switch {
		case known != whateverRang && known != before.Rings:
			return errRungElsewhere.With("rings", before.Rings)
		case another && c.usedUp():
			return errDialRefused.With("reason", string(ReasonUnreachable))
		case !v.Allowed:
			return errDialRefused.With("reason", string(v.First))
		case another:
			_, err = s.beginAttempt(tx, &c, subject, subject.Address(permission.ByPhone), now)
		default:
			err = store{tx}.dialAgain(c, subject.Address(permission.ByPhone))
		}
		if err != nil {
			return err
		}
		if err := (store{tx}).rung(c, rings); err != nil {
			return err
		}
		return store{tx}.write(&c)
	})
	if err != nil {
		return "", 0, fmt.Errorf("dial callback %d: %w", callbackID, err)
	}
	return phone, rings, nil
}

// judgeDial asks permission for a call that is about to be made. Until this transaction ends, nobody else can contact the
// person, or anybody on the same line. Lock order: the person, then the addresses; only then is permission asked.
func (s *Service) judgeDial(tx database.Tx, c Callback, now clock.Instant) (permission.Verdict, permission.Subject, error) {
	if err := permission.Reserve(tx, c.PersonID); err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	subject, err := s.whom(tx, c)
	if err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	question := Question(subject, now)
	attempt, on, err := s.callOn(tx, c, subject) // the line dropped, or this is another callback of the same call
	if err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	if on {
		question.Redial = attempt.ID
	}
	if err := s.permit.ReserveAddresses(tx, question); err != nil {
		return permission.Verdict{}, permission.Subject{}, err
	}
	v, err := s.judge(tx, question)
	return v, subject, err
}

// beginAttempt writes the attempt and the touch that permission counts, unless the call is on already for another callback of the person.
// dialled is the line, in E.164; empty where the dial was not seen.
func (s *Service) beginAttempt(
	tx database.Tx, c *Callback, subject permission.Subject, dialled string, started clock.Instant,
) (Attempt, error) {
	call, on, err := s.callOn(tx, *c, subject)
	if err != nil {
		return Attempt{}, err
	}
	c.Attempts++
	c.DialledAt = started
	a := Attempt{
		CallbackID: c.ID, No: c.Attempts, CustomerID: c.CustomerID, PersonID: c.PersonID, CallerID: c.CallerID, Fence: c.Fence,
		ClaimedAt: c.ClaimedAt, StartedAt: started, DialledPhone: cmp.Or(dialled, call.DialledPhone),
	}
	if a.ScriptID, err = s.scriptShown(tx, *c); err != nil {
		return Attempt{}, err
	}
	if err := (store{tx}).insertAttempt(&a); err != nil {
		return Attempt{}, err
	}
	if on {
		return a, nil
	}
	touch := permission.Touch{
		PersonID: c.PersonID, CustomerID: c.CustomerID, Kind: permission.Attempt, Purpose: permission.ServiceCallback,
		Channel: permission.ByPhone, Ref: a.ID, At: started,
		Address: subject.Address(permission.ByPhone),
	}
	return a, s.permit.Touch(tx, touch)
}

// holdOn stores a renewed claim together with the hold of its person and what is held with it. It returns ErrStale when the lease was
// over and meanwhile somebody else holds the person, or the caller holds another person.
func holdOn(tx database.Tx, c *Callback, over bool, now clock.Instant) error {
	err := extendHold(tx, c, over, now)
	if errors.Is(err, errHeld) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	return store{tx}.write(c)
}

// extendHold extends the hold of the callback's person. If the lease was over, it takes a new hold as a claim does: first the
// guard row of the person, then the hold.
func extendHold(tx database.Tx, c *Callback, over bool, now clock.Instant) error {
	if !over {
		return store{tx}.extendHold(*c)
	}
	persons, err := contact.ReservePersons(tx, c.CustomerID)
	if err != nil {
		return err
	}
	c.PersonID = persons[c.CustomerID]
	if err := (store{tx}).hold(holdOf(*c), now); err != nil {
		return err
	}
	return store{tx}.forgetDials(*c)
}

// refusedUnderClaim reports whether it was cancelled because the customer must not be called any more.
func (c *Callback) refusedUnderClaim() bool {
	return c.cancelledUnderClaim() &&
		(c.CloseReason == Reason(permission.Suppressed) || c.CloseReason == Reason(permission.Refused))
}

// withoutRefused returns what may be recorded of a call: when the customer has said meanwhile that they are not to be called, only what
// happened. Their rating and consent are not taken; what they said of it goes into the note.
func (s *Service) withoutRefused(tx database.Tx, c Callback, subject permission.Subject, o Outcome, now clock.Instant) (Outcome, error) {
	if o.Answers.Empty() {
		return o, nil
	}
	v, err := s.judge(tx, Question(subject, now))
	if err != nil {
		return o, err
	}
	if v.Refused() == "" && !c.refusedUnderClaim() {
		return o, nil
	}
	o.Note = strings.TrimSpace(o.Note + "\n" + o.Answers.Comment)
	o.Answers = Answers{}
	return o, nil
}
