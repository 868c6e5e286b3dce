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

// Scope is what a suppression forbids.
type Scope string

// The scopes.
const (
	Everything    Scope = "everything"
	MarketingOnly Scope = "marketing"
	SurveysOnly   Scope = "surveys"
	OneCampaign   Scope = "campaign" // that of Suppression.CampaignID
)

// covers reports whether contact for the purpose is forbidden, of one campaign as far as contact is for that one.
func (s Scope) covers(p Purpose) bool {
	switch s {
	case Everything:
		return true
	case MarketingOnly:
		return p.Marketing()
	case SurveysOnly:
		return p == Survey
	case OneCampaign: // see Suppression.covers
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
	case OneCampaign:
		return nil // a campaign is not a purpose: only the suppression says no to it
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
	Form        int // version of the form of the address that was hashed
	Kind        AddressKind
	Scope       Scope
	CampaignID  int64  // with scope OneCampaign
	Reason      string // code: customer_request, complaint, wrong_number, import
	Evidence    string // such as "attempt 12"
	UserID      int64
	At          clock.Instant
	UntilAt     clock.Instant // none: for ever
	LiftedAt    clock.Instant // none: in force
	LiftedBy    int64         // who lifted it; 0 for the customer or the program
	LiftReason  string
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
	Ref         int64  // id of the attempt, invitation or offer; minus that of the attempt for a survey asked in a call
	At          clock.Instant
	// ReservedUntil is when a reservation ends by itself: an allowance that marketing has taken and not used yet. Other marketing
	// respects it until then, service and surveys do not. None: the contact was made.
	ReservedUntil clock.Instant
}

// message reports whether the touch counts against the cap on messages.
func (t Touch) message() bool {
	return (t.Channel == BySMS || t.Channel == ByEmail) && t.Kind != Reminder
}

// Facts are what is known about one question's subject and address. Loaded facts are all there is: Evaluate reads nothing else.
type Facts struct {
	Consents     []ConsentEvent // of each record of the person, purpose and channel: the newest yes and the newest no
	Suppressions []Suppression  // in force, of any address of the customer
	ByPerson     []Touch        // of as long as the rules look back, in any order
	ByAddress    []Touch        // to the address in question, of as long as the rules look back, in any order
}
