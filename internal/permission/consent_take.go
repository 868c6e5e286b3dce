package permission

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Word is what a customer said about a purpose.
type Word string

// The words.
const (
	WordGiven     Word = "given"
	WordWithdrawn Word = "withdrawn"
)

// ConsentInput is one consent, or its withdrawal, as another system knows it. It names the customer by source and reference, or by
// phone or e-mail: then it is about every customer with that address, which a yes can only be if they are one person.
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
	At        clock.Instant `json:"at,omitzero"`        // when it was said; a withdrawal without it was said now
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
// the rest. A yes is recorded for customers the viewer sees, a no for everybody. Via is where it came from: api or import; region
// is where phone numbers without a country code are from. A withdrawal by an address that is a shared line is no word of anybody
// known: it suppresses the address. It writes in transactions of a few hundred; after an error those before it are kept, and inputs
// with keys can be sent again.
func (s *Service) TakeConsents(
	ctx context.Context, viewer account.Viewer, via, region string, inputs []ConsentInput,
) ([]ConsentResult, error) {
	results := make([]ConsentResult, 0, len(inputs))
	for part := range slices.Chunk(inputs, s.db.RowsPerTx()) {
		var done []ConsentResult
		take := func(_ context.Context, tx database.Tx) (err error) {
			done, err = s.takeConsents(tx, viewer, via, region, part)
			return err
		}
		err := s.db.InTx(ctx, take)
		if database.IsTaken(err) { // another process was first with one of the keys: now they can be seen
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
	names := make([]Named, len(inputs))
	for i, in := range inputs {
		var f fault.Problems
		names[i] = in.name(region, &f)
		events[i] = in.event(now, &f)
		events[i].Source, events[i].UserID = via, viewer.UserID
		if f = slices.Concat(f, events[i].problems(), events[i].forbiddenTo(viewer)); len(f) > 0 {
			results[i] = ConsentResult{Status: ConsentRejected, Problems: f}
			names[i] = Named{}
		}
	}
	about, err := s.named(tx, names)
	if err != nil {
		return nil, err
	}
	several, err := s.several(tx, about)
	if err != nil {
		return nil, err
	}
	seen, err := s.mayBeGivenBy(tx, viewer, about)
	if err != nil {
		return nil, err
	}
	delivered, err := s.delivered(tx, events)
	if err != nil {
		return nil, err
	}
	var fresh []ConsentEvent
	var onLines []lineRefusal
	for i, e := range events {
		switch {
		case results[i].Status != "":
		case e.Given && several(about[i]):
			results[i] = ConsentResult{Status: ConsentRejected, Problems: names[i].ofSeveral()}
		case e.Given:
			e.addTo(&fresh, seen(about[i]), delivered, &results[i])
		case len(about[i]) > SharedBy:
			onLines = append(onLines, lineRefusal{e.onLine(names[i]), len(about[i]), &results[i]})
		default:
			e.addTo(&fresh, about[i], delivered, &results[i])
		}
	}
	if err := s.RecordConsent(tx, fresh...); err != nil {
		return nil, err
	}
	return results, s.refuseOnLines(tx, onLines)
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

// event returns what is to be recorded, or says what is wrong with it.
func (in ConsentInput) event(now clock.Instant, f *fault.Problems) ConsentEvent {
	fault.OneOf(f, "word", in.Word, []Word{WordGiven, WordWithdrawn})
	e := ConsentEvent{
		Purpose: in.Purpose, Channel: in.Channel, Given: in.Word == WordGiven, Basis: in.Basis, Wording: in.Wording, Evidence: in.Evidence,
		At: in.At, ExpiresAt: in.ExpiresAt, RecordedAt: now,
	}
	if e.Basis == "" {
		e.Basis = ByConsent
	}
	switch {
	case !e.At.IsZero():
	case e.Given:
		f.Refuse("at", "required", "is required with a consent: an old one must not overrule a later no", "")
	default:
		e.At = now
	}
	if key := text.ID(in.Key); key != "" {
		e.DedupeKey = &key
	}
	return e
}

// delivered returns for whom the events' keys were recorded before.
func (s *Service) delivered(tx database.Tx, events []ConsentEvent) (map[string][]int64, error) {
	var dedupeKeys []string
	for _, e := range events {
		if e.DedupeKey != nil {
			dedupeKeys = append(dedupeKeys, *e.DedupeKey)
		}
	}
	return store{tx}.delivered(dedupeKeys)
}
