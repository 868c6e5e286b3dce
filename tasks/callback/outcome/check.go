package outcome

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"aftercall/internal/fault"
)

// Limits of a set.
const (
	MaxCodes   = 60 // of a layer
	maxLabel   = 40 // characters
	maxHint    = 120
	MaxMinutes = 30 * 24 * 60 // of a retry
	MaxTries   = 6
	MaxMinTalk = 300 // seconds
	// MaxAttempts is the most attempts at a callback, as of a rule of a policy.
	MaxAttempts = 6
)

// ReachedKey is the key of the call result that every set has, for a call the customer took: figures of before and after meet in it.
const ReachedKey = "reached"

var (
	keyPattern   = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	digitPattern = regexp.MustCompile(`^0?[1-9]$`)
)

// KindNames returns the kinds of callback a set says something about.
func KindNames() []string { return []string{"complaint", "confirm", "recovery", "second"} }

// Unplanned reports whether no policy plans a kind of callback, so that the set says how many attempts it has.
func Unplanned(kind string) bool { return kind == "recovery" || kind == "second" }

// Reserved returns the keys that mean something else where a callback says why it waits or ended. An appointment is the one outcome
// that goes by the name of its reason.
func Reserved() []string {
	return []string{
		"planned", "skipped", "expired", "unreachable", "by_hand", "reopened", "corrected", "superseded", "newer_contact", "incident",
		"paused", "handoff", "back_office", "waiting", "ready", "claimed", "done", "cancelled", "scheduled", "handed_over", "undecided",
		"no_address", "suppressed", "refused", "refusal_quiet", "no_consent", "open_complaint", "complaint_quiet", "survey_cooldown",
		"touched_lately", "marketing_cap", "daily_cap", "message_cap", "attempt_cap", "attempt_gap", "zone_unknown", "outside_hours",
		"auto_closed", "too_old", "already_answered", "not_needed", "not_sampled", "no_rule", "made",
	}
}

// Check returns fault.Invalid that names every value of the set that is wrong, by its layer and key as in "call.busy.retry", or nil. A
// set without a fault leaves no callback without an end or a time of its next attempt.
func (s *Set) Check() error {
	c := checker{}
	c.kinds(s.Kinds)
	keys := map[string]Layer{}
	for _, layer := range Layers() {
		c.layer(layer, s.Codes(layer), keys)
	}
	c.around(s)
	c.whole(s)
	if len(c.problems) > 0 {
		return fault.InvalidFields(c.problems[:min(len(c.problems), maxProblems)]...)
	}
	return nil
}

const maxProblems = 50 // more help nobody

// checker collects what is wrong with a set.
type checker struct{ problems []fault.Field }

func (c *checker) refuse(name, code, problem, value string) *fault.Field {
	const shown = 60
	if utf8.RuneCountInString(value) > shown {
		value = string([]rune(value)[:shown]) + "…"
	}
	c.problems = append(c.problems, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	return &c.problems[len(c.problems)-1]
}

func (c *checker) number(name string, n, least, most int) {
	if n < least || n > most {
		c.refuse(name, "number_range", fmt.Sprintf("must be %d to %d", least, most), strconv.Itoa(n)).
			Args = map[string]any{"least": least, "most": most}
	}
}

func (c *checker) kinds(kinds map[string]Kind) {
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if !slices.Contains(KindNames(), name) {
			c.refuse("kinds", "unknown_value", "must be one of "+strings.Join(KindNames(), ", "), name)
			continue
		}
		k, path := kinds[name], "kinds."+name
		c.number(path+".min_talk_seconds", k.MinTalk, 0, MaxMinTalk)
		switch {
		case Unplanned(name):
			c.number(path+".attempts", k.Attempts, 1, MaxAttempts)
		case k.Attempts != 0:
			c.refuse(path+".attempts", "outcome_attempts", "is said by the rules of the policy", strconv.Itoa(k.Attempts))
		}
	}
	for _, name := range KindNames() {
		if _, there := kinds[name]; !there {
			c.refuse("kinds."+name, "required", "is required", "")
		}
	}
}

func (c *checker) layer(layer Layer, codes []Code, keys map[string]Layer) {
	if len(codes) > MaxCodes {
		c.refuse(string(layer), "too_many", "has more than 60 outcomes", "")
		return
	}
	digits := map[string]bool{}
	for i, code := range codes {
		path := string(layer) + "." + code.Key
		if !keyPattern.MatchString(code.Key) {
			path = fmt.Sprintf("%s[%d]", layer, i)
			c.refuse(path+".key", "outcome_key", "must be small letters, digits and _, at most 40", code.Key)
		}
		switch _, twice := keys[code.Key]; {
		case twice:
			c.refuse(path+".key", "outcome_twice", "is the key of another outcome already", code.Key)
		case slices.Contains(Reserved(), code.Key):
			c.refuse(path+".key", "outcome_reserved", "is a code of aftercall itself; choose another one", code.Key)
		}
		keys[code.Key] = layer
		if digit := code.Digit; digit != "" {
			switch {
			case !digitPattern.MatchString(digit):
				c.refuse(path+".digit", "outcome_digit", "must be 1 to 9, or 01 to 09", digit)
			case digits[digit]:
				c.refuse(path+".digit", "outcome_digit_twice", "is the key of another outcome of this layer", digit)
			}
			digits[digit] = true
		}
		c.code(layer, path, code)
	}
}

func (c *checker) code(layer Layer, path string, code Code) {
	c.text(path+".labels.zh-CN", code.Labels.Chinese, maxLabel, true)
	c.text(path+".labels.en", code.Labels.English, maxLabel, true)
	c.text(path+".hint.zh-CN", code.Hint.Chinese, maxHint, code.Hint.English != "")
	c.text(path+".hint.en", code.Hint.English, maxHint, code.Hint.Chinese != "")
	for i, f := range code.Flags {
		switch {
		case !slices.Contains(Flags(layer), f):
			c.refuse(path+".flags", "outcome_flag", "is no flag of this layer", string(f))
		case slices.Contains(code.Flags[:i], f):
			c.refuse(path+".flags", "outcome_flag_twice", "is there twice", string(f))
		}
	}
	if code.Suppress != Nothing && !slices.Contains(Scopes(), code.Suppress) {
		c.refuse(path+".suppress", "unknown_value", "must be surveys, marketing or everything", string(code.Suppress))
	}
	if code.Solved != Unsaid && (layer == CallLayer || code.Solved != Yes && code.Solved != No) {
		c.refuse(path+".solved", "unknown_value", "must be yes or no, of a business result", string(code.Solved))
	}
	if r := code.Retry; r != nil {
		c.number(path+".retry.after_minutes", r.After, 1, MaxMinutes)
		c.number(path+".retry.tries", r.Tries, 0, MaxTries)
	}
	c.end(layer, path, code)
}

// end checks that a code says exactly one thing about what becomes of the callback.
func (c *checker) end(layer Layer, path string, code Code) {
	ways := 0
	for _, way := range []bool{code.Is(Final), code.Is(Appointment), code.Retry != nil} {
		if way {
			ways++
		}
	}
	switch {
	case layer == CallLayer && code.Is(CountsAsReached):
		if ways > 0 {
			c.refuse(path+".retry", "outcome_end_reached", "of a call that counts as reached the business result says what follows", "")
		}
		if !code.Is(HumanAnswered) {
			c.refuse(path+".flags", "outcome_nobody", "counts as reached, so somebody must have answered", "")
		}
	case ways == 0:
		c.refuse(path+".retry", "outcome_no_end", "must close the callback, or say when it is tried again", "")
	case ways > 1:
		c.refuse(path+".retry", "outcome_two_ends", "closes the callback and goes on with it; choose one", "")
	}
	if code.Is(RightPerson) && !code.Is(HumanAnswered) {
		c.refuse(path+".flags", "outcome_nobody", "was the right person, so somebody must have answered", "")
	}
	if code.Is(TextAfter) && (code.Is(HumanAnswered) || code.Is(Final)) {
		c.refuse(path+".flags", "outcome_text_after", "a text comes after a call that nobody took and that will be made again", "")
	}
	if code.Is(WrongNumber) && !code.Is(Final) {
		c.refuse(path+".flags", "outcome_wrong_number", "a wrong number is not called again: it must close the callback", "")
	}
}

// text checks a text that people read.
func (c *checker) text(name, text string, most int, required bool) {
	switch {
	case text == "":
		if required {
			c.refuse(name, "required", "is required", "")
		}
	case utf8.RuneCountInString(text) > most:
		c.refuse(name, "too_long", fmt.Sprintf("must have at most %d characters", most), text)
	case strings.TrimSpace(text) != text || !utf8.ValidString(text) ||
		strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.refuse(name, "not_storable", "must be one line of printable text without spaces around it", "")
	}
}

// whole checks that callers can record what happens every day.
func (c *checker) whole(s *Set) {
	if code, ok := s.Code(CallLayer, ReachedKey); !ok || !code.Is(CountsAsReached) {
		c.refuse("call", "outcome_reached_missing", "must have reached, which counts as reached", "")
	}
	if len(s.Keys(CallLayer, func(code Code) bool { return !code.Is(CountsAsReached) })) == 0 {
		c.refuse("call", "outcome_unreached_missing", "must have a result for a call that reached nobody", "")
	}
	if len(s.Keys(BusinessLayer, func(code Code) bool { return code.Is(Final) })) == 0 {
		c.refuse("business", "outcome_final_missing", "must have a result that closes the callback", "")
	}
	if len(s.Keys(BusinessLayer, func(code Code) bool { return code.Suppress == Everything })) == 0 {
		c.refuse("business", "outcome_never_missing", "must have a result for who never wants to be contacted again", "")
	}
}
