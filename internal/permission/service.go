package permission

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Service loads facts, asks the evaluator, and records what customers said and what we did.
type Service struct {
	db    *database.DB
	key   []byte
	now   clock.Now
	rules Rules
}

// New returns a service. The key makes the hashes of addresses useless to others; it must stay the same for the life of the
// database (see CheckKey).
func New(db *database.DB, key []byte, now clock.Now) *Service {
	return &Service{db: db, key: key, now: now, rules: DefaultRules()}
}

// Rules returns the rules in force.
func (s *Service) Rules() Rules { return s.rules }

// Evaluate decides a question from loaded facts by the rules in force.
func (s *Service) Evaluate(facts Facts, q Question) Verdict { return s.rules.Evaluate(facts, q) }

// Judge decides any number of questions with a few queries for every 500 of them, and returns a verdict for each, in order.
func (s *Service) Judge(tx database.Tx, questions []Question) ([]Verdict, error) {
	verdicts := make([]Verdict, 0, len(questions))
	for chunk := range slices.Chunk(questions, chunkSize) {
		chunk = s.dated(chunk)
		facts, err := s.load(tx, chunk)
		if err != nil {
			return nil, fmt.Errorf("judge: %w", err)
		}
		for i, q := range chunk {
			verdicts = append(verdicts, s.rules.Evaluate(facts[i], q))
		}
	}
	return verdicts, nil
}

// dated gives questions without an instant the current one.
func (s *Service) dated(questions []Question) []Question {
	now := s.now()
	dated := slices.Clone(questions)
	for i := range dated {
		if dated[i].At.IsZero() {
			dated[i].At = now
		}
	}
	return dated
}

// RecordConsent appends events, in the transaction of what they came from. Events without an instant are dated now.
func (s *Service) RecordConsent(tx database.Tx, events ...ConsentEvent) error {
	now := s.now()
	events = slices.Clone(events)
	for i := range events {
		events[i].RecordedAt = now
		if events[i].At.IsZero() {
			events[i].At = now
		}
	}
	return store{tx}.addConsents(events)
}

// Suppress forbids contact with addresses. One that is already forbidden, for as long and as much, is left as it is.
func (s *Service) Suppress(tx database.Tx, suppressions ...Suppression) error {
	now := s.now()
	hashed := make([]Suppression, 0, len(suppressions))
	for _, sup := range suppressions {
		if sup.Address == "" {
			return fault.New(fault.Invalid, "suppression_address", "a suppression needs a valid phone number or e-mail address")
		}
		sup.AddressHash = s.HashAddress(sup.Kind, sup.Address)
		if sup.At.IsZero() {
			sup.At = now
		}
		hashed = append(hashed, sup)
	}
	return store{tx}.addSuppressions(hashed)
}

// Lift ends a suppression, for one recorded by mistake.
func (s *Service) Lift(tx database.Tx, id int64, at clock.Instant) error {
	return store{tx}.lift(id, at)
}

// Touch records contacts we make, in the transaction that decides to make them. Touches without an instant are dated now.
func (s *Service) Touch(tx database.Tx, touches ...Touch) error {
	now := s.now()
	touches = slices.Clone(touches)
	for i := range touches {
		t := &touches[i]
		if t.Address != "" {
			t.AddressHash = s.HashAddress(t.Channel.kind(), t.Address)
		}
		if t.At.IsZero() {
			t.At = now
		}
	}
	return store{tx}.addTouches(touches)
}

// Refusal is a customer saying no.
type Refusal struct {
	Subject  Subject
	Scope    Scope
	Source   string // survey, call, desk, preferences
	Evidence string // such as "attempt 12"
	UserID   int64
	At       clock.Instant // none: now
}

// Refuse takes a no at once and everywhere: it withdraws consent for every purpose of the scope, and suppresses every address of
// the customer, so that it also holds for other records with the same number and after this one is erased.
func (s *Service) Refuse(tx database.Tx, r Refusal) error {
	if r.At.IsZero() {
		r.At = s.now()
	}
	var events []ConsentEvent
	for _, purpose := range r.Scope.purposes() {
		events = append(events, ConsentEvent{
			CustomerID: r.Subject.CustomerID, Purpose: purpose, Basis: "request", Source: r.Source, Evidence: r.Evidence, UserID: r.UserID, At: r.At,
		})
	}
	if err := s.RecordConsent(tx, events...); err != nil {
		return err
	}
	var suppressions []Suppression
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		for _, address := range r.Subject.addresses(kind) {
			suppressions = append(suppressions, Suppression{
				Address: address, Kind: kind, Scope: r.Scope, Reason: "customer_request", Evidence: r.Evidence, UserID: r.UserID, At: r.At,
			})
		}
	}
	return s.Suppress(tx, suppressions...)
}

// Reserve makes everybody else who is about to contact one of the persons wait until this transaction ends, so that two planners
// cannot both spend the last allowance. Call it before Judge, and record the Touch in the same transaction.
func Reserve(tx database.Tx, personIDs ...int64) error {
	ids := slices.Clone(personIDs)
	slices.Sort(ids)
	return store{tx}.reserve(slices.Compact(ids))
}

// HashAddress returns the keyed hash under which an address is known here: HMAC-SHA256 in hex. The address is normalised: E.164,
// or a lower-cased e-mail.
func (s *Service) HashAddress(kind AddressKind, normalised string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(string(kind) + ":" + normalised))
	return hex.EncodeToString(mac.Sum(nil))
}

// CheckKey remembers the key's fingerprint on first use and afterwards returns fault.Conflict for another key: with a wrong one
// every suppression would silently stop to hold.
func (s *Service) CheckKey(ctx context.Context) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		known, err := store{tx}.fingerprint(s.HashAddress("key", "fingerprint"))
		if err != nil {
			return err
		}
		if known != s.HashAddress("key", "fingerprint") {
			return fault.New(fault.Conflict, "key_mismatch", "the secret key is not the one this database was filled with: restore it, or suppressions would not be found")
		}
		return nil
	})
}
