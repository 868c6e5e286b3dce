package callback

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/text"
	"aftercall/internal/tie"
	"aftercall/tasks/callback/outcome"
)

// CallResult is the first layer of an outcome: what happened on the line. It is the key of a code of package outcome, and translated under
// "call_result.<code>" where the set says nothing.
type CallResult string

// The call results that every centre had before it could have its own.
const (
	Reached      CallResult = "reached"
	NoAnswer     CallResult = "no_answer"
	Busy         CallResult = "busy"
	Off          CallResult = "off"
	OutOfService CallResult = "suspended"
	WrongNumber  CallResult = "wrong_number"
	Rejected     CallResult = "rejected"
	NotThePerson CallResult = "not_the_person"
)

// BusinessResult is the second layer: what came of the talk. It is the key of a code too, and translated under "business_result.<code>".
type BusinessResult string

// The business results that every centre had before.
const (
	Solved       BusinessResult = "solved"
	NotSolved    BusinessResult = "not_solved"
	Appointment  BusinessResult = "appointment"
	Declined     BusinessResult = "declined"
	Complaint    BusinessResult = "complaint"
	NeverContact BusinessResult = "never_contact"
)

// Reason says why a callback waits or ended: one of these, a code of permission, of call results or of business results. It is
// translated under "reason.<code>".
type Reason string

// Why a callback waits or ended, besides those codes.
const (
	ReasonReopened    Reason = Reason(contact.ByReopening)
	ReasonCorrected   Reason = Reason(contact.ByCorrection)
	ReasonNewer       Reason = Reason(contact.ByNewer) // waits until a newer contact of the person is resolved
	ReasonHandoff     Reason = "handoff"               // waits until a reply is written inside
	ReasonIncident    Reason = tie.Reason              // its contact is tied to an incident that is not over
	ReasonSuperseded  Reason = "superseded"            // another callback asks what this one would have asked
	ReasonPlanned     Reason = "planned"               // waits for its first time
	ReasonAppointment Reason = "appointment"           // the customer named a time
	ReasonSkipped     Reason = "skipped"               // a caller passed it on
	ReasonPaused      Reason = "paused"                // something has to happen inside first
	ReasonExpired     Reason = "expired"               // nobody called in time
	ReasonUnreachable Reason = "unreachable"           // all attempts used up
	ReasonByHand      Reason = "by_hand"               // a supervisor cancelled it
)

// Reasons returns everything a callback may wait for or have ended with, in the order in which lists offer it: also what a set of outcomes
// that is not in force any more had.
func (s *Service) Reasons(ctx context.Context) ([]Reason, error) {
	keys, err := s.outcomes.Keys(s.db.View(ctx))
	if err != nil {
		return nil, fmt.Errorf("list the reasons of callbacks: %w", err)
	}
	all := []Reason{ReasonPlanned, ReasonAppointment, ReasonSkipped, ReasonPaused, ReasonHandoff, ReasonNewer, ReasonIncident}
	for _, code := range againstCalls() {
		all = append(all, Reason(code))
	}
	for _, key := range keys {
		// A call that reached somebody leaves its business result, or an appointment.
		if reason := Reason(key); key != outcome.ReachedKey && !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	return append(all, ReasonUnreachable, ReasonReopened, ReasonCorrected, ReasonSuperseded, ReasonExpired, ReasonByHand), nil
}

// againstCalls are permission's codes that may stand against a service callback.
func againstCalls() []permission.Code {
	return []permission.Code{
		permission.OutsideHours, permission.ZoneUnknown, permission.AttemptGap, permission.AttemptCap, permission.DailyCap,
		permission.NoAddress, permission.Suppressed, permission.Refused,
	}
}

// Outcomes returns the outcomes that may be recorded now.
func (s *Service) Outcomes(ctx context.Context) (*outcome.Set, error) { return s.outcomes.Current(ctx) }

// Answers is what the customer said to the survey asked in a call.
type Answers struct {
	Rating  *int     `json:"rating,omitempty"` // 1 to 5, 5 the best
	Solved  *bool    `json:"solved,omitempty"`
	Reasons []string `json:"reasons,omitempty"` // reason tags of the survey
	Comment string   `json:"comment,omitempty"`
	Consent bool     `json:"consent,omitempty"` // agreed to be contacted with offers, asked after the survey
}

// Empty reports whether nothing was asked.
func (a Answers) Empty() bool {
	return a.Rating == nil && a.Solved == nil && len(a.Reasons) == 0 && a.Comment == "" && !a.Consent
}

// Outcome is what a caller records about one attempt. A draft holds an Outcome too, in which anything may be missing.
type Outcome struct {
	CallResult     CallResult     `json:"call_result,omitempty"`
	BusinessResult BusinessResult `json:"business_result,omitempty"`
	Answers        Answers        `json:"answers,omitzero"`
	Note           string         `json:"note,omitempty"`
	NoteForNext    string         `json:"note_for_next,omitempty"`
	ForSupervisor  string         `json:"note_for_supervisor,omitempty"` // see Attempt.NoteForSupervisor
	AppointmentAt  clock.Instant  `json:"appointment_at,omitzero"`
	// The end of the span of time that the customer named, such as "between two and four"; none where they named one time.
	AppointmentUntil clock.Instant `json:"appointment_until,omitzero"`
	AppointmentFor   Whose         `json:"appointment_for,omitempty"`
	TimeTyped        string        `json:"time_typed,omitempty"`  // of a draft: what was typed for the appointment and is no time yet
	UntilTyped       string        `json:"until_typed,omitempty"` // the same of the end of its span
	HelpTried        []string      `json:"help_tried,omitempty"`  // steps of help the customer was led through
}

// Whose says who makes the call of an appointment.
type Whose string

// Whose appointment it is.
const (
	ForAnybody Whose = ""     // whoever is free
	ForMe      Whose = "mine" // the caller who made it; anybody, when they have not made it in time
)

// How long what is written may be, in characters. A comment goes to the survey, which takes no longer one.
const (
	maxNote    = 4000
	maxComment = 2000
)

// reason returns the code that says what came of the call.
func (o Outcome) reason() string {
	return cmp.Or(string(o.BusinessResult), string(o.CallResult))
}

// codes returns the codes of the two results; what is not of the set has none.
func (o Outcome) codes(set *outcome.Set) (call, business outcome.Code) {
	call, _ = set.Code(outcome.CallLayer, string(o.CallResult))
	if call.Is(outcome.CountsAsReached) {
		business, _ = set.Code(outcome.BusinessLayer, string(o.BusinessResult))
	}
	return call, business
}

// deciding returns the code by which the callback goes on or ends.
func (o Outcome) deciding(set *outcome.Set) outcome.Code {
	return set.Deciding(string(o.CallResult), string(o.BusinessResult))
}

// normalised returns the outcome without what cannot belong to it: a business result or answers of a call nobody took, and answers where
// nothing was asked. What the customer said in their own words is kept in the note then.
func (o Outcome) normalised(set *outcome.Set) Outcome {
	for _, written := range []*string{&o.Note, &o.NoteForNext, &o.ForSupervisor, &o.Answers.Comment} {
		*written = strings.TrimSpace(text.Lines(*written))
	}
	call, business := o.codes(set)
	if !call.Is(outcome.CountsAsReached) {
		o.BusinessResult, o.HelpTried = "", nil
	}
	if !call.Is(outcome.CountsAsReached) || business.Is(outcome.HideQuestions) {
		if o.Answers.Comment != "" && o.Answers.Comment != o.Note {
			o.Note = strings.TrimSpace(o.Note + "\n" + o.Answers.Comment)
		}
		o.Answers = Answers{}
	}
	if !business.Is(outcome.Appointment) {
		o.AppointmentAt, o.AppointmentUntil, o.AppointmentFor = 0, 0, ForAnybody
	}
	return o
}

// validate returns fault.Invalid that names every field that is missing or wrong.
func (o Outcome) validate(set *outcome.Set, now clock.Instant) error {
	var fields []fault.Field
	problem := func(name, code, text, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: text, Value: value})
	}
	call, business := o.codes(set)
	switch {
	case call.Key == "":
		problem("call_result", "choose", "choose what happened on the line", string(o.CallResult))
	case call.Is(outcome.CountsAsReached):
		o.validateTalk(business, now, problem)
	}
	if (call.Is(outcome.NeedsNote) || business.Is(outcome.NeedsNote)) && o.Note == "" {
		problem("note", "required", "write what the customer said: somebody will work with it", "")
	}
	if utf8.RuneCountInString(o.Answers.Comment) > maxComment {
		problem("comment", "too_long", "is longer than 2,000 characters", "")
	}
	for name, text := range map[string]string{"note": o.Note, "note_for_next": o.NoteForNext, "note_for_supervisor": o.ForSupervisor} {
		if utf8.RuneCountInString(text) > maxNote {
			problem(name, "too_long", "is longer than 4,000 characters", "")
		}
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (o Outcome) validateTalk(business outcome.Code, now clock.Instant, problem func(name, code, text, value string)) {
	needsTime := business.Is(outcome.Appointment)
	switch {
	case business.Key == "":
		problem("business_result", "choose", "choose what came of the talk", string(o.BusinessResult))
	case needsTime && !o.AppointmentAt.After(now):
		problem("appointment_at", "future", "choose a time that is still to come", "")
	case needsTime && o.AppointmentAt.Sub(now) > LongestDelay:
		problem("appointment_at", "too_far", "choose a time within 60 days", "")
	case needsTime && o.UntilTyped != "":
		problem("appointment_until", "no_time", "must be a time of day, such as 16:00", o.UntilTyped)
	case needsTime && !o.AppointmentUntil.IsZero() && !o.AppointmentUntil.After(o.AppointmentAt):
		problem("appointment_until", "until_before", "must be later than the time it begins", "")
	case needsTime && o.AppointmentUntil.Sub(o.AppointmentAt) > LongestSpan:
		problem("appointment_until", "until_long", "must be within 12 hours", "")
	}
	if r := o.Answers.Rating; r != nil && (*r < 1 || *r > 5) {
		problem("rating", "range", "must be from 1 to 5", "")
	}
}

// checkTalk refuses an outcome that counts as reached sooner after the dial than anybody can have talked. Where no dial was seen, such as
// on a telephone beside the desk, nobody can tell, and nothing is refused. Whoever is insulted may hang up at once.
func (o Outcome) checkTalk(set *outcome.Set, c *Callback, now clock.Instant) error {
	call, business := o.codes(set)
	least := set.Kinds[string(c.Kind)].MinTalk
	talked := now.Sub(c.DialledAt)
	if !call.Is(outcome.CountsAsReached) || business.Is(outcome.Abuse) || c.DialledAt.IsZero() || talked < 0 {
		return nil
	}
	if talked >= time.Duration(least)*time.Second {
		return nil
	}
	args := map[string]any{"seconds": least, "silent": "", "hung_up": ""}
	for _, key := range []string{"silent", "hung_up"} { // what it may have been instead, where the set has it
		if _, offered := set.Code(outcome.CallLayer, key); offered {
			args[key] = key
		}
	}
	return fault.InvalidFields(fault.Field{
		Name: "call_result", Code: "talk_too_short", Value: string(o.CallResult), Args: args,
		Problem: fmt.Sprintf("was dialled less than %d seconds ago; a silent line and one that hung up have results of their own", least),
	})
}

// suppressed returns what the customer does not want to be contacted for any more, by what was recorded; empty for nothing.
func (o Outcome) suppressed(set *outcome.Set) permission.Scope {
	call, business := o.codes(set)
	scopes := []outcome.Scope{call.Suppress, business.Suppress}
	for _, scope := range []outcome.Scope{outcome.Everything, outcome.Marketing, outcome.Surveys} {
		if slices.Contains(scopes, scope) {
			return permission.Scope(scope)
		}
	}
	return ""
}

// mark returns the flag of which supervisors are told; empty for none.
func (o Outcome) mark(set *outcome.Set) outcome.Flag {
	call, business := o.codes(set)
	mark := cmp.Or(business.Tells(), call.Tells())
	if mark == "" && o.ForSupervisor != "" {
		return MarkNote
	}
	return mark
}
