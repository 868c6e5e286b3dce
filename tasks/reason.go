package tasks

import "aftercall/internal/permission"

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

// ReasonsAgainst returns the reasons with a text in the catalogue for which a resolution may get no follow-up: those of policies,
// then permission's.
func ReasonsAgainst() []Reason {
	return []Reason{
		ReasonReopened, ReasonTooOld, ReasonAutoClosed, ReasonAlreadyAnswered, ReasonNotNeeded, ReasonNotSampled, ReasonNoRule, ReasonCorrected,
		reasonOf(permission.NoAddress), reasonOf(permission.Suppressed), reasonOf(permission.Refused), reasonOf(permission.SurveyCooldown),
		reasonOf(permission.OpenComplaint), reasonOf(permission.MessageCap), reasonOf(permission.DailyCap), reasonOf(permission.AttemptCap),
		reasonOf(permission.ZoneUnknown), reasonOf(permission.OutsideHours),
	}
}

// reservedReasons are the codes a policy cannot use for reasons of its own: everything that is shown where reasons are.
func reservedReasons() []Reason {
	reserved := append(ReasonsAgainst(),
		ReasonPlanned, ReasonAppointment, ReasonSkipped, ReasonExpired, ReasonUnreachable, ReasonByHand, ReasonWithdrawn, FateScheduled, FateHandedOver,
	)
	for _, state := range CallbackStates() {
		reserved = append(reserved, Reason(state))
	}
	for _, code := range CallCodes() {
		reserved = append(reserved, Reason(code.Code))
	}
	for _, code := range BusinessCodes() {
		reserved = append(reserved, Reason(code.Code))
	}
	return reserved
}
