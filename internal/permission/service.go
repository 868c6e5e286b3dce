package permission

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/versions"
)

// Service loads facts, asks the evaluator, and records what customers said and what we did.
type Service struct {
	db        *database.DB
	key       []byte
	now       clock.Now
	directory Directory
	followUp  FollowUp // nobody is told when nil
	rules     *versions.Document[Rules]
}

// New returns a service. The key makes the hashes of addresses useless to others; it must stay the same for the life of the
// database (see CheckKey). The directory knows who customers are.
func New(db *database.DB, key []byte, now clock.Now, directory Directory) *Service {
	return &Service{db: db, key: key, now: now, directory: directory, rules: newDocument()}
}

// Evaluate decides a question from loaded facts by the rules in force.
func (s *Service) Evaluate(facts Facts, q Question) Verdict { return s.Rules().Evaluate(facts, q) }

// Judge decides any number of questions with a few queries for every 500 of them, and returns a verdict for each, in order.
func (s *Service) Judge(tx database.Tx, questions []Question) ([]Verdict, error) {
	rules, err := s.newestRules(tx)
	if err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	verdicts := make([]Verdict, len(questions))
	rest := verdicts
	var reading errgroup.Group
	reading.SetLimit(tx.Lanes())
	for chunk := range slices.Chunk(questions, database.MaxIn) {
		part := rest[:len(chunk)]
		rest = rest[len(chunk):]
		reading.Go(func() error {
			chunk := s.dated(chunk)
			facts, err := s.load(tx, chunk, present)
			for i := range facts {
				part[i] = rules.Evaluate(facts[i], chunk[i])
			}
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
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

// HashAddress returns the keyed hash under which an address is known here: HMAC-SHA256 in hex. The address is normalised. The version
// of its form is no part of the hash: most addresses are the same in all of them, and are looked for with one hash.
func (s *Service) HashAddress(kind AddressKind, normalised string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(string(kind) + ":" + normalised))
	return hex.EncodeToString(mac.Sum(nil))
}

// CheckKey remembers the key's fingerprint on first use and afterwards returns fault.Conflict for another key: with a wrong one
// every suppression would silently stop to hold.
func (s *Service) CheckKey(ctx context.Context) error {
	own := s.HashAddress("key", "fingerprint")
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		known, err := database.EnsureSetting(tx, "permission.key_fingerprint", own)
		if err != nil {
			return err
		}
		if known != own {
			return fault.New(fault.Conflict, "key_mismatch",
				"the secret key is not the one this database was filled with: restore it, or suppressions would not be found")
		}
		return nil
	})
}
