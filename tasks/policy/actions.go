package policy

import (
	"time"

	"aftercall/internal/permission"
)

const day = 24 * time.Hour

// CallbackKind is what a callback is for, as rules name it; package callback has the same kinds, and one more that no rule plans.
type CallbackKind string

// The kinds of callback that a rule can plan.
const (
	ConfirmCallback   CallbackKind = "confirm"   // is it really solved?
	ComplaintCallback CallbackKind = "complaint" // the same, after a complaint
)

// MaxAttempts is the most that a rule may ask for.
const MaxAttempts = 6

// CallbackAction is a callback as a rule plans it.
type CallbackAction struct {
	Kind     CallbackKind
	Priority int    // group 1 (the most urgent) to 5
	Delay    Span   // from the resolution
	Within   Span   // from the first allowed time to when it is overdue
	Team     string // who calls; empty: the resolver's team
	Script   string // one of Scripts; empty: that of the kind
	Attempts int    // 1 to MaxAttempts
	Expiry   Span   // from the first allowed time to when it is given up
}

// SurveyAction is a survey as a rule plans it.
type SurveyAction struct {
	Survey      string               // which one, by name
	Channels    []permission.Channel // the first one under which contact is possible is taken
	Delay       Span                 // from the resolution
	Reminders   int                  // 0 or 1
	RemindAfter Span                 // from the invitation
	Expiry      Span                 // from the invitation
	Family      string               // the cooldown counts by it
	Share       Share                // of the resolutions that match: the others are skipped as not sampled
}

// DefaultCallback is a callback for which a rule says nothing more.
func DefaultCallback() CallbackAction {
	return CallbackAction{
		Kind: ConfirmCallback, Priority: prioritySevere, Within: Span(day), Attempts: MaxAttempts, Expiry: Span(7 * day),
	}
}

// DefaultSurvey is a survey for which a rule says nothing more.
func DefaultSurvey() SurveyAction {
	return SurveyAction{
		Survey: SurveyFamily, Family: SurveyFamily, Channels: SurveyChannels(), Delay: Span(time.Hour), RemindAfter: Span(3 * day),
		Expiry: Span(14 * day), Share: Everybody,
	}
}

// SurveyFamily is the name, and the family, of the survey that every installation starts with.
const SurveyFamily = "csat"

// SurveyChannels returns the channels over which a policy can send a survey.
func SurveyChannels() []permission.Channel {
	return []permission.Channel{permission.ByEmail, permission.BySMS}
}

// PlannedCallbacks returns the kinds of callback a policy can plan; a recovery is asked for by an answer.
func PlannedCallbacks() []CallbackKind {
	return []CallbackKind{ConfirmCallback, ComplaintCallback}
}

// Scripts returns the scripts there are; each is that of the callbacks of its name, and a rule may choose another one.
func Scripts() []string { return []string{"complaint", "recovery", "confirm"} }
