package permission

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/fault"
)

// Named is a customer as an outsider knows them: by the reference of a source, or by a normalised address.
type Named struct {
	Reference Reference
	Kind      AddressKind // of Address
	Address   string      // normalised; empty: by reference
	Earlier   []string    // what earlier forms made of an e-mail as it was written
}

// NameBy returns the name that an address is; the field says why it is none, as that of ReadAddress.
func NameBy(kind AddressKind, raw, region string) (Named, *fault.Field) {
	normal, problem := ReadAddress(kind, raw, region)
	n := Named{Kind: kind, Address: normal}
	if kind == EmailAddress && problem == nil {
		n.Earlier = address.Earlier(raw)
	}
	return n, problem
}

// maxHoldersNamed is how many customers with one address are looked at: beyond it the line is shared, and capped by its number.
const maxHoldersNamed = 20

// Who returns the customers that each name stands for, in order: none where nobody is known, several where they share the address.
// It takes a handful of queries, whatever the number of names.
func (s *Service) Who(ctx context.Context, names []Named) ([][]Subject, error) {
	tx := s.db.View(ctx)
	var references []Reference
	addresses := map[AddressKind][]string{}
	for _, n := range names {
		if n.Address == "" {
			references = append(references, n.Reference)
		} else {
			addresses[n.Kind] = append(addresses[n.Kind], n.Address)
		}
	}
	referred, err := s.directory.CustomersByReference(tx, references)
	if err != nil {
		return nil, fmt.Errorf("customers by reference: %w", err)
	}
	holders := map[AddressKind]map[string][]int64{}
	for kind, list := range addresses {
		if holders[kind], err = s.directory.CustomersWith(tx, kind, list); err != nil {
			return nil, fmt.Errorf("customers by address: %w", err)
		}
	}
	ids := make([][]int64, len(names))
	for i, n := range names {
		if n.Address != "" {
			found := holders[n.Kind][n.Address]
			ids[i] = found[:min(len(found), maxHoldersNamed)]
		} else if id := referred[n.Reference]; id != 0 {
			ids[i] = []int64{id}
		}
	}
	subjects, err := s.directory.Subjects(tx, distinct(slices.Concat(ids...)))
	if err != nil {
		return nil, fmt.Errorf("subjects by name: %w", err)
	}
	found := make([][]Subject, len(names))
	for i, list := range ids {
		for _, id := range list {
			found[i] = append(found[i], subjects[id])
		}
	}
	return found, nil
}

// Subject returns a customer the viewer sees, or fault.NotFound.
func (s *Service) Subject(ctx context.Context, viewer account.Viewer, customerID int64) (Subject, error) {
	return s.subject(s.db.View(ctx), viewer, customerID)
}

// Verdicts decides questions as Judge does. Of a viewer who may not ask about whomever it returns fault.NotFound where one is about a
// customer they do not see.
func (s *Service) Verdicts(ctx context.Context, viewer account.Viewer, questions []Question) ([]Verdict, error) {
	tx := s.db.View(ctx)
	if !viewer.May(account.AskPermission) {
		var ids []int64
		for _, q := range questions {
			if q.Subject.CustomerID != 0 { // a stranger has none
				ids = append(ids, q.Subject.CustomerID)
			}
		}
		ids = distinct(ids)
		seen, err := s.directory.Seen(tx, viewer, ids)
		if err != nil {
			return nil, fmt.Errorf("verdicts: %w", err)
		}
		if len(seen) < len(ids) {
			return nil, errNoCustomer
		}
	}
	return s.Judge(tx, questions)
}

// SuppressionsOn returns the suppressions in force on any address of a customer the viewer sees, the oldest first.
func (s *Service) SuppressionsOn(ctx context.Context, viewer account.Viewer, customerID int64) ([]Suppression, error) {
	tx := s.db.View(ctx)
	subject, err := s.subject(tx, viewer, customerID)
	if err != nil {
		return nil, err
	}
	return s.SuppressionsOf(tx, subject)
}

// maxStandings bounds a page of StandingsBy.
const maxStandings = 500

// StandingsBy lists what StandingCounts counted: the customers behind one number, in order of their ids, after the given one, as
// far as the viewer sees them.
func (s *Service) StandingsBy(ctx context.Context, viewer account.Viewer, purpose Purpose, channel Channel, first Code, after int64, limit int) ([]Standing, error) {
	seen, args := s.directory.SeenBy(viewer, "permission_standings.customer_id")
	return store{s.db.View(ctx)}.standingsBy(seen, args, purpose, channel, first, after, min(limit, maxStandings))
}
