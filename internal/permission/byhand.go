package permission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// deskSource is where somebody of the centre wrote down what a customer said.
const deskSource = "desk"

// undoWithin is how long a refusal that was recorded by hand can be taken back; later, a new event corrects it.
const undoWithin = time.Hour

var (
	errNoCustomer   = fault.New(fault.NotFound, "no_customer", "there is no such customer")
	errUndoTooLate  = fault.New(fault.Conflict, "undo_too_late", "this was recorded more than an hour ago: record a new consent instead")
	errNothingTaken = fault.New(fault.NotFound, "no_refusal", "there is no such refusal of yours")
)

// ConsentsOf returns what was said about contact with the person of a customer the viewer sees, on any of their records, the newest
// first, at most a hundred events. It returns fault.NotFound for a customer they do not see.
func (s *Service) ConsentsOf(ctx context.Context, viewer account.Viewer, customerID int64) ([]ConsentEvent, error) {
	tx := s.db.View(ctx)
	subject, err := s.subject(tx, viewer, customerID)
	if err != nil {
		return nil, err
	}
	return store{tx}.consentsOfRecords(subject.records(), maxEvents)
}

// RecordByHand appends what a customer told somebody of the centre. The viewer and their desk go on the event.
func (s *Service) RecordByHand(ctx context.Context, viewer account.Viewer, e ConsentEvent) error {
	e.UserID, e.Source = viewer.UserID, deskSource
	if problems := e.forbiddenTo(viewer); len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if _, err := s.subject(tx, viewer, e.CustomerID); err != nil {
			return err
		}
		if err := s.RecordConsent(tx, e); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "consent.record", "customer", e.CustomerID,
			account.Detail(map[string]any{"purpose": e.Purpose}))
	})
}

// subject returns a customer the viewer sees.
func (s *Service) subject(tx database.Tx, viewer account.Viewer, customerID int64) (Subject, error) {
	seen, err := s.directory.Seen(tx, viewer, []int64{customerID})
	if err != nil {
		return Subject{}, fmt.Errorf("customer %d: %w", customerID, err)
	}
	found, err := s.directory.Subjects(tx, seen)
	if err != nil {
		return Subject{}, fmt.Errorf("customer %d: %w", customerID, err)
	}
	subject, known := found[customerID]
	if !known {
		return Subject{}, errNoCustomer
	}
	return subject, nil
}

// SuppressByHand forbids contact with an address, known customer or not. It reports whether that was not recorded already.
func (s *Service) SuppressByHand(ctx context.Context, viewer account.Viewer, sup Suppression) (bool, error) {
	sup.UserID, sup.Evidence = viewer.UserID, text.Name(sup.Evidence)
	if problems := s.Problems(sup); len(problems) > 0 {
		return false, fault.InvalidFields(problems...)
	}
	added := false
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		fresh, err := s.suppress(tx, []Suppression{sup})
		if err != nil {
			return err
		}
		if added = slices.Contains(fresh, true); !added {
			return nil
		}
		return account.Audit(tx, s.now(), viewer, "suppression.add", "suppression", 0, account.Detail(map[string]any{"scope": sup.Scope}))
	})
	return added, err
}

// RefuseByHand takes the no of a customer that somebody of the centre heard, and returns its instant, by which TakeBackRefusal
// knows it. Without other evidence it is the viewer: the same said elsewhere must not seem to be this one, which can be taken back.
func (s *Service) RefuseByHand(
	ctx context.Context, viewer account.Viewer, customerID int64, scope Scope, said string,
) (clock.Instant, error) {
	var f fault.Problems
	fault.OneOf(&f, "scope", scope, []Scope{Everything, MarketingOnly, SurveysOnly})
	if len(f) > 0 {
		return 0, fault.InvalidFields(f...)
	}
	at, said := s.now(), cmp.Or(said, evidence("user", viewer.UserID))
	return at, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		subject, err := s.subject(tx, viewer, customerID)
		if err != nil {
			return err
		}
		err = s.Refuse(tx, Refusal{Subject: subject, Scope: scope, Source: deskSource, Evidence: said, UserID: viewer.UserID, At: at})
		if err != nil {
			return err
		}
		return account.Audit(tx, at, viewer, "refusal.record", "customer", customerID, account.Detail(map[string]any{"scope": scope}))
	})
}

// TakeBackRefusal undoes a refusal that the viewer recorded by mistake: it lifts its suppressions and appends, for each purpose and
// channel it withdrew, what was in force before. What was said since stands. It returns fault.Conflict an hour after the refusal,
// when others may have acted on it.
func (s *Service) TakeBackRefusal(ctx context.Context, viewer account.Viewer, customerID int64, at clock.Instant) error {
	if s.now().Sub(at) > undoWithin {
		return errUndoTooLate
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		subject, err := s.subject(tx, viewer, customerID)
		if err != nil {
			return err
		}
		said := Refusal{Subject: subject, Source: deskSource, UserID: viewer.UserID, At: at}
		taken, err := s.TakeBack(tx, said, viewer.UserID, "undo")
		if err != nil {
			return err
		}
		if !taken {
			return errNothingTaken
		}
		return account.Audit(tx, s.now(), viewer, "refusal.undo", "customer", customerID, "")
	})
}

// TakeBack takes a refusal back that was recorded by mistake, and reports whether there was anything to take back: it lifts the
// suppressions that the refusal's user recorded at its instant, and appends, for each purpose and channel withdrawn with them through its
// source, what was in force before. What was said since stands. Suppressions keep who took them back and why.
func (s *Service) TakeBack(tx database.Tx, said Refusal, userID int64, why string) (bool, error) {
	lifted, err := s.liftThose(tx, said, userID, why)
	if err != nil {
		return false, err
	}
	restored, err := s.before(tx, said, userID)
	if err != nil {
		return false, err
	}
	return lifted+len(restored) > 0, s.RecordConsent(tx, restored...)
}

// liftThose lifts the suppressions of a refusal, but not one that covers a no said again later by the same evidence.
func (s *Service) liftThose(tx database.Tx, said Refusal, userID int64, why string) (int, error) {
	list, err := s.SuppressionsOf(tx, said.Subject)
	if err != nil {
		return 0, err
	}
	events, err := store{tx}.consentsOfRecords(said.Subject.records(), maxEvents)
	if err != nil {
		return 0, err
	}
	lifted := 0
	for _, sup := range list {
		saidAgain := slices.ContainsFunc(events, func(e ConsentEvent) bool {
			return !e.Given && e.At > said.At && e.Evidence == sup.Evidence && sup.Scope.covers(e.Purpose)
		})
		if sup.At != said.At || sup.UserID != said.UserID || saidAgain {
			continue
		}
		if err := s.Lift(tx, sup.ID, userID, why); err != nil {
			return 0, err
		}
		lifted++
	}
	return lifted, nil
}

// maxEvents bounds what is read of one customer; nobody says yes or no more often than that.
const maxEvents = 100

// before returns the events that say again what was in force before the withdrawals of a refusal.
func (s *Service) before(tx database.Tx, said Refusal, userID int64) ([]ConsentEvent, error) {
	var restored []ConsentEvent
	for _, customerID := range said.Subject.records() {
		events, err := store{tx}.consentsOf(customerID, maxEvents)
		if err != nil {
			return nil, err
		}
		withdrawn := func(e ConsentEvent) bool {
			return e.At == said.At && e.UserID == said.UserID && !e.Given && e.Source == said.Source
		}
		older := slices.DeleteFunc(slices.Clone(events), func(e ConsentEvent) bool { return withdrawn(e) || e.At > said.At })
		for _, e := range events {
			if withdrawn(e) {
				restored = append(restored, s.saidBefore(older, e, userID)...)
			}
		}
	}
	return restored, nil
}

// saidBefore returns what to append so that each channel of a withdrawal's purpose is as it was. It is dated as the withdrawal, so
// that whatever was said later is newer and stands. Where nobody had said anything that still holds, it is a word that expired at
// once: it takes the no back and permits nothing.
func (s *Service) saidBefore(older []ConsentEvent, withdrawal ConsentEvent, userID int64) []ConsentEvent {
	var restored []ConsentEvent
	for _, channel := range channels {
		was := newest(older, withdrawal.CustomerID, Question{Purpose: withdrawal.Purpose, Channel: channel})
		expired := !was.ExpiresAt.IsZero() && was.ExpiresAt <= s.now()
		said := ConsentEvent{
			CustomerID: withdrawal.CustomerID, Purpose: withdrawal.Purpose,
			Channel: channel, Given: true, Basis: was.Basis, Wording: was.Wording,
			Source: deskSource, Evidence: evidence("consent", withdrawal.ID), UserID: userID, At: withdrawal.At, ExpiresAt: was.ExpiresAt,
		}
		switch {
		case was.ID == 0 || (was.Given && expired):
			said.Basis, said.Wording, said.ExpiresAt = ByOwnRequest, "", withdrawal.At.Add(time.Microsecond)
		case !was.Given:
			continue
		}
		restored = append(restored, said)
	}
	return restored
}
