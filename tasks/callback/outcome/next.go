package outcome

import (
	"time"

	"aftercall/internal/clock"
)

// Tried is an attempt of a callback with its outcome.
type Tried struct {
	Call, Business string        // empty for an attempt without an outcome
	At             clock.Instant // when it was dialled
}

// Next is what becomes of a callback after an outcome. Exactly one of Closed, Appointed and a time in At holds.
type Next struct {
	Key       string        // of the code that decided
	Closed    bool          // nobody calls again for this
	UsedUp    bool          // of Closed: only because the code was recorded as often as it may be
	Appointed bool          // the customer named a time
	Terms     Appointments  // of Appointed: what holds for that time
	At        clock.Instant // otherwise: the earliest time of the next attempt
}

// Opening returns the first instant at or after another one at which the customer may be called; none when there is none.
type Opening func(at clock.Instant) clock.Instant

// Next returns what becomes of a callback after an attempt with an outcome: tried are all its attempts, that one among them, and zone is
// where the customer is, by which the parts of the day are told. An outcome that is not of the set closes the callback: nothing waits
// for ever.
func (s *Set) Next(call, business string, tried []Tried, opening Opening, zone *time.Location, now clock.Instant) Next {
	code := s.Deciding(call, business)
	next := Next{Key: code.Key}
	switch {
	case code.Is(Appointment):
		next.Appointed, next.Terms = true, s.Appointments
		return next
	case code.Retry == nil:
		next.Closed = true
		return next
	}
	count := max(1, s.times(code.Key, tried))
	if code.Retry.Tries > 0 && count >= code.Retry.Tries {
		next.Closed, next.UsedUp = true, true
		return next
	}
	next.At = now.Add(code.Retry.wait(count))
	if code.Retry.Spread {
		next.At = anotherPart(next.At, tried, opening, zone)
	}
	return next
}

// times returns how many attempts a code decided.
func (s *Set) times(key string, tried []Tried) int {
	n := 0
	for _, t := range tried {
		if t.Call != "" && s.Deciding(t.Call, t.Business).Key == key {
			n++
		}
	}
	return n
}

// longestWait bounds a growing delay.
const longestWait = 7 * 24 * time.Hour

// wait returns the delay after the n-th try with the code.
func (r *Retry) wait(n int) time.Duration {
	delay := time.Duration(r.After) * time.Minute
	if r.Grows {
		for range n - 1 {
			delay = min(2*delay, longestWait)
		}
	}
	return delay
}

// part is a part of a day: people who are not at home in the morning may be in the evening.
type part int

const (
	morning   part = iota // before 12
	afternoon             // before 18
	evening
)

func partOf(at time.Time) part {
	switch hour := at.Hour(); {
	case hour < 12:
		return morning
	case hour < 18:
		return afternoon
	}
	return evening
}

// nextPart returns when the part of the day after that of an instant begins.
func nextPart(at time.Time) time.Time {
	begins := [...]int{morning: 12, afternoon: 18, evening: 24}
	return time.Date(at.Year(), at.Month(), at.Day(), begins[partOf(at)], 0, 0, 0, at.Location())
}

// anotherPart returns the first time from an instant on that is in a part of the day not tried yet, as far as the customer may be called
// in it. When every part was tried, or none of the others is open within a week, it is the instant itself.
func anotherPart(from clock.Instant, tried []Tried, opening Opening, zone *time.Location) clock.Instant {
	seen := map[part]bool{}
	for _, t := range tried {
		seen[partOf(t.At.In(zone))] = true
	}
	if len(seen) > int(evening) {
		return from
	}
	at := from.In(zone)
	for range 3 * 7 {
		end := nextPart(at)
		if !seen[partOf(at)] {
			opens := opening(clock.At(at))
			if !opens.IsZero() && opens.Before(clock.At(end)) {
				return opens
			}
		}
		at = end
	}
	return from
}
