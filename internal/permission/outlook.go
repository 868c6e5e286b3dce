package permission

import (
	"slices"

	"aftercall/internal/clock"
)

// passing are the reasons that end by themselves within a day or at the next calling hours.
var passing = []Code{OutsideHours, AttemptGap, AttemptCap, MessageCap, DailyCap}

// lasting returns the reasons that stay. Calling hours that never come are among them.
func lasting(reasons []Reason) []Reason {
	return slices.DeleteFunc(slices.Clone(reasons), func(r Reason) bool {
		return slices.Contains(passing, r.Code) && (r.Code != OutsideHours || !r.From.IsZero())
	})
}

// Outlook returns what stands against contact for longer than a day, for a row that is read until it changes: the lasting reasons
// at q.At; the first instant without any, or none; and the first instant after q.At at which the reasons may be others by time
// alone, or none. In [q.At, nextChange) the lasting reasons are exactly these. Where the hours of several places must agree,
// nextChange is at most a day ahead: their clocks are changed on different days.
func (r Rules) Outlook(facts Facts, q Question) (reasons []Reason, allowedFrom, nextChange clock.Instant) {
	c := r.ask(facts, q)
	against := func(at clock.Instant) []Reason { return lasting(c.reasons(at)) }
	reasons = against(q.At)
	allowedFrom = firstWithout(q.At, reasons, against)
	soonest := func(at clock.Instant) {
		if at > q.At && (nextChange.IsZero() || at < nextChange) {
			nextChange = at
		}
	}
	for _, reason := range reasons {
		soonest(reason.From)
	}
	if q.Purpose.Marketing() && c.given(q.At).Code == "" {
		soonest(newest(facts.Consents, q.Subject.CustomerID, q).ExpiresAt)
	}
	if q.Channel.keepsHours() && c.to != "" {
		soonest(c.schedule.mayChange(q.At))
	}
	return reasons, allowedFrom, nextChange
}

// mayChange returns an instant before which it stays the same whether the places have an hour in common, or none if that is for
// good.
func (s *schedule) mayChange(at clock.Instant) clock.Instant {
	if !s.several() || len(s.where.zones) == 0 || s.never() {
		return 0
	}
	tomorrow := at.Add(day)
	opens := s.nextWithin(at, common+day)
	switch {
	case opens.IsZero():
		return tomorrow // still none when tomorrow looks as far ahead
	case opens.Sub(at) > common:
		return opens.Add(-common)
	case opens >= tomorrow:
		return tomorrow
	}
	if after := s.nextWithin(tomorrow, common); !after.IsZero() && after.Sub(opens) <= common {
		return tomorrow
	}
	return min(tomorrow, s.closes(opens))
}
