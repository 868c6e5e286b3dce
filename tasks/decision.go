package tasks

import (
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/permission"
)

// DecisionState is what was decided.
type DecisionState string

// The states of a decision. It never changes; what became of a planned one is in CancelledAt and in its callback.
const (
	Planned DecisionState = "planned"
	Skipped DecisionState = "skipped"
)

// Decision is what was decided for one resolution and one kind of follow-up. There is exactly one, for ever.
type Decision struct {
	ID            int64
	ResolutionID  int64
	Kind          Kind
	ContactID     int64
	CustomerID    int64
	PersonID      int64
	TeamID        int64 // of the resolver, for team scope
	State         DecisionState
	Reason        Reason // why it was skipped; empty when planned
	Rule          Rule
	PolicyVersion int
	DueAt         clock.Instant // when planned: from when it is to be done
	AllowedFrom   clock.Instant // when permission named a later time: that time
	ResolvedAt    clock.Instant
	DecidedAt     clock.Instant
	CancelledAt   clock.Instant // when planned: given up before it was done
	CancelReason  Reason
}

// live reports whether the follow-up is planned and not given up.
func (d Decision) live() bool { return d.State == Planned && d.CancelledAt.IsZero() }

// decide turns a wish and permission's verdict about it into a decision. The verdict is looked at only if the wish is wanted.
// What only time forbids is planned for the time it is allowed, unless that is after lastChance.
func decide(r contact.Resolution, w Wish, v permission.Verdict, p Policy, now clock.Instant) Decision {
	d := Decision{
		ResolutionID: r.ID, Kind: w.Kind, ContactID: r.ContactID, CustomerID: r.CustomerID, PersonID: r.PersonID, TeamID: r.TeamID,
		Rule: w.Rule, PolicyVersion: p.Version, ResolvedAt: r.ResolvedAt, DecidedAt: now,
	}
	switch {
	case !w.Wanted():
		d.State, d.Reason = Skipped, w.Reason
	case v.Allowed:
		d.State, d.DueAt = Planned, w.NotBefore
	case v.AllowedFrom.IsZero() || v.AllowedFrom.After(p.lastChance(r)):
		d.State, d.Reason, d.AllowedFrom = Skipped, reasonOf(v.First), v.AllowedFrom
	default:
		d.State, d.DueAt, d.AllowedFrom = Planned, v.AllowedFrom, v.AllowedFrom
	}
	return d
}
