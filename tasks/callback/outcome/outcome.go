// Package outcome is what may be recorded of a call: sets of codes in two layers, what follows from each of them, and their versions.
//
// The first layer, the call result, says what happened on the line. Where a call counts as reached the second one is asked too: the
// business result, which says what came of the talk. Each code has words in both languages, a key of the desk and flags; everything
// that follows from an outcome is read off its flags, nothing off its name.
//
// A set is one document. A published version never changes, the newest one is in force, and an attempt names the version it was
// recorded under.
package outcome

import (
	"slices"
)

// Layer is one of the two layers of an outcome.
type Layer string

// The layers.
const (
	CallLayer     Layer = "call"     // what happened on the line
	BusinessLayer Layer = "business" // what came of the talk
)

// Layers returns both layers in their order.
func Layers() []Layer { return []Layer{CallLayer, BusinessLayer} }

// Flag says one thing that follows from a code, or is known by it. It is translated under "outcome_flag.<code>".
type Flag string

// The flags. docs/outcomes.md tells what each of them does.
const (
	HumanAnswered   Flag = "human_answered"    // a person was on the line
	RightPerson     Flag = "right_person"      // it was the customer
	CountsAsReached Flag = "counts_as_reached" // the business result is asked, and figures count the call as reached
	WrongNumber     Flag = "wrong_number"      // the phone is not the customer's, and is not tried again
	Final           Flag = "final"             // closes the callback
	Appointment     Flag = "appointment"       // needs the time of the next call
	NeedsNote       Flag = "needs_note"        // somebody else will work with it
	NeedsAction     Flag = "needs_action"      // supervisors are told: there is something to be done
	Complaint       Flag = "complaint"         // supervisors are told: the customer complains
	Abuse           Flag = "abuse"             // supervisors are told; the call is in no figure of its caller, and a pause begins
	Praise          Flag = "praise"            // is passed on to whom it is about
	Suggestion      Flag = "suggestion"        // is passed on to whom it is about
	HideQuestions   Flag = "hide_questions"    // no question of the survey and none about offers after it
	TextAfter       Flag = "text_after"        // the first missed call of a callback with it may send one text
)

// Flags returns the flags a code of a layer can have, in the order in which they are shown.
func Flags(layer Layer) []Flag {
	if layer == CallLayer {
		return []Flag{HumanAnswered, RightPerson, CountsAsReached, WrongNumber, Final, NeedsNote, NeedsAction, TextAfter}
	}
	return []Flag{Final, Appointment, NeedsNote, NeedsAction, Complaint, Abuse, Praise, Suggestion, HideQuestions}
}

// Scope is what the customer must not be contacted for any more. It is translated under "scope.<code>".
type Scope string

// The scopes; the empty one is nothing.
const (
	Nothing    Scope = ""
	Surveys    Scope = "surveys"
	Marketing  Scope = "marketing"
	Everything Scope = "everything"
)

// Scopes returns every scope that forbids something.
func Scopes() []Scope { return []Scope{Surveys, Marketing, Everything} }

// Solved is what a business result says about the problem: the answer to the survey's question whether it is solved.
type Solved string

// The answers; the empty one is none.
const (
	Unsaid Solved = ""
	Yes    Solved = "yes"
	No     Solved = "no"
)

// Text is a short text in both languages of the product.
type Text struct {
	Chinese string `json:"zh-CN,omitempty"`
	English string `json:"en,omitempty"`
}

// In returns the text in a language: "en", or else Chinese.
func (t Text) In(language string) string {
	if language == "en" {
		return t.English
	}
	return t.Chinese
}

// Empty reports whether there is no text.
func (t Text) Empty() bool { return t == Text{} }

// Retry is when a customer who was not reached is called again.
type Retry struct {
	After  int  `json:"after_minutes"`    // at the earliest
	Grows  bool `json:"grows,omitempty"`  // each try with this code waits twice as long as the one before
	Spread bool `json:"spread,omitempty"` // goes into a part of the day that was not tried yet
	Tries  int  `json:"tries,omitempty"`  // with this code at most, then it is closed as unreachable; 0: as many as the callback has
}

// Code is one outcome of a layer.
type Code struct {
	Key      string `json:"key"`             // stable: stored with attempts
	Digit    string `json:"digit,omitempty"` // on the desk: "1" to "9", or "01" to "09" behind a second key; empty: none
	Labels   Text   `json:"labels"`
	Hint     Text   `json:"hint,omitzero"` // to the caller who chooses it; empty: none
	Flags    []Flag `json:"flags,omitempty"`
	Suppress Scope  `json:"suppress,omitempty"`
	Solved   Solved `json:"solved,omitempty"` // business results only
	Retry    *Retry `json:"retry,omitempty"`  // nil: the code closes the callback, or another one decides
}

// Is reports whether the code has a flag.
func (c Code) Is(f Flag) bool { return slices.Contains(c.Flags, f) }

// Tells reports the first flag for which supervisors are told of an outcome with this code; empty for none.
func (c Code) Tells() Flag {
	for _, f := range Told() {
		if c.Is(f) {
			return f
		}
	}
	return ""
}

// Told returns the flags of which supervisors are told, the most urgent first.
func Told() []Flag { return []Flag{Abuse, Complaint, NeedsAction, Praise, Suggestion} }

// Kind is what holds for one kind of callback.
type Kind struct {
	MinTalk  int `json:"min_talk_seconds"`   // from the dial to an outcome that counts as reached; 0: not looked at
	Attempts int `json:"attempts,omitempty"` // of what no policy plans (recovery, second); 0 for the other kinds: their rules say it
}

// Set is everything that can be recorded of a call, and what follows.
type Set struct {
	Version      int             `json:"-"` // 0 until it is published
	Kinds        map[string]Kind `json:"kinds"`
	Appointments Appointments    `json:"appointments,omitzero"`
	MissedText   MissedText      `json:"missed_text,omitzero"`
	Call         []Code          `json:"call"`
	Business     []Code          `json:"business"`
}

// Codes returns the codes of a layer in their order on the desk.
func (s *Set) Codes(layer Layer) []Code {
	if layer == CallLayer {
		return s.Call
	}
	return s.Business
}

// Code returns the code of a layer with a key, and whether there is one.
func (s *Set) Code(layer Layer, key string) (Code, bool) {
	for _, c := range s.Codes(layer) {
		if c.Key == key {
			return c, true
		}
	}
	return Code{}, false
}

// Deciding returns the code that says what becomes of the callback: the business result of a call that counts as reached, else the
// call result.
func (s *Set) Deciding(call, business string) Code {
	code, _ := s.Code(CallLayer, call)
	if code.Is(CountsAsReached) {
		code, _ = s.Code(BusinessLayer, business)
	}
	return code
}

// Keys returns the keys of a layer for which a condition holds.
func (s *Set) Keys(layer Layer, holds func(Code) bool) []string {
	var keys []string
	for _, c := range s.Codes(layer) {
		if holds(c) {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// With returns a copy in which a code of a layer takes the place of the one with the key before, or stands at the end where before is
// empty or unknown.
func (s *Set) With(layer Layer, before string, code Code) Set {
	return s.edited(layer, func(codes []Code) []Code {
		if i := slices.IndexFunc(codes, func(c Code) bool { return c.Key == before }); i >= 0 && before != "" {
			codes[i] = code
			return codes
		}
		return append(codes, code)
	})
}

// Without returns a copy without the code of a layer with the key.
func (s *Set) Without(layer Layer, key string) Set {
	return s.edited(layer, func(codes []Code) []Code {
		return slices.DeleteFunc(codes, func(c Code) bool { return c.Key == key })
	})
}

func (s *Set) edited(layer Layer, edit func([]Code) []Code) Set {
	copied := *s
	copied.Version = 0
	if layer == CallLayer {
		copied.Call = edit(slices.Clone(s.Call))
	} else {
		copied.Business = edit(slices.Clone(s.Business))
	}
	return copied
}
