package permission

import (
	"time"

	"aftercall/internal/permission/hours"
)

// Rules are the centre's policy on contact: one document with a version, of which a published one never changes. The version goes
// on every receipt that was computed with them. Evaluate keeps to the hard limits whatever they say; Publish refuses what is wider.
type Rules struct {
	Version  int        `json:"-"`
	Caps     Caps       `json:"caps"`
	Stricter []Stricter `json:"stricter"`
	hours.Timetable
}

// Caps are how often somebody may be contacted. All windows roll: a day is the 24 hours before the contact, a month 30 such days.
// Every limit holds twice: for the person, over all their numbers and records, and for the address, whoever has it.
type Caps struct {
	AttemptsPerDay         int `json:"attempts_per_day"`          // calls, whoever makes them and why
	AttemptGapMinutes      int `json:"attempt_gap_minutes"`       // between two calls
	MarketingCallsPerMonth int `json:"marketing_calls_per_month"` //
	MessagesPerDay         int `json:"messages_per_day"`          // reminders apart
	ContactsPerDay         int `json:"contacts_per_day"`          // of any kind, reminders apart
	SurveyCooldownDays     int `json:"survey_cooldown_days"`      // between two invitations of one family to one person
	MarketingQuietDays     int `json:"marketing_quiet_days"`      // before marketing, without a contact of any kind with the person
	ComplaintQuietDays     int `json:"complaint_quiet_days"`      // before marketing, since a complaint was resolved
	RefusalQuietDays       int `json:"refusal_quiet_days"`        // before marketing, since a refusal, even if permitted again since
}

// Stricter is what a country or a subdivision of one demands beyond the caps. A value of 0 demands nothing.
type Stricter struct {
	Region                 string `json:"region"` // ISO 3166-1 alpha-2 or 3166-2
	AttemptsPerDay         int    `json:"attempts_per_day,omitempty"`
	MarketingCallsPerMonth int    `json:"marketing_calls_per_month,omitempty"`
	RefusalQuietDays       int    `json:"refusal_quiet_days,omitempty"`
}

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// DefaultRules returns version 1, the rules a centre starts with. docs/permission.md says where each number comes from.
func DefaultRules() Rules {
	return Rules{
		Version: 1,
		Caps: Caps{
			AttemptsPerDay: 3, AttemptGapMinutes: 60, MarketingCallsPerMonth: 4, MessagesPerDay: 1,
			ContactsPerDay:     4, // so that each single cap can be used up: three calls and a message
			SurveyCooldownDays: 30, MarketingQuietDays: 30, ComplaintQuietDays: 30,
		},
		Stricter: []Stricter{
			{Region: "FR", MarketingCallsPerMonth: 4, RefusalQuietDays: 60}, // Code de la consommation D. 223-9
			{Region: "US-FL", AttemptsPerDay: 3},                            // Florida Statutes 501.616(6)
		},
		Timetable: hours.Default(),
	}
}

// lookBack returns how far back the touches of a person and of an address matter.
func (r Rules) lookBack() (person, address time.Duration) {
	caps := r.Caps.clamped()
	address = max(day, month, minutes(caps.AttemptGapMinutes))
	return max(address, days(caps.SurveyCooldownDays), days(caps.MarketingQuietDays)), address
}

// capsFor returns the caps on contact with somebody who may be in any of the regions, inside the hard limits.
func (r Rules) capsFor(regions []string, marketing bool) Caps {
	caps := r.Caps.clamped()
	for _, region := range regions {
		caps = caps.tightened(r.Stricter, region)
		if marketing {
			caps = caps.tightened(hardStricter, region)
		}
	}
	return caps
}

// tightened returns the caps with what a region and the country it is in demand.
func (c Caps) tightened(demands []Stricter, region string) Caps {
	for _, s := range demands {
		if s.Region != region && s.Region != hours.CountryOf(region) {
			continue
		}
		if s.AttemptsPerDay > 0 {
			c.AttemptsPerDay = min(c.AttemptsPerDay, s.AttemptsPerDay)
		}
		if s.MarketingCallsPerMonth > 0 {
			c.MarketingCallsPerMonth = min(c.MarketingCallsPerMonth, s.MarketingCallsPerMonth)
		}
		c.RefusalQuietDays = max(c.RefusalQuietDays, s.RefusalQuietDays)
	}
	return c
}

func days(n int) time.Duration    { return time.Duration(n) * day }
func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
