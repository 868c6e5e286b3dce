package permission

import "time"

// Rules are the numbers of the policy on contact. The version goes on every receipt that was computed with them.
type Rules struct {
	Version        int
	Hours          Hours         // calls, in the customer's zone
	AttemptCap     int           // calls to one number in a day, whoever makes them and why
	AttemptGap     time.Duration // between two calls to one number
	MessageCap     int           // messages to one person or address in a day
	SurveyCooldown time.Duration // between two invitations of one family to one person
	MarketingQuiet time.Duration // without any touch before marketing
}

// Hours is a daily window in local wall-clock time: minutes since midnight, from inclusive, to exclusive.
type Hours struct{ From, To int }

// The hard limits that no setting can widen: 08:00–21:00.
const (
	earliest = 8 * 60
	latest   = 21 * 60
)

const (
	day  = 24 * time.Hour
	long = 30 * day // how far back touches are looked at
)

// DefaultRules returns the rules a centre starts with: calls 09:00–20:00, at most 3 in 24 h to a number and an hour apart, one
// message in 24 h, one invitation per survey family and marketing only after 30 days without a touch.
func DefaultRules() Rules {
	return Rules{
		Version:        1,
		Hours:          Hours{From: 9 * 60, To: 20 * 60},
		AttemptCap:     3,
		AttemptGap:     time.Hour,
		MessageCap:     1,
		SurveyCooldown: long,
		MarketingQuiet: long,
	}
}

// clamped returns the hours inside the hard limits.
func (h Hours) clamped() Hours { return Hours{From: max(h.From, earliest), To: min(h.To, latest)} }
