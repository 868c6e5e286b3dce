package permission

import (
	"time"

	"aftercall/internal/clock"
)

func (c *evaluation) cooldown(at clock.Instant) Reason {
	return c.capped(SurveyCooldown, 1, days(c.caps.SurveyCooldownDays), at, c.facts.ByPerson, func(t Touch) bool {
		return t.Kind == Invitation && t.Family == c.Family
	})
}

func (c *evaluation) touchedLately(at clock.Instant) Reason {
	return c.capped(TouchedLately, 1, days(c.caps.MarketingQuietDays), at, c.facts.ByPerson, func(Touch) bool { return true })
}

func (c *evaluation) marketingCap(at clock.Instant) Reason {
	return c.cappedTwice(MarketingCap, c.caps.MarketingCallsPerMonth, month, at,
		func(t Touch) bool { return t.call() && t.Purpose.Marketing() })
}

func (c *evaluation) dailyCap(at clock.Instant) Reason {
	return c.cappedTwice(DailyCap, c.caps.ContactsPerDay, day, at, Touch.contact)
}

func (c *evaluation) attemptCap(at clock.Instant) Reason {
	return c.cappedTwice(AttemptCap, c.caps.AttemptsPerDay, day, at, Touch.call)
}

func (c *evaluation) attemptGap(at clock.Instant) Reason {
	return c.cappedTwice(AttemptGap, 1, minutes(c.caps.AttemptGapMinutes), at, Touch.call)
}

func (c *evaluation) messageCap(at clock.Instant) Reason {
	return c.cappedTwice(MessageCap, c.caps.MessagesPerDay, day, at, Touch.message)
}

// call reports whether the touch rings a phone.
func (t Touch) call() bool {
	return t.Kind == Attempt || (t.Kind == Offer && t.Channel == ByPhone)
}

// contact reports whether the touch is a contact of its own: a reminder belongs to its invitation, and an invitation made in a call
// to that call.
func (t Touch) contact() bool { return t.call() || t.message() }

// cappedTwice holds a cap for the person and for the address, and returns the reason that ends later.
func (c *evaluation) cappedTwice(code Code, limit int, window time.Duration, at clock.Instant, counts func(Touch) bool) Reason {
	return later(c.capped(code, limit, window, at, c.facts.ByPerson, counts), c.capped(code, limit, window, at, c.facts.ByAddress, counts))
}

// capped returns the reason when limit or more of the touches that count fall into the window before at. Touches after it count
// as well: another machine's clock is a little ahead. It ends when all but limit-1 have left the window.
func (c *evaluation) capped(code Code, limit int, window time.Duration, at clock.Instant, touches []Touch, counts func(Touch) bool) Reason {
	type leaving struct {
		at clock.Instant
		*Touch
	}
	// last are, of the limit, the touches that leave last, the latest first.
	var last [max(mostAttempts, mostMarketingCalls, mostMessages, mostContacts)]leaving
	n := 0
	for i := range touches {
		t := leaving{touches[i].At.Add(window), &touches[i]}
		if t.at <= at || !counts(touches[i]) || c.redials(touches[i]) {
			continue
		}
		n++
		for place := range min(n, limit) {
			if other := last[place]; other.Touch == nil || t.at > other.at || (t.at == other.at && t.ID > other.ID) {
				last[place], t = t, other
			}
			if t.Touch == nil {
				break
			}
		}
	}
	if n < limit {
		return Reason{}
	}
	deciding := last[limit-1]
	return Reason{Code: code, Since: deciding.At, From: deciding.at, Evidence: evidence("touch", deciding.ID)}
}

// redials reports whether the touch is of the attempt that is dialled once more.
func (c *evaluation) redials(t Touch) bool {
	return c.Redial != 0 && t.Kind == Attempt && t.Ref == c.Redial
}
