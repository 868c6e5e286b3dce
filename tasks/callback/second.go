package callback

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

const (
	secondWithin   = 24 * time.Hour // from the reply to when the second call is overdue
	awayAfter      = 72 * time.Hour // since their last call a caller is taken to be away, a weekend being no absence
	secondKept     = 2 * time.Hour  // for the caller of the first one
	lookAtHandoffs = 4 * time.Hour  // what waits for a reply is woken by it, and looks by itself in case nobody did
	prioritySecond = priorityRecovery
)

// Mends reports whether the callback is made to mend something: its answers count in no figure, and nobody is offered anything in it.
func (c *Callback) Mends() bool { return c.mends() }

func (c *Callback) mends() bool { return c.Kind == RecoveryKind || c.Kind == SecondKind }

// looksAgain returns whether a callback that was overtaken waits, and when it is looked at again.
func looksAgain(r Reason) (time.Duration, bool) {
	if r == ReasonNewer {
		return history.LookAgain, true
	}
	return lookAtHandoffs, r == ReasonHandoff
}

// heldByHandoffs adds to reasons the callbacks about contacts that wait for a reply: whatever they ask, it was promised to call afterwards.
func (s *Service) heldByHandoffs(tx database.Tx, callbacks []Callback, reasons map[int64]Reason) error {
	if s.opts.Handoffs == nil || len(callbacks) == 0 {
		return nil
	}
	waiting, err := s.opts.Handoffs.Waiting(tx, contactsOf(callbacks))
	if err != nil {
		return err
	}
	for _, c := range callbacks {
		if reasons[c.ID] == "" && waiting[c.ContactID] {
			reasons[c.ID] = ReasonHandoff
		}
	}
	return nil
}

// WaitForReply sets the callbacks about a contact that are ready aside: a handoff was opened. Those in a caller's hands are refused at the
// dial, and those whose time is still to come wait when it has.
func (s *Service) WaitForReply(tx database.Tx, contactID int64, now clock.Instant) error {
	return s.eachOpen(tx, contactID, func(c *Callback) error {
		if c.State == Waiting || c.inHand(now) {
			return nil
		}
		return s.giveUpOvertaken(tx, c, ReasonHandoff, now)
	})
}

// GoOn lets the callbacks about a contact that waited for a reply be made after all: the handoff ended without a second call.
func (s *Service) GoOn(tx database.Tx, contactID int64, now clock.Instant) error {
	return s.eachOpen(tx, contactID, func(c *Callback) error {
		if c.State != Waiting || c.WaitReason != ReasonHandoff {
			return nil
		}
		c.ReadyAt, c.ChangedAt = now, now
		c.DueAt = max(c.DueAt, now.Add(slack))
		return s.keep(tx, c, now)
	})
}

// eachOpen does something with the open callbacks about a contact, locked in the order of their ids.
func (s *Service) eachOpen(tx database.Tx, contactID int64, do func(*Callback) error) error {
	open, err := store{tx}.openOfContact(contactID)
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
		if err := do(&locked[i]); err != nil {
			return err
		}
	}
	return nil
}

// Second is the call after a reply.
type Second struct {
	Resolution contact.Resolution
	CustomerID int64
	ForCaller  int64  // it is kept for them for a while; 0: anybody's
	Words      string // the reply, for whoever calls
}

// PlanSecond plans the call after a reply and returns it. What else was to be asked about the contact is cancelled, unless a caller is at
// work on it: this call asks all of it, the score of a recovery too. It returns the reason, and plans nothing, where the customer must not
// be called any more.
func (s *Service) PlanSecond(tx database.Tx, second Second, now clock.Instant) (callbackID int64, refused Reason, err error) {
	r := second.Resolution
	v, subject, err := s.JudgeCall(tx, second.CustomerID, r.ContactID, now)
	if err != nil {
		return 0, "", err
	}
	if !v.Allowed && v.AllowedFrom.IsZero() {
		return 0, Reason(v.First), nil
	}
	set, err := s.outcomes.InForce(tx)
	if err != nil {
		return 0, "", err
	}
	c := Callback{
		ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: second.CustomerID, PersonID: subject.PersonID, TeamID: r.TeamID,
		Kind: SecondKind, MaxAttempts: set.Kinds[string(SecondKind)].Attempts, Priority: prioritySecond,
		State: Waiting, WaitReason: ReasonPlanned, NotBefore: now, ReadyAt: now, NoteForNext: second.Words,
		DueAt: now.Add(secondWithin), ExpiresAt: now.Add(callbackLife), CreatedAt: now, ChangedAt: now,
	}
	if !v.Allowed {
		c.WaitReason, c.ReadyAt = Reason(v.First), v.AllowedFrom
		c.DueAt = max(c.DueAt, c.ReadyAt.Add(slack))
	}
	if second.ForCaller != 0 {
		c.keepFor(second.ForCaller, secondKept)
	}
	err = s.eachOpen(tx, r.ContactID, func(other *Callback) error {
		if other.inHand(now) {
			return nil
		}
		if other.Kind == RecoveryKind {
			c.OriginRef, c.OriginValue, c.OriginScale = other.OriginRef, other.OriginValue, other.OriginScale
		}
		return s.giveUp(tx, other, ReasonSuperseded, now)
	})
	if err != nil {
		return 0, "", err
	}
	if c.Round, err = (store{tx}).nextSecond(r.ID); err != nil {
		return 0, "", err
	}
	if err := s.Add(tx, now, []Callback{c}, map[int64]permission.Subject{second.CustomerID: subject}); err != nil {
		return 0, "", err
	}
	ids, err := store{tx}.callbackIDs([]int64{r.ID})
	return ids[key{r.ID, SecondKind, c.Round}], "", err
}

// freeSecond makes a second call anybody's where the caller of the first one is not there: they have called nobody for days.
func freeSecond(tx database.Tx, c *Callback, now clock.Instant) error {
	if c.ReservedFor == 0 {
		return nil
	}
	there, err := store{tx}.calledWithin(c.ReservedFor, now, awayAfter)
	if err == nil && !there {
		c.ReservedFor = 0
	}
	return err
}

// GiveUpSecond cancels a second call that is not wanted any more, and reports whether it did: not while a caller is at work on it.
func (s *Service) GiveUpSecond(tx database.Tx, callbackID int64, now clock.Instant) (bool, error) {
	c, err := store{tx}.lockCallback(callbackID)
	if err != nil || c.closed() {
		return true, err
	}
	if c.inHand(now) {
		return false, nil
	}
	return true, s.giveUp(tx, &c, ReasonSuperseded, now)
}

// recoverInSecond lets a second call that is to be made about the contact ask for the low score again, and reports whether there is one.
func recoverInSecond(tx database.Tx, low LowScore) (bool, error) {
	open, err := store{tx}.openOfContact(low.Resolution.ContactID)
	if err != nil {
		return false, err
	}
	for _, c := range open {
		if c.Kind == SecondKind {
			return true, store{tx}.putOrigin(c.ID, low)
		}
	}
	return false, nil
}

// tellClosed has a job tell what became of a second call, when that can no longer be undone, and that a correction has opened it again.
// What was noted of it is not stored yet.
func tellClosed(tx database.Tx, c *Callback, now clock.Instant) error {
	noted := func(kind ChangeKind) bool {
		return slices.ContainsFunc(c.changes, func(change Change) bool { return change.Kind == kind })
	}
	at := now.Add(UndoTime)
	switch {
	case noted(ChangeCorrected), noted(ChangeRestored):
		at = now // nobody undoes these at once
	case c.closed():
	case noted(ChangeUndone):
		_, err := outbox.Cancel(tx, now, JobClosed, c.ID)
		return err
	default: // what a correction has still to tell stays
		return nil
	}
	moved, err := outbox.Reschedule(tx, now, JobClosed, c.ID, at)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobClosed, c.ID, outbox.Urgent, at))
}

// Said is what a customer said of their problem in the call of an attempt.
type Said struct {
	Callback  Callback
	Attempt   Attempt
	Solved    outcome.Solved // empty: nothing
	Complaint bool
	Comment   string // their own words
}

// Said returns what was said in the call of an attempt, as the outcome stands now. It returns fault.NotFound for an unknown attempt.
func (s *Service) Said(ctx context.Context, attemptID int64) (Said, error) {
	tx := s.db.View(ctx)
	c, a, err := AttemptByID(tx, attemptID)
	if err != nil {
		return Said{}, err
	}
	said := Said{Callback: c, Attempt: a}
	if a.CallResult == "" {
		return said, nil
	}
	set, err := s.outcomes.At(tx, a.OutcomeVersion)
	if err != nil {
		return Said{}, fmt.Errorf("read what was said in attempt %d: %w", attemptID, err)
	}
	o, err := a.outcome(c)
	if err != nil {
		return Said{}, err
	}
	_, business := o.codes(set)
	said.Solved, said.Complaint, said.Comment = business.Solved, business.Is(outcome.Complaint), o.Answers.Comment
	return said, nil
}

// SaidLast returns what was said last about a callback: of its newest attempt that reached somebody.
func (s *Service) SaidLast(tx database.Tx, callbackID int64) (Callback, outcome.Solved, error) {
	c, err := store{tx}.callback(callbackID)
	if err != nil || c.BusinessResult == "" {
		return c, outcome.Unsaid, err
	}
	attempts, err := store{tx}.attemptsOf(callbackID)
	if err != nil {
		return c, outcome.Unsaid, err
	}
	for i := len(attempts) - 1; i >= 0; i-- {
		if a := attempts[i]; a.BusinessResult == c.BusinessResult {
			set, err := s.outcomes.At(tx, a.OutcomeVersion)
			if err != nil {
				return c, outcome.Unsaid, err
			}
			code, _ := set.Code(outcome.BusinessLayer, string(a.BusinessResult))
			return c, code.Solved, nil
		}
	}
	return c, outcome.Unsaid, nil
}
