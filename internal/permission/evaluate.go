package permission

import (
	"slices"
	"strconv"

	"aftercall/internal/clock"
	"aftercall/internal/permission/hours"
)

// Facts are what is known about one question's subject and address. Loaded facts are all there is: Evaluate reads nothing else.
type Facts struct {
	Consents     []ConsentEvent // of each record of the person, purpose and channel: the newest yes and the newest no
	Suppressions []Suppression  // in force, of any address of the customer
	ByPerson     []Touch        // of as long as the rules look back, in any order
	ByAddress    []Touch        // to the address in question, of as long as the rules look back, in any order
}

// Evaluate decides a question from loaded facts. It is pure: the same rules, facts and question give the same verdict, whatever
// the order of the facts' rows.
func (r Rules) Evaluate(facts Facts, q Question) Verdict {
	c := r.ask(facts, q)
	v := Verdict{All: c.reasons(q.At)}
	v.ConsentID = consentInForce(v.All, facts, q)
	if v.Allowed = len(v.All) == 0; v.Allowed {
		v.AllowedFrom = q.At
		return v
	}
	v.First, v.AllowedFrom = v.All[0].Code, firstWithout(q.At, v.All, c.reasons)
	return v
}

// firstWithout goes from the end of the last reason to the end of what would stand against that instant, until nothing does. Each
// reason holds without a gap from where it was found to its end, so no allowed instant is passed over.
func firstWithout(at clock.Instant, reasons []Reason, against func(clock.Instant) []Reason) clock.Instant {
	for range 100 { // every cap ends once, and calling hours come between
		for _, reason := range reasons {
			if reason.From.IsZero() {
				return 0
			}
			at = max(at, reason.From)
		}
		if reasons = against(at); len(reasons) == 0 {
			return at
		}
	}
	return 0
}

// evaluation is a question with what it takes to answer it at any instant.
type evaluation struct {
	Question
	facts    Facts
	to       string // the address that would be used, or ""
	caps     Caps
	where    hours.Place
	schedule hours.Schedule // of a channel that keeps hours
}

func (r Rules) ask(facts Facts, q Question) evaluation {
	c := evaluation{Question: q, facts: facts, to: q.address()}
	phone := c.to
	if !q.Channel.keepsHours() {
		phone = q.Subject.Address(ByPhone)
	}
	c.where = q.Subject.place(phone)
	c.caps = r.capsFor(c.where.Regions, q.Purpose.Marketing())
	if q.Channel.keepsHours() {
		c.schedule = r.Schedule(c.where, q.Purpose.class())
	}
	return c
}

// reasons returns what stands against contact at an instant, in the order in which the first one is named.
func (c *evaluation) reasons(at clock.Instant) []Reason {
	var all []Reason
	add := func(reason Reason) {
		if reason.Code != "" {
			all = append(all, reason)
		}
	}
	if c.to == "" {
		add(c.ofCustomer(NoAddress))
	}
	add(c.suppressed(at))
	if refused := c.refused(); refused.Code != "" || !c.Purpose.Marketing() {
		add(refused)
	} else {
		add(c.refusalQuiet(at))
		add(c.given(at))
	}
	if c.Purpose.Marketing() {
		if c.Subject.OpenComplaint {
			add(c.ofCustomer(OpenComplaint))
		}
		add(c.complaintQuiet(at))
	}
	if c.Purpose == Survey && !c.Reminder {
		add(c.cooldown(at))
	}
	if c.Purpose.Marketing() {
		add(c.touchedLately(at))
	}
	if c.Purpose == MarketingCall {
		add(c.marketingCap(at))
	}
	if !c.Reminder {
		add(c.dailyCap(at))
	}
	if c.Channel == ByPhone {
		add(c.attemptCap(at))
		add(c.attemptGap(at))
	} else if !c.Reminder {
		add(c.messageCap(at))
	}
	if c.Channel.keepsHours() && c.to != "" {
		add(c.hours(at))
	}
	return all
}

// ofCustomer returns a reason that the customer's record itself is the evidence of.
func (c *evaluation) ofCustomer(code Code) Reason {
	return Reason{Code: code, Evidence: evidence("customer", c.Subject.CustomerID)}
}

// suppressed returns the suppression that lasts longest of those that cover the question.
func (c *evaluation) suppressed(at clock.Instant) Reason {
	var worst Suppression
	for _, s := range c.facts.Suppressions {
		over := !s.UntilAt.IsZero() && s.UntilAt <= at
		if over || !s.LiftedAt.IsZero() || !s.Scope.covers(c.Purpose) {
			continue
		}
		longer := worst.ID == 0 || endsAfter(s.UntilAt, worst.UntilAt)
		if longer || (s.UntilAt == worst.UntilAt && s.ID < worst.ID) {
			worst = s
		}
	}
	if worst.ID == 0 {
		return Reason{}
	}
	return Reason{Code: Suppressed, Since: worst.At, From: worst.UntilAt, Evidence: evidence("suppression", worst.ID)}
}

// endsAfter reports whether an end is later than another; none is later than any.
func endsAfter(a, b clock.Instant) bool {
	return !b.IsZero() && (a.IsZero() || a > b)
}

// complaintQuiet keeps marketing away from somebody whose complaint was resolved lately.
func (c *evaluation) complaintQuiet(at clock.Instant) Reason {
	ends := c.Subject.ComplaintAt.Add(days(c.caps.ComplaintQuietDays))
	if c.Subject.ComplaintAt.IsZero() || ends <= at {
		return Reason{}
	}
	reason := c.ofCustomer(ComplaintQuiet)
	reason.Since, reason.From = c.Subject.ComplaintAt, ends
	return reason
}

// hours returns ZoneUnknown or OutsideHours for a call or a text message at an instant.
func (c *evaluation) hours(at clock.Instant) Reason {
	opens := c.schedule.Next(at)
	zones := c.where.Zones
	switch {
	case len(zones) == 0, opens.IsZero() && len(zones) > 1 && !c.schedule.Never():
		return c.ofCustomer(ZoneUnknown)
	case opens.IsZero(): // closed for good, whatever the time
		return Reason{Code: OutsideHours, Evidence: "zone " + zones[0].String()}
	case opens > at:
		return Reason{Code: OutsideHours, From: opens, Evidence: "zone " + c.schedule.ClosedIn(at).String()}
	}
	return Reason{}
}

// later returns the reason that ends later, a when they end together; one that does not end is later than any.
func later(a, b Reason) Reason {
	if a.Code == "" || (b.Code != "" && endsAfter(b.From, a.From)) {
		return b
	}
	return a
}

func evidence(kind string, id int64) string { return kind + " " + strconv.FormatInt(id, 10) }

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
		soonest(c.schedule.MayChange(q.At))
	}
	return reasons, allowedFrom, nextChange
}
