package permission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Word is what a customer said about a purpose.
type Word string

// The words.
const (
	WordGiven     Word = "given"
	WordWithdrawn Word = "withdrawn"
)

// ConsentInput is one consent, or its withdrawal, as another system knows it. It names the customer by source and reference, or by
// phone or e-mail: then it is about every customer with that address.
type ConsentInput struct {
	Source    string        `json:"source,omitempty"`
	Reference string        `json:"reference,omitempty"`
	Phone     string        `json:"phone,omitempty"`
	Email     string        `json:"email,omitempty"`
	Purpose   Purpose       `json:"purpose"`
	Channel   Channel       `json:"channel,omitempty"` // when absent: every channel
	Word      Word          `json:"word"`
	Basis     Basis         `json:"basis,omitempty"`    // consent when absent
	Wording   string        `json:"wording,omitempty"`  // version of the text that was read or shown
	Evidence  string        `json:"evidence,omitempty"` // where it can be looked up
	At        clock.Instant `json:"at,omitzero"`        // when it was said; now when absent
	ExpiresAt clock.Instant `json:"expires_at,omitzero"`
	Key       string        `json:"key,omitempty"` // of the sender: the same again is not recorded twice
}

// ConsentStatus is what became of one input.
type ConsentStatus string

// The statuses.
const (
	ConsentRecorded ConsentStatus = "recorded"
	ConsentKnown    ConsentStatus = "known"    // delivered before, for every customer it is about
	ConsentNobody   ConsentStatus = "nobody"   // no customer is known by that name or address
	ConsentRejected ConsentStatus = "rejected" // see Problems
)

// ConsentResult is what became of one input.
type ConsentResult struct {
	Status    ConsentStatus
	Customers int // for whom it was recorded now
	Problems  []fault.Field
}

// TakeConsents records what other systems know of consent and returns what became of each input, in order. A bad one never stops
// the rest. Via is where it came from: api or import; region is where phone numbers without a country code are from. It writes in
// transactions of a few hundred; after an error those before it are kept, and inputs with keys can be sent again.
func (s *Service) TakeConsents(ctx context.Context, viewer account.Viewer, via, region string, inputs []ConsentInput) ([]ConsentResult, error) {
	results := make([]ConsentResult, 0, len(inputs))
	for part := range slices.Chunk(inputs, s.db.RowsPerTx()) {
		var done []ConsentResult
		take := func(_ context.Context, tx database.Tx) (err error) {
			done, err = s.takeConsents(tx, viewer, via, region, part)
			return err
		}
		err := s.db.InTx(ctx, take)
		if isTaken(err) { // another process was first with one of the keys: now they can be seen
			err = s.db.InTx(ctx, take)
		}
		if err != nil {
			return results, fmt.Errorf("take consent: %w", err)
		}
		results = append(results, done...)
	}
	return results, nil
}

func (s *Service) takeConsents(tx database.Tx, viewer account.Viewer, via, region string, inputs []ConsentInput) ([]ConsentResult, error) {
	now := s.now()
	results, events := make([]ConsentResult, len(inputs)), make([]ConsentEvent, len(inputs))
	names := make([]consentName, len(inputs))
	for i, in := range inputs {
		var f findings
		names[i] = in.name(region, &f)
		events[i] = in.event(now, &f)
		events[i].Source, events[i].UserID = via, viewer.UserID
		if f = append(f, events[i].problems()...); len(f) > 0 {
			results[i] = ConsentResult{Status: ConsentRejected, Problems: f}
			names[i] = consentName{}
		}
	}
	customers, err := s.named(tx, names)
	if err != nil {
		return nil, err
	}
	delivered, err := s.delivered(tx, events)
	if err != nil {
		return nil, err
	}
	var fresh []ConsentEvent
	for i, e := range events {
		if results[i].Status == "" {
			about := customers(names[i])
			e.addTo(&fresh, about, delivered, &results[i])
		}
	}
	return results, s.RecordConsent(tx, fresh...)
}

// addTo adds the event for each customer it is about and has not been delivered for.
func (e ConsentEvent) addTo(fresh *[]ConsentEvent, about []int64, delivered map[string][]int64, result *ConsentResult) {
	result.Status = ConsentNobody
	for _, customer := range about {
		if result.Status == ConsentNobody {
			result.Status = ConsentKnown
		}
		if e.DedupeKey != nil {
			if slices.Contains(delivered[*e.DedupeKey], customer) {
				continue
			}
			delivered[*e.DedupeKey] = append(delivered[*e.DedupeKey], customer)
		}
		e.CustomerID = customer
		*fresh = append(*fresh, e)
		result.Status, result.Customers = ConsentRecorded, result.Customers+1
	}
}

// consentName is how an input names customers: one of the two.
type consentName struct {
	reference Reference
	kind      AddressKind
	address   string
}

// name returns whom the input is about, or says what is wrong with it.
func (in ConsentInput) name(region string, f *findings) consentName {
	in.Source, in.Reference = strings.TrimSpace(in.Source), strings.TrimSpace(in.Reference)
	switch {
	case in.Reference != "":
		f.limit("reference", in.Reference, maxText)
		if in.Source == "" {
			f.refuse("source", "required", "is required with a reference", "")
		}
		return consentName{reference: Reference{Source: in.Source, Reference: in.Reference}}
	case in.Phone != "":
		return consentName{kind: PhoneAddress, address: checkAddress(PhoneAddress, in.Phone, region, f)}
	case in.Email != "":
		return consentName{kind: EmailAddress, address: checkAddress(EmailAddress, in.Email, region, f)}
	}
	f.refuse("reference", "customer_unnamed", "is required, or a phone number or e-mail address", "")
	return consentName{}
}

// event returns what is to be recorded, or says what is wrong with it.
func (in ConsentInput) event(now clock.Instant, f *findings) ConsentEvent {
	f.oneOf("word", string(in.Word), []string{string(WordGiven), string(WordWithdrawn)})
	e := ConsentEvent{
		Purpose: in.Purpose, Channel: in.Channel, Given: in.Word == WordGiven, Basis: in.Basis, Wording: in.Wording, Evidence: in.Evidence,
		At: in.At, ExpiresAt: in.ExpiresAt, RecordedAt: now,
	}
	if e.Basis == "" {
		e.Basis = ByConsent
	}
	if e.At.IsZero() {
		e.At = now
	}
	if in.Key != "" {
		e.DedupeKey = &in.Key
	}
	return e
}

// named looks the customers up and returns whom a name is about.
func (s *Service) named(tx database.Tx, names []consentName) (func(consentName) []int64, error) {
	var references []Reference
	addresses := map[AddressKind][]string{}
	for _, n := range names {
		switch {
		case n.reference.Reference != "":
			references = append(references, n.reference)
		case n.address != "":
			addresses[n.kind] = append(addresses[n.kind], n.address)
		}
	}
	byReference, err := s.directory.CustomersByReference(tx, references)
	if err != nil {
		return nil, fmt.Errorf("whom consent is about: %w", err)
	}
	byAddress := map[AddressKind]map[string][]int64{}
	for kind, list := range addresses {
		if byAddress[kind], err = s.directory.CustomersWith(tx, kind, list); err != nil {
			return nil, fmt.Errorf("whom consent is about: %w", err)
		}
	}
	return func(n consentName) []int64 {
		if n.reference.Reference == "" {
			return byAddress[n.kind][n.address]
		}
		if id, found := byReference[n.reference]; found {
			return []int64{id}
		}
		return nil
	}, nil
}

// delivered returns for whom the events' keys were recorded before.
func (s *Service) delivered(tx database.Tx, events []ConsentEvent) (map[string][]int64, error) {
	var dedupeKeys []string
	for _, e := range events {
		if e.DedupeKey != nil {
			dedupeKeys = append(dedupeKeys, *e.DedupeKey)
		}
	}
	return store{tx}.delivered(distinct(dedupeKeys))
}
