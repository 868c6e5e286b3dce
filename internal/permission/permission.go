// Package permission answers one question for everybody: may we contact this customer, for this purpose, over this channel, at
// this time? Planner, claim, dial, sender, audience and export ask here and nowhere else, and show the same reason.
//
// The evaluator is pure Go over loaded facts; when calls may be made is in hours, files are read in lists. The package imports no
// contact: whoever asks brings a Subject.
//
// Lock order: persons, then addresses, then standings. Reserve and ReserveAddresses come before Judge, in one transaction with the Touch.
package permission

import (
	"maps"
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
)

// Purpose is why we would contact somebody.
type Purpose string

// The purposes.
const (
	ServiceCallback  Purpose = "service_callback"
	Survey           Purpose = "survey"
	MarketingCall    Purpose = "marketing_call"
	MarketingMessage Purpose = "marketing_message"
)

// Marketing reports whether the purpose sells something: then only recorded consent permits it.
func (p Purpose) Marketing() bool { return p == MarketingCall || p == MarketingMessage }

// class returns the calling hours that hold for the purpose.
func (p Purpose) class() hours.Class {
	if p.Marketing() {
		return hours.MarketingClass
	}
	return hours.ServiceClass
}

// Channel is how we would contact them.
type Channel string

// The channels of outbound contact.
const (
	ByPhone Channel = "phone"
	BySMS   Channel = "sms"
	ByEmail Channel = "email"
)

// kind returns what kind of address the channel needs.
func (c Channel) kind() AddressKind {
	if c == ByEmail {
		return EmailAddress
	}
	return PhoneAddress
}

// keepsHours reports whether contact over the channel waits for calling hours: what rings or buzzes does, an e-mail does not.
func (c Channel) keepsHours() bool { return c.kind() == PhoneAddress }

// AddressKind is what an address is good for; it keeps a phone and an e-mail with the same text apart.
type AddressKind string

// The kinds of address.
const (
	PhoneAddress AddressKind = "phone"
	EmailAddress AddressKind = "email"
)

// Code is a reason against contact. It is stable and translated under "reason.<code>".
type Code string

// The reasons, in the order in which the first one is named: what only the customer can change comes before what time changes.
const (
	NoAddress      Code = "no_address"      // no valid phone or e-mail for the channel
	Suppressed     Code = "suppressed"      // a suppression covers the address and the purpose
	Refused        Code = "refused"         // consent was withdrawn
	RefusalQuiet   Code = "refusal_quiet"   // marketing: refused lately, even if permitted again since
	NoConsent      Code = "no_consent"      // the purpose needs consent and none was given
	OpenComplaint  Code = "open_complaint"  // blocks marketing
	ComplaintQuiet Code = "complaint_quiet" // marketing: a complaint was resolved lately
	SurveyCooldown Code = "survey_cooldown" // asked lately for this family
	TouchedLately  Code = "touched_lately"  // marketing: touched lately, for whatever
	MarketingCap   Code = "marketing_cap"   // too many marketing calls in 30 days
	DailyCap       Code = "daily_cap"       // too many contacts of any kind in 24 h
	MessageCap     Code = "message_cap"     // too many messages in 24 h
	AttemptCap     Code = "attempt_cap"     // too many calls in 24 h
	AttemptGap     Code = "attempt_gap"     // too soon after the last call
	ZoneUnknown    Code = "zone_unknown"    // no hour is allowed in every zone the customer may be in
	OutsideHours   Code = "outside_hours"   // closed for calls and text messages, in a zone and by a profile of the customer's
)

// Subject is a customer as permission sees them.
type Subject struct {
	CustomerID int64
	PersonID   int64
	Records    []int64  // every customer who is the same person, this one among them; empty: only this one
	Zone       string   // IANA; empty when unknown
	Region     string   // of the address: ISO 3166-1 alpha-2 such as CN, or 3166-2 such as US-FL; empty when unknown
	Phones     []string // E.164 of their lines
	// Beside is what was written with a phone, by its line, where that says more: how to dial it, an extension, whose it is.
	Beside        map[string]address.Number
	Emails        []string // in their normal form
	Earlier       []string // what earlier forms made of the e-mails, where that is something else: refusals may be stored under it
	OpenComplaint bool
	ComplaintAt   clock.Instant // when the newest complaint was resolved; none: there was none
}

// records returns the customers who are the same person.
func (s Subject) records() []int64 {
	if len(s.Records) == 0 {
		return []int64{s.CustomerID}
	}
	return s.Records
}

// Address returns the address a channel would use: the subject's first one of its kind, or "" when there is none.
func (s Subject) Address(channel Channel) string {
	if addresses := s.addresses(channel.kind()); len(addresses) > 0 {
		return addresses[0]
	}
	return ""
}

// First returns the subject with a number that is called before the others, and what was written with it.
func (s Subject) First(line string, beside address.Number) Subject {
	others := slices.DeleteFunc(slices.Clone(s.Phones), func(phone string) bool { return phone == line })
	s.Phones = append([]string{line}, others...)
	if beside != (address.Number{}) {
		s.Beside = maps.Clone(s.Beside)
		if s.Beside == nil {
			s.Beside = make(map[string]address.Number, 1)
		}
		s.Beside[line] = beside
	}
	return s
}

// To returns what a message or a call over the channel goes to: Address, as it is dialled.
func (s Subject) To(channel Channel) string {
	to := s.Address(channel)
	if beside, found := s.Beside[to]; found {
		return beside.Dial
	}
	return to
}

func (s Subject) addresses(kind AddressKind) []string {
	if kind == EmailAddress {
		return s.Emails
	}
	return s.Phones
}

// place returns where the subject may be, as far as one of their numbers tells; phone is E.164 or empty.
func (s Subject) place(phone string) hours.Place { return hours.PlaceOf(s.Zone, s.Region, phone) }

// CallWindow returns the service calling hours of the subject's number at an instant; phone is E.164, empty for the first one.
func (r Rules) CallWindow(subject Subject, phone string, at clock.Instant) hours.Window {
	where := subject.place(Question{Subject: subject, Channel: ByPhone, Address: phone}.address())
	s := r.Schedule(where, hours.ServiceClass)
	return s.Window(at)
}

// HoursClass names what decides when the subject may be called for service, as Place.HoursClass does.
func (r Rules) HoursClass(subject Subject) string {
	return subject.place(subject.Address(ByPhone)).HoursClass()
}

// Question is one thing to be decided.
type Question struct {
	Subject  Subject
	Purpose  Purpose
	Channel  Channel
	Address  string        // E.164 or e-mail to be used; empty: the subject's first one for the channel
	Family   string        // survey family, for the cooldown
	Reminder bool          // of an invitation that was made: exempt from its cooldown and from the caps on messages and contacts in a day
	Redial   int64         // id of an attempt that is dialled once more: its own touch does not count against it; 0: none
	At       clock.Instant // when the contact would be made; Judge takes none for now
}

// address returns the address that would be used, or "" when there is none.
func (q Question) address() string {
	if q.Address != "" {
		return q.Address
	}
	return q.Subject.Address(q.Channel)
}

// Reason is one reason against, with when it ends and the row it came from.
type Reason struct {
	Code Code `json:"code"`
	// when the evidence happened: the touch, the refusal, the suppression; none: nothing happened
	Since    clock.Instant `json:"since"`
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
	ConsentID   int64         `json:"consent_id,omitempty"` // the event in force that permits marketing; 0 for other purposes
}

// Refused returns the reason for which somebody must not be contacted because they said no, or an address of theirs is suppressed; "" when
// that is not so, whatever else stands against it.
func (v Verdict) Refused() Code {
	for _, r := range v.All {
		if r.Code == Suppressed || r.Code == Refused {
			return r.Code
		}
	}
	return ""
}

// Lasting returns the reasons that do not pass by themselves within a day. Lists of people to be contacted some day look only at
// these; the others are asked about again when the day comes.
func (v Verdict) Lasting() []Reason { return lasting(v.All) }
