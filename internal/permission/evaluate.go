package permission

import (
	"strconv"
	"time"

	"aftercall/internal/clock"
)

// Evaluate decides a question from loaded facts. It is pure: the same rules, facts and question give the same verdict, whatever
// the order of the facts' rows within one instant.
func (r Rules) Evaluate(facts Facts, q Question) Verdict {
	v := Verdict{All: r.reasons(facts, q, q.At)}
	if q.Purpose.Marketing() && consent(facts, q, q.At).Code == "" {
		v.ConsentID = Newest(facts.Consents, q.Purpose, q.Channel).ID
	}
	if v.Allowed = len(v.All) == 0; v.Allowed {
		v.AllowedFrom = q.At
		return v
	}
	v.First, v.AllowedFrom = v.All[0].Code, r.allowedFrom(facts, q, v.All)
	return v
}

// allowedFrom goes from the end of the last reason to the end of what would stand against that instant, until nothing does. Each
// reason holds without a gap from where it was found to its end, so no allowed instant is passed over.
func (r Rules) allowedFrom(facts Facts, q Question, reasons []Reason) clock.Instant {
	at := q.At
	for range 50 { // a day's hours and the caps alternate a few times at most
		for _, reason := range reasons {
			if reason.From.IsZero() {
				return 0
			}
			at = max(at, reason.From)
		}
		if reasons = r.reasons(facts, q, at); len(reasons) == 0 {
			return at
		}
	}
	return 0
}

// reasons returns what stands against contact at an instant, in the order in which the first one is named.
func (r Rules) reasons(facts Facts, q Question, at clock.Instant) []Reason {
	var all []Reason
	add := func(reason Reason) {
		if reason.Code != "" {
			all = append(all, reason)
		}
	}
	address := q.address()
	if address == "" {
		add(Reason{Code: NoAddress, Evidence: evidence("customer", q.Subject.CustomerID)})
	}
	add(suppressed(facts, q, at))
	add(consent(facts, q, at))
	if q.Purpose.Marketing() {
		if q.Subject.OpenComplaint {
			add(Reason{Code: OpenComplaint, Evidence: evidence("customer", q.Subject.CustomerID)})
		}
		add(capped(TouchedLately, 1, r.MarketingQuiet, at, facts.ByPerson, func(Touch) bool { return true }))
	}
	if q.Purpose == Survey {
		add(capped(SurveyCooldown, 1, r.SurveyCooldown, at, facts.ByPerson, func(t Touch) bool {
			return t.Kind == Invitation && t.Family == q.Family
		}))
	}
	if q.Channel == ByPhone {
		calls := func(t Touch) bool { return t.Kind == Attempt }
		add(capped(AttemptCap, r.AttemptCap, day, at, facts.ByAddress, calls))
		add(capped(AttemptGap, 1, r.AttemptGap, at, facts.ByAddress, calls))
		if address != "" {
			add(r.hours(q, address, at))
		}
	} else {
		add(later(
			capped(MessageCap, r.MessageCap, day, at, facts.ByPerson, Touch.message),
			capped(MessageCap, r.MessageCap, day, at, facts.ByAddress, Touch.message),
		))
	}
	return all
}

// suppressed returns the suppression that lasts longest of those that cover the purpose.
func suppressed(facts Facts, q Question, at clock.Instant) Reason {
	var worst Reason
	for _, s := range facts.Suppressions {
		over := !s.UntilAt.IsZero() && s.UntilAt <= at
		if over || !s.LiftedAt.IsZero() || !s.Scope.covers(q.Purpose) {
			continue
		}
		worst = later(worst, Reason{Code: Suppressed, From: s.UntilAt, Evidence: evidence("suppression", s.ID)})
	}
	return worst
}

// consent returns Refused when the newest word on the purpose and channel is no, and for marketing NoConsent without a yes that
// is in force.
func consent(facts Facts, q Question, at clock.Instant) Reason {
	newest := Newest(facts.Consents, q.Purpose, q.Channel)
	switch {
	case newest.ID != 0 && !newest.Given:
		return Reason{Code: Refused, Evidence: evidence("consent", newest.ID)}
	case !q.Purpose.Marketing():
		return Reason{}
	case newest.ID == 0:
		return Reason{Code: NoConsent, Evidence: evidence("customer", q.Subject.CustomerID)}
	case !newest.ExpiresAt.IsZero() && newest.ExpiresAt <= max(at, newest.At):
		return Reason{Code: NoConsent, Evidence: evidence("consent", newest.ID)}
	case newest.At > at:
		return Reason{Code: NoConsent, From: newest.At, Evidence: evidence("consent", newest.ID)}
	}
	return Reason{}
}

// Newest returns the event that decides about a purpose and channel, or the zero event. An event for every channel counts for
// each of them.
func Newest(events []ConsentEvent, purpose Purpose, channel Channel) ConsentEvent {
	var newest ConsentEvent
	for _, e := range events {
		if e.Purpose != purpose || (e.Channel != channel && e.Channel != "") {
			continue
		}
		if newest.ID == 0 || e.At > newest.At || (e.At == newest.At && e.ID > newest.ID) {
			newest = e
		}
	}
	return newest
}

// capped returns the reason when limit or more of the touches that count fall into the window before at. Touches after it count
// as well: they are reservations, or another machine's clock is a little ahead. It ends when all but limit-1 have left.
func capped(code Code, limit int, window time.Duration, at clock.Instant, touches []Touch, counts func(Touch) bool) Reason {
	n := 0
	for _, t := range touches {
		if t.At.Add(window) <= at || !counts(t) {
			continue
		}
		if n++; n == limit {
			return Reason{Code: code, From: t.At.Add(window), Evidence: evidence("touch", t.ID)}
		}
	}
	return Reason{}
}

// hours returns ZoneUnknown or OutsideHours for a call at an instant.
func (r Rules) hours(q Question, phone string, at clock.Instant) Reason {
	zones := zonesOf(q.Subject, phone)
	opens := r.Hours.clamped().next(zones, at)
	switch {
	case opens.IsZero():
		return Reason{Code: ZoneUnknown, Evidence: evidence("customer", q.Subject.CustomerID)}
	case opens > at:
		return Reason{Code: OutsideHours, From: opens, Evidence: "zone " + zones[0].String()}
	}
	return Reason{}
}

// later returns the reason that ends later, a when they end together; one that does not end is later than any.
func later(a, b Reason) Reason {
	switch {
	case a.Code == "":
		return b
	case b.Code == "":
		return a
	case a.From.IsZero() || (!b.From.IsZero() && b.From <= a.From):
		return a
	}
	return b
}

func evidence(kind string, id int64) string { return kind + " " + strconv.FormatInt(id, 10) }
