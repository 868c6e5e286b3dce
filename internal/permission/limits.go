package permission

import (
	"slices"
	"strings"

	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
)

// The hard limits: what no setting can widen. Rules are held inside them twice, by Publish with a word to the person who edits,
// and by Evaluate whatever was published.

// mostAttempts and the other limits below bound Caps. A called number takes 5 calls in 24 hours from all callers of one Chinese
// carrier customer, and 3 in 5 minutes; the others are ours, and argued in docs/permission.md.
const (
	mostAttempts       = 5
	leastGap           = 5 // minutes
	mostMarketingCalls = 8
	mostMessages       = 3
	mostContacts       = 6
	leastCooldown      = 1 // day
	leastQuiet         = 1 // day
	mostDays           = 365
)

// hardStricter are laws on marketing calls: Code de la consommation D. 223-9 and Florida Statutes 501.616(6).
var hardStricter = []Stricter{
	{Region: "FR", MarketingCallsPerMonth: 4, RefusalQuietDays: 60},
	{Region: "US-FL", AttemptsPerDay: 3},
}

// clamped returns the caps inside the hard limits.
func (c Caps) clamped() Caps {
	return Caps{
		AttemptsPerDay:         within(c.AttemptsPerDay, 1, mostAttempts),
		AttemptGapMinutes:      within(c.AttemptGapMinutes, leastGap, 24*60),
		MarketingCallsPerMonth: within(c.MarketingCallsPerMonth, 1, mostMarketingCalls),
		MessagesPerDay:         within(c.MessagesPerDay, 1, mostMessages),
		ContactsPerDay:         within(c.ContactsPerDay, 1, mostContacts),
		SurveyCooldownDays:     within(c.SurveyCooldownDays, leastCooldown, mostDays),
		MarketingQuietDays:     within(c.MarketingQuietDays, leastQuiet, mostDays),
		ComplaintQuietDays:     within(c.ComplaintQuietDays, 0, mostDays),
		RefusalQuietDays:       within(c.RefusalQuietDays, 0, mostDays),
	}
}

// CapLimits returns the least and the most that each cap can be set to.
func CapLimits() (least, most Caps) {
	const beyond = 1 << 20
	return Caps{}.clamped(), Caps{
		beyond, beyond, beyond, beyond, beyond, beyond, beyond, beyond, beyond,
	}.clamped()
}

func within(n, least, most int) int { return min(max(n, least), most) }

const maxDemands = 200

// normalised returns the rules in the form in which they are published: without what is written twice, and in order.
func (r Rules) normalised() Rules {
	r.Timetable = r.Normalised()
	r.Stricter = slices.Clone(r.Stricter)
	slices.SortFunc(r.Stricter, func(a, b Stricter) int { return strings.Compare(a.Region, b.Region) })
	return r
}

// check returns fault.Invalid with a field for everything that is wrong or wider than the hard limits allow. The rules are
// normalised.
func (r Rules) check() error {
	fields := r.Caps.check()
	fields = append(fields, checkStricter(r.Stricter)...)
	fields = append(fields, r.Problems()...)
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (c Caps) check() []fault.Field {
	in := c.clamped()
	var fields []fault.Field
	for _, checked := range []struct {
		ok    bool
		wrong fault.Field
	}{
		{
			ok:    c.AttemptsPerDay == in.AttemptsPerDay,
			wrong: fault.Field{Name: "caps.attempts_per_day", Code: "attempts_range", Problem: "must be 1 to 5"},
		},
		{
			ok:    c.AttemptGapMinutes == in.AttemptGapMinutes,
			wrong: fault.Field{Name: "caps.attempt_gap_minutes", Code: "gap_range", Problem: "must be 5 to 1440"},
		},
		{
			ok:    c.MarketingCallsPerMonth == in.MarketingCallsPerMonth,
			wrong: fault.Field{Name: "caps.marketing_calls_per_month", Code: "marketing_calls_range", Problem: "must be 1 to 8"},
		},
		{
			ok:    c.MessagesPerDay == in.MessagesPerDay,
			wrong: fault.Field{Name: "caps.messages_per_day", Code: "messages_range", Problem: "must be 1 to 3"},
		},
		{
			ok:    c.ContactsPerDay == in.ContactsPerDay,
			wrong: fault.Field{Name: "caps.contacts_per_day", Code: "contacts_range", Problem: "must be 1 to 6"},
		},
		{
			ok:    c.SurveyCooldownDays == in.SurveyCooldownDays,
			wrong: fault.Field{Name: "caps.survey_cooldown_days", Code: "cooldown_range", Problem: "must be 1 to 365"},
		},
		{
			ok:    c.MarketingQuietDays == in.MarketingQuietDays,
			wrong: fault.Field{Name: "caps.marketing_quiet_days", Code: "cooldown_range", Problem: "must be 1 to 365"},
		},
		{
			ok:    c.ComplaintQuietDays == in.ComplaintQuietDays,
			wrong: fault.Field{Name: "caps.complaint_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"},
		},
		{
			ok:    c.RefusalQuietDays == in.RefusalQuietDays,
			wrong: fault.Field{Name: "caps.refusal_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"},
		},
	} {
		if !checked.ok {
			fields = append(fields, checked.wrong)
		}
	}
	return fields
}

func checkStricter(demands []Stricter) []fault.Field {
	if len(demands) > maxDemands {
		return []fault.Field{{Name: "stricter", Code: "too_many", Problem: "has too many entries"}}
	}
	var fields []fault.Field
	for i, s := range demands {
		name := "stricter." + s.Region
		if !hours.KnownRegion(s.Region) {
			fields = append(fields, hours.UnknownRegion("stricter.region", s.Region))
		}
		if i > 0 && demands[i-1].Region == s.Region {
			fields = append(fields, fault.Field{Name: name, Code: "region_twice", Problem: "is there twice"})
		}
		if within(s.AttemptsPerDay, 0, mostAttempts) != s.AttemptsPerDay {
			fields = append(fields, fault.Field{Name: name + ".attempts_per_day", Code: "attempts_range", Problem: "must be 1 to 5"})
		}
		if within(s.MarketingCallsPerMonth, 0, mostMarketingCalls) != s.MarketingCallsPerMonth {
			fields = append(fields, fault.Field{
				Name: name + ".marketing_calls_per_month", Code: "marketing_calls_range", Problem: "must be 1 to 8",
			})
		}
		if within(s.RefusalQuietDays, 0, mostDays) != s.RefusalQuietDays {
			fields = append(fields, fault.Field{Name: name + ".refusal_quiet_days", Code: "quiet_range", Problem: "must be 0 to 365"})
		}
		fields = append(fields, s.checkLaw(name)...)
	}
	return fields
}

// checkLaw holds the values for a region against the law there.
func (s Stricter) checkLaw(name string) []fault.Field {
	var fields []fault.Field
	for _, law := range hardStricter {
		if law.Region != s.Region && law.Region != hours.CountryOf(s.Region) {
			continue
		}
		if law.AttemptsPerDay > 0 && s.AttemptsPerDay > law.AttemptsPerDay {
			fields = append(fields, widerThanLaw(law, name+".attempts_per_day"))
		}
		if law.MarketingCallsPerMonth > 0 && s.MarketingCallsPerMonth > law.MarketingCallsPerMonth {
			fields = append(fields, widerThanLaw(law, name+".marketing_calls_per_month"))
		}
		if s.RefusalQuietDays > 0 && s.RefusalQuietDays < law.RefusalQuietDays {
			fields = append(fields, widerThanLaw(law, name+".refusal_quiet_days"))
		}
	}
	return fields
}

func widerThanLaw(law Stricter, name string) fault.Field {
	if law.Region == "FR" {
		return fault.Field{
			Name: name, Code: "law_is_stricter_fr",
			Problem: "is wider than the law in France: 4 marketing calls in 30 days at most, and none for 60 days after a refusal",
		}
	}
	return fault.Field{
		Name: name, Code: "law_is_stricter_fl", Problem: "is wider than the law in Florida: 3 marketing calls in 24 hours at most",
	}
}
