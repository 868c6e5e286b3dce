package permission

import "aftercall/internal/clock"

// ConsentEvent is a customer saying yes or no to a purpose over a channel. Events are only ever appended; the newest one of its
// purpose and channel decides.
type ConsentEvent struct {
	ID         int64
	CustomerID int64
	Purpose    Purpose
	Channel    Channel // empty: every channel
	Given      bool    // false: withdrawn, or refused
	Basis      string  // consent, soft_opt_in, request
	Wording    string  // version of the text that was read or shown
	Source     string  // where it was said: survey, call, import, api, desk
	Evidence   string  // such as "response 12"
	UserID     int64   // who recorded it; 0 for the customer or a machine
	At         clock.Instant
	ExpiresAt  clock.Instant // none: does not expire
	RecordedAt clock.Instant
}

// Scope is what a suppression forbids.
type Scope string

// The scopes.
const (
	Everything    Scope = "everything"
	MarketingOnly Scope = "marketing"
	SurveysOnly   Scope = "surveys"
)

// covers reports whether contact for the purpose is forbidden.
func (s Scope) covers(p Purpose) bool {
	switch s {
	case Everything:
		return true
	case MarketingOnly:
		return p.Marketing()
	case SurveysOnly:
		return p == Survey
	}
	return true // an unknown scope, from a newer version, forbids rather than permits
}

// purposes returns what the scope forbids, one by one.
func (s Scope) purposes() []Purpose {
	switch s {
	case MarketingOnly:
		return []Purpose{MarketingCall, MarketingMessage}
	case SurveysOnly:
		return []Purpose{Survey}
	case Everything:
	}
	return []Purpose{ServiceCallback, Survey, MarketingCall, MarketingMessage}
}

// Suppression forbids contact with an address. Only a keyed hash of the address is kept, so that the suppression outlives the
// erasure of the customer and is of no use to somebody who finds it.
type Suppression struct {
	ID          int64
	Address     string `gorm:"-"` // normalised; given when recorded, never stored
	AddressHash string
	Kind        AddressKind
	Scope       Scope
	Reason      string // code: customer_request, complaint, wrong_number, import
	Evidence    string // such as "attempt 12"
	UserID      int64
	At          clock.Instant
	UntilAt     clock.Instant // none: for ever
	LiftedAt    clock.Instant // none: in force
}

// TouchKind is the kind of contact we made.
type TouchKind string

// The kinds of touch.
const (
	Attempt    TouchKind = "attempt"    // a call, whether or not somebody answered
	Invitation TouchKind = "invitation" // a survey was offered, by message or in a call
	Reminder   TouchKind = "reminder"   // of an invitation; exempt from the caps on messages
	Offer      TouchKind = "offer"      // marketing
)

// Touch is one contact we made. Every feature that contacts somebody records it here, in the transaction that decides to.
type Touch struct {
	ID          int64
	PersonID    int64
	CustomerID  int64
	Address     string `gorm:"-"` // normalised; given when recorded, never stored
	AddressHash string
	Kind        TouchKind
	Purpose     Purpose
	Channel     Channel
	Family      string // survey family
	Ref         int64  // id of the attempt, invitation or offer
	At          clock.Instant
}

// message reports whether the touch counts against the cap on messages.
func (t Touch) message() bool {
	return (t.Channel == BySMS || t.Channel == ByEmail) && t.Kind != Reminder
}

// Facts are what is known about one question's subject and address. Loaded facts are all there is: Evaluate reads nothing else.
type Facts struct {
	Consents     []ConsentEvent // the newest of each purpose and channel of the customer
	Suppressions []Suppression  // in force, of any address of the customer
	ByPerson     []Touch        // of the last 30 days, newest first
	ByAddress    []Touch        // to the address in question, of the last 24 hours, newest first
}
