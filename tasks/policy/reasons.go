package policy

import (
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

// Reason says why there is no follow-up, or no more. It is stable and translated under "reason.<code>", unless a policy brings its
// own text; permission's codes are reasons too.
type Reason string

// The reasons of policies.
const (
	ReasonReopened        Reason = "reopened"         // the contact was reopened
	ReasonAutoClosed      Reason = "auto_closed"      // no person resolved it
	ReasonTooOld          Reason = "too_old"          // resolved longer ago than the policy follows up
	ReasonAlreadyAnswered Reason = "already_answered" // an answer came with it, or was given in a call
	ReasonNotNeeded       Reason = "not_needed"       // severity not high and no complaint
	ReasonNotSampled      Reason = "not_sampled"      // the rule takes a sample, and this one is not in it
	ReasonNoRule          Reason = "no_rule"          // no rule of the policy said anything
	ReasonCorrected       Reason = "corrected"        // the source corrected the contact, and the policy wants it no more
)

// ReasonsForNothing returns the reasons that every policy may give for planning nothing, besides its own.
func ReasonsForNothing() []Reason {
	return []Reason{ReasonNotNeeded, ReasonAutoClosed, ReasonAlreadyAnswered}
}

// reasonsAgainst returns the reasons with a text in the catalogue for which a resolution may get no follow-up: those of policies,
// then permission's.
func reasonsAgainst() []Reason {
	return []Reason{
		ReasonReopened, ReasonTooOld, ReasonAutoClosed, ReasonAlreadyAnswered, ReasonNotNeeded,
		ReasonNotSampled, ReasonNoRule, ReasonCorrected,
		Reason(permission.NoAddress), Reason(permission.Suppressed), Reason(permission.Refused), Reason(permission.SurveyCooldown),
		Reason(permission.OpenComplaint), Reason(permission.MessageCap), Reason(permission.DailyCap), Reason(permission.AttemptCap),
		Reason(permission.ZoneUnknown), Reason(permission.OutsideHours),
	}
}

// ReasonUndecided stands for a resolution that no policy has decided about yet.
const ReasonUndecided Reason = "undecided"

// reservedReasons returns the codes that a policy may not use for reasons of its own: every code that is shown as a reason,
// also those of callbacks and surveys, which this package does not import.
func reservedReasons() []Reason {
	return append(reasonsAgainst(),
		"scheduled", "handed_over", "undecided", "made", // fates of decisions
		"planned", "appointment", "skipped", "expired", "unreachable", "by_hand", // why callbacks wait or end
		"superseded", "newer_contact", "incident", "paused", "handoff", "back_office", "answered_in_call",
		"waiting", "ready", "claimed", "done", "cancelled",
		// Permission's, of other purposes.
		"attempt_gap", "refusal_quiet", "no_consent", "complaint_quiet", "touched_lately", "marketing_cap",
		// Results of calls that every centre has, or starts with.
		"reached", "no_answer", "busy", "off", "suspended", "wrong_number", "rejected", "not_the_person", "hung_up", "voicemail",
		"unavailable", "assistant", "barred", "silent", "number_changed", "language_barrier", "family", "fax",
		"solved", "not_solved", "appointment", "declined", "complaint", "never_contact", "phone_solved", "praise", "suggestion",
		"abuse", "transferred", "call_later", "no_marketing",
	)
}
