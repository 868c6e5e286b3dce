package permission

import (
	"slices"

	"aftercall/internal/clock"
)

// refused returns Refused when the newest word of any of the person's records on the purpose and channel is no.
func (c *evaluation) refused() Reason {
	var last ConsentEvent
	for _, e := range c.facts.Consents {
		if !e.Given && e.about(c.Question) && e.after(last) && newest(c.facts.Consents, e.CustomerID, c.Question).ID == e.ID {
			last = e
		}
	}
	if last.ID == 0 {
		return Reason{}
	}
	return Reason{Code: Refused, Since: last.At, Evidence: evidence("consent", last.ID)}
}

// refusalQuiet returns RefusalQuiet while the person's last no is fresh, whatever they said since.
func (c *evaluation) refusalQuiet(at clock.Instant) Reason {
	var last ConsentEvent
	for _, e := range c.facts.Consents {
		if !e.Given && e.about(c.Question) && e.after(last) {
			last = e
		}
	}
	ends := last.At.Add(days(c.caps.RefusalQuietDays))
	if last.ID == 0 || ends <= at || c.caps.RefusalQuietDays == 0 {
		return Reason{}
	}
	return Reason{Code: RefusalQuiet, Since: last.At, From: ends, Evidence: evidence("consent", last.ID)}
}

// given returns NoConsent unless this customer's own record says yes and the yes is in force.
func (c *evaluation) given(at clock.Instant) Reason {
	own := newest(c.facts.Consents, c.Subject.CustomerID, c.Question)
	switch {
	case own.ID == 0:
		return c.ofCustomer(NoConsent)
	case !own.ExpiresAt.IsZero() && own.ExpiresAt <= max(at, own.At):
		return Reason{Code: NoConsent, Since: own.At, Evidence: evidence("consent", own.ID)}
	case own.At > at:
		return Reason{Code: NoConsent, Since: own.At, From: own.At, Evidence: evidence("consent", own.ID)}
	}
	return Reason{}
}

// consentInForce returns the id of the event that permits marketing to the question's customer, as the reasons against it say, or 0.
func consentInForce(reasons []Reason, facts Facts, q Question) int64 {
	missing := func(r Reason) bool { return r.Code == Refused || r.Code == NoConsent }
	if !q.Purpose.Marketing() || slices.ContainsFunc(reasons, missing) {
		return 0
	}
	return newest(facts.Consents, q.Subject.CustomerID, q).ID
}

// about reports whether the event is a word on the question's purpose and channel. An event for every channel counts for each.
func (e ConsentEvent) about(q Question) bool {
	return e.Purpose == q.Purpose && (e.Channel == q.Channel || e.Channel == "")
}

// after reports whether the event is newer than another, which may be none.
func (e ConsentEvent) after(other ConsentEvent) bool {
	return other.ID == 0 || e.At > other.At || (e.At == other.At && e.ID > other.ID)
}

// newest returns the event that decides for one customer about the question's purpose and channel, or the zero event.
func newest(events []ConsentEvent, customerID int64, q Question) ConsentEvent {
	var found ConsentEvent
	for _, e := range events {
		if e.CustomerID == customerID && e.about(q) && e.after(found) {
			found = e
		}
	}
	return found
}
