package permission_test

import (
	"slices"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours/hourstest"
)

// A second, naive reading of the rules: it counts, compares and walks the local clock, and knows nothing of when something ends.

// phoneLists are numbers in zones of one country, of several, and of none.
var phoneLists = [][]string{
	nil,
	{"+8613912348000"},
	{"+12125550100"},
	{"+442079460000"},
	{"+33612345678"},
	{"+33612345678"},
	{"+4930123456"},
	{"+919812345678"},
	{"+79161234567", "+8613912348000"},
	{"+77011234567"},
	{"+18005550100"},
	{"+99912345"},
}

func naive(c drawn, at clock.Instant) string {
	address := naiveAddress(c.q)
	marketing := c.q.Purpose.Marketing()
	switch {
	case address == "":
		return "no address"
	case naiveSuppressed(c, at):
		return "suppressed"
	case naiveConsent(c, at) != "":
		return naiveConsent(c, at)
	case marketing && c.q.Subject.OpenComplaint:
		return "open complaint"
	case naiveCaps(c, at) != "":
		return naiveCaps(c, at)
	case c.q.Channel != permission.ByEmail && !naiveHours(c, at):
		return "hours"
	}
	return ""
}

func naivePlaces(s permission.Subject) (zones, regions []string) {
	return hourstest.Places(s.Zone, s.Region, naiveAddress(permission.Question{Subject: s, Channel: permission.ByPhone}))
}

func naiveHours(c drawn, at clock.Instant) bool {
	zones, regions := naivePlaces(c.q.Subject)
	return hourstest.Open(c.rules.Timetable, zones, regions, c.q.Purpose.Marketing(), at)
}

func naiveAddress(q permission.Question) string {
	addresses := q.Subject.Phones
	if q.Channel == permission.ByEmail {
		addresses = q.Subject.Emails
	}
	if len(addresses) == 0 {
		return ""
	}
	return addresses[0]
}

func naiveSuppressed(c drawn, at clock.Instant) bool {
	return slices.ContainsFunc(c.facts.Suppressions, func(s permission.Suppression) bool {
		covers := map[permission.Scope]bool{
			permission.Everything: true, permission.MarketingOnly: c.q.Purpose.Marketing(),
			permission.SurveysOnly: c.q.Purpose == permission.Survey,
		}
		return covers[s.Scope] && (s.UntilAt.IsZero() || s.UntilAt > at)
	})
}

// naiveConsent goes through the words of each record in the order of time.
func naiveConsent(c drawn, at clock.Instant) string {
	said := slices.Clone(c.facts.Consents)
	slices.SortFunc(said, func(a, b permission.ConsentEvent) int {
		if a.At != b.At {
			return int(a.At - b.At)
		}
		return int(a.ID - b.ID)
	})
	last := map[int64]permission.ConsentEvent{}
	quiet := false
	for _, e := range said {
		if e.Purpose != c.q.Purpose || (e.Channel != "" && e.Channel != c.q.Channel) {
			continue
		}
		last[e.CustomerID] = e
		if !e.Given && e.At.Add(time.Duration(naiveLimits(c).RefusalQuietDays)*24*time.Hour) > at && naiveLimits(c).RefusalQuietDays > 0 {
			quiet = true
		}
	}
	for _, e := range last {
		if !e.Given {
			return "refused"
		}
	}
	if !c.q.Purpose.Marketing() {
		return ""
	}
	if own, ok := last[1]; !ok || own.At > at || (!own.ExpiresAt.IsZero() && (own.ExpiresAt <= at || own.ExpiresAt <= own.At)) {
		return "no consent"
	}
	if quiet {
		return "refused lately"
	}
	return ""
}

// naiveLimits restates the hard limits and the laws of France and Florida.
func naiveLimits(c drawn) permission.Caps {
	l := c.rules.Caps
	l.AttemptsPerDay = max(1, min(l.AttemptsPerDay, 5))
	l.AttemptGapMinutes = max(5, l.AttemptGapMinutes)
	l.MarketingCallsPerMonth = max(1, min(l.MarketingCallsPerMonth, 8))
	l.MessagesPerDay = max(1, min(l.MessagesPerDay, 3))
	l.ContactsPerDay = max(1, min(l.ContactsPerDay, 6))
	l.SurveyCooldownDays = max(1, l.SurveyCooldownDays)
	l.MarketingQuietDays = max(1, l.MarketingQuietDays)
	_, regions := naivePlaces(c.q.Subject)
	for _, region := range regions {
		if strings.HasPrefix(region, "FR") {
			l.MarketingCallsPerMonth = min(l.MarketingCallsPerMonth, 4)
			l.RefusalQuietDays = max(l.RefusalQuietDays, 60)
		}
		if region == "US-FL" {
			l.AttemptsPerDay = min(l.AttemptsPerDay, 3)
		}
	}
	return l
}

func naiveCaps(c drawn, at clock.Instant) string {
	l, marketing := naiveLimits(c), c.q.Purpose.Marketing()
	count := func(touches []permission.Touch, window time.Duration, counts func(permission.Touch) bool) int {
		n := 0
		for _, t := range touches {
			if t.Kind == permission.Attempt && c.q.Redial != 0 && t.Ref == c.q.Redial {
				continue
			}
			if counts(t) && t.At > at.Add(-window) {
				n++
			}
		}
		return n
	}
	most := func(window time.Duration, counts func(permission.Touch) bool) int {
		return max(count(c.facts.ByPerson, window, counts), count(c.facts.ByAddress, window, counts))
	}
	day := 24 * time.Hour
	call := func(t permission.Touch) bool {
		return t.Kind == permission.Attempt || (t.Kind == permission.Offer && t.Channel == permission.ByPhone)
	}
	message := func(t permission.Touch) bool { return t.Channel != permission.ByPhone && t.Kind != permission.Reminder }
	contact := func(t permission.Touch) bool { return call(t) || message(t) }
	phone, reminder := c.q.Channel == permission.ByPhone, c.q.Reminder
	complaint := c.q.Subject.ComplaintAt
	switch {
	case marketing && !complaint.IsZero() && complaint.Add(time.Duration(l.ComplaintQuietDays)*day) > at:
		return "complaint lately"
	case marketing && count(c.facts.ByPerson, time.Duration(l.MarketingQuietDays)*day, func(permission.Touch) bool { return true }) > 0:
		return "touched lately"
	case c.q.Purpose == permission.Survey && !reminder &&
		count(c.facts.ByPerson, time.Duration(l.SurveyCooldownDays)*day, func(t permission.Touch) bool {
			return t.Kind == permission.Invitation && t.Family == c.q.Family
		}) > 0:
		return "cooldown"
	case c.q.Purpose == permission.MarketingCall &&
		most(30*day, func(t permission.Touch) bool { return call(t) && t.Purpose.Marketing() }) >= l.MarketingCallsPerMonth:
		return "marketing calls"
	case !reminder && most(day, contact) >= l.ContactsPerDay:
		return "contacts"
	case phone && most(day, call) >= l.AttemptsPerDay:
		return "attempts"
	case phone && most(time.Duration(l.AttemptGapMinutes)*time.Minute, call) > 0:
		return "gap"
	case !phone && !reminder && most(day, message) >= l.MessagesPerDay:
		return "messages"
	}
	return ""
}
