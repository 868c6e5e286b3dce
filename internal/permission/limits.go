package permission

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

var (
	hardDay      = []Period{{From: 8 * 60, To: 21 * 60}}                                // 47 CFR 64.1200(c)(1); Chinese carriers
	floridaDay   = []Period{{From: 8 * 60, To: 20 * 60}}                                // Florida Statutes 501.616(6)
	frenchDay    = []Period{{From: 10 * 60, To: 13 * 60}, {From: 14 * 60, To: 20 * 60}} // Code de la consommation D. 223-9
	closedAllDay []Period
)

// hardPeriods returns when calls of a class may be made at most in a region on a natural day of the week: a make-up working day
// on a Saturday is a Saturday to the law.
func hardPeriods(region string, class Class, kind DayKind) []Period {
	if class == MarketingClass {
		switch {
		case countryOf(region) == "FR" && kind > Friday:
			return closedAllDay
		case countryOf(region) == "FR":
			return frenchDay
		case region == "US-FL":
			return floridaDay
		}
	}
	return hardDay
}
