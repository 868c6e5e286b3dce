package permission

import (
	"cmp"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// ConsentEvent is a customer saying yes or no to a purpose over a channel. Events are only ever appended; the newest one of its
// purpose and channel decides.
type ConsentEvent struct {
	ID         int64
	CustomerID int64
	Purpose    Purpose
	Channel    Channel // empty: every channel
	Given      bool    // false: withdrawn, or refused
	Basis      Basis
	Wording    string // version of the text that was read or shown
	Source     string // where it was said: survey, call, import, api, desk
	Evidence   string // such as "response 12"
	UserID     int64  // who recorded it; 0 for the customer or a machine
	At         clock.Instant
	ExpiresAt  clock.Instant // none: does not expire
	RecordedAt clock.Instant
	DedupeKey  *string // of who delivered it; unique for each customer; nil for none
}

// Basis is on what grounds a purpose is permitted or forbidden.
type Basis string

// The bases.
const (
	ByConsent    Basis = "consent"     // they were asked and answered
	BySoftOptIn  Basis = "soft_opt_in" // an offer of the same kind to somebody who bought, with a way to say no
	ByOwnRequest Basis = "request"     // they said it without being asked
)

// maxAhead is how far ahead of ours the clock of whoever recorded something may be.
const maxAhead = 5 * time.Minute

const maxWord = 40 // characters of a source

// MaxText is how many characters a wording, evidence, a note or a key may have.
const MaxText = 191

var (
	purposes = []Purpose{ServiceCallback, Survey, MarketingCall, MarketingMessage}
	channels = []Channel{ByPhone, BySMS, ByEmail}
	bases    = []Basis{ByConsent, BySoftOptIn, ByOwnRequest}
	scopes   = []Scope{Everything, MarketingOnly, SurveysOnly}
)

// Purposes returns every purpose.
func Purposes() []Purpose { return slices.Clone(purposes) }

// Channels returns every channel of outbound contact.
func Channels() []Channel { return slices.Clone(channels) }

// Bases returns every basis.
func Bases() []Basis { return slices.Clone(bases) }

// Scopes returns every scope.
func Scopes() []Scope { return slices.Clone(scopes) }

// RecordConsent appends events, in the transaction of what they came from. Events without an instant are dated now, those without a
// basis are by consent, those of a clock that is a little ahead of ours are dated now. It returns fault.Invalid for an event that
// cannot be: of an unknown purpose, in the future, expired before it was given.
func (s *Service) RecordConsent(tx database.Tx, events ...ConsentEvent) error {
	now := s.now()
	events = slices.Clone(events)
	customers := make([]int64, len(events))
	var refused []int64
	for i := range events {
		e := &events[i]
		e.RecordedAt = now
		e.Wording, e.Evidence = text.Name(e.Wording), text.Name(e.Evidence)
		if e.At.IsZero() {
			e.At = now
		}
		e.Basis = cmp.Or(e.Basis, ByConsent)
		if problems := e.problems(); len(problems) > 0 {
			return fault.InvalidFields(problems...)
		}
		e.At = min(e.At, now) // a clock that is fast must not let a yes overrule the no that comes next
		if customers[i] = e.CustomerID; !e.Given && followedUp(e.Purpose) {
			refused = append(refused, e.CustomerID)
		}
	}
	if err := (store{tx}).addConsents(events); err != nil {
		return err
	}
	return s.changed(tx, event{customers: customers, refused: refused})
}

// problems returns what is wrong with an event that was recorded at RecordedAt.
func (e ConsentEvent) problems() []fault.Field {
	var f fault.Problems
	fault.OneOf(&f, "purpose", e.Purpose, purposes)
	if e.Channel != "" {
		fault.OneOf(&f, "channel", e.Channel, channels)
	}
	fault.OneOf(&f, "basis", e.Basis, bases)
	f.Limit("wording", e.Wording, MaxText)
	f.Limit("source", e.Source, maxWord)
	f.Limit("evidence", e.Evidence, MaxText)
	if e.DedupeKey != nil {
		f.Limit("key", *e.DedupeKey, MaxText)
	}
	if e.At > e.RecordedAt.Add(maxAhead) {
		f.Refuse("at", "in_the_future", "is in the future", e.At.String())
	}
	if !e.ExpiresAt.IsZero() && e.ExpiresAt <= e.At {
		f.Refuse("expires_at", "expires_early", "is not after the consent was given", e.ExpiresAt.String())
	}
	return f
}

// Recordable returns the purposes for which a viewer may record a yes: marketing knows only its own. A no is anybody's to record.
func Recordable(viewer account.Viewer) []Purpose {
	if viewer.Is(account.Machine, account.Supervisor) {
		return Purposes()
	}
	return slices.DeleteFunc(Purposes(), func(p Purpose) bool { return !p.Marketing() })
}

// forbiddenTo returns what keeps a viewer from recording the event.
func (e ConsentEvent) forbiddenTo(viewer account.Viewer) []fault.Field {
	var f fault.Problems
	if e.Given && !viewer.May(account.GiveConsent) {
		f.Refuse("word", "consent_scope",
			"may only be withdrawn by this API token: it is without the scope "+string(account.GiveConsent), string(WordGiven))
	}
	if e.Given && slices.Contains(purposes, e.Purpose) && !slices.Contains(Recordable(viewer), e.Purpose) {
		f.Refuse("purpose", "purpose_of_others", "is not a purpose for which your role may record a consent", string(e.Purpose))
	}
	return f
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

// Refuse takes a no at once and everywhere: it withdraws consent for every purpose of the scope on every record of the person, and
// suppresses every address of the customer, so that it also holds for others with the same number and after this one is erased.
func (s *Service) Refuse(tx database.Tx, r Refusal) error {
	if r.At.IsZero() {
		r.At = s.now()
	}
	var events []ConsentEvent
	for _, customerID := range r.Subject.records() {
		for _, purpose := range r.Scope.purposes() {
			events = append(events, ConsentEvent{
				CustomerID: customerID, Purpose: purpose, Basis: ByOwnRequest,
				Source: r.Source, Evidence: r.Evidence, UserID: r.UserID, At: r.At,
			})
		}
	}
	if err := s.RecordConsent(tx, events...); err != nil {
		return err
	}
	var suppressions []Suppression
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		for _, address := range r.Subject.addresses(kind) {
			suppressions = append(suppressions, Suppression{
				Address: address, Kind: kind, Scope: r.Scope, Reason: "customer_request",
				Evidence: r.Evidence, UserID: r.UserID, At: r.At,
			})
		}
	}
	return s.Suppress(tx, suppressions...)
}

// ConsentsByID returns events by their ids, for the receipt of a list that names them.
func ConsentsByID(tx database.Tx, ids []int64) (map[int64]ConsentEvent, error) {
	return store{tx}.consentsByID(ids)
}
