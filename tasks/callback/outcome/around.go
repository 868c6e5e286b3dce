package outcome

import (
	"regexp"
	"time"

	"aftercall/internal/clock"
)

// What a set says besides its codes: of the times that customers name, and of the text after a missed call.

// Appointments is what holds for the times that customers name.
type Appointments struct {
	Early     int `json:"early_minutes"` // how long before its time the call may be made
	Late      int `json:"late_minutes"`  // how long after its time it is overdue; one within a span is overdue when the span ends
	Kept      int `json:"kept_minutes"`  // how long what is kept for one caller stays so, from when it may be made; then it is anybody's
	PerSlot   int `json:"per_slot"`      // how many of one team may begin within a slot; 0: any number
	PerCaller int `json:"per_caller"`    // how many of those may be kept for one caller; 0: any number
}

// Slot is the part of an hour in which appointments are counted: people name quarters.
const Slot = 15 * time.Minute

// Limits of what a set says besides its codes.
const (
	maxEarly   = hour
	maxLate    = 4 * hour
	maxKept    = 8 * hour
	maxPerSlot = 1000
)

// formerAppointments is what held before sets said anything about it, and holds where one says nothing.
func formerAppointments() Appointments { return Appointments{Late: 30, Kept: 30} }

// stockAppointments is what a new centre starts with. There is no time before: a promise goes before everything else, so that whoever
// may be called early would nearly always be. A quarter of an hour after it is Cisco's window, 50 in a slot are NICE's, and four are what
// one caller can call in a quarter of an hour, at three minutes each.
func stockAppointments() Appointments {
	return Appointments{Late: 15, Kept: 30, PerSlot: 50, PerCaller: 4}
}

// fillIn gives a set that says nothing of appointments, or of second calls, what held before sets did.
func (s *Set) fillIn() {
	if recovery, there := s.Kinds["recovery"]; there {
		if _, there := s.Kinds["second"]; !there {
			s.Kinds["second"] = recovery
		}
	}
	if s.Appointments == (Appointments{}) {
		s.Appointments = formerAppointments()
	}
}

// ReadyAt returns from when the call of an appointment may be made.
func (a Appointments) ReadyAt(at clock.Instant) clock.Instant {
	return at.Add(-time.Duration(a.Early) * time.Minute)
}

// DueAt returns when an appointment is overdue; until is the end of the span the customer named, none where they named a time.
func (a Appointments) DueAt(at, until clock.Instant) clock.Instant {
	if !until.IsZero() {
		return until
	}
	return at.Add(time.Duration(a.Late) * time.Minute)
}

// MissedText is the one text that a missed call may send: who called, and why.
type MissedText struct {
	On     bool   `json:"on"`
	Number string `json:"number,omitempty"`    // what the customer's phone showed, as people write it
	Back   string `json:"call_back,omitempty"` // where they can call back, if that is another number
}

// numberPattern is a phone number as people write it, short numbers such as 95598 among them.
var numberPattern = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{1,22}[0-9]$`)

func (c *checker) around(s *Set) {
	a := s.Appointments
	c.number("appointments.early_minutes", a.Early, 0, maxEarly)
	c.number("appointments.late_minutes", a.Late, 1, maxLate)
	c.number("appointments.kept_minutes", a.Kept, 1, maxKept)
	c.number("appointments.per_slot", a.PerSlot, 0, maxPerSlot)
	c.number("appointments.per_caller", a.PerCaller, 0, maxPerSlot)
	for name, number := range map[string]string{"missed_text.number": s.MissedText.Number, "missed_text.call_back": s.MissedText.Back} {
		if number != "" && !numberPattern.MatchString(number) {
			c.refuse(name, "outcome_number", "must be a phone number as customers see it, such as 021-6888 0000", number)
		}
	}
	if !s.MissedText.On {
		return
	}
	if s.MissedText.Number == "" {
		c.refuse("missed_text.number", "required", "is required: the text says from which number we called", "")
	}
	if len(s.Keys(CallLayer, func(code Code) bool { return code.Is(TextAfter) })) == 0 {
		c.refuse("missed_text.on", "outcome_text_nobody", "no call result has the flag text_after, so that nobody would get the text", "")
	}
}
