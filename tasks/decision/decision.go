package decision

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
)

// State is what was decided.
type State string

// The states of a decision. What became of a planned one is in CancelledAt and in its callback.
const (
	Planned State = "planned"
	Skipped State = "skipped"
)

// Decision is what was decided for one resolution and one kind of follow-up. There is exactly one, for ever. When it is made
// again the row stays and Revision goes up; what it was before is a Change.
type Decision struct {
	ID             int64
	ResolutionID   int64
	Kind           policy.Kind
	ContactID      int64
	CustomerID     int64
	PersonID       int64
	TeamID         int64 // of the resolver, for team scope
	State          State
	Reason         policy.Reason // why it was skipped; empty when planned
	Rule           policy.RuleID
	PolicyVersion  int
	Revision       int           // from 1; raised when it is decided again
	DueAt          clock.Instant // when planned: from when it is to be done
	AllowedFrom    clock.Instant // when permission named a later time: that time
	WaitReason     policy.Reason // when planned for that later time: what stood against an earlier one
	ReasonSince    clock.Instant // when what permission named happened: the last invitation, the refusal
	ReasonEvidence string        // the row permission named, such as "suppression 12"
	ProbabilityPPM policy.Share  // with which the rule wanted it; Everybody without sampling
	ResolvedAt     clock.Instant
	DecidedAt      clock.Instant
	CancelledAt    clock.Instant // when planned: given up before it was done
	CancelReason   policy.Reason
}

// live reports whether the follow-up is planned and not given up.
func (d Decision) live() bool { return d.State == Planned && d.CancelledAt.IsZero() }

// decide makes a decision of a wish and permission's verdict on it. An unwanted wish is skipped whatever the verdict. What only
// time forbids is planned for the time it is allowed, or skipped if that is after the policy's last chance; a supervisor's wish
// has no last chance.
func decide(p *policy.Policy, r *contact.Resolution, w policy.Wish, v permission.Verdict, now clock.Instant) Decision {
	d := Decision{
		ResolutionID: r.ID, Kind: w.Kind, ContactID: r.ContactID, CustomerID: r.CustomerID, PersonID: r.PersonID, TeamID: r.TeamID,
		Rule: w.Rule, PolicyVersion: p.Version, Revision: 1, ProbabilityPPM: w.Probability, ResolvedAt: r.ResolvedAt, DecidedAt: now,
	}
	switch {
	case !w.Wanted():
		d.State, d.Reason = Skipped, w.Reason
	case v.Allowed:
		d.State, d.DueAt = Planned, w.NotBefore
	case v.AllowedFrom.IsZero() || w.Rule != policy.RuleByHand && v.AllowedFrom.After(p.LastChance(r.ResolvedAt)):
		d.State, d.Reason, d.AllowedFrom = Skipped, policy.Reason(v.First), v.AllowedFrom
		if len(v.All) > 0 {
			d.ReasonSince, d.ReasonEvidence = v.All[0].Since, v.All[0].Evidence
		}
	default:
		d.State, d.DueAt, d.AllowedFrom, d.WaitReason = Planned, v.AllowedFrom, v.AllowedFrom, policy.Reason(v.First)
	}
	return d
}
