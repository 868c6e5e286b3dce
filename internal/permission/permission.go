// Package permission answers one question for everybody: may we contact this customer, for this purpose, over this channel, at
// this time? Planner, claim, dial, sender, audience and export ask here and nowhere else, and show the same reason.
//
// The evaluator is pure Go over loaded facts. The package imports no contact: whoever asks brings a Subject.
package permission

import "aftercall/internal/clock"

// Purpose is why we would contact somebody.
type Purpose string

// The purposes.
const (
	ServiceCallback  Purpose = "service_callback"
	Survey           Purpose = "survey"
	MarketingCall    Purpose = "marketing_call"
	MarketingMessage Purpose = "marketing_message"
)

// Channel is how we would contact them.
type Channel string

// The channels of outbound contact.
const (
	ByPhone Channel = "phone"
	BySMS   Channel = "sms"
	ByEmail Channel = "email"
)

// Code is a reason against contact. It is stable and translated under "reason.<code>".
type Code string

// The reasons, in the order in which the first one is named: what only the customer can change comes before what time changes.
const (
	NoAddress      Code = "no_address"      // no valid phone or e-mail for the channel
	Suppressed     Code = "suppressed"      // a suppression covers the address and the purpose
	Refused        Code = "refused"         // consent was withdrawn
	NoConsent      Code = "no_consent"      // the purpose needs consent and none was given
	OpenComplaint  Code = "open_complaint"  // blocks marketing
	SurveyCooldown Code = "survey_cooldown" // asked in the last 30 days for this family
	TouchedLately  Code = "touched_lately"  // marketing: touched in the last 30 days
	MessageCap     Code = "message_cap"     // one message in 24 h
	AttemptCap     Code = "attempt_cap"     // three attempts on the number in 24 h
	AttemptGap     Code = "attempt_gap"     // an hour between attempts
	ZoneUnknown    Code = "zone_unknown"    // no hour is allowed in every zone the customer may be in
	OutsideHours   Code = "outside_hours"   // 09:00–20:00 in the customer's zone
)

// Subject is a customer as permission sees them.
type Subject struct {
	CustomerID    int64
	PersonID      int64
	Zone          string   // IANA; empty when unknown
	Phones        []string // E.164
	Emails        []string // lower case
	OpenComplaint bool
}

// Question is one thing to be decided.
type Question struct {
	Subject Subject
	Purpose Purpose
	Channel Channel
	Family  string // survey family, for the cooldown
	At      clock.Instant
}

// Reason is one reason against, with when it ends and the row it came from.
type Reason struct {
	Code     Code          `json:"code"`
	From     clock.Instant `json:"allowed_from"` // none: it does not end by itself
	Evidence string        `json:"evidence"`     // such as "suppression 12"
}

// Verdict is the answer. When not allowed, First is the reason to show, All are all of them, and AllowedFrom is the first
// instant at which every reason has ended, or none.
type Verdict struct {
	Allowed     bool          `json:"allowed"`
	First       Code          `json:"first,omitempty"`
	All         []Reason      `json:"all,omitempty"`
	AllowedFrom clock.Instant `json:"allowed_from"`
}
