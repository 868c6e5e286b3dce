package callback

import (
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// say writes an outcome down with the attempt it came of: what was said, the set that the results are of, of what supervisors are told, and
// whether the number was wrong. Recording another outcome takes all of that back.
func (a *Attempt) say(set *outcome.Set, subject permission.Subject, o Outcome) (err error) {
	call, _ := o.codes(set)
	a.CallResult, a.BusinessResult, a.Note = o.CallResult, o.BusinessResult, o.Note
	a.OutcomeVersion, a.Mark, a.WrongPhone = set.Version, o.mark(set), ""
	if call.Is(outcome.WrongNumber) {
		a.WrongPhone = subject.Address(permission.ByPhone)
	}
	a.Answers, err = o.Answers.encode()
	return err
}

// said returns the results of an attempt, and the set they are of.
func (s *Service) said(tx database.Tx, a Attempt) (Outcome, *outcome.Set, error) {
	set, err := s.outcomes.At(tx, a.OutcomeVersion)
	return Outcome{CallResult: a.CallResult, BusinessResult: a.BusinessResult}, set, err
}

// next returns what becomes of a callback after an outcome whose attempt is stored. Where the number was wrong and the customer has another
// one, that is tried instead of closing the callback. The subject is that of the dial, before the number was known to be wrong.
func (s *Service) next(
	tx database.Tx, c *Callback, set *outcome.Set, subject permission.Subject, o Outcome, now clock.Instant,
) (outcome.Next, error) {
	attempts, err := store{tx}.attemptsOf(c.ID)
	if err != nil {
		return outcome.Next{}, err
	}
	tried := make([]outcome.Tried, len(attempts))
	for i, a := range attempts {
		tried[i] = outcome.Tried{Call: string(a.CallResult), Business: string(a.BusinessResult), At: a.StartedAt}
	}
	rules := s.permit.Rules()
	opening := func(at clock.Instant) clock.Instant {
		if w := rules.CallWindow(subject, "", at); !w.Open {
			return w.OpensAt
		}
		return at
	}
	next := set.Next(string(o.CallResult), string(o.BusinessResult), tried, opening, zoneOf(rules, subject, s.opts.Zone, now), now)
	if call, _ := o.codes(set); call.Is(outcome.WrongNumber) && otherPhone(subject) {
		next = outcome.Next{Key: next.Key, At: now}
	}
	return next, nil
}

// otherPhone reports whether the customer has a phone beside the one that is called.
func otherPhone(subject permission.Subject) bool {
	called := subject.Address(permission.ByPhone)
	return slices.ContainsFunc(subject.Phones, func(phone string) bool { return phone != called })
}

// zoneOf returns where the customer is, if that is known, else the fallback.
func zoneOf(rules permission.Rules, subject permission.Subject, fallback *time.Location, now clock.Instant) *time.Location {
	if w := rules.CallWindow(subject, "", now); len(w.Zones) == 1 {
		if local, err := time.LoadLocation(w.Zones[0]); err == nil {
			return local
		}
	}
	return fallback
}
