package tasks

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// Kind is a kind of follow-up. A resolution gets one decision for each.
type Kind string

// The kinds of follow-up.
const (
	FollowUpCallback Kind = "callback"
	FollowUpSurvey   Kind = "survey"
)

// Kinds returns every kind of follow-up, in the order in which they are shown.
func Kinds() []Kind { return []Kind{FollowUpCallback, FollowUpSurvey} }

// Reason says why there is no follow-up, or no more. It is stable and translated under "reason.<code>"; permission's codes are
// reasons too.
type Reason string

// The reasons of the policy.
const (
	ReasonReopened        Reason = "reopened"         // the contact was reopened
	ReasonAutoClosed      Reason = "auto_closed"      // no person resolved it
	ReasonTooOld          Reason = "too_old"          // resolved longer ago than the policy follows up
	ReasonAlreadyAnswered Reason = "already_answered" // an answer came with it, or was given in a call
	ReasonNotNeeded       Reason = "not_needed"       // severity not high and no complaint
)

// Rule is the stable code of the rule of a policy that decided. It is translated under "rule.<code>".
type Rule string

// The rules of the default policy. The exclusions come first and hold for every kind.
const (
	RuleReopened        Rule = "reopened"
	RuleAutoClosed      Rule = "auto_closed"
	RuleTooOld          Rule = "too_old"
	RuleAlreadyAnswered Rule = "already_answered"
	RuleComplaint       Rule = "complaint"
	RuleSevere          Rule = "severe"
	RuleNoCallback      Rule = "no_callback"
	RuleSurvey          Rule = "survey"
)

// Priorities of callbacks: groups from 1, the most urgent, to 5. Within a group the earlier due time comes first.
const (
	PriorityPromise   = 1 // an appointment
	PriorityComplaint = 1
	PriorityRecovery  = 2
	PrioritySevere    = 3
)

// Policy turns a resolution into what is wanted for it. A version never changes once decisions were made by it.
type Policy struct {
	Version        int
	MaxAge         time.Duration // a resolution older than this gets nothing
	SurveyDelay    time.Duration // from the resolution to the survey
	CallbackWithin time.Duration // from the first allowed time to when a callback is overdue
}

// DefaultPolicy is the policy aftercall comes with: a survey for everything a person resolved, a callback for what was severe or
// a complaint, nothing for what closed itself, is older than a week or is answered already.
func DefaultPolicy(surveyDelay time.Duration) Policy {
	return Policy{Version: 1, MaxAge: 7 * 24 * time.Hour, SurveyDelay: surveyDelay, CallbackWithin: 24 * time.Hour}
}

// Wish is what a policy wants for one resolution and one kind of follow-up: nothing, for a reason, or the follow-up from a time on.
type Wish struct {
	Kind      Kind
	Rule      Rule          // the rule that decided
	Reason    Reason        // why nothing is wanted; empty when the follow-up is wanted
	NotBefore clock.Instant // when wanted: the earliest time for it
	Callback  CallbackKind  // when a callback is wanted
	Priority  int           // when a callback is wanted
}

// Wanted reports whether the follow-up is wanted.
func (w Wish) Wanted() bool { return w.Reason == "" }

// Match returns one wish for every kind of follow-up, in the order of Kinds. It looks at nothing but its arguments.
func (p Policy) Match(r contact.Resolution, now clock.Instant) []Wish {
	if rule, reason := p.excludes(r, now); reason != "" {
		return []Wish{
			{Kind: FollowUpCallback, Rule: rule, Reason: reason},
			{Kind: FollowUpSurvey, Rule: rule, Reason: reason},
		}
	}
	survey := Wish{Kind: FollowUpSurvey, Rule: RuleSurvey, NotBefore: max(r.ResolvedAt.Add(p.SurveyDelay), now)}
	return []Wish{callbackWish(r, now), survey}
}

// excludes names the first rule that forbids any follow-up.
func (p Policy) excludes(r contact.Resolution, now clock.Instant) (Rule, Reason) {
	switch {
	case !r.ReopenedAt.IsZero():
		return RuleReopened, ReasonReopened
	case r.AutoClosed:
		return RuleAutoClosed, ReasonAutoClosed
	case now.Sub(r.ResolvedAt) > p.MaxAge:
		return RuleTooOld, ReasonTooOld
	case r.Answered:
		return RuleAlreadyAnswered, ReasonAlreadyAnswered
	}
	return "", ""
}

func callbackWish(r contact.Resolution, now clock.Instant) Wish {
	switch {
	case r.Complaint:
		return Wish{Kind: FollowUpCallback, Rule: RuleComplaint, NotBefore: now, Callback: ComplaintCallback, Priority: PriorityComplaint}
	case r.Severity == contact.High || r.Severity == contact.Critical:
		return Wish{Kind: FollowUpCallback, Rule: RuleSevere, NotBefore: now, Callback: ConfirmCallback, Priority: PrioritySevere}
	}
	return Wish{Kind: FollowUpCallback, Rule: RuleNoCallback, Reason: ReasonNotNeeded}
}

// lastChance is the time after which a follow-up of the resolution would be too old to be made: a day more than MaxAge, so that
// a night or a holiday is never the reason why there is none.
func (p Policy) lastChance(r contact.Resolution) clock.Instant {
	return r.ResolvedAt.Add(p.MaxAge + 24*time.Hour)
}

// reasonOf turns permission's code into a reason.
func reasonOf(code permission.Code) Reason { return Reason(code) }

// Rules returns the rules of the default policy in the order in which they are tried.
func Rules() []Rule {
	return []Rule{RuleReopened, RuleAutoClosed, RuleTooOld, RuleAlreadyAnswered, RuleComplaint, RuleSevere, RuleNoCallback, RuleSurvey}
}

// ReasonsAgainst returns why a resolution may get no follow-up: the policy's reasons, then permission's.
func ReasonsAgainst() []Reason {
	return []Reason{
		ReasonReopened, ReasonAutoClosed, ReasonTooOld, ReasonAlreadyAnswered, ReasonNotNeeded,
		reasonOf(permission.NoAddress), reasonOf(permission.Suppressed), reasonOf(permission.Refused), reasonOf(permission.SurveyCooldown),
	}
}
