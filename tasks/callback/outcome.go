package callback

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/text"
)

// CallResult is the first layer of an outcome: what happened on the line. It is translated under "call_result.<code>".
type CallResult string

// The call results.
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

// BusinessResult is the second layer: what came of the talk. It is translated under "business_result.<code>".
type BusinessResult string

// The business results.
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
	ReasonPlanned     Reason = "planned"     // waits for its first time
	ReasonAppointment Reason = "appointment" // the customer named a time
	ReasonSkipped     Reason = "skipped"     // a caller passed it on
	ReasonPaused      Reason = "paused"      // something has to happen inside first
	ReasonExpired     Reason = "expired"     // nobody called in time
	ReasonUnreachable Reason = "unreachable" // all attempts used up
	ReasonByHand      Reason = "by_hand"     // a supervisor cancelled it
)

// CallCode is a call result with what follows from it.
type CallCode struct {
	Code       CallResult
	Reached    bool          // the customer was on the line: a business result is needed
	Ends       bool          // the callback is closed; calling again cannot help
	RetryAfter time.Duration // otherwise: when to try again at the earliest
}

// BusinessCode is a business result with what follows from it.
type BusinessCode struct {
	Code      BusinessResult
	Ends      bool // the callback is closed
	Suppress  bool // the customer must not be contacted any more
	NeedsTime bool // a time for the next call is needed
	NeedsNote bool // a note is needed: somebody else will work with it
}

// CallCodes returns the call results in the order of their keys on the desk.
func CallCodes() []CallCode {
	return []CallCode{
		{Code: Reached, Reached: true},
		{Code: NoAnswer, RetryAfter: 2 * time.Hour},
		{Code: Busy, RetryAfter: 30 * time.Minute},
		{Code: Off, RetryAfter: 4 * time.Hour},
		{Code: OutOfService, RetryAfter: 24 * time.Hour},
		{Code: WrongNumber, Ends: true},
		{Code: Rejected, RetryAfter: 4 * time.Hour},
		{Code: NotThePerson, RetryAfter: 4 * time.Hour},
	}
}

// BusinessCodes returns the business results in the order in which the desk shows them.
func BusinessCodes() []BusinessCode {
	return []BusinessCode{
		{Code: Solved, Ends: true},
		{Code: NotSolved, Ends: true, NeedsNote: true},
		{Code: Appointment, NeedsTime: true},
		{Code: Declined, Ends: true},
		{Code: Complaint, Ends: true, NeedsNote: true},
		{Code: NeverContact, Ends: true, Suppress: true},
	}
}

// Reasons returns everything a callback may wait for or have ended with, in the order in which lists offer it. A call that reached
// somebody leaves its business result, or an appointment.
func Reasons() []Reason {
	all := []Reason{ReasonPlanned, ReasonAppointment, ReasonSkipped, ReasonPaused}
	for _, c := range CallCodes() {
		if !c.Reached {
			all = append(all, Reason(c.Code))
		}
	}
	for _, code := range againstCalls() {
		all = append(all, Reason(code))
	}
	for _, c := range BusinessCodes() {
		if c.Ends {
			all = append(all, Reason(c.Code))
		}
	}
	return append(all, ReasonUnreachable, ReasonReopened, ReasonCorrected, ReasonExpired, ReasonByHand)
}

// againstCalls are permission's codes that may stand against a service callback.
func againstCalls() []permission.Code {
	return []permission.Code{
		permission.OutsideHours, permission.ZoneUnknown, permission.AttemptGap, permission.AttemptCap, permission.DailyCap,
		permission.NoAddress, permission.Suppressed, permission.Refused,
	}
}

func callCode(code CallResult) (CallCode, bool) {
	for _, c := range CallCodes() {
		if c.Code == code {
			return c, true
		}
	}
	return CallCode{}, false
}

func businessCode(code BusinessResult) (BusinessCode, bool) {
	for _, c := range BusinessCodes() {
		if c.Code == code {
			return c, true
		}
	}
	return BusinessCode{}, false
}

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
	AppointmentAt  clock.Instant  `json:"appointment_at,omitzero"`
	AppointmentFor Whose          `json:"appointment_for,omitempty"`
	TimeTyped      string         `json:"time_typed,omitempty"` // of a draft: what was typed for the appointment and is no time yet
}

// Whose says who makes the call of an appointment.
type Whose string

// Whose appointment it is.
const (
	ForAnybody Whose = ""     // whoever is free
	ForMe      Whose = "mine" // the caller who made it, until it is half an hour late
)

const maxNote = 4000 // characters

// reason returns the code that says what came of the call.
func (o Outcome) reason() string {
	return cmp.Or(string(o.BusinessResult), string(o.CallResult))
}

// normalised returns the outcome without what cannot belong to it: a business result or answers of a call nobody took.
func (o Outcome) normalised() Outcome {
	for _, written := range []*string{&o.Note, &o.NoteForNext, &o.Answers.Comment} {
		*written = strings.TrimSpace(text.Lines(*written))
	}
	if code, ok := callCode(o.CallResult); !ok || !code.Reached {
		o.BusinessResult, o.Answers = "", Answers{}
	}
	if code, ok := businessCode(o.BusinessResult); !ok || !code.NeedsTime {
		o.AppointmentAt, o.AppointmentFor = 0, ForAnybody
	}
	return o
}

// validate returns fault.Invalid that names every field that is missing or wrong.
func (o Outcome) validate(now clock.Instant) error {
	var fields []fault.Field
	problem := func(name, code, text, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: text, Value: value})
	}
	call, ok := callCode(o.CallResult)
	if !ok {
		problem("call_result", "choose", "choose what happened on the line", string(o.CallResult))
	}
	if call.Reached {
		o.validateTalk(now, problem)
	}
	for name, text := range map[string]string{"note": o.Note, "note_for_next": o.NoteForNext, "comment": o.Answers.Comment} {
		if utf8.RuneCountInString(text) > maxNote {
			problem(name, "too_long", "is longer than 4,000 characters", "")
		}
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func (o Outcome) validateTalk(now clock.Instant, problem func(name, code, text, value string)) {
	business, ok := businessCode(o.BusinessResult)
	switch {
	case !ok:
		problem("business_result", "choose", "choose what came of the talk", string(o.BusinessResult))
	case business.NeedsTime && !o.AppointmentAt.After(now):
		problem("appointment_at", "future", "choose a time that is still to come", "")
	case business.NeedsTime && o.AppointmentAt.Sub(now) > LongestDelay:
		problem("appointment_at", "too_far", "choose a time within 60 days", "")
	case business.NeedsNote && o.Note == "":
		problem("note", "required", "write what the customer said: somebody will work with it", "")
	}
	if r := o.Answers.Rating; r != nil && (*r < 1 || *r > 5) {
		problem("rating", "range", "must be from 1 to 5", "")
	}
}
