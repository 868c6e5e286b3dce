package tasks

import (
	"context"
	"fmt"
	"reflect"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// Cause is why something was decided again. It is translated under "cause.<code>".
type Cause string

// The causes.
const (
	CauseCorrected Cause = "corrected" // the source corrected the contact
	CauseByHand    Cause = "by_hand"   // a supervisor planned a callback
)

// DecisionChange is what a decision was before it was decided again, and why it was. Changes are only ever added.
type DecisionChange struct {
	ID            int64
	DecisionID    int64
	Revision      int // that was left
	State         DecisionState
	Reason        Reason
	Rule          RuleID
	PolicyVersion int
	DueAt         clock.Instant
	AllowedFrom   clock.Instant
	ReasonSince   clock.Instant
	DecidedAt     clock.Instant
	CancelledAt   clock.Instant
	CancelReason  Reason
	Cause         Cause
	UserID        int64 // who; 0: the program
	Note          string
	ChangedAt     clock.Instant
}

// errUndecided means that the planner has not come by yet.
var errUndecided = fault.New(fault.Unavailable, "follow_up_undecided", "the follow-up of this contact is not decided yet; try again in a moment")

// Redecide decides the follow-up of a contact again, by the policy in force, after its source corrected it. Only what comes out
// otherwise changes, and only as far as it has not begun: what was sent, called, given up or planned by hand stays as it is.
func (s *Service) Redecide(ctx context.Context, ticket outbox.Ticket, contactID int64) error {
	now := s.at(ticket.At)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		r, stands, err := contact.CorrectedResolution(tx, contactID)
		if err != nil || !stands {
			return err
		}
		p := planner{Service: s, tx: tx, now: now}
		if p.policy, err = s.inForce(tx); err != nil {
			return err
		}
		before, err := p.changed(r)
		if err != nil || len(before) == 0 {
			return err
		}
		if err := p.judge(); err != nil {
			return err
		}
		for i := range p.items {
			change := DecisionChange{Cause: CauseCorrected, ChangedAt: now}
			if p.items[i].decision, err = p.again(before[i], p.items[i].decision, change); err != nil {
				return err
			}
		}
		return p.setUp(p.items)
	})
	if err != nil {
		return fmt.Errorf("decide about contact %d again: %w", contactID, err)
	}
	return nil
}

// changed collects what the policy wants otherwise than it was decided and can still be changed, and takes the work that was set
// up for it back. It returns the decisions there are about it.
func (p *planner) changed(r contact.Resolution) ([]Decision, error) {
	decisions, err := store{p.tx}.lockDecisions(r.ID)
	if err != nil {
		return nil, err
	}
	f := &Facts{Now: p.now, Resolution: r}
	if err := p.loadFacts(p.tx, p.policy, []*Facts{f}); err != nil {
		return nil, err
	}
	var before []Decision
	for _, wish := range p.policy.Match(f) {
		d, ok := decisions[wish.Kind]
		if !ok {
			return nil, errUndecided
		}
		if d.Rule == RuleByHand || wish.Rule == RuleTooOld || d.State == Planned && !d.live() {
			continue
		}
		same, err := p.wantsTheSame(d, wish)
		if err != nil {
			return nil, err
		}
		if same && d.CustomerID == r.CustomerID {
			continue
		}
		free, err := p.takeBack(d)
		if err != nil {
			return nil, err
		}
		if free {
			before = append(before, d)
			p.items = append(p.items, planned{resolution: r, wish: wish})
		}
	}
	return before, nil
}

// wantsTheSame reports whether a wish is the one that was decided about: the same rule, and it says the same.
func (p *planner) wantsTheSame(d Decision, w Wish) (bool, error) {
	if d.Rule != w.Rule {
		return false, nil
	}
	if !w.Wanted() {
		return d.State == Skipped && d.Reason == w.Reason, nil
	}
	old, err := p.policyOf(p.tx, d.PolicyVersion)
	if err != nil {
		return false, err
	}
	rule := old.rule(d.Rule)
	return rule != nil && reflect.DeepEqual(rule.Callback, w.Callback) && reflect.DeepEqual(rule.Survey, w.Survey), nil
}

// takeBack gives up the work of a decision that has not begun, and reports whether there is nothing under way now.
func (p *planner) takeBack(d Decision) (bool, error) {
	switch {
	case d.State == Skipped:
		return true, nil
	case d.Kind == FollowUpSurvey:
		waiting, err := outbox.Cancel(p.tx, p.now, JobSendSurvey, d.ID)
		return waiting > 0, err // none: sent already, or being sent
	}
	callbacks, err := store{p.tx}.openCallbacks([]int64{d.ResolutionID})
	if err != nil {
		return false, err
	}
	for _, seen := range callbacks {
		if seen.DecisionID == nil || *seen.DecisionID != d.ID {
			continue
		}
		c, err := store{p.tx}.lockCallback(seen.ID)
		if err != nil || c.closed() || c.begun(p.now) {
			return false, err
		}
		return true, p.giveUp(p.tx, &c, ReasonCorrected, p.now)
	}
	return false, nil // made already
}

// begun reports whether a caller has been, or is, at work on the callback, or the customer has named a time for it.
func (c *Callback) begun(now clock.Instant) bool {
	return c.Attempts > 0 || !c.AppointmentAt.IsZero() || c.State == Claimed && c.LeaseUntil.After(now)
}

// again writes a decision in the place of one there is, as its next revision, and what it was among its changes. Where it counts
// stays as it was.
func (p *planner) again(before, after Decision, change DecisionChange) (Decision, error) {
	change.DecisionID, change.Revision, change.State, change.Reason, change.Rule = before.ID, before.Revision, before.State, before.Reason, before.Rule
	change.PolicyVersion, change.DueAt, change.AllowedFrom, change.ReasonSince = before.PolicyVersion, before.DueAt, before.AllowedFrom, before.ReasonSince
	change.DecidedAt, change.CancelledAt, change.CancelReason = before.DecidedAt, before.CancelledAt, before.CancelReason
	after.ID, after.Revision, after.TeamID, after.ResolvedAt = before.ID, before.Revision+1, before.TeamID, before.ResolvedAt
	if err := (store{p.tx}).insertChange(change); err != nil {
		return Decision{}, err
	}
	return after, store{p.tx}.updateDecision(after)
}
