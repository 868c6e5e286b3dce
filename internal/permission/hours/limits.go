package hours

// The hard limits: hours that no setting can widen.
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
		case CountryOf(region) == "FR" && kind > Friday:
			return closedAllDay
		case CountryOf(region) == "FR":
			return frenchDay
		case region == "US-FL":
			return floridaDay
		}
	}
	return hardDay
}
